/* SPDX-License-Identifier: MIT */
/* What a run did, as lines and as part of a page. Runs on the command line. */
#include "cli/behaviour.h"

#include <stdio.h>

#include "base/text.h"
#include "cli/html.h"

/* So many rows of a kind are printed; --json and the page have all. */
#define SHOWN_ROWS 6
#define ROW_BYTES  (4 * LIMIT_OBSERVED_BYTES)

/* In the order in which a reader wants them: the gravest first. */
static const struct {
	enum observed_kind kind;
	const char *title;
	bool printed; /* by behaviour_print: coverage says how many files were read */
} groups[] = {
	{OBSERVED_CANARY_LEAKED, "decoys given away", true},
	{OBSERVED_CANARY_CHANGED, "decoys changed", true},
	{OBSERVED_CANARY_READ, "decoys read", true},
	{OBSERVED_CONNECT, "addresses", true},
	{OBSERVED_REQUEST, "requests", true},
	{OBSERVED_NAME, "names looked up", true},
	{OBSERVED_LISTEN, "listened at", true},
	{OBSERVED_LOCAL, "local sockets", true},
	{OBSERVED_EXEC, "programs", true},
	{OBSERVED_DENIED, "refused calls", true},
	{OBSERVED_WRITTEN, "files written", true},
	{OBSERVED_PATH, "paths", true},
	{OBSERVED_SURVIVOR, "left behind", true},
	{OBSERVED_PACKAGE_READ, "package files read", false},
};
enum { GROUPS = sizeof groups / sizeof *groups };

void behaviour_summary(struct buf *b, const struct observation *o)
{
	if (o->monitor == MONITOR_NONE) {
		buf_str(b, "not observed");
		return;
	}
	buf_fmt(b, "read %u of %u package files, wrote %u files (%llu bytes), %s", o->package_read,
		o->package_files, o->written_files, (unsigned long long)o->written_bytes,
		o->complete ? "watched from start to end" : "not watched to the end");
	if (o->dropped) buf_fmt(b, ", %u things seen and not kept", o->dropped);
	buf_fmt(b, " (%s)", monitor_text(o->monitor));
}

static void put_count(struct buf *b, const char *what, uint64_t n)
{
	if (n) buf_fmt(b, ", %llu %s", (unsigned long long)n, what);
}

void behaviour_row(struct buf *b, const struct observed *row)
{
	char text[LIMIT_OBSERVED_BYTES + 1];

	buf_str(b, text_shown(text, sizeof text, row->value));
	if (row->detail.n) buf_fmt(b, " %s", text_shown(text, sizeof text, row->detail));
	if (observed_origin_text(row->origin))
		buf_fmt(b, " [%s]", observed_origin_text(row->origin));
	if (row->phase != OBSERVED_TEST) buf_fmt(b, " [%s]", observed_phase_text(row->phase));
	if (row->count > 1) buf_fmt(b, ", %u times", row->count);
	put_count(b, "answered", row->confirmed);
	put_count(b, "bytes", row->bytes);
}

static void print_group(const struct observation *o, size_t g)
{
	unsigned i, n = 0;

	for (i = 0; i < o->n; i++) {
		char mem[ROW_BYTES];
		struct buf b = buf_on(mem, sizeof mem);

		if (o->rows[i].kind != groups[g].kind) continue;
		if (n++ >= SHOWN_ROWS) continue;
		behaviour_row(&b, &o->rows[i]);
		printf("  %-18s %s\n", n == 1 ? groups[g].title : "", buf_text(&b));
	}
	if (n > SHOWN_ROWS) printf("  %-18s ... %u more, see --json\n", "", n - SHOWN_ROWS);
	if (o->more[groups[g].kind])
		printf("  %-18s ... and %u for which there was no room\n", "",
			o->more[groups[g].kind]);
}

void behaviour_print(const struct observation *o)
{
	char mem[ROW_BYTES];
	struct buf b = buf_on(mem, sizeof mem);
	size_t g;

	if (o->monitor == MONITOR_NONE) return;
	behaviour_summary(&b, o);
	printf("behaviour %s\n", buf_text(&b));
	for (g = 0; g < GROUPS; g++)
		if (groups[g].printed) print_group(o, g);
}

void reasons_print(uint64_t reasons)
{
	int r;

	for (r = 0; r < REASON_COUNT; r++) {
		const struct reason_text *t = reason_text((enum reason)r);

		if (reasons & REASON_BIT(r))
			printf("%s: it %s. To change it: %s.\n", t->word, t->did, t->change);
	}
}

/* ---- page ------------------------------------------------------------------------------ */

static void group_html(struct buf *b, const struct observation *o, size_t g)
{
	uint32_t more = o->more[groups[g].kind];
	unsigned i, n = 0;

	for (i = 0; i < o->n; i++) {
		char mem[ROW_BYTES];
		struct buf row = buf_on(mem, sizeof mem);

		if (o->rows[i].kind != groups[g].kind) continue;
		if (n++ == 0) buf_fmt(b, "<dt>%s</dt>", groups[g].title);
		behaviour_row(&row, &o->rows[i]);
		buf_str(b, "<dd><code>");
		buf_html(b, buf_slice(&row));
		buf_str(b, "</code></dd>\n");
	}
	if (more && !n) buf_fmt(b, "<dt>%s</dt>", groups[g].title);
	if (more) buf_fmt(b, "<dd>and %u for which there was no room</dd>\n", more);
}

void behaviour_html(struct buf *b, const struct observation *o)
{
	size_t g;

	if (o->monitor == MONITOR_NONE) return;
	buf_str(b, "<section aria-labelledby=\"behaviour\">\n<h2 id=\"behaviour\">What it did in "
		   "this run</h2>\n<p>");
	behaviour_summary(b, o);
	buf_str(b, ". What is listed was seen; what it would do elsewhere, at another time or with "
		   "other input was not.</p>\n<dl class=\"facts\">\n");
	for (g = 0; g < GROUPS; g++)
		group_html(b, o, g);
	buf_str(b, "</dl>\n</section>\n");
}
