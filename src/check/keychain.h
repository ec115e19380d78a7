/* SPDX-License-Identifier: MIT */
/*
 * From a key of an application up to the KMS that issued its root key: two
 * recoverable signatures over Keccak-256 (specs/dstack.md 4.3, 4.4). The KMS
 * root key comes from a trusted place and the application id from a verified
 * quote, never from whoever presents the chain.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_KEYCHAIN_H
#define CHECK_KEYCHAIN_H

#include "base/err.h"
#include "check/k256.h"

#define APP_ID_LEN 20

enum key_claim {
	KEY_CLAIM_V0, /* "<purpose>:<hex of the key>" */
	KEY_CLAIM_V1, /* length-prefixed algorithm, domain and key (0.6.0) */
};

struct keychain {
	enum key_claim claim;
	struct slice purpose;    /* V0; V1: the domain */
	struct slice algorithm;  /* V1 only, for example "secp256k1" */
	struct slice public_key; /* raw: 33 bytes secp256k1, 32 bytes ed25519 */
	struct slice
		link[2]; /* over the claim by the application's root key; over that by the KMS */
	struct slice app_id;   /* 20 bytes */
	struct slice kms_root; /* 33 bytes, compressed */
};

/*
 * Who signed: the application's root key, and the KMS that issued it. Any
 * signature gives some key, so this proves nothing until kms is compared.
 * kms_root is not looked at. E_KEY_CHAIN.
 */
enum err keychain_signers(const struct keychain *k, uint8_t app_root[K256_POINT_LEN],
	uint8_t kms[K256_POINT_LEN], struct why *why);

/* The same, compared with kms_root. E_KEY_CHAIN. On success app_root (may be NULL) is the application's root key. */
enum err keychain_check(
	const struct keychain *k, uint8_t app_root[K256_POINT_LEN], struct why *why);

#endif
