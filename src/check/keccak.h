/* SPDX-License-Identifier: MIT */
/*
 * Keccak-256 with the original padding, as Ethereum and dstack use it; not
 * SHA3-256. No failure is possible. Runs in the command line; pure.
 */
#ifndef CHECK_KECCAK_H
#define CHECK_KECCAK_H

#include "base/slice.h"

#define KECCAK256_LEN 32
/* Bytes absorbed between permutations: 1600 bits less twice the output. */
#define KECCAK256_RATE 136

struct keccak256 {
	uint64_t lane[25];
	size_t at; /* bytes absorbed since the last permutation */
};

void keccak256_init(struct keccak256 *k);
void keccak256_add(struct keccak256 *k, struct slice s);
/* Ends the computation; k must be initialised again before more is added. */
void keccak256_out(struct keccak256 *k, uint8_t out[KECCAK256_LEN]);
void keccak256(struct slice s, uint8_t out[KECCAK256_LEN]);

#endif
