/* SPDX-License-Identifier: MIT */
/* Keccak-f[1600] after FIPS 202 section 3. Runs in the simulator; pure. */
#include "keccak.h"

#include <string.h>

#define ROUNDS 24
#define RATE   136 /* bytes a block: 200 less twice the digest */

/* Lane (x, y) of the state stands at index x + 5y. */
struct keccak {
	uint64_t a[25];
};

static uint64_t rotate(uint64_t v, unsigned n)
{
	return n ? v << n | v >> (64 - n) : v;
}

/* One step of the register that makes the round constants (FIPS 202 3.2.5). */
static unsigned next_bit(uint8_t *lfsr)
{
	unsigned bit = *lfsr & 1;

	*lfsr = (uint8_t)(*lfsr & 0x80 ? *lfsr << 1 ^ 0x71 : *lfsr << 1);
	return bit;
}

static void theta(uint64_t a[25])
{
	uint64_t column[5], d;
	unsigned x, y;

	for (x = 0; x < 5; x++)
		column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
	for (x = 0; x < 5; x++) {
		d = column[(x + 4) % 5] ^ rotate(column[(x + 1) % 5], 1);
		for (y = 0; y < 25; y += 5)
			a[x + y] ^= d;
	}
}

/* Rho and pi in one walk: lane t goes to where pi sends it, turned by (t+1)(t+2)/2. */
static void rho_pi(uint64_t a[25])
{
	unsigned x = 1, y = 0, t;
	uint64_t carried = a[1];

	for (t = 0; t < 24; t++) {
		unsigned to_y = (2 * x + 3 * y) % 5;
		uint64_t lane;

		x = y;
		y = to_y;
		lane = a[x + 5 * y];
		a[x + 5 * y] = rotate(carried, (t + 1) * (t + 2) / 2 % 64);
		carried = lane;
	}
}

static void chi(uint64_t a[25])
{
	uint64_t row[5];
	unsigned x, y;

	for (y = 0; y < 25; y += 5) {
		memcpy(row, a + y, sizeof row);
		for (x = 0; x < 5; x++)
			a[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
	}
}

static void permute(struct keccak *k)
{
	uint8_t lfsr = 1;
	unsigned round, j;

	for (round = 0; round < ROUNDS; round++) {
		theta(k->a);
		rho_pi(k->a);
		chi(k->a);
		/* Bits 0, 1, 3, 7, 15, 31 and 63 of lane 0. */
		for (j = 0; j < 7; j++)
			k->a[0] ^= (uint64_t)next_bit(&lfsr) << ((1U << j) - 1);
	}
}

static void absorb(struct keccak *k, const uint8_t block[RATE])
{
	unsigned i;

	for (i = 0; i < RATE; i++)
		k->a[i / 8] ^= (uint64_t)block[i] << 8 * (i % 8);
	permute(k);
}

void sim_keccak256(struct slice s, uint8_t out[KECCAK256_LEN])
{
	struct keccak k = {{0}};
	uint8_t last[RATE] = {0};
	unsigned i;

	for (; s.n >= RATE; s = slice_from(s, RATE))
		absorb(&k, s.p);
	if (s.n) memcpy(last, s.p, s.n);
	last[s.n] ^= 0x01;
	last[RATE - 1] ^= 0x80;
	absorb(&k, last);
	for (i = 0; i < KECCAK256_LEN; i++)
		out[i] = (uint8_t)(k.a[i / 8] >> 8 * (i % 8));
}
