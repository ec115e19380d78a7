/* SPDX-License-Identifier: MIT */
/*
 * SHA-256, SHA-384, SHA-512 and HMAC-SHA-256 over slices, through BearSSL.
 * No failure is possible. Runs in every role; pure.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <bearssl.h>

#include "base/slice.h"

#define SHA256_LEN 32
#define SHA384_LEN 48
#define SHA512_LEN 64

struct sha256 {
	br_sha256_context ctx;
};

void sha256_init(struct sha256 *h);
void sha256_add(struct sha256 *h, struct slice s);
/* The digest of what was added so far; adding may go on afterwards. */
void sha256_out(const struct sha256 *h, uint8_t out[SHA256_LEN]);

void sha256(struct slice s, uint8_t out[SHA256_LEN]);
void sha384(struct slice s, uint8_t out[SHA384_LEN]);
void sha512(struct slice s, uint8_t out[SHA512_LEN]);
/* SHA-384 of a followed by b: one step of a register extension. */
void sha384_two(struct slice a, struct slice b, uint8_t out[SHA384_LEN]);
void hmac_sha256(struct slice key, struct slice s, uint8_t out[SHA256_LEN]);

#endif
