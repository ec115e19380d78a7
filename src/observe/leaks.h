/* SPDX-License-Identifier: MIT */
/*
 * Searches streams of bytes for tokens, as they are and as they are commonly
 * disguised: base64 (both alphabets, three alignments), hex of both cases,
 * percent-encoding of every byte, each of them backwards, or of the token
 * backwards; with white space, dots and colons in between (lines of base64,
 * labels of DNS, xx:xx); and all but the last inside gzip and zlib data, also when
 * those are base64 or hex.
 *
 * Work is linear in the bytes: one table look-up for each eight, whatever the
 * number of tokens. What is unpacked is bounded; beyond, found->cut is set.
 * Encrypted, otherwise compressed or otherwise encoded tokens are not found.
 * Pure; every byte searched is attacker controlled. Runs in unpack.
 */
#ifndef OBSERVE_LEAKS_H
#define OBSERVE_LEAKS_H

#include "proc/leaks.h"

/* All that is unpacked in one search, and how often unpacking is tried. */
#define LEAKS_UNPACKED (128 * MIB)
#define LEAKS_TRIES    262144

struct leaks;

/*
 * n tokens of LEAK_TOKEN letters and digits each, at most LIMIT_CANARIES. found is
 * the caller's, outlives the search and is filled as it goes. E_NO_MEMORY.
 */
enum err leaks_new(
	struct leaks **out, const uint8_t *tokens, unsigned n, struct leaks_found *found);
/* Wipes what it knows. */
void leaks_free(struct leaks **l);

/* What follows belongs to this place. */
void leaks_begin(struct leaks *l, uint32_t place);
/* The next bytes of the place; in pieces of any size. */
void leaks_add(struct leaks *l, struct slice bytes);

#endif
