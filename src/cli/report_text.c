/* SPDX-License-Identifier: MIT */
/*
 * The report of a proof on a terminal: one line a link, then PROOF and RESULT
 * (C5). Text out of evidence gets here only escaped (C10).
 * Runs on the command line.
 */
#include "cli/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/governance.h"

#define ARGV_SHOWN  200 /* of one argument */
#define URI_SHOWN   120
#define LINE_BYTES  (64 * KIB)
#define COLOUR_OK   "\033[32m"
#define COLOUR_FAIL "\033[31m"
#define COLOUR_SKIP "\033[33m"
#define COLOUR_OFF  "\033[0m"

static bool colours(void)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	/* no-color.org: set and not empty. */
	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

const char *report_state(enum link_state s)
{
	return s == STATE_OK ? "OK" : s == STATE_FAIL ? "FAIL" : "SKIP";
}

static void print_link(const struct link *l, enum link_id id, bool colour)
{
	static const char *const codes[] = {COLOUR_SKIP, COLOUR_OK, COLOUR_FAIL};
	const char *word = report_state(l->state);

	printf("%s[%s]%s%*s %-11s %s", colour ? codes[l->state] : "", word,
		colour ? COLOUR_OFF : "", (int)(4 - strlen(word)), "", link_name(id), l->text);
	if (l->code) printf(" (%s)", err_name(l->code));
	if (l->waived) printf(" (accepted)");
	printf("\n");
	if (l->advice && !l->waived) printf("%19s%s\n", "", l->advice);
}

static void put_argv(struct buf *b, const struct statement *s)
{
	const struct cJSON *c;
	struct slice arg;

	for (c = json_child(s->argv); c; c = json_next(c)) {
		if (json_str(c, &arg)) continue;
		if (c != json_child(s->argv)) buf_u8(b, ' ');
		buf_u8(b, '\'');
		buf_ascii(b, arg, ARGV_SHOWN);
		buf_u8(b, '\'');
	}
}

enum proof_verdict report_colour(const struct proof *p)
{
	bool test_root = p->has_dcap && !p->dcap.intel_root;

	return p->verdict == PROOF_GENUINE && test_root ? PROOF_UNDECIDED : p->verdict;
}

enum standing report_standing(const struct proof *p)
{
	if (p->verdict != PROOF_GENUINE) return STANDING_CLAIMED;
	return p->statement.tee ? STANDING_ATTESTED : STANDING_UNATTESTED;
}

enum colour report_result_colour(const struct proof *p)
{
	enum colour c;

	if (!p->has_statement || p->verdict != PROOF_GENUINE) return COLOUR_GREY;
	c = statement_colour(&p->statement);
	return c == COLOUR_GREEN && report_colour(p) != PROOF_GENUINE ? COLOUR_AMBER : c;
}

void report_result(struct buf *b, const struct proof *p)
{
	const struct statement *s = &p->statement;

	if (p->live) {
		buf_str(b, "none: a running application was asked for itself");
		return;
	}
	if (!p->has_statement) {
		buf_str(b, "none: the statement cannot be read");
		return;
	}
	buf_str(b, verdict_word(s->verdict));
	if (p->verdict == PROOF_REFUTED) buf_str(b, " as claimed, which the proof refutes");
	if (p->verdict == PROOF_UNDECIDED) buf_str(b, " as claimed, which is not decided");
	if (s->argv) {
		buf_str(b, ": ");
		put_argv(b, s);
		buf_fmt(b, ", expected exit %u", s->expect_exit);
	}
	if (s->runtime_uri.n) {
		buf_str(b, ", runtime ");
		buf_ascii(b, s->runtime_uri, URI_SHOWN);
	}
	buf_fmt(b, ", %s sha256 ", s->has_archive ? "package" : "file list");
	buf_hex(b, s->has_archive ? SLICE_OF(s->archive_sha256) : SLICE_OF(s->files_sha256));
}

const char *report_weight(enum finding_weight w)
{
	return w == WEIGHT_NOTE ? "note" : w == WEIGHT_AUDIT ? "look" : "open";
}

void report_findings(const struct findings *f)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		const struct finding *x = &f->item[i];

		printf("  %-5s %-22s %s: %s%s%s\n", report_weight(x->weight), finding_name(x->code),
			x->where, finding_text(x->code), x->text[0] ? ": " : "", x->text);
	}
	if (f->more) printf("  ... %zu more\n", f->more);
}

static void print_policy(const struct report *r)
{
	char hex[2 * SHA256_LEN + 1];
	struct buf b = buf_on(hex, sizeof hex);
	size_t i;

	if (!r->policy) return;
	buf_hex(&b, SLICE_OF(r->policy->sha256));
	printf("Policy sha256 %s", buf_text(&b));
	for (i = 0; i < r->n_overridden; i++)
		printf("%s%s", i ? ", " : ", overridden by ", r->overridden[i]);
	printf("\n");
}

void report_text(const struct report *r)
{
	static const char *const codes[] = {COLOUR_OK, COLOUR_FAIL, COLOUR_SKIP};
	const struct proof *p = r->proof;
	struct buf b = buf_heap(LINE_BYTES);
	char says[HEADLINE_MAX];
	bool colour = colours();
	int i;

	for (i = 0; i < LINK_COUNT; i++)
		if (!p->link[i].absent) print_link(&p->link[i], (enum link_id)i, colour);
	if (p->findings.n) {
		printf("\nThe application's text:\n");
		report_findings(&p->findings);
	}
	if (p->has_governance) {
		printf("\nWhat the contract answers:\n");
		governance_text(&p->governance);
	}
	printf("\n");
	print_policy(r);
	if (p->has_statement && !p->live)
		printf("%s\n", statement_headline(&p->statement, report_standing(p), says));
	report_result(&b, p);
	printf("%sPROOF%s %s\n", colour ? codes[report_colour(p)] : "", colour ? COLOUR_OFF : "",
		p->sentence);
	printf("RESULT %s\n", buf_text(&b));
	buf_drop(&b);
}
