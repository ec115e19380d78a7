/* SPDX-License-Identifier: MIT */
/* Seeded keys and the key chain of GetKey. Runs in the simulator and its tests; pure. */
#include "keys.h"

#include <bearssl.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <string.h>

#include "base/buf.h"
#include "ed25519.h"
#include "keccak.h"

/* Path and purpose come out of one request body, so they cannot be longer than that. */
#define MESSAGE_MAX (11 * 1024 * 1024)

void hkdf_sha256(
	struct slice salt, struct slice ikm, struct slice info, uint8_t *out, size_t out_len)
{
	br_hkdf_context h;

	br_hkdf_init(&h, &br_sha256_vtable, salt.p, salt.n);
	br_hkdf_inject(&h, ikm.p, ikm.n);
	br_hkdf_flip(&h);
	br_hkdf_produce(&h, info.p, info.n, out, out_len);
}

void seed_bytes(struct slice seed, const char *label, uint8_t *out, size_t n)
{
	hkdf_sha256(SLICE("dstack-simulator NOT-A-TEE"), seed, slice_str(label), out, n);
}

enum err seed_p256(struct slice seed, const char *label, struct p256_key *key)
{
	uint8_t secret[P256_SCALAR_LEN];

	/* A derived scalar is out of range once in 2^32 labels: another seed helps. */
	seed_bytes(seed, label, secret, sizeof secret);
	return p256_from_secret(secret, key);
}

/* Compressed public key of a secp256k1 scalar. */
static enum err k256_public(
	const secp256k1_context *ctx, const uint8_t secret[K256_LEN], uint8_t out[K256_POINT_LEN])
{
	secp256k1_pubkey key;
	size_t n = K256_POINT_LEN;

	if (!secp256k1_ec_pubkey_create(ctx, &key, secret)) return E_RANGE;
	secp256k1_ec_pubkey_serialize(ctx, out, &n, &key, SECP256K1_EC_COMPRESSED);
	return E_OK;
}

/* Recoverable signature over the Keccak-256 digest of a message. */
static enum err k256_sign(const secp256k1_context *ctx, const uint8_t secret[K256_LEN],
	struct slice message, uint8_t out[K256_SIG_LEN])
{
	secp256k1_ecdsa_recoverable_signature sig;
	uint8_t digest[KECCAK256_LEN];
	int id = 0;

	sim_keccak256(message, digest);
	if (!secp256k1_ecdsa_sign_recoverable(ctx, &sig, digest, secret, NULL, NULL))
		return E_RANGE;
	secp256k1_ecdsa_recoverable_signature_serialize_compact(ctx, out, &id, &sig);
	out[K256_SIG_LEN - 1] = (uint8_t)id;
	return E_OK;
}

enum err app_keys_init(
	const uint8_t kms_scalar[K256_LEN], const uint8_t app_id[APP_ID_LEN], struct app_keys *out)
{
	secp256k1_context *ctx = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
	struct app_keys k;
	uint8_t mem[128], point[K256_POINT_LEN];
	struct buf b = buf_on(mem, sizeof mem);
	enum err e;

	buf_put(&b, slice_of(app_id, APP_ID_LEN));
	buf_str(&b, "app-key");
	hkdf_sha256(SLICE("RATLS"), slice_of(kms_scalar, K256_LEN), buf_slice(&b), k.root,
		sizeof k.root);
	e = k256_public(ctx, k.root, point);
	if (!e) e = k256_public(ctx, kms_scalar, k.kms_point);
	buf_reset(&b);
	buf_str(&b, "dstack-kms-issued:");
	buf_put(&b, slice_of(app_id, APP_ID_LEN));
	buf_put(&b, SLICE_OF(point));
	if (!e) e = k256_sign(ctx, kms_scalar, buf_slice(&b), k.link);
	secp256k1_context_destroy(ctx);
	if (!e) *out = k;
	return e;
}

enum err app_key_derive(const struct app_keys *app, struct slice path, struct slice purpose,
	bool ed25519, struct derived_key *out)
{
	secp256k1_context *ctx = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
	struct buf b = buf_heap(MESSAGE_MAX);
	struct derived_key d;
	uint8_t point[K256_POINT_LEN];
	size_t point_len = ed25519 ? ED25519_LEN : K256_POINT_LEN;
	enum err e = E_OK;

	hkdf_sha256(SLICE("RATLS"), SLICE_OF(app->root), path, d.secret, sizeof d.secret);
	if (ed25519)
		ed25519_public(d.secret, point);
	else
		e = k256_public(ctx, d.secret, point);
	buf_put(&b, purpose);
	buf_u8(&b, ':');
	buf_hex(&b, slice_of(point, point_len));
	if (!e) e = b.err;
	if (!e) e = k256_sign(ctx, app->root, buf_slice(&b), d.link);
	buf_drop(&b);
	secp256k1_context_destroy(ctx);
	if (!e) *out = d;
	return e;
}
