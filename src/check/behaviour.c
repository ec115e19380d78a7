/* SPDX-License-Identifier: MIT */
/* What a statement says was observed. Runs in the command line; pure. */
#include "check/behaviour.h"

#include "base/limits.h"
#include "base/num.h"

static enum err contradiction(struct why *why, const char *what)
{
	return why_set(why, E_STATEMENT_INCONSISTENT, "behaviour: %s", what);
}

/* Index of a word in a table of the record; n when it is none, which the schema refuses. */
static uint8_t index_of(struct slice word, const char *(*text)(unsigned), unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (text(i) && slice_is(word, text(i))) break;
	return (uint8_t)i;
}

static uint32_t count32(const struct cJSON *j, const char *name)
{
	uint64_t n = json_count_of(j, name);

	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static void read_row(const struct cJSON *j, struct observed *row)
{
	struct slice origin = json_text_of(j, "origin");

	*row = (struct observed){
		.kind = index_of(json_text_of(j, "kind"), observed_kind_text, OBSERVED_KINDS),
		.phase = index_of(json_text_of(j, "phase"), observed_phase_text, OBSERVED_PHASES),
		.count = count32(j, "count"),
		.confirmed = count32(j, "confirmed"),
		.bytes = json_count_of(j, "bytes"),
		.value = json_text_of(j, "value"),
		.detail = json_text_of(j, "detail")};
	if (origin.p) row->origin = index_of(origin, observed_origin_text, ORIGIN_COUNT);
	if (json_get_bool(j, "advisory", &row->advisory)) row->advisory = false;
	row->has_sha256 = json_get_hex(j, "sha256", row->sha256, sizeof row->sha256) == E_OK;
}

static bool phase_ran(const struct statement *s, uint8_t phase)
{
	const struct cJSON *r;

	for (r = json_child(json_get(s->predicate, "run")); r; r = json_next(r))
		if (slice_is(json_text_of(r, "phase"), observed_phase_text(phase))) return true;
	return phase == OBSERVED_PROBE &&
	       (json_child(json_get(s->predicate, "probe")) ||
		       json_child(json_get(json_get(s->predicate, "probed"), "runtimes")));
}

void behaviour_read(const struct statement *s, struct observation *o)
{
	const struct cJSON *b = json_get(s->predicate, "behaviour"), *j;
	const struct cJSON *coverage = json_get(b, "coverage"), *written = json_get(b, "written");
	unsigned kind;

	*o = (struct observation){
		.monitor = index_of(s->monitor, monitor_text, MONITOR_COUNT),
		.complete = s->monitor_complete,
		.dropped = count32(b, "dropped"),
		.notifications = count32(b, "notifications"),
		.survivors = count32(b, "survivors"),
		.package_files = count32(coverage, "files"),
		.package_read = count32(coverage, "read"),
		.written_files = count32(written, "files"),
		.written_bytes = json_count_of(written, "bytes"),
	};
	j = json_child(json_get(b, "rows"));
	for (; j && o->n < OBSERVED_KINDS * LIMIT_OBSERVED_KIND; j = json_next(j))
		read_row(j, &o->rows[o->n++]);
	for (j = json_child(json_get(b, "more")); j; j = json_next(j)) {
		kind = index_of(json_text_of(j, "kind"), observed_kind_text, OBSERVED_KINDS);
		if (kind < OBSERVED_KINDS) o->more[kind] = count32(j, "rows");
	}
}

/* ---- does it hold together? ----------------------------------------------------------- */

static enum err rows_fit(const struct statement *s, const struct observation *o, struct why *why)
{
	unsigned i, of_kind = 0;

	for (i = 0; i < o->n; i++) {
		const struct observed *row = &o->rows[i], *before = i ? row - 1 : NULL;

		of_kind = before && before->kind == row->kind ? of_kind + 1 : 1;
		if (before && before->kind > row->kind)
			return contradiction(why, "rows that are not by kind");
		if (of_kind > LIMIT_OBSERVED_KIND)
			return contradiction(why, "more rows of a kind than there is room for");
		if (row->count == 0 || row->value.n == 0)
			return contradiction(why, "a row of nothing");
		if (!phase_ran(s, row->phase))
			return contradiction(why, "a row of a phase that did not run");
	}
	return E_OK;
}

static enum err more_fits(const struct cJSON *b, struct why *why)
{
	const struct cJSON *j;
	int before = -1, kind;

	for (j = json_child(json_get(b, "more")); j; j = json_next(j)) {
		kind = index_of(json_text_of(j, "kind"), observed_kind_text, OBSERVED_KINDS);
		if (kind <= before || !json_count_of(j, "rows"))
			return contradiction(
				why, "kinds with more rows, doubled, unsorted or empty");
		before = kind;
	}
	return E_OK;
}

static enum err totals_fit(const struct statement *s, const struct cJSON *b,
	const struct observation *o, struct why *why)
{
	const struct cJSON *sha = json_get(json_get(b, "written"), "sha256");

	if (o->complete && o->dropped)
		return contradiction(why, "complete, and something was dropped");
	if (o->package_read > o->package_files ||
		o->package_files > json_count_of(json_get(s->predicate, "package"), "files"))
		return contradiction(why, "more files of the package read than there are");
	if ((o->written_files == 0) != json_is_null(sha))
		return contradiction(why, "files written without a digest, or the reverse");
	return E_OK;
}

/* With a monitor everything that it fills is there, without one nothing. */
static bool members_fit(const struct cJSON *b, bool watched)
{
	static const char *const members[] = {"canaries", "coverage", "dropped", "more",
		"notifications", "rows", "survivors", "written"};
	size_t i;

	for (i = 0; i < sizeof members / sizeof *members; i++)
		if ((json_get(b, members[i]) != NULL) != watched) return false;
	return true;
}

enum err behaviour_consistent(const struct statement *s, struct why *why)
{
	const struct cJSON *b = json_get(s->predicate, "behaviour");
	struct observation o;
	enum err e;

	behaviour_read(s, &o);
	if (!members_fit(b, o.monitor != MONITOR_NONE))
		return contradiction(why, "rows without a monitor, or a monitor without rows");
	if (o.monitor == MONITOR_NONE) return E_OK;
	if (json_count(json_get(b, "rows")) != o.n)
		return contradiction(why, "more rows than there is room for");
	e = rows_fit(s, &o, why);
	if (!e) e = more_fits(b, why);
	return e ? e : totals_fit(s, b, &o, why);
}

/* The hosts that the package declares, as far as the statement holds them. */
static void read_hosts(const struct statement *s, struct behaviour_facts *f)
{
	const struct cJSON *network = json_get(json_get(s->predicate, "test"), "network"), *j;
	const unsigned room = sizeof f->hosts / sizeof *f->hosts;
	struct slice host;
	bool declared;

	for (j = json_child(json_get(network, "declared")); j && f->n_hosts < room;
		j = json_next(j))
		if (json_str(j, &host) == E_OK) f->hosts[f->n_hosts++] = host;
	j = json_child(json_get(json_get(s->predicate, "inspection"), "rows"));
	for (; j && f->n_hosts < room; j = json_next(j))
		if (slice_is(json_text_of(j, "kind"), "host") &&
			json_get_bool(j, "declared", &declared) == E_OK && declared)
			f->hosts[f->n_hosts++] = json_text_of(j, "value");
}

uint64_t behaviour_of_statement(const struct statement *s)
{
	struct observation o;
	struct behaviour_facts f = {.observed = &o};

	behaviour_read(s, &o);
	f.test_ran = phase_ran(s, OBSERVED_TEST);
	read_hosts(s, &f);
	return behaviour_reasons(&f);
}

/* The reasons that it lists; statement_verdict says whether they follow. */
static uint64_t listed(const struct statement *s)
{
	const struct cJSON *j;
	struct slice word;
	uint64_t set = 0;
	int r;

	for (j = json_child(json_get(s->predicate, "reasons")); j; j = json_next(j)) {
		r = json_str(j, &word) ? -1 : reason_by_word(word);
		if (r >= 0) set |= REASON_BIT(r);
	}
	return set;
}

const char *statement_headline(const struct statement *s, enum standing standing, char *out)
{
	struct buf b = buf_on(out, HEADLINE_MAX);

	headline(&b, &(struct headline_facts){
			     s->verdict, listed(s), !slice_is(s->monitor, "none"), standing});
	return buf_text(&b);
}

enum colour statement_colour(const struct statement *s)
{
	const struct cJSON *coverage = json_get(json_get(s->predicate, "behaviour"), "coverage");

	return result_colour(
		s->verdict, listed(s), s->monitor_complete, json_count_of(coverage, "read"));
}
