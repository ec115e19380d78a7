/* SPDX-License-Identifier: MIT */
/* Key chains of a dstack KMS. Runs in the command line; pure. */
#include "check/keychain.h"

#include <string.h>

#include "base/buf.h"
#include "check/keccak.h"

/* Longest purpose, domain or algorithm we hash. */
#define CLAIM_TEXT_MAX 1024

static void add_hex(struct keccak256 *h, struct slice s)
{
	uint8_t text[2 * K256_POINT_LEN];
	struct buf b = buf_on(text, sizeof text);

	buf_hex(&b, s);
	keccak256_add(h, buf_slice(&b));
}

/* A part with its length in front, 32 bits big endian. */
static void add_part(struct keccak256 *h, struct slice s)
{
	uint8_t len[4];
	struct buf b = buf_on(len, sizeof len);

	buf_be32(&b, (uint32_t)s.n);
	keccak256_add(h, SLICE_OF(len));
	keccak256_add(h, s);
}

static void claim_digest(const struct keychain *k, uint8_t out[KECCAK256_LEN])
{
	struct keccak256 h;

	keccak256_init(&h);
	if (k->claim == KEY_CLAIM_V1) {
		add_part(&h, SLICE("dstack-guest-v1-key-claim"));
		add_part(&h, k->algorithm);
		add_part(&h, k->purpose);
		add_part(&h, k->public_key);
	} else {
		keccak256_add(&h, k->purpose);
		keccak256_add(&h, SLICE(":"));
		add_hex(&h, k->public_key);
	}
	keccak256_out(&h, out);
}

static void issue_digest(
	struct slice app_id, const uint8_t app_root[K256_POINT_LEN], uint8_t out[KECCAK256_LEN])
{
	struct keccak256 h;

	keccak256_init(&h);
	keccak256_add(&h, SLICE("dstack-kms-issued:"));
	keccak256_add(&h, app_id);
	keccak256_add(&h, slice_of(app_root, K256_POINT_LEN));
	keccak256_out(&h, out);
}

enum err keychain_signers(const struct keychain *k, uint8_t app_root[K256_POINT_LEN],
	uint8_t kms[K256_POINT_LEN], struct why *why)
{
	uint8_t digest[KECCAK256_LEN], root[K256_POINT_LEN];

	if (k->public_key.n != 32 && k->public_key.n != K256_POINT_LEN)
		return why_set(why, E_KEY_CHAIN, "the key has neither 32 nor 33 bytes");
	if (k->purpose.n > CLAIM_TEXT_MAX || k->algorithm.n > CLAIM_TEXT_MAX)
		return why_set(why, E_KEY_CHAIN, "the purpose is too long");
	if (k->app_id.n != APP_ID_LEN)
		return why_set(why, E_KEY_CHAIN, "the application id has not 20 bytes");
	claim_digest(k, digest);
	if (!k256_recover(digest, k->link[0], root))
		return why_set(why, E_KEY_CHAIN, "the signature over the key is not valid");
	issue_digest(k->app_id, root, digest);
	if (!k256_recover(digest, k->link[1], kms))
		return why_set(why, E_KEY_CHAIN, "the signature of the KMS is not valid");
	memcpy(app_root, root, sizeof root);
	return E_OK;
}

enum err keychain_check(const struct keychain *k, uint8_t app_root[K256_POINT_LEN], struct why *why)
{
	uint8_t root[K256_POINT_LEN], kms[K256_POINT_LEN];
	enum err e = keychain_signers(k, root, kms, why);

	if (e) return e;
	/* Any signature gives some key: this comparison is the proof. */
	if (!slice_eq(k->kms_root, SLICE_OF(kms)))
		return why_set(why, E_KEY_CHAIN, "another KMS than the expected one signed");
	if (app_root) memcpy(app_root, root, sizeof root);
	return E_OK;
}
