/* SPDX-License-Identifier: MIT */
/* A set of names. Pure. */
#include "facts/names.h"

uint32_t names_hash(unsigned kind, struct slice value)
{
	uint32_t h = 2166136261U ^ kind;
	size_t i;

	for (i = 0; i < value.n; i++)
		h = (h ^ value.p[i]) * 16777619U;
	return h;
}

/* The place of a name, or the empty one where it belongs; NULL when there is neither. */
static uint16_t *place(const struct names *set, struct slice name)
{
	uint32_t at = names_hash(0, name) % set->buckets;
	unsigned i;

	for (i = 0; i < NAMES_PROBES; i++, at = (at + 1) % set->buckets)
		if (!set->index[at] || slice_eq(set->list[set->index[at] - 1], name))
			return &set->index[at];
	return NULL;
}

bool names_has(const struct names *set, struct slice name)
{
	const uint16_t *at = place(set, name);

	return at && *at;
}

void names_add(struct names *set, struct slice name)
{
	uint16_t *at = place(set, name);

	if (!name.n || !at || *at || set->n == set->max) return;
	set->list[set->n++] = name;
	*at = (uint16_t)set->n;
}
