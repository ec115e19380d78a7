/* SPDX-License-Identifier: MIT */
/*
 * Keccak-256 (the Keccak reference, version 3.0; the permutation is that of
 * FIPS 202 section 3). Runs in the command line; pure.
 */
#include "check/keccak.h"

#include <string.h>

#define ROUNDS 24

/*
 * Round constants: FIPS 202 section 3.2.5 defines their bits by an 8-bit shift
 * register. Computing them here is shorter than a table and cannot be mistyped.
 */
static uint64_t round_constant(uint8_t *lfsr)
{
	uint64_t rc = 0;
	unsigned j;

	for (j = 0; j < 7; j++) {
		if (*lfsr & 1) rc |= 1ULL << ((1U << j) - 1);
		*lfsr = (uint8_t)(*lfsr << 1 ^ (*lfsr & 0x80 ? 0x71 : 0));
	}
	return rc;
}

static uint64_t rotl(uint64_t v, unsigned n)
{
	return n ? v << n | v >> (64 - n) : v;
}

/* theta: every column gets the parity of its two neighbours. */
static void theta(uint64_t a[25])
{
	uint64_t c[5], d;
	unsigned x, y;

	for (x = 0; x < 5; x++)
		c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
	for (x = 0; x < 5; x++) {
		d = c[(x + 4) % 5] ^ rotl(c[(x + 1) % 5], 1);
		for (y = 0; y < 25; y += 5)
			a[x + y] ^= d;
	}
}

/* rho and pi: the lanes walk along one cycle, turning further each step. */
static void rho_pi(uint64_t a[25])
{
	unsigned x = 1, y = 0, t;
	uint64_t carried = a[1];

	for (t = 1; t <= 24; t++) {
		unsigned next_y = (2 * x + 3 * y) % 5, at;
		uint64_t kept;

		x = y;
		y = next_y;
		at = x + 5 * y;
		kept = a[at];
		a[at] = rotl(carried, t * (t + 1) / 2 % 64);
		carried = kept;
	}
}

/* chi: the only step that is not linear. */
static void chi(uint64_t a[25])
{
	uint64_t row[5];
	unsigned x, y;

	for (y = 0; y < 25; y += 5) {
		for (x = 0; x < 5; x++)
			row[x] = a[y + x];
		for (x = 0; x < 5; x++)
			a[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
	}
}

static void permute(uint64_t a[25])
{
	uint8_t lfsr = 1;
	unsigned i;

	for (i = 0; i < ROUNDS; i++) {
		theta(a);
		rho_pi(a);
		chi(a);
		a[0] ^= round_constant(&lfsr);
	}
}

void keccak256_init(struct keccak256 *k)
{
	memset(k, 0, sizeof *k);
}

static void absorb(struct keccak256 *k, uint8_t b)
{
	k->lane[k->at / 8] ^= (uint64_t)b << (8 * (k->at % 8));
	if (++k->at < KECCAK256_RATE) return;
	permute(k->lane);
	k->at = 0;
}

void keccak256_add(struct keccak256 *k, struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		absorb(k, s.p[i]);
}

void keccak256_out(struct keccak256 *k, uint8_t out[KECCAK256_LEN])
{
	size_t i;

	/* pad10*1 without the two domain bits of SHA-3. */
	k->lane[k->at / 8] ^= 1ULL << (8 * (k->at % 8));
	k->lane[(KECCAK256_RATE - 1) / 8] ^= 0x80ULL << 56;
	permute(k->lane);
	for (i = 0; i < KECCAK256_LEN; i++)
		out[i] = (uint8_t)(k->lane[i / 8] >> (8 * (i % 8)));
}

void keccak256(struct slice s, uint8_t out[KECCAK256_LEN])
{
	struct keccak256 k;

	keccak256_init(&k);
	keccak256_add(&k, s);
	keccak256_out(&k, out);
}
