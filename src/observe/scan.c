/* SPDX-License-Identifier: MIT */
/* Many patterns in one pass. Pure. Runs in unpack. */
#include "observe/scan.h"

#include <string.h>

static uint64_t group_at(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static uint64_t hash_of(uint64_t group)
{
	return group * 0x9e3779b97f4a7c15ULL;
}

static uint32_t bit_of(uint64_t hash)
{
	return (uint32_t)(hash >> 46);
}
_Static_assert(SCAN_BITS == 1 << (64 - 46), "bits of the hash");

static size_t slot_of(uint64_t hash)
{
	return (size_t)(hash >> 40) % SCAN_SLOTS;
}

static void add_group(struct scan_table *t, unsigned pattern, unsigned offset)
{
	uint64_t group = group_at(t->patterns[pattern].text + offset), hash = hash_of(group);
	size_t at = slot_of(hash);

	while (t->slots[at].pattern)
		at = (at + 1) % SCAN_SLOTS;
	t->slots[at] = (struct scan_slot){
		.group = group, .pattern = (uint16_t)(pattern + 1), .offset = (uint8_t)offset};
	t->bits[bit_of(hash) / 8] |= (uint8_t)(1 << bit_of(hash) % 8);
}

/* A pattern with this text is there. */
static bool has(const struct scan_table *t, const struct scan_pattern *p)
{
	uint64_t group = group_at(p->text);
	size_t at = slot_of(hash_of(group));

	for (; t->slots[at].pattern; at = (at + 1) % SCAN_SLOTS) {
		const struct scan_pattern *other = &t->patterns[t->slots[at].pattern - 1];

		if (t->slots[at].group == group && t->slots[at].offset == 0 && other->n == p->n &&
			memcmp(other->text, p->text, p->n) == 0)
			return true;
	}
	return false;
}

void scan_add(struct scan_table *t, const struct scan_pattern *p)
{
	unsigned i;

	if (p->n < SCAN_SHORTEST || p->n > SCAN_LONGEST || t->n == SCAN_PATTERNS) return;
	if (has(t, p)) return;
	t->patterns[t->n++] = *p;
	for (i = 0; i < SCAN_GROUP; i++)
		add_group(t, t->n - 1, i);
}

/* Patterns that hold this group at this place of s, and the rest of themselves around it. */
static void compare(const struct scan_table *t, struct slice s, size_t at, uint64_t group,
	uint64_t hash, void (*found)(void *ctx, unsigned pattern), void *ctx)
{
	size_t i;

	for (i = slot_of(hash); t->slots[i].pattern; i = (i + 1) % SCAN_SLOTS) {
		const struct scan_slot *slot = &t->slots[i];
		const struct scan_pattern *p = &t->patterns[slot->pattern - 1];

		if (slot->group != group || slot->offset > at) continue;
		if (p->n > s.n - (at - slot->offset)) continue;
		if (memcmp(s.p + at - slot->offset, p->text, p->n) == 0)
			found(ctx, slot->pattern - 1U);
	}
}

static void search(const struct scan_table *t, struct slice s,
	void (*found)(void *ctx, unsigned pattern), void *ctx)
{
	size_t at;

	for (at = 0; at + SCAN_GROUP <= s.n; at += SCAN_GROUP) {
		uint64_t group = group_at(s.p + at), hash = hash_of(group);
		uint32_t bit = bit_of(hash);

		if (t->bits[bit / 8] >> bit % 8 & 1) compare(t, s, at, group, hash, found, ctx);
	}
}

void scan_search(const struct scan_table *t, struct scan_tail *tail, struct slice bytes,
	void (*found)(void *ctx, unsigned pattern), void *ctx)
{
	uint8_t border[2 * SCAN_LONGEST];
	struct slice head = slice_sub(bytes, 0, SCAN_LONGEST - 1), all;
	size_t keep;

	memcpy(border, tail->bytes, tail->n);
	if (head.n) memcpy(border + tail->n, head.p, head.n);
	all = slice_of(border, tail->n + head.n);
	if (tail->n) search(t, all, found, ctx);
	search(t, bytes, found, ctx);
	/* The end of all that was seen: of the piece alone when it is long enough. */
	if (bytes.n > head.n) all = bytes;
	keep = all.n < SCAN_LONGEST - 1 ? all.n : SCAN_LONGEST - 1;
	if (keep) memcpy(tail->bytes, all.p + all.n - keep, keep);
	tail->n = keep;
}
