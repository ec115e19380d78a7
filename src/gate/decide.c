/* SPDX-License-Identifier: MIT */
/* From what was found to reasons. Runs on the command line; pure. */
#include "gate/decide.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "gate/difference.h"

static void add_text(struct gate_reasons *l, enum gate_rule rule, const char *text)
{
	gate_add(l, rule, slice_str(text), SLICE_NONE, 0);
}

/* ---- the package ---------------------------------------------------------------------- */

static const struct {
	const char *kind;
	enum gate_rule rule;
} undeclared[] = {{"host", RULE_HOST}, {"secret", RULE_SECRET}, {"binary", RULE_BINARY}};
enum { UNDECLARED = sizeof undeclared / sizeof *undeclared };

static void add_facts(struct gate_reasons *l, const struct cJSON *inspection)
{
	const struct cJSON *row;
	bool declared;
	size_t i;

	for (row = json_child(json_get(inspection, "rows")); row; row = json_next(row)) {
		struct slice kind = json_text_of(row, "kind");

		for (i = 0; i < UNDECLARED; i++)
			if (slice_is(kind, undeclared[i].kind) &&
				(json_get_bool(row, "declared", &declared) || !declared))
				gate_add(l, undeclared[i].rule, json_text_of(row, "value"),
					json_text_of(row, "path"), json_count_of(row, "line"));
	}
}

/* A list that was cut may lack what is not declared. */
static void add_cut(struct gate_reasons *l, const struct cJSON *inspection)
{
	const struct cJSON *more;
	char text[GATE_DETAIL];
	size_t i;

	for (more = json_child(json_get(inspection, "more")); more; more = json_next(more))
		for (i = 0; i < UNDECLARED; i++) {
			if (!slice_is(json_text_of(more, "kind"), undeclared[i].kind)) continue;
			snprintf(text, sizeof text, "%s, %llu more places", undeclared[i].kind,
				(unsigned long long)json_count_of(more, "places"));
			add_text(l, RULE_CUT, text);
		}
	if (json_count_of(inspection, "moreHiddenText")) add_text(l, RULE_CUT, "hidden text");
}

static void add_hidden(struct gate_reasons *l, const struct cJSON *inspection)
{
	const struct cJSON *h;
	char text[GATE_DETAIL];

	for (h = json_child(json_get(inspection, "hiddenText")); h; h = json_next(h)) {
		snprintf(text, sizeof text,
			"%llu of no width, %llu of direction, %llu tags, %llu escapes",
			(unsigned long long)json_count_of(h, "zeroWidth"),
			(unsigned long long)json_count_of(h, "bidi"),
			(unsigned long long)json_count_of(h, "tag"),
			(unsigned long long)json_count_of(h, "escape"));
		gate_add(l, RULE_HIDDEN, slice_str(text), json_text_of(h, "path"),
			json_count_of(h, "line"));
	}
}

void gate_package(struct gate_reasons *l, const struct cJSON *report)
{
	const struct cJSON *inspection = json_get(report, "inspection"), *j;
	struct slice path;

	if (!json_is_object(inspection)) {
		add_text(l, RULE_UNREAD, "no facts were found");
		return;
	}
	add_hidden(l, inspection);
	add_facts(l, inspection);
	add_cut(l, inspection);
	for (j = json_child(json_get(report, "ignored")); j; j = json_next(j))
		if (json_str(j, &path) == E_OK) gate_add(l, RULE_IGNORED, SLICE_NONE, path, 0);
}

/* A rule of packages or manifests, and not a failure of this machine. */
static bool is_package_code(struct slice code)
{
	char name[64];
	enum err e = slice_text(name, sizeof name, code) ? err_by_name(name) : E_COUNT;

	return e >= E_PKG_TOO_LARGE && e <= E_RUNTIME_INVALID;
}

void gate_refused(struct gate_reasons *l, const struct cJSON *report)
{
	const struct cJSON *detail = json_get(report, "detail");
	struct slice code = json_text_of(report, "code"), text = json_text_of(report, "error");
	struct slice name = json_text_of(detail, "name");
	uint64_t line = json_count_of(detail, "line");
	char mem[GATE_DETAIL];
	struct buf b = buf_on(mem, sizeof mem - 1);

	if (!name.n && line) name = slice_str("SKILL.md");
	buf_put(&b, slice_sub(code, 0, 64));
	buf_str(&b, ": ");
	buf_put(&b, slice_sub(text, 0, sizeof mem - 80));
	gate_add(l, is_package_code(code) ? RULE_REFUSED : RULE_UNREAD, buf_slice(&b), name, line);
}

/* ---- evidence ---------------------------------------------------------------------------- */

/* The first link that fails, and whether it is the only one: LINK_COUNT, false for none. */
static int failed_link(const struct proof *p, bool *only)
{
	int i, first = LINK_COUNT;

	*only = true;
	for (i = 0; i < LINK_COUNT; i++) {
		if (p->link[i].state != STATE_FAIL) continue;
		if (first != LINK_COUNT) *only = false;
		if (first == LINK_COUNT) first = i;
	}
	return first;
}

/* Of a judged run: leaks, first in the behaviour itself, then in the reasons of the verdict. */
static bool has_leak(const struct statement *s)
{
	const struct cJSON *behaviour = json_get(s->predicate, "behaviour"), *row;

	for (row = json_child(json_get(behaviour, "rows")); row; row = json_next(row))
		if (slice_is(json_text_of(row, "kind"), "canary-leaked")) return true;
	return false;
}

/* Reasons of the verdict that have a rule of their own here. */
static enum gate_rule rule_of_reason(struct slice word)
{
	if (slice_is(word, "canary-leaked")) return RULE_LEAKED;
	if (slice_is(word, "undeclared-network")) return RULE_SEEN_HOST;
	if (slice_is(word, "monitor-incomplete")) return RULE_MONITOR;
	if (slice_is(word, "nothing-read")) return RULE_NOTHING_READ;
	if (slice_is(word, "unmonitored")) return RULE_UNMONITORED;
	return RULE_ATTESTED;
}

static bool listed(const struct gate_reasons *l, enum gate_rule rule, size_t from)
{
	size_t i;

	for (i = from; i < l->n; i++)
		if (l->item[i].rule == rule) return true;
	return false;
}

static void add_once(struct gate_reasons *l, enum gate_rule rule, size_t from, struct slice name)
{
	if (!listed(l, rule, from)) gate_add(l, rule, SLICE_NONE, name, 0);
}

static void add_words(struct gate_reasons *l, const struct statement *s, struct slice name)
{
	const struct cJSON *r;
	size_t from = l->n;
	struct slice word;

	for (r = json_child(json_get(s->predicate, "reasons")); r; r = json_next(r)) {
		enum gate_rule rule;

		if (json_str(r, &word)) continue;
		rule = rule_of_reason(word);
		if (rule == RULE_ATTESTED)
			gate_add(l, rule, word, name, 0);
		else
			add_once(l, rule, from, name);
	}
	if (has_leak(s)) add_once(l, RULE_LEAKED, from, name);
}

/* How the run was watched (C25): without a word of it, nobody watched. */
static void add_monitor(struct gate_reasons *l, const struct statement *s, struct slice name)
{
	const struct cJSON *behaviour = json_get(s->predicate, "behaviour");
	const struct cJSON *coverage = json_get(behaviour, "coverage");
	size_t from = l->n;

	if (!s->monitor.n || slice_is(s->monitor, "none")) {
		add_once(l, RULE_UNMONITORED, from, name);
		return;
	}
	if (!s->monitor_complete) add_once(l, RULE_MONITOR, from, name);
	if (!json_count_of(coverage, "read")) add_once(l, RULE_NOTHING_READ, from, name);
}

static void add_verdict(struct gate_reasons *l, const struct statement *s, struct slice name)
{
	static const enum gate_rule rules[VERDICT_COUNT] = {[VERDICT_FAILED] = RULE_FAILED,
		[VERDICT_TIMEOUT] = RULE_TIMEOUT,
		[VERDICT_LIMIT] = RULE_LIMIT,
		[VERDICT_ERROR] = RULE_ERROR,
		[VERDICT_NO_TEST] = RULE_NO_TEST};

	if (s->verdict != VERDICT_PASSED) gate_add(l, rules[s->verdict], SLICE_NONE, name, 0);
	/* Who ran nothing read nothing. */
	if (s->verdict != VERDICT_NO_TEST && s->verdict != VERDICT_ERROR) add_monitor(l, s, name);
}

/* What stands in the way of a green light in evidence that is not refuted. */
static void add_result(struct gate_reasons *l, const struct proof *p, struct slice name)
{
	const struct statement *s = &p->statement;
	char text[GATE_DETAIL];
	size_t from = l->n, i;
	bool clear = true;

	if (!s->tee)
		gate_add(l, RULE_NO_TEE, SLICE_NONE, name, 0);
	else if (p->verdict != PROOF_GENUINE)
		gate_add(l, RULE_OPEN, slice_str(p->sentence), name, 0);
	else if (!p->has_dcap || !p->dcap.intel_root)
		gate_add(l, RULE_TEST_ROOT, SLICE_NONE, name, 0);
	add_words(l, s, name);
	add_verdict(l, s, name);
	for (i = from; i < l->n; i++)
		if (l->item[i].effect > GATE_ALLOW) clear = false;
	/* A full list may have had no room for what speaks against it. */
	if (!clear || l->more || p->verdict != PROOF_GENUINE) return;
	snprintf(text, sizeof text, "the test read %llu of %llu files of the package",
		(unsigned long long)json_count_of(
			json_get(json_get(s->predicate, "behaviour"), "coverage"), "read"),
		(unsigned long long)json_count_of(
			json_get(json_get(s->predicate, "behaviour"), "coverage"), "files"));
	gate_add(l, RULE_PROVED, slice_str(text), name, 0);
}

void gate_proof(
	struct gate_reasons *l, const struct proof *p, enum gate_match match, struct slice name)
{
	bool only;
	int i = failed_link(p, &only);
	char text[GATE_DETAIL];

	if (i == LINK_PACKAGE && only) {
		gate_add(l, RULE_DIFFERS, slice_str(p->link[i].text), name, 0);
		return;
	}
	if (i != LINK_COUNT) {
		/* About other files, and no proof of anything: nobody's evidence. */
		if (match == MATCH_NAME) {
			gate_add(l, RULE_SKIPPED, SLICE_NONE, name, 0);
			return;
		}
		snprintf(text, sizeof text, "%s: %s", link_name((enum link_id)i), p->link[i].text);
		gate_add(l, RULE_REFUTED, slice_str(text), name, 0);
		return;
	}
	if (!p->has_statement || match < MATCH_LIST)
		gate_add(l, RULE_EVIDENCE_UNREAD, slice_str(p->sentence), name, 0);
	else
		add_result(l, p, name);
}

/* ---- approvals ------------------------------------------------------------------------------- */

/* Both lists find room beside what else there is to say; who sees as many looks at the package. */
#define SINCE_LISTED 30

struct since {
	struct gate_reasons *l;
	enum gate_rule rule;
	const struct cJSON *last, *now; /* with a last: what it would list too is left out */
	unsigned listed;
};

static void add_difference(void *ctx, const struct difference *d)
{
	struct since *s = ctx;
	char mem[GATE_DETAIL];
	struct buf b = buf_on(mem, sizeof mem - 1);
	bool is_file = strcmp(d->kind, "file") == 0;

	if (s->listed == SINCE_LISTED || (s->last && difference_holds(s->last, s->now, d))) return;
	s->listed++;
	buf_u8(&b, (uint8_t)d->mark);
	if (!is_file) buf_fmt(&b, " %s", d->kind);
	buf_u8(&b, ' ');
	buf_ascii(&b, d->value, sizeof mem - b.n - 1);
	gate_add(s->l, s->rule, buf_slice(&b), d->path, d->line);
}

static unsigned add_since(struct since *s, const struct cJSON *old)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < DIFFERENCE_KINDS; i++)
		n += difference_facts(old, s->now, difference_kinds[i].kind, add_difference, s);
	return n + difference_files(old, s->now, add_difference, s);
}

void gate_approval(struct gate_reasons *l, const struct gate_approval *a, const struct gate_tree *t)
{
	struct since last = {l, RULE_SINCE_LAST, NULL, t->report, 0};
	struct since first = {l, RULE_SINCE_FIRST, a->last, t->report, 0};

	if (!a->last) return;
	if (gate_approval_exact(a, t)) {
		gate_accept(l, EXACT);
		gate_add(l, RULE_APPROVED, json_text_of(a->last, "approved"), SLICE_NONE, 0);
		return;
	}
	gate_accept(l, LATER);
	if (!add_since(&last, a->last))
		add_text(l, RULE_SINCE_LAST, "the tree differs in what is not listed");
	add_since(&first, a->first);
}
