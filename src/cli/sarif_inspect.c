/* SPDX-License-Identifier: MIT */
/*
 * `inspect --sarif`: facts as results. Rules are words, levels are note and
 * warning: facts, no judgements.
 * Runs on the command line.
 */
#include <stdio.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/inspect.h"
#include "cli/sarif.h"
#include "proc/inspection.h"

/* A rule for each kind; a kind that can be declared is a result only where it is not. */
static const struct sarif_rule rules[] = {
	{"undeclared-network", "note", "a host that SKILL.md does not declare",
		"declare it: metadata: {requires.network: HOST}"},
	{"undeclared-secret", "note",
		"a variable named like a credential that SKILL.md does not declare",
		"declare it: metadata: {requires.env: NAME}"},
	{"undeclared-environment", "note", "an environment variable that SKILL.md does not declare",
		"declare it: metadata: {requires.env: NAME}"},
	{"undeclared-binary", "note", "a program that SKILL.md does not declare",
		"declare it: metadata: {requires.bins: NAME}, or allowed-tools: Bash(NAME:*)"},
	{"undeclared-module", "note", "a module that no requirements or package file names",
		"name it in requirements.txt or package.json"},
	{"undeclared-test", "note", "a test that SKILL.md does not declare",
		"declare it: metadata: {verifier.test_command: COMMAND}"},
	{"missing-file", "warning", "SKILL.md names a file that is not there", NULL},
	{"install-hook", "note", "what a package manager runs at installation", NULL},
	{"broken-interpreter-line", "warning",
		"a #! line that ends in CR: no kernel finds the program", NULL},
	{"nested-binary", "note", "an archive or a compiled program in the package", NULL},
	{"command-in-prose", "note", "a command that an agent would run", NULL},
	{"hidden-text", "warning", "characters that people do not see", NULL},
	{"package-refused", "warning", "the package is refused", NULL},
};
enum { RULES = sizeof rules / sizeof *rules, RULE_HIDDEN = RULES - 2, RULE_REFUSED = RULES - 1 };

static const struct {
	const char *kind;
	bool undeclared_only;
} kinds[RULE_HIDDEN] = {
	{"host", true},
	{"secret", true},
	{"environment", true},
	{"binary", true},
	{"module", true},
	{"test", true},
	{"missing-file", false},
	{"install-hook", false},
	{"interpreter-line", false},
	{"nested", false},
	{"command", false},
};

static void row_result(struct jw *w, const struct cJSON *row)
{
	char value[LIMIT_FACT_BYTES + 1], text[4 * LIMIT_FACT_BYTES + 400];
	char declare[2 * LIMIT_FACT_BYTES + 100];
	uint64_t places = json_count_of(row, "places");
	bool declared = false;
	unsigned i;

	for (i = 0; i < RULE_HIDDEN; i++)
		if (slice_is(json_text_of(row, "kind"), kinds[i].kind)) break;
	if (json_get_bool(row, "declared", &declared)) declared = false;
	if (i == RULE_HIDDEN || (declared && kinds[i].undeclared_only)) return;
	snprintf(text, sizeof text, "%s: %s (%llu place%s; %s)%s%s",
		text_shown(value, sizeof value, json_text_of(row, "value")), rules[i].what,
		(unsigned long long)places, places == 1 ? "" : "s", inspection_basis,
		json_text_of(row, "declare").n ? "; would declare it: " : "",
		text_shown(declare, sizeof declare, json_text_of(row, "declare")));
	sarif_result(w, rules, i, text, json_text_of(row, "path"), json_count_of(row, "line"));
}

static void hidden_result(struct jw *w, const struct cJSON *h)
{
	char text[200];

	snprintf(text, sizeof text, "%s: %llu zero-width, %llu direction, %llu tag, %llu escape",
		rules[RULE_HIDDEN].what, (unsigned long long)json_count_of(h, "zeroWidth"),
		(unsigned long long)json_count_of(h, "bidi"),
		(unsigned long long)json_count_of(h, "tag"),
		(unsigned long long)json_count_of(h, "escape"));
	sarif_result(
		w, rules, RULE_HIDDEN, text, json_text_of(h, "path"), json_count_of(h, "line"));
}

static void refused_result(struct jw *w, const struct cJSON *j)
{
	char code[64], why[300], text[400];

	snprintf(text, sizeof text, "%s: %s",
		text_ascii(code, sizeof code, json_text_of(j, "code")),
		text_shown(why, sizeof why, json_text_of(j, "error")));
	sarif_result(w, rules, RULE_REFUSED, text, json_text_of(j, "manifestFile"),
		json_count_of(json_get(j, "detail"), "line"));
}

int inspect_sarif(const struct report *r)
{
	const struct cJSON *inspection = json_get(r->json, "inspection"), *c;
	struct buf b = buf_heap(SARIF_MAX);
	struct jw w = jw_to(&b, false);

	sarif_begin(&w, rules, RULES);
	if (r->status == EXIT_REFUSED) refused_result(&w, r->json);
	for (c = json_child(json_get(inspection, "hiddenText")); c; c = json_next(c))
		hidden_result(&w, c);
	for (c = json_child(json_get(inspection, "rows")); c; c = json_next(c))
		row_result(&w, c);
	sarif_end(&w, NULL);
	return cli_put("inspect", &b, r->status);
}
