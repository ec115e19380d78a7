/* SPDX-License-Identifier: MIT */
/*
 * `run --sarif`: every reason of a result as a rule, and each row that gives it
 * as a result. Places are the manifest's: what a program did has no line.
 * Runs on the command line.
 */
#include "cli/behaviour.h"
#include "cli/cli.h"
#include "cli/run.h"
#include "cli/sarif.h"

#define TEXT_BYTES (8 * LIMIT_OBSERVED_BYTES)

enum { RULE_REFUSED = REASON_COUNT, RULES };

static void make_rules(struct sarif_rule rules[RULES])
{
	int r;

	for (r = 0; r < REASON_COUNT; r++) {
		const struct reason_text *t = reason_text((enum reason)r);

		rules[r] = (struct sarif_rule){t->word, t->level, t->did, t->change};
	}
	rules[RULE_REFUSED] =
		(struct sarif_rule){"package-refused", "error", "the package is refused", NULL};
}

static void reason_result(struct jw *w, const struct sarif_rule *rules, int r,
	const struct observed *row, struct slice place)
{
	char mem[TEXT_BYTES];
	struct buf b = buf_on(mem, sizeof mem);

	buf_fmt(&b, "In a single run it %s", rules[r].what);
	if (row) {
		buf_str(&b, ": ");
		behaviour_row(&b, row);
	}
	buf_fmt(&b, ". To change it: %s.", rules[r].help);
	sarif_result(w, rules, (unsigned)r, buf_text(&b), place, 0);
}

static void results(struct jw *w, const struct sarif_rule *rules, const struct record *rec)
{
	const struct observation *o = &rec->observed;
	struct behaviour_facts f;
	struct verdict_out v;
	unsigned i, n;
	int r;

	record_behaviour(rec, &f);
	record_verdict(rec, &v);
	for (r = 0; r < REASON_COUNT; r++) {
		if (!(v.set & REASON_BIT(r))) continue;
		for (n = i = 0; o->monitor != MONITOR_NONE && i < o->n; i++) {
			if (!(behaviour_of_row(&f, &o->rows[i]) & REASON_BIT(r))) continue;
			reason_result(w, rules, r, &o->rows[i], rec->package.manifest_path);
			n++;
		}
		if (!n) reason_result(w, rules, r, NULL, rec->package.manifest_path);
	}
}

int run_sarif(const struct record *r, int status)
{
	struct sarif_rule rules[RULES];
	struct buf b = buf_heap(SARIF_MAX);
	struct jw w = jw_to(&b, false);
	char says[HEADLINE_MAX];

	make_rules(rules);
	sarif_begin(&w, rules, RULES);
	results(&w, rules, r);
	sarif_end(&w, record_headline(r, STANDING_UNATTESTED, says));
	return cli_put("run", &b, status);
}

int run_sarif_refused(const char *sentence, int status)
{
	struct sarif_rule rules[RULES];
	struct buf b = buf_heap(SARIF_MAX);
	struct jw w = jw_to(&b, false);

	make_rules(rules);
	sarif_begin(&w, rules, RULES);
	sarif_result(&w, rules, RULE_REFUSED, sentence, SLICE_NONE, 0);
	sarif_end(&w, NULL);
	return cli_put("run", &b, status);
}
