/* SPDX-License-Identifier: MIT */
/*
 * Facts of a package as lines and as part of a page: what was found, where, whether
 * SKILL.md says so, and what would say it. Runs on the command line.
 */
#include "cli/facts.h"

#include <stdio.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/html.h"
#include "proc/inspection.h"

/* What would declare a value of a kind; NULL: nothing can, it is only shown. */
static const struct {
	const char *kind, *title, *declare;
} kinds[] = {
	{"host", "hosts", "metadata: {requires.network: HOST}"},
	{"secret", "secrets", "metadata: {requires.env: NAME}, or test: {secrets: [NAME]}"},
	{"environment", "variables",
		"metadata: {requires.env: NAME}, or test: {environment: [NAME=VALUE]}"},
	{"binary", "programs", "metadata: {requires.bins: NAME}, or allowed-tools: Bash(NAME:*)"},
	{"module", "modules", "requirements.txt or package.json"},
	{"missing-file", "named, but not there", NULL},
	{"install-hook", "run when installed", NULL},
	{"interpreter", "interpreters", NULL},
	{"interpreter-line", "#! lines that end in CR", NULL},
	{"nested", "archives and programs inside", NULL},
	{"executable", "files with the execute bit", NULL},
	{"test", "tests", "metadata: {verifier.test_command: COMMAND}"},
	{"command", "commands in prose, not run", NULL},
};

/* So many rows of a kind are printed; --json has all. */
#define SHOWN_ROWS 12

static uint64_t more_of(const struct cJSON *inspection, const char *kind)
{
	const struct cJSON *c;

	for (c = json_child(json_get(inspection, "more")); c; c = json_next(c))
		if (slice_is(json_text_of(c, "kind"), kind)) return json_count_of(c, "places");
	return 0;
}

/* "FILE:LINE and N more". */
static void put_place(struct buf *b, const struct cJSON *row)
{
	char path[LIMIT_PATH_BYTES + 1];
	uint64_t line = json_count_of(row, "line"), places = json_count_of(row, "places");

	buf_html(b, slice_str(cli_member(row, "path", path, sizeof path)));
	if (line) buf_fmt(b, ":%llu", (unsigned long long)line);
	if (places > 1) buf_fmt(b, " and %llu more", (unsigned long long)places - 1);
}

static void print_row(const struct cJSON *row, bool can_declare)
{
	/* Values are printable already (C10): text_shown escapes nothing twice. */
	char value[LIMIT_FACT_BYTES + 1], path[LIMIT_PATH_BYTES + 1];
	uint64_t line = json_count_of(row, "line"), places = json_count_of(row, "places");
	bool declared = false;

	if (json_get_bool(row, "declared", &declared)) declared = false;
	printf("    %s%s  ", text_shown(value, sizeof value, json_text_of(row, "value")),
		can_declare ? declared ? " (declared)" : " (not declared)" : "");
	printf("%s", cli_member(row, "path", path, sizeof path));
	if (line) printf(":%llu", (unsigned long long)line);
	if (places > 1) printf(" and %llu more", (unsigned long long)places - 1);
	printf("\n");
}

static void print_kind(const struct cJSON *inspection, size_t k)
{
	const struct cJSON *row;
	uint64_t n = 0, hidden = more_of(inspection, kinds[k].kind);
	bool undeclared = false, declared;

	for (row = json_child(json_get(inspection, "rows")); row; row = json_next(row)) {
		if (!slice_is(json_text_of(row, "kind"), kinds[k].kind)) continue;
		if (!n) printf("  %s\n", kinds[k].title);
		if (n++ < SHOWN_ROWS) print_row(row, kinds[k].declare != NULL);
		if (json_get_bool(row, "declared", &declared) || !declared) undeclared = true;
	}
	if (n > SHOWN_ROWS)
		printf("    ... %llu more, see --json\n", (unsigned long long)n - SHOWN_ROWS);
	if (hidden)
		printf("    ... and %llu places for which there was no room\n",
			(unsigned long long)hidden);
	if (undeclared && kinds[k].declare) printf("    would declare it: %s\n", kinds[k].declare);
}

static void print_hidden(const struct cJSON *inspection)
{
	const struct cJSON *h;
	char path[LIMIT_PATH_BYTES + 1];

	for (h = json_child(json_get(inspection, "hiddenText")); h; h = json_next(h))
		printf("  hidden text in %s:%llu: %llu zero-width, %llu direction, %llu tag, "
		       "%llu escape characters\n",
			cli_member(h, "path", path, sizeof path),
			(unsigned long long)json_count_of(h, "line"),
			(unsigned long long)json_count_of(h, "zeroWidth"),
			(unsigned long long)json_count_of(h, "bidi"),
			(unsigned long long)json_count_of(h, "tag"),
			(unsigned long long)json_count_of(h, "escape"));
}

void facts_text(const struct cJSON *inspection)
{
	uint64_t commands = json_count_of(inspection, "commandsNotRun");
	unsigned kind = 0;
	size_t k;

	if (json_is_null(inspection))
		printf("%-12s not read: the search failed, so nothing is known\n", "facts");
	if (!json_is_object(inspection)) return;
	while (package_kind_text(kind) &&
		!slice_is(json_text_of(inspection, "kind"), package_kind_text(kind)))
		kind++;
	printf("%-12s %s\n", "kind", package_kind_meaning(kind) ? package_kind_meaning(kind) : "?");
	if (commands)
		printf("%-12s %llu in its text were not run; your agent would run them\n",
			"commands", (unsigned long long)commands);
	if (!json_child(json_get(inspection, "rows")) &&
		!json_child(json_get(inspection, "hiddenText")))
		return;
	printf("%-12s %s\n", "facts", inspection_basis);
	print_hidden(inspection);
	for (k = 0; k < sizeof kinds / sizeof *kinds; k++)
		print_kind(inspection, k);
}

/* ---- page ------------------------------------------------------------------------------ */

static void html_row(struct buf *b, const struct cJSON *row, bool can_declare)
{
	char value[LIMIT_FACT_BYTES + 1];
	bool declared = false;

	if (json_get_bool(row, "declared", &declared)) declared = false;
	buf_str(b, "<dd><code>");
	buf_html(b, slice_str(text_shown(value, sizeof value, json_text_of(row, "value"))));
	buf_fmt(b, "</code>%s, ", can_declare ? declared ? " (declared)" : " (not declared)" : "");
	put_place(b, row);
	buf_str(b, "</dd>\n");
}

static void html_kind(struct buf *b, const struct cJSON *inspection, size_t k)
{
	uint64_t left = more_of(inspection, kinds[k].kind);
	const struct cJSON *row;
	bool any = false;

	for (row = json_child(json_get(inspection, "rows")); row; row = json_next(row)) {
		if (!slice_is(json_text_of(row, "kind"), kinds[k].kind)) continue;
		if (!any) buf_fmt(b, "<dt>%s</dt>", kinds[k].title);
		any = true;
		html_row(b, row, kinds[k].declare != NULL);
	}
	if (left && !any) buf_fmt(b, "<dt>%s</dt>", kinds[k].title);
	if (left)
		buf_fmt(b, "<dd>and %llu places for which there was no room</dd>\n",
			(unsigned long long)left);
}

static void html_hidden(struct buf *b, const struct cJSON *inspection)
{
	const struct cJSON *h = json_child(json_get(inspection, "hiddenText"));

	if (h) buf_str(b, "<dt>hidden text</dt>");
	for (; h; h = json_next(h)) {
		buf_str(b, "<dd>");
		put_place(b, h);
		buf_fmt(b,
			": %llu zero-width, %llu direction, %llu tag, %llu escape characters</dd>\n",
			(unsigned long long)json_count_of(h, "zeroWidth"),
			(unsigned long long)json_count_of(h, "bidi"),
			(unsigned long long)json_count_of(h, "tag"),
			(unsigned long long)json_count_of(h, "escape"));
	}
}

void facts_html(struct buf *b, const struct cJSON *inspection)
{
	uint64_t commands = json_count_of(inspection, "commandsNotRun");
	size_t k;

	if (!json_is_object(inspection)) return;
	buf_fmt(b,
		"<section aria-labelledby=\"holds\">\n<h2 id=\"holds\">What the package "
		"holds</h2>\n<p>Facts, %s.",
		inspection_basis);
	if (commands)
		buf_fmt(b, " %llu commands in its text were not run; an agent would run them.",
			(unsigned long long)commands);
	buf_str(b, "</p>\n<dl class=\"facts\">\n");
	html_hidden(b, inspection);
	for (k = 0; k < sizeof kinds / sizeof *kinds; k++)
		html_kind(b, inspection, k);
	buf_str(b, "</dl>\n</section>\n");
}
