/* SPDX-License-Identifier: MIT */
/*
 * Evidence with one thing changed, judged in process: every byte flipped, and
 * every member and element deleted, doubled and swapped with the next. What
 * still passes must stand in the table of changes without meaning, and every
 * row of the table must be met when everything is tried.
 *
 * mutate bundle TABLE BUNDLE ROOT COLLATERAL MEASUREMENTS COMPOSE-HASH NOW
 * mutate log TABLE QUOTE LOG
 * MUTATE_ALL=1: all bits of all bytes; else a sample by MUTATE_SEED.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/eventlog.h"
#include "base/fdio.h"
#include "base/num.h"
#include "check/mrconfig.h"
#include "check/proof.h"
#include "spans.h"

#define SAMPLE     6 /* one byte of so many, so that `make test` stays short */
#define ROWS       64
#define FILE_MAX   ((size_t)LIMIT_BUNDLE_BYTES)
#define EVENT_HEAD 7  /* bytes of {"imr": */
#define SHOWN      40 /* unexpected changes that are printed */

/* A change that means nothing: how it is made, and where. */
struct row {
	struct slice kind, path;
	uint64_t met;
};

struct state {
	struct buf text; /* as it was */
	struct buf next; /* as it is judged */
	struct spans spans;
	struct row row[ROWS];
	size_t n_rows;
	uint64_t tried, survived, unexpected, random;
	bool all;
	bool (*judge)(struct slice text);
};

static void die(const char *what)
{
	fprintf(stderr, "mutate: %s\n", what);
	exit(2);
}

static struct slice load(const char *path, struct buf *b)
{
	*b = buf_heap(FILE_MAX);
	if (file_read(path, FILE_MAX, b)) die(path);
	return buf_slice(b);
}

/* xorshift: the seed is printed, so a run can be repeated. */
static uint64_t dice(struct state *s, uint64_t sides)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->random % sides;
}

/* Lines "kind | path | reason"; # begins a remark. */
static void read_table(struct state *s, struct slice all)
{
	struct slice line, kind, path;

	while (all.n) {
		line = slice_trim(slice_split(&all, '\n'));
		if (line.n == 0 || line.p[0] == '#') continue;
		kind = slice_trim(slice_split(&line, '|'));
		path = slice_trim(slice_split(&line, '|'));
		if (s->n_rows == ROWS || slice_trim(line).n < 10)
			die("the table has a row without reason");
		s->row[s->n_rows++] = (struct row){kind, path, 0};
	}
}

static bool meaningless(struct state *s, const char *kind, const char *path)
{
	size_t i;

	for (i = 0; i < s->n_rows; i++)
		if (slice_is(s->row[i].kind, kind) && slice_is(s->row[i].path, path)) {
			s->row[i].met++;
			return true;
		}
	return false;
}

/* Judges s->next and compares with the table. */
static void attempt(struct state *s, const char *kind, const char *path, size_t at)
{
	s->tried++;
	if (!s->judge(buf_slice(&s->next))) return;
	s->survived++;
	if (meaningless(s, kind, path)) return;
	if (s->unexpected++ < SHOWN) printf("# passes: %s | %s (byte %zu)\n", kind, path, at);
}

/* ---- bytes --------------------------------------------------------------------------------- */

static void flip(struct state *s, size_t i, unsigned bit)
{
	uint8_t *p = &s->next.p[i], was = *p;
	const char *kind;
	bool letter = (was >= 'a' && was <= 'f') || (was >= 'A' && was <= 'F');

	*p ^= (uint8_t)(1U << bit);
	kind = span_in_name(&s->spans, i) ? "name" : letter && bit == 5 ? "case" : "flip";
	attempt(s, kind, span_path(&s->spans, i), i);
	*p = was;
}

static void flips(struct state *s)
{
	size_t i, step = s->all ? 1 : SAMPLE;
	unsigned bit;

	for (i = s->all ? 0 : dice(s, SAMPLE); i < s->next.n; i += step)
		for (bit = 0; bit < 8; bit++) {
			if (s->all || bit == dice(s, 8)) flip(s, i, bit);
		}
}

/* ---- members and elements -------------------------------------------------------------------- */

static void build(struct state *s, size_t n, const struct slice *parts)
{
	size_t i;

	buf_reset(&s->next);
	for (i = 0; i < n; i++)
		buf_put(&s->next, parts[i]);
	if (s->next.err) die("no memory");
}

static void structure(struct state *s)
{
	struct slice all = buf_slice(&s->text);
	size_t i;

	for (i = 0; i < s->spans.n_items; i++) {
		const struct item *it = &s->spans.item[i];
		const struct item *nx = it->next ? &s->spans.item[it->next] : NULL;
		struct slice one = slice_sub(all, it->from, it->to - it->from);
		struct slice before = slice_sub(all, 0, it->from), after = slice_from(all, it->to);
		struct slice comma = SLICE(",");
		bool other;
		/* A comma goes with what is deleted. */
		struct slice rest = nx ? slice_from(after, 1) : after;
		struct slice front = !nx && it->index ? slice_sub(before, 0, before.n - 1) : before;
		const struct slice twice[] = {before, one, comma, one, after};

		build(s, 2, (struct slice[]){front, rest});
		attempt(s, "delete", it->path, it->from);
		build(s, 5, twice);
		attempt(s, "double", it->path, it->from);
		if (!nx) continue;
		build(s, 5,
			(struct slice[]){before, slice_sub(all, nx->from, nx->to - nx->from), comma,
				one, slice_from(all, nx->to)});
		/* Behind {"imr": stands the register; the order among registers is another matter. */
		other = all.p[it->from + EVENT_HEAD] != all.p[nx->from + EVENT_HEAD] &&
			slice_starts(one, "{\"imr\":");
		attempt(s,
			!it->element ? "order"
			: other      ? "swap-other"
				     : "swap",
			it->element ? it->path : it->parent, it->from);
	}
	build(s, 1, &all);
}

static int run(struct state *s, const char *table_path)
{
	const char *seed = getenv("MUTATE_SEED");
	struct buf table;
	uint64_t start = 0;
	size_t i;

	s->all = getenv("MUTATE_ALL") != NULL;
	if (seed && parse_u64(slice_str(seed), UINT64_MAX, &start)) die("MUTATE_SEED");
	if (!seed) start = (uint64_t)time(NULL);
	s->random = start * 2654435761U + 88172645463325252U;
	read_table(s, load(table_path, &table));
	if (spans_read(buf_slice(&s->text), &s->spans)) die("this is no compact JSON");
	s->next = buf_heap(2 * s->text.n + 16);
	build(s, 1, (struct slice[]){buf_slice(&s->text)});
	if (!s->judge(buf_slice(&s->next))) die("the evidence does not pass as it is");
	flips(s);
	structure(s);
	for (i = 0; i < s->n_rows; i++)
		if (s->all && !s->row[i].met) {
			printf("# not met: %.*s | %.*s\n", (int)s->row[i].kind.n,
				(const char *)s->row[i].kind.p, (int)s->row[i].path.n,
				(const char *)s->row[i].path.p);
			s->unexpected++;
		}
	printf("%" PRIu64 " changes, %" PRIu64 " without meaning, %" PRIu64
	       " unexpected, %zu bytes, %s, seed %" PRIu64 "\n",
		s->tried, s->survived, s->unexpected, s->text.n, s->all ? "everything" : "a sample",
		start);
	buf_drop(&table);
	buf_drop(&s->text);
	buf_drop(&s->next);
	spans_drop(&s->spans);
	return s->unexpected ? 1 : 0;
}

/* ---- judges ------------------------------------------------------------------------------------ */

static struct expect want;

static bool judge_bundle(struct slice text)
{
	static struct proof p;
	struct why why = WHY_INIT;
	bool genuine;

	if (proof_run(text, &want, &p, &why)) die(why.text);
	genuine = p.verdict == PROOF_GENUINE;
	proof_drop(&p);
	return genuine;
}

static struct tdx_body td;

static bool judge_log(struct slice text)
{
	struct eventlog log = EVENTLOG_INIT;
	enum mrconfig_state config;
	struct launch launch;
	unsigned i;
	enum err e = eventlog_read(text, &log, NULL);

	for (i = 0; i < 4 && !e; i++)
		if (i == 3 || log.replayable[i]) e = eventlog_matches(&log, i, td.rtmr[i], NULL);
	if (!e) e = eventlog_launch(&log, &launch, NULL);
	if (!e) e = mrconfig_check(&launch, td.mrconfigid, SLICE_NONE, &config, NULL);
	eventlog_drop(&log);
	return e == E_OK;
}

int main(int argc, char **argv)
{
	static struct state s;
	static struct sig_memo memo;
	struct buf root, collateral, measurements, quote;
	uint64_t now;

	if (argc == 9 && strcmp(argv[1], "bundle") == 0) {
		load(argv[3], &s.text);
		want.root = load(argv[4], &root);
		want.collateral = load(argv[5], &collateral);
		want.measurements = load(argv[6], &measurements);
		want.has_compose_hash = true;
		want.memo = &memo;
		if (hex_exact(slice_str(argv[7]), want.compose_hash, SHA256_LEN))
			die("compose hash");
		if (parse_u64(slice_str(argv[8]), INT64_MAX, &now)) die("now");
		want.now = (int64_t)now;
		s.judge = judge_bundle;
	} else if (argc == 5 && strcmp(argv[1], "log") == 0) {
		if (tdx_body_read(load(argv[3], &quote), &td)) die("quote");
		load(argv[4], &s.text);
		s.judge = judge_log;
	} else {
		die("see the head of tests/mutation/mutate.c");
	}
	return run(&s, argv[2]);
}
