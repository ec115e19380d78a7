/* SPDX-License-Identifier: MIT */
/* check/keccak, check/k256 and check/keychain against vectors/identity and vectors/dstack. */
#include <string.h>

#include "base/hash.h"
#include "check/keccak.h"
#include "check/keychain.h"
#include "check_vectors.h"
#include "test.h"

TEST(check_keccak256)
{
	const char *dir = vectors_dir("identity/keccak256");
	const struct cJSON *c;
	struct cJSON *j;
	uint8_t out[KECCAK256_LEN];
	struct keccak256 k;

	keccak256(SLICE(""), out);
	CHECK_SLICE(SLICE_OF(out),
		test_hex("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"));
	if (!dir) SKIP("vectors/identity not found: one known answer only");
	j = vectors_json(dir, "expected.json");
	for (c = json_child(json_get(j, "cases")); c; c = json_next(c)) {
		struct slice in = want_hex(c, "input");
		size_t half = in.n / 3;

		keccak256(in, out);
		CHECK_SLICE(SLICE_OF(out), want_hex(c, "keccak256"));
		keccak256_init(&k);
		keccak256_add(&k, slice_sub(in, 0, half));
		keccak256_add(&k, slice_from(in, half));
		keccak256_out(&k, out);
		CHECK_SLICE(SLICE_OF(out), want_hex(c, "keccak256"));
	}
	json_drop(&j);
}

/* r, s and recid of a case as one signature; a recid above 255 cannot be written. */
static struct slice recoverable(const struct cJSON *c)
{
	struct buf b = buf_heap(80);
	uint64_t recid = 0;

	json_get_u64(c, "recid", 255, &recid);
	buf_put(&b, want_hex(c, "r"));
	buf_put(&b, want_hex(c, "s"));
	buf_u8(&b, (uint8_t)recid);
	return test_keep(&b);
}

static struct slice compressed(struct slice point)
{
	struct buf b = buf_heap(40);

	buf_u8(&b, (uint8_t)(2 | (point.p[64] & 1)));
	buf_put(&b, slice_sub(point, 1, 32));
	return test_keep(&b);
}

TEST(check_k256_recovery)
{
	const char *dir = vectors_dir("identity/secp256k1");
	uint8_t point[K256_POINT_LEN];
	const struct cJSON *c;
	struct cJSON *j;
	unsigned n = 0;

	if (!dir) SKIP("vectors/identity not found");
	j = vectors_json(dir, "expected.json");
	for (c = json_child(json_get(j, "sign")); c; c = json_next(c), n++) {
		struct slice sig = recoverable(c), digest = want_hex(c, "hash");
		struct slice want = want_hex(c, "pubkey_compressed");

		CHECK(k256_recover(digest.p, sig, point));
		CHECK_SLICE(SLICE_OF(point), want);
		CHECK(k256_verify(want, digest.p, slice_sub(sig, 0, 64)));
		CHECK(!k256_verify(want, digest.p, slice_sub(sig, 0, 63)));
		CHECK(!k256_recover(digest.p, slice_sub(sig, 0, 64), point));
	}
	for (c = json_child(json_get(j, "recover")); c; c = json_next(c), n++) {
		bool ok = k256_recover(want_hex(c, "hash").p, recoverable(c), point);

		CHECK(ok == want_bool(c, "accept"));
		if (ok)
			CHECK_SLICE(SLICE_OF(point),
				compressed(want_hex(c, "recovered_pubkey_uncompressed")));
	}
	CHECK(n == 41);
	json_drop(&j);
}

/* An element of an array of hex texts, 0x allowed. */
static struct slice hex_at(const struct cJSON *array, unsigned index)
{
	const struct cJSON *c = json_child(array);
	struct buf b = buf_heap(256);
	struct slice s = SLICE_NONE;

	for (; index > 0; index--)
		c = json_next(c);
	json_str(c, &s);
	if (s.n == 0) return SLICE("");
	if (hex_into(hex_bare(s), &b)) printf("# odd hex\n");
	return test_keep(&b);
}

TEST(check_keychain_verdicts)
{
	const char *dir = vectors_dir("identity/dstack-keys");
	const struct cJSON *c;
	struct cJSON *j;
	unsigned n = 0;

	if (!dir) SKIP("vectors/identity not found");
	j = vectors_json(dir, "expected.json");
	for (c = json_child(json_get(j, "verify_chain")); c; c = json_next(c), n++) {
		const struct cJSON *chain = json_get(c, "signature_chain");
		struct keychain k = {.purpose = want_str(c, "purpose"),
			.public_key = want_hex(c, "public_key"),
			.link = {hex_at(chain, 0), hex_at(chain, 1)},
			.app_id = want_hex(c, "app_id"),
			.kms_root = want_hex(c, "kms_root_pubkey")};

		CHECK_ERR(
			keychain_check(&k, NULL, NULL), want_bool(c, "valid") ? E_OK : E_KEY_CHAIN);
	}
	for (c = json_child(json_get(j, "get_key")); c; c = json_next(c), n++) {
		const struct cJSON *chain = json_get(c, "signature_chain");
		struct keychain k = {.purpose = want_str(c, "purpose"),
			.public_key = want_hex(c, "public_key"),
			.link = {hex_at(chain, 0), hex_at(chain, 1)},
			.app_id = want_hex(j, "app_id"),
			.kms_root = want_hex(j, "kms_root_pubkey")};
		uint8_t root[K256_POINT_LEN];

		CHECK_ERR(keychain_check(&k, root, NULL), E_OK);
		CHECK_SLICE(SLICE_OF(root), want_hex(j, "app_pubkey"));
	}
	CHECK(n == 20);
	json_drop(&j);
}

static void check_derived_keys(const struct cJSON *j, const char *list, enum key_claim claim)
{
	const struct cJSON *c;

	for (c = json_child(json_get(j, list)); c; c = json_next(c)) {
		struct keychain k = {.claim = claim,
			.purpose = want_str(c, claim == KEY_CLAIM_V1 ? "domain" : "purpose"),
			.algorithm = want_str(c, "algorithm"),
			.public_key = want_hex(c, "public_key"),
			.link = {want_hex(c, "signature_chain_0"),
				want_hex(j, "kms_link_signature")},
			.app_id = want_hex(j, "app_id"),
			.kms_root = want_hex(j, "kms_root_pubkey")};

		CHECK_ERR(keychain_check(&k, NULL, NULL), E_OK);
		k.purpose = SLICE("other");
		CHECK_ERR(keychain_check(&k, NULL, NULL), E_KEY_CHAIN);
	}
}

TEST(check_keychain_of_dstack)
{
	const char *dir = vectors_dir("dstack/key-chain");
	const struct cJSON *c;
	struct cJSON *j;

	if (!dir) SKIP("vectors/dstack not found");
	j = vectors_json(dir, "derived.json");
	check_derived_keys(j, "v0", KEY_CLAIM_V0);
	check_derived_keys(j, "v1", KEY_CLAIM_V1);
	json_drop(&j);
	j = vectors_json(dir, "signature_chain.json");
	for (c = json_child(json_get(j, "cases")); c; c = json_next(c)) {
		const struct cJSON *chain = json_get(c, "signature_chain");
		struct keychain k = {.purpose = want_str(j, "purpose"),
			.public_key = want_hex(c, "public_key"),
			.link = {hex_at(chain, 1), hex_at(chain, 2)},
			.app_id = want_hex(j, "app_id"),
			.kms_root = want_hex(j, "kms_root_pubkey")};
		uint8_t root[K256_POINT_LEN];

		CHECK_ERR(keychain_check(&k, root, NULL), E_OK);
		CHECK_SLICE(SLICE_OF(root), want_hex(j, "app_root_pubkey"));
		k.kms_root = want_hex(j, "wrong_kms_root_pubkey");
		CHECK_ERR(keychain_check(&k, NULL, NULL), E_KEY_CHAIN);
	}
	json_drop(&j);
}

/* Signatures over data by the derived key itself; ed25519 ones are not ours to check. */
TEST(check_k256_data_signatures)
{
	const char *dir = vectors_dir("dstack/key-chain");
	const struct cJSON *c;
	struct cJSON *j;
	unsigned i, n = 0;

	if (!dir) SKIP("vectors/dstack not found");
	j = vectors_json(dir, "signature_chain.json");
	for (i = 0; i < 2; i++)
		for (c = json_child(json_get(j, i ? "invalid_cases" : "cases")); c;
			c = json_next(c)) {
			struct slice data = want_hex(c, "data"), alg = want_str(c, "algorithm");
			uint8_t digest[32];

			if (slice_is(alg, "ed25519")) continue;
			if (slice_is(alg, "secp256k1"))
				sha256(data, digest);
			else
				slice_copy_exact(digest, sizeof digest, data);
			CHECK(k256_verify(want_hex(c, "public_key"), digest,
				      want_hex(c, "signature")) == (i == 0));
			n++;
		}
	CHECK(n == 4);
	json_drop(&j);
}

/* Which of the two links is broken is part of the answer. */
TEST(check_keychain_sentences)
{
	const char *dir = vectors_dir("identity/dstack-keys");
	const struct cJSON *c;
	struct cJSON *j;
	struct keychain k = {.purpose = SLICE("skill-verifier-chain")};
	struct why why = WHY_INIT;

	if (!dir) SKIP("vectors/identity not found");
	j = vectors_json(dir, "expected.json");
	c = json_child(json_get(j, "verify_chain"));
	k.public_key = want_hex(c, "public_key");
	k.app_id = want_hex(c, "app_id");
	k.kms_root = want_hex(c, "kms_root_pubkey");
	k.link[1] = hex_at(json_get(c, "signature_chain"), 1);
	CHECK_ERR(keychain_check(&k, NULL, &why), E_KEY_CHAIN);
	CHECK(strstr(why.text, "over the key"));
	k.link[1] = k.link[0];
	k.link[0] = hex_at(json_get(c, "signature_chain"), 0);
	CHECK_ERR(keychain_check(&k, NULL, &why), E_KEY_CHAIN);
	CHECK(strstr(why.text, "of the KMS"));
	json_drop(&j);
}

TEST(check_keychain_lengths)
{
	uint8_t long_text[1025] = {0};
	struct keychain k = {.purpose = SLICE_OF(long_text), .public_key = slice_of(long_text, 32)};
	struct why why = WHY_INIT;

	CHECK_ERR(keychain_check(&k, NULL, &why), E_KEY_CHAIN);
	CHECK(strstr(why.text, "long"));
	k.purpose = SLICE("p");
	CHECK_ERR(keychain_check(&k, NULL, &why), E_KEY_CHAIN);
	CHECK(strstr(why.text, "20 bytes"));
	k.public_key = slice_of(long_text, 31);
	CHECK_ERR(keychain_check(&k, NULL, &why), E_KEY_CHAIN);
	CHECK(strstr(why.text, "32 nor 33"));
	CHECK(!k256_verify(slice_of(long_text, 33), long_text, slice_of(long_text, 64)));
}
