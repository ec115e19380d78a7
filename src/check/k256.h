/* SPDX-License-Identifier: MIT */
/*
 * Signatures on secp256k1, through libsecp256k1: recovery of the signing key
 * and plain verification, both only with low s (specs/dstack.md 4.3). Recovery
 * of any well-formed signature gives *some* key: only comparing it proves
 * something.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_K256_H
#define CHECK_K256_H

#include "base/slice.h"

#define K256_POINT_LEN       33 /* SEC 1 compressed */
#define K256_RECOVERABLE_LEN 65 /* r || s || recovery id 0 to 3 */

/* The key that signed this digest; false when the signature has none or high s. */
bool k256_recover(const uint8_t digest[32], struct slice sig, uint8_t point[K256_POINT_LEN]);
/* True when sig (r || s, low s) over the digest is of this key (compressed). */
bool k256_verify(struct slice point, const uint8_t digest[32], struct slice sig);

#endif
