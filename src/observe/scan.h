/* SPDX-License-Identifier: MIT */
/*
 * Many patterns in one pass. Patterns have at least SCAN_SHORTEST bytes, so every
 * occurrence covers a whole group of eight bytes, counted from the start of what is
 * searched: only those groups are looked up. Pure. Runs in unpack.
 */
#ifndef OBSERVE_SCAN_H
#define OBSERVE_SCAN_H

#include "proc/leaks.h"

#define SCAN_GROUP    8
#define SCAN_SHORTEST (2 * SCAN_GROUP)
#define SCAN_LONGEST  (3 * LEAK_TOKEN)
/* For each token: 11 texts, the same backwards, and those of the token backwards. */
#define SCAN_PATTERNS (LIMIT_CANARIES * 33)
#define SCAN_SLOTS    32768
#define SCAN_BITS     (1 << 18)

struct scan_pattern {
	uint8_t n, token, code;
	bool reversed;
	uint8_t text[SCAN_LONGEST];
};

struct scan_slot {
	uint64_t group;
	uint16_t pattern; /* number + 1; 0: empty */
	uint8_t offset;   /* of the group in it */
};

/* A third full at most, so that a search ends soon. */
_Static_assert(SCAN_PATTERNS *SCAN_GROUP * 3 <= SCAN_SLOTS, "room for all groups");

struct scan_table {
	unsigned n;
	struct scan_pattern patterns[SCAN_PATTERNS];
	struct scan_slot slots[SCAN_SLOTS];
	uint8_t bits[SCAN_BITS / 8]; /* which hashes occur at all */
};

/* Adds a pattern unless its text is there; texts outside the bounds are a bug and ignored. */
void scan_add(struct scan_table *t, const struct scan_pattern *p);

/* The end of what was searched, for occurrences that go over a border. */
struct scan_tail {
	size_t n;
	uint8_t bytes[SCAN_LONGEST];
};

/* Calls found for every occurrence in tail and bytes; some may come twice. */
void scan_search(const struct scan_table *t, struct scan_tail *tail, struct slice bytes,
	void (*found)(void *ctx, unsigned pattern), void *ctx);

#endif
