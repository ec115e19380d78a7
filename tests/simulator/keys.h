/* SPDX-License-Identifier: MIT */
/*
 * Keys of the simulator. All derive from one seed, so that roots and
 * certificates are the same in every run; the default seed is published in
 * README.md: nothing that these keys sign proves anything.
 * Runs in the simulator and its tests; pure.
 */
#ifndef SIM_KEYS_H
#define SIM_KEYS_H

#include "base/err.h"
#include "base/p256.h"
#include "base/slice.h"

#define K256_LEN       32
#define K256_POINT_LEN 33 /* compressed */
#define K256_SIG_LEN   65 /* r, s, recovery id */
#define APP_ID_LEN     20

/* HKDF-SHA256 (RFC 5869). */
void hkdf_sha256(
	struct slice salt, struct slice ikm, struct slice info, uint8_t *out, size_t out_len);
/* n bytes that depend on seed and label only. */
void seed_bytes(struct slice seed, const char *label, uint8_t *out, size_t n);
/* The P-256 key of this label. */
enum err seed_p256(struct slice seed, const char *label, struct p256_key *key);

/* What the key server gives an application (specs/dstack.md 4.3). */
struct app_keys {
	uint8_t root[K256_LEN];            /* app_root_key */
	uint8_t kms_point[K256_POINT_LEN]; /* public root of the chain */
	uint8_t link[K256_SIG_LEN];        /* the key server vouches for the app's root key */
};

/* E_RANGE when the scalar is no key. */
enum err app_keys_init(
	const uint8_t kms_scalar[K256_LEN], const uint8_t app_id[APP_ID_LEN], struct app_keys *out);

struct derived_key {
	uint8_t secret[K256_LEN];
	uint8_t link[K256_SIG_LEN]; /* the app's root key vouches for purpose and public key */
};

enum err app_key_derive(const struct app_keys *app, struct slice path, struct slice purpose,
	bool ed25519, struct derived_key *out);

#endif
