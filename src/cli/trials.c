/* SPDX-License-Identifier: MIT */
/* Probes as lines and as a section of a page. Runs on the command line. */
#include "cli/trials.h"

#include <stdio.h>

#include "base/text.h"
#include "cli/report.h"

/* Column in which paths begin, behind the longest outcome. */
#define OUTCOME_WIDTH 13

static void print_row(const struct trials *all, const struct trial *t)
{
	char path[2 * LIMIT_PATH_BYTES], detail[LIMIT_PROBE_DETAIL + 1], who[LIMIT_PROBE_WORD + 1],
		version[LIMIT_PROBE_WORD + 1];

	printf("  %-*s %s", OUTCOME_WIDTH,
		t->kind == TRIAL_PARSE ? "parse failed" : trial_outcome_text(t->outcome),
		text_ascii(path, sizeof path, t->path));
	if (t->detail.n) printf(": %s", text_shown(detail, sizeof detail, t->detail));
	printf(" (%s", text_shown(who, sizeof who, t->interpreter));
	if (t->version.n) printf(" %s", text_shown(version, sizeof version, t->version));
	if (t->ran)
		printf(", runtime %.*s, %u ms", (int)all->runtimes[t->runtime].name.n,
			(const char *)all->runtimes[t->runtime].name.p, t->duration_ms);
	printf(")\n");
}

void trials_print(const struct trials *t)
{
	unsigned i, ran = 0;

	if (!t->done) return;
	for (i = 0; i < t->n; i++)
		ran += t->rows[i].ran && t->rows[i].kind == TRIAL_HELP;
	printf("tried: %u of %u scripts, each started once with --help and no network; %u parsed\n",
		ran, t->scripts, t->checked);
	for (i = 0; i < t->n; i++)
		print_row(t, &t->rows[i]);
	if (t->left)
		printf("  %u more scripts were not started: there is room for %d, and for %d s\n",
			t->left, LIMIT_PROBES, LIMIT_PROBES_MS / 1000);
}

/* ---- a section of the page ---------------------------------------------------------------- */

static void html_code(struct buf *b, struct slice s)
{
	char mem[2 * LIMIT_PATH_BYTES];

	buf_str(b, "<code>");
	buf_html(b, slice_str(text_shown(mem, sizeof mem, s)));
	buf_str(b, "</code>");
}

static void html_text(struct buf *b, const struct cJSON *row, const char *before, const char *name)
{
	char mem[2 * LIMIT_PATH_BYTES];
	struct slice s = json_text_of(row, name);

	if (!s.n) return;
	buf_str(b, before);
	buf_html(b, slice_str(text_shown(mem, sizeof mem, s)));
}

static void html_row(struct buf *b, const struct cJSON *row)
{
	bool parse = slice_is(json_text_of(row, "kind"), "parse");

	buf_str(b, "<li>");
	html_code(b, json_text_of(row, "path"));
	if (parse)
		buf_str(b, " <b>parse failed</b>");
	else
		html_text(b, row, " <b>", "outcome");
	if (!parse) buf_str(b, "</b>");
	html_text(b, row, ": ", "detail");
	html_text(b, row, " (", "interpreter");
	html_text(b, row, " ", "version");
	html_text(b, row, ", runtime ", "runtime");
	buf_str(b, ")</li>\n");
}

void trials_html(struct buf *b, const struct cJSON *predicate)
{
	const struct cJSON *probed = json_get(predicate, "probed"), *row;
	uint64_t left = json_count_of(probed, "notStarted"), ran = 0;

	if (!json_is_object(probed)) return;
	for (row = json_child(json_get(predicate, "probe")); row; row = json_next(row))
		ran += slice_is(json_text_of(row, "kind"), "help") &&
		       !json_is_null(json_get(row, "exit"));
	buf_fmt(b,
		"<section aria-labelledby=\"tried\">\n<h2 id=\"tried\">Tried without a test</h2>\n"
		"<p>No test is declared. %llu of %llu scripts were started, each once with "
		"<code>--help</code>, alone and without network, and ended after %d s at the "
		"latest. %llu were parsed first; only failures of that are listed. That a script "
		"started shows that it can begin there, not what it does when it is used.</p>\n",
		(unsigned long long)ran, (unsigned long long)json_count_of(probed, "scripts"),
		LIMIT_PROBE_MS / 1000, (unsigned long long)json_count_of(probed, "parseChecked"));
	row = json_child(json_get(predicate, "probe"));
	if (row) buf_str(b, "<ul>\n");
	for (; row; row = json_next(row)) {
		html_row(b, row);
		if (!json_next(row)) buf_str(b, "</ul>\n");
	}
	if (left)
		buf_fmt(b,
			"<p>%llu scripts were not started: there is room for %d, and for %d s.</p>\n",
			(unsigned long long)left, LIMIT_PROBES, LIMIT_PROBES_MS / 1000);
	buf_str(b, "</section>\n");
}
