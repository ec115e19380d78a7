/* SPDX-License-Identifier: MIT */
/* Rows of what was seen, in fixed memory. Runs in runner workers and the command line; pure. */
#include "runner/observer.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "proc/behaviour.h"
#include "runner/mask.h"

/* Rows without room are told apart by hash; more of them than this are dropped ones. */
#define OTHERS      4096
#define OTHER_TRIES 16

struct kind_rows {
	unsigned n;
	size_t text; /* bytes of all values and details */
	struct observed rows[LIMIT_OBSERVED_KIND];
};

struct observer {
	uint8_t monitor, phase;
	bool broken;
	struct observation totals; /* but rows */
	struct kind_rows kinds[OBSERVED_KINDS];
	uint64_t others[OTHERS];
	struct buf text; /* all texts; never moves */
	/* A row for which there was no room, until its caller has said all of it. */
	bool waits;
	struct observed waiting;
	uint8_t waiting_text[2][LIMIT_OBSERVED_BYTES];
};

enum err observer_new(struct observer **out, uint8_t monitor)
{
	/*
	 * The text of rows that gave way stays where it is: for each row that is a reason, at
	 * most its own length and one more row's.
	 */
	size_t gone = LIMIT_OBSERVED_TEXT + LIMIT_OBSERVED_KIND * 2 * LIMIT_OBSERVED_BYTES;
	size_t room =
		OBSERVED_KINDS * (LIMIT_OBSERVED_TEXT + gone) + LIMIT_CANARIES * LIMIT_CANARY_BYTES;
	struct observer *o = calloc(1, sizeof *o);

	if (!o) return E_NO_MEMORY;
	o->monitor = monitor;
	o->text = buf_heap(room);
	if (!buf_reserve(&o->text, room)) {
		free(o);
		return E_NO_MEMORY;
	}
	*out = o;
	return E_OK;
}

void observer_drop(struct observer *o)
{
	if (!o) return;
	buf_drop(&o->text);
	free(o);
}

uint8_t observer_monitor(const struct observer *o)
{
	return o->monitor;
}

void observer_phase(struct observer *o, uint8_t phase)
{
	o->phase = phase;
}

/* A text as it will stand in the statement; empty ones only where they may be. */
static struct slice shown(uint8_t *mem, size_t cap, struct slice s, const char *empty)
{
	struct buf b = buf_on(mem, cap);

	if (s.n == 0) return slice_str(empty);
	buf_ascii(&b, s, LIMIT_OBSERVED_BYTES);
	return buf_slice(&b);
}

static struct observed *find(
	struct observer *o, uint8_t kind, struct slice value, struct slice detail)
{
	struct kind_rows *k = &o->kinds[kind];
	unsigned i;

	for (i = 0; i < k->n; i++)
		if (k->rows[i].phase == o->phase && slice_eq(k->rows[i].value, value) &&
			slice_eq(k->rows[i].detail, detail))
			return &k->rows[i];
	return NULL;
}

/* FNV-1a over everything that tells one row from another; never 0. */
static uint64_t hash_of(uint8_t phase, uint8_t kind, struct slice value, struct slice detail)
{
	uint64_t h = 0xcbf29ce484222325ULL;
	size_t i;

	h = (h ^ phase) * 0x100000001b3ULL;
	h = (h ^ kind) * 0x100000001b3ULL;
	for (i = 0; i < value.n; i++)
		h = (h ^ value.p[i]) * 0x100000001b3ULL;
	h = (h ^ 0xff) * 0x100000001b3ULL;
	for (i = 0; i < detail.n; i++)
		h = (h ^ detail.p[i]) * 0x100000001b3ULL;
	return h ? h : 1;
}

static void count_up(uint32_t *n, uint32_t by)
{
	*n = *n > UINT32_MAX - by ? UINT32_MAX : *n + by;
}

/* Counts a row without room, once. */
static void count_other(struct observer *o, uint8_t kind, uint64_t h)
{
	unsigned i;

	for (i = 0; i < OTHER_TRIES; i++) {
		uint64_t *place = &o->others[(h + i) % OTHERS];

		if (*place == h) return;
		if (*place) continue;
		*place = h;
		count_up(&o->totals.more[kind], 1);
		return;
	}
	observer_dropped(o, 1);
}

static struct slice keep(struct observer *o, struct slice s)
{
	size_t at = o->text.n;

	buf_put(&o->text, s);
	return slice_of(o->text.p + at, s.n);
}

static bool has_room(const struct kind_rows *k, const struct observed *row)
{
	return k->n < LIMIT_OBSERVED_KIND &&
	       k->text + row->value.n + row->detail.n <= LIMIT_OBSERVED_TEXT;
}

/* Takes out the last row that is no reason, and counts it; false: there is none. */
static bool give_way(struct observer *o, struct kind_rows *k)
{
	unsigned i = k->n;
	struct observed *row;

	while (i > 0 && observed_reasons(&k->rows[i - 1]))
		i--;
	if (i == 0) return false;
	row = &k->rows[--i];
	count_other(o, row->kind, hash_of(row->phase, row->kind, row->value, row->detail));
	k->text -= row->value.n + row->detail.n;
	memmove(row, row + 1, (--k->n - i) * sizeof *row);
	return true;
}

static struct observed *put(struct observer *o, const struct observed *new)
{
	struct kind_rows *k = &o->kinds[new->kind];
	struct observed *row = &k->rows[k->n++];

	k->text += new->value.n + new->detail.n;
	*row = *new;
	row->value = keep(o, new->value);
	row->detail = keep(o, new->detail);
	return row;
}

/* Says what becomes of the row that waits. */
static void settle(struct observer *o)
{
	const struct observed *row = &o->waiting;
	struct kind_rows *k = &o->kinds[row->kind];

	if (!o->waits) return;
	o->waits = false;
	while (observed_reasons(row) && !has_room(k, row))
		if (!give_way(o, k)) break;
	if (observed_reasons(row) && has_room(k, row))
		put(o, row);
	else
		count_other(o, row->kind, hash_of(row->phase, row->kind, row->value, row->detail));
}

/* The row is the observer's until the next call; its texts are copied. */
static struct observed *wait_with(struct observer *o, const struct observed *new)
{
	o->waiting = *new;
	if (new->value.n) memcpy(o->waiting_text[0], new->value.p, new->value.n);
	if (new->detail.n) memcpy(o->waiting_text[1], new->detail.p, new->detail.n);
	o->waiting.value = slice_of(o->waiting_text[0], new->value.n);
	o->waiting.detail = slice_of(o->waiting_text[1], new->detail.n);
	o->waits = true;
	return &o->waiting;
}

struct observed *observer_saw(
	struct observer *o, uint8_t kind, struct slice value, struct slice detail)
{
	struct observed new = {.kind = kind, .phase = o->phase, .count = 1};
	uint8_t mem[2][LIMIT_OBSERVED_BYTES];
	struct observed *row;

	if (o->monitor == MONITOR_NONE) return NULL;
	settle(o);
	new.value = shown(mem[0], sizeof mem[0], value, "-");
	new.detail = shown(mem[1], sizeof mem[1], detail, "");
	row = find(o, kind, new.value, new.detail);
	if (row)
		count_up(&row->count, 1);
	else
		row = has_room(&o->kinds[kind], &new) ? put(o, &new) : wait_with(o, &new);
	return row;
}

struct observed *observer_find(
	struct observer *o, uint8_t kind, struct slice value, struct slice detail)
{
	uint8_t mem[2][LIMIT_OBSERVED_BYTES];

	settle(o);
	return find(o, kind, shown(mem[0], sizeof mem[0], value, "-"),
		shown(mem[1], sizeof mem[1], detail, ""));
}

void observer_dropped(struct observer *o, uint32_t n)
{
	count_up(&o->totals.dropped, n);
}

void observer_broken(struct observer *o)
{
	o->broken = true;
}

/* All texts of rows are o's own memory. */
static void mask(struct slice s, const uint8_t core[CANARY_CORE])
{
	mask_token((uint8_t *)(uintptr_t)s.p, s.n, core);
}

void observer_mask(struct observer *o, const uint8_t core[CANARY_CORE])
{
	unsigned kind, i;

	settle(o);
	for (kind = 0; kind < OBSERVED_KINDS; kind++)
		for (i = 0; i < o->kinds[kind].n; i++) {
			mask(o->kinds[kind].rows[i].value, core);
			mask(o->kinds[kind].rows[i].detail, core);
		}
}

void observer_planted(struct observer *o, struct slice name)
{
	uint8_t mem[LIMIT_CANARY_BYTES];
	struct buf b = buf_on(mem, sizeof mem);

	if (o->totals.n_planted == LIMIT_CANARIES) return;
	buf_ascii(&b, name, sizeof mem);
	o->totals.planted[o->totals.n_planted++] = keep(o, buf_slice(&b));
}

struct observation *observer_totals(struct observer *o)
{
	return &o->totals;
}

/* What the codec takes; a flood shows as at least this many. */
static uint32_t cut(uint32_t n)
{
	return n > OBSERVED_COUNT_MAX ? OBSERVED_COUNT_MAX : n;
}

void observer_finish(struct observer *o, struct observation *out)
{
	unsigned kind, i;

	settle(o);
	*out = o->totals;
	out->monitor = o->monitor;
	out->complete = o->monitor != MONITOR_NONE && !o->broken && !o->totals.dropped;
	out->notifications = cut(out->notifications);
	out->dropped = cut(out->dropped);
	out->n = 0;
	for (kind = 0; kind < OBSERVED_KINDS; kind++) {
		out->more[kind] = cut(out->more[kind]);
		for (i = 0; i < o->kinds[kind].n; i++) {
			struct observed *row = &out->rows[out->n++];

			*row = o->kinds[kind].rows[i];
			row->count = cut(row->count);
			row->confirmed = cut(row->confirmed);
			if (row->bytes > OBSERVED_BYTES_MAX) row->bytes = OBSERVED_BYTES_MAX;
		}
	}
}
