/* SPDX-License-Identifier: MIT */
/*
 * A set of names in memory of the caller: added and looked for in the same time
 * however many there are. Names are borrowed and outlive the set.
 * Pure; input is attacker controlled: who makes names collide loses his own.
 */
#ifndef FACTS_NAMES_H
#define FACTS_NAMES_H

#include "base/slice.h"

struct names {
	struct slice *list;
	uint16_t *index; /* number + 1 in list, 0 for nothing */
	unsigned n, max, buckets;
};

/* An empty set over two arrays; the index is zero, and at least twice as long as the list. */
#define NAMES_ON(list, index)                                                                      \
	((struct names){(list), (index), 0, sizeof(list) / sizeof *(list),                         \
		sizeof(index) / sizeof *(index)})

/* So many places are tried for a value in a table of hashes. */
#define NAMES_PROBES 16

/* FNV-1a; kind keeps equal values of different tables apart. */
uint32_t names_hash(unsigned kind, struct slice value);
bool names_has(const struct names *set, struct slice name);
/* Without effect for an empty name, one that is there, and when there is no room. */
void names_add(struct names *set, struct slice name);

#endif
