/* SPDX-License-Identifier: MIT */
/*
 * Compressed data inside a stream: wherever gzip or zlib data begins, as it is or in
 * base64 or hex, it is unpacked beside the rest. Data that only looks like it ends
 * with its first error. Pure; bounded in work, memory and number.
 * Runs in unpack.
 */
#ifndef OBSERVE_UNPACKING_H
#define OBSERVE_UNPACKING_H

#include <zlib.h>

#include "proc/leaks.h"

/* Unpacked beside each other: what begins while all are busy is left out, and said. */
#define UNPACKING_SLOTS 8

struct unpacking_slot {
	bool busy, open;
	uint8_t packing; /* enum leak_packing */
	uint32_t bits;   /* of a base64 or hex letter group that is not whole */
	unsigned n_bits;
	z_stream z;
};

struct unpacking {
	struct unpacking_slot slots[UNPACKING_SLOTS];
	uint64_t left;  /* bytes that may still come out */
	uint32_t tries; /* starts that may still be tried */
	bool cut;
	uint8_t last[5]; /* of the piece before, for starts that go over a border */
	unsigned n_last;
	/* Gets what comes out of a slot; begins is true for its first piece. */
	void (*out)(void *ctx, unsigned slot, bool begins, struct slice bytes);
	void *ctx;
};

/* Ends what is being unpacked: another place follows. */
void unpacking_reset(struct unpacking *u);
void unpacking_add(struct unpacking *u, struct slice bytes);
void unpacking_drop(struct unpacking *u);

#endif
