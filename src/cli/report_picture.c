/* SPDX-License-Identifier: MIT */
/*
 * The chain as a picture: boxes from the result, or from the answer of a running
 * application, to the root and to the code that ran, every link a row in the box at its far end, and between the
 * boxes a line in the state of the link that joins them. SVG does not wrap
 * text, so lines are broken here by a count of characters; widths are chosen
 * for common fonts with room to spare.
 * Runs on the command line.
 */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "check/proof_values.h"
#include "cli/report.h"

/* Sizes in units of the picture; on a phone of 390 pixels one unit is about one pixel. */
#define BOX_WIDTH   336
#define RAIL        24 /* left of the boxes on narrow screens: the line past the root */
#define PAD         16
#define HEAD        50 /* title and subtitle */
#define ROW         24 /* first line of a link */
#define LINE        16 /* every further line */
#define ROW_GAP     10
#define GAP         44 /* between boxes, where a line with its mark runs */
#define TEXT_X      40 /* where text begins, behind the mark */
#define TEXT_CHARS  39 /* in the width that is left, at 12 units and in a wide font */
#define HEX_CHARS   12 /* that stay of a longer run of hex digits */
#define VALUE_CHARS 16 /* of a compared value: eight bytes as hex */
#define TEXT_LINES  3  /* then the text is cut; the page has it whole below */
#define VALUE_LINES 2

/* What a box shows, and the link whose line leads to it. */
struct box {
	const char *title;
	enum link_id joint; /* LINK_COUNT: no line leads here */
	unsigned n;
	enum link_id row[8];
};

enum { BOX_RESULT, BOX_QUOTE, BOX_ROOT, BOX_SYSTEM, BOX_APPLICATION, BOX_AROUND, BOXES };

static const struct box boxes[BOXES] = {
	/* Of a running application this is its answer, with the links that it has. */
	[BOX_RESULT] = {"Result", LINK_COUNT, 6,
		{LINK_ENVELOPE, LINK_STATEMENT, LINK_VERDICT, LINK_SANDBOX, LINK_PACKAGE,
			LINK_FRESHNESS}},
	[BOX_QUOTE] = {"Quote", LINK_BINDING, 1, {LINK_BINDING}},
	[BOX_ROOT] = {"Root", LINK_QUOTE, 2, {LINK_QUOTE, LINK_TCB}},
	[BOX_SYSTEM] = {"Measured system", LINK_LOG, 2, {LINK_LOG, LINK_OS}},
	[BOX_APPLICATION] = {"Application", LINK_IDENTITY, 4,
		{LINK_IDENTITY, LINK_STATE, LINK_COMPOSE, LINK_IMAGES}},
	[BOX_AROUND] = {"Around it", LINK_COUNT, 4,
		{LINK_GOVERNANCE, LINK_KMS, LINK_DOMAIN, LINK_HISTORY}},
};

struct picture {
	struct buf *b;
	const struct report *r;
	int x[BOXES], y[BOXES], height[BOXES];
};

static const char *state_class(const struct link *l)
{
	if (l->waived) return "waived";
	return l->state == STATE_OK ? "ok" : l->state == STATE_FAIL ? "fail" : "skip";
}

static void text_at(
	struct picture *p, const char *class, int x, int y, const char *anchor, struct slice s)
{
	buf_fmt(p->b, "<text class=\"%s\" x=\"%d\" y=\"%d\"%s>", class, x, y, anchor);
	buf_html(p->b, s);
	buf_str(p->b, "</text>");
}

/* State by shape as well as by colour. */
static void mark(struct picture *p, const struct link *l, int x, int y)
{
	static const char *const shape[] = {[STATE_SKIP] = "M-4 0h8",
		[STATE_OK] = "M-4.5 .5l3 3 6-6.5",
		[STATE_FAIL] = "M-3.5-3.5l7 7m0-7l-7 7"};

	buf_fmt(p->b, "<g class=\"mark %s\" transform=\"translate(%d %d)\">", state_class(l), x, y);
	buf_fmt(p->b, "<circle r=\"9\"/><path d=\"%s\"/></g>", shape[l->state]);
}

/* ---- lines of text ---------------------------------------------------------------------- */

/* The next line of at most max characters: cut at a blank when there is one far enough. */
static struct slice take_line(struct slice *rest, size_t max)
{
	struct slice line = slice_sub(*rest, 0, max);
	size_t n = line.n;

	if (rest->n > max) {
		while (n > max / 2 && rest->p[n] != ' ')
			n--;
		if (rest->p[n] != ' ') n = max;
		line = slice_sub(*rest, 0, n);
	}
	*rest = slice_trim(slice_from(*rest, line.n));
	return line;
}

/* text with every long run of hex digits shortened. */
static struct slice shorten(const char *text, char *mem, size_t cap)
{
	struct buf b = buf_on(mem, cap);
	struct slice s = slice_str(text);
	size_t i = 0, n;

	while (i < s.n) {
		for (n = 0; i + n < s.n && hex_digit(s.p[i + n]) >= 0;)
			n++;
		if (n > HEX_CHARS + 3) {
			buf_put(&b, slice_sub(s, i, HEX_CHARS));
			/* A text that is shortened already brings its own dots. */
			if (!slice_starts(slice_from(s, i + n), "...")) buf_str(&b, "...");
		} else {
			n += n == 0;
			buf_put(&b, slice_sub(s, i, n));
		}
		i += n;
	}
	return buf_slice(&b);
}

/* Writes text in lines below y, or only counts them; returns how many. */
static int wrapped(struct picture *p, const char *text, int x, int y, bool draw)
{
	char cut[TEXT_CHARS + 4], mem[sizeof((struct link *)0)->text];
	struct slice rest = shorten(text, mem, sizeof mem), line;
	int n = 0;

	while (rest.n > 0 && n < TEXT_LINES) {
		line = take_line(&rest, TEXT_CHARS);
		n++;
		if (n == TEXT_LINES && rest.n > 0) {
			snprintf(cut, sizeof cut, "%.*s...",
				(int)(line.n > TEXT_CHARS - 3 ? TEXT_CHARS - 3 : line.n),
				(const char *)line.p);
			line = slice_str(cut);
			rest = SLICE_NONE;
		}
		if (draw) text_at(p, "txt", x, y + n * LINE, "", line);
	}
	return n;
}

/* The values that were compared, shortened: "nonce 0011223344556677 = 0011223344556677". */
static int compared(struct picture *p, enum link_id id, int x, int y, bool draw)
{
	struct proof_value v[PROOF_VALUES];
	size_t i, n = proof_values(p->r->proof, p->r->want, id, v);
	char line[2 * VALUE_CHARS + 16];
	int lines = 0;

	/* What differs comes first, as the room is small. */
	for (i = 0; i < 2 * n && lines < VALUE_LINES; i++) {
		bool same = i >= n;

		if (v[i % n].relation != (same ? VALUE_EQUAL : VALUE_DIFFERENT)) continue;
		lines++;
		if (!draw) continue;
		snprintf(line, sizeof line, "%.*s %s %.*s", VALUE_CHARS, v[i % n].expected,
			same ? "=" : "\xe2\x89\xa0", VALUE_CHARS, v[i % n].found);
		buf_fmt(p->b, "<text class=\"val %s\" x=\"%d\" y=\"%d\">", same ? "eq" : "ne", x,
			y + lines * LINE);
		/* Hex digits and one sign of our own: nothing to escape. */
		buf_str(p->b, line);
		buf_str(p->b, "</text>");
	}
	return lines;
}

/* One link at y; returns its height. */
static int row(struct picture *p, enum link_id id, int x, int y, bool draw)
{
	const struct link *l = &p->r->proof->link[id];
	const char *anchor = " text-anchor=\"end\"";
	int n;

	if (l->absent) return 0;
	if (draw) {
		mark(p, l, x + PAD + 9, y + 9);
		text_at(p, "name", x + TEXT_X, y + 14, "", slice_str(link_name(id)));
		buf_fmt(p->b, "<g class=\"%s\">", state_class(l));
		text_at(p, "word", x + BOX_WIDTH - PAD, y + 14, anchor,
			slice_str(l->waived ? "SKIP (accepted)" : report_state(l->state)));
		buf_str(p->b, "</g>");
	}
	n = wrapped(p, l->text, x + TEXT_X, y + 15, draw);
	n += compared(p, id, x + TEXT_X, y + 15 + n * LINE, draw);
	return ROW + n * LINE + ROW_GAP;
}

/* ---- boxes -------------------------------------------------------------------------------- */

static const char *title(const struct proof *p, unsigned box)
{
	return p->live && box == BOX_RESULT ? "Answer" : boxes[box].title;
}

static void subtitle(const struct proof *p, unsigned box, char *out, size_t cap)
{
	out[0] = '\0';
	switch (box) {
	case BOX_RESULT:
		if (p->live)
			snprintf(out, cap, "of the running application, to a nonce");
		else if (p->has_statement)
			snprintf(out, cap, "%s, as signed", verdict_word(p->statement.verdict));
		else
			snprintf(out, cap, "cannot be read");
		break;
	case BOX_QUOTE:
		snprintf(out, cap, "%s",
			p->has_dcap         ? "what the processor signed"
			: p->bundle.quote.n ? "does not hold"
					    : "none");
		break;
	case BOX_ROOT:
		snprintf(out, cap, "%s",
			!p->has_dcap         ? "not reached"
			: p->dcap.intel_root ? "Intel's root certificate"
					     : "a test root: nothing about hardware");
		break;
	case BOX_SYSTEM: snprintf(out, cap, "firmware, kernel and start of the machine"); break;
	case BOX_APPLICATION:
		snprintf(out, cap, "the code that %s", p->live ? "answered" : "made the result");
		break;
	default: snprintf(out, cap, "the proof does not depend on these"); break;
	}
}

static int box_height(struct picture *p, unsigned k)
{
	unsigned i;
	int h = HEAD + PAD / 2;

	for (i = 0; i < boxes[k].n; i++)
		h += row(p, boxes[k].row[i], 0, 0, false);
	return h;
}

static void draw_box(struct picture *p, unsigned k)
{
	int x = p->x[k], y = p->y[k];
	char text[64];
	unsigned i;

	buf_fmt(p->b,
		"<rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"12\"/>", x,
		y, BOX_WIDTH, p->height[k]);
	text_at(p, "title", x + PAD, y + 26, "", slice_str(title(p->r->proof, k)));
	subtitle(p->r->proof, k, text, sizeof text);
	text_at(p, "sub", x + PAD, y + 43, "", slice_str(text));
	for (i = 0, y += HEAD + 6; i < boxes[k].n; i++)
		y += row(p, boxes[k].row[i], x, y, true);
}

/* The line to a box with the mark of its link on it. */
static void joint(struct picture *p, unsigned to, const char *path, int mark_x, int mark_y)
{
	const struct link *l = &p->r->proof->link[boxes[to].joint];

	buf_fmt(p->b, "<path class=\"joint %s\" d=\"%s\"/>", state_class(l), path);
	mark(p, l, mark_x, mark_y);
}

/* One below the other; the line from the quote to the system runs past the root. */
static void joints_narrow(struct picture *p)
{
	static const unsigned down[] = {BOX_QUOTE, BOX_ROOT, BOX_APPLICATION};
	int x = RAIL + BOX_WIDTH / 2, from, to;
	char path[96];
	size_t i;

	for (i = 0; i < sizeof down / sizeof *down; i++) {
		to = p->y[down[i]];
		snprintf(path, sizeof path, "M%d %dV%d", x, to - GAP, to);
		joint(p, down[i], path, x, to - GAP / 2);
	}
	from = p->y[BOX_QUOTE] + p->height[BOX_QUOTE] / 2;
	to = p->y[BOX_SYSTEM] + HEAD / 2;
	snprintf(path, sizeof path, "M%d %dH%dV%dH%d", RAIL, from, RAIL / 2 - 1, to, RAIL);
	joint(p, BOX_SYSTEM, path, RAIL / 2 - 1, to - 40);
}

/* Three columns: result; quote above system; root above application. */
static void joints_wide(struct picture *p)
{
	const unsigned right[] = {BOX_QUOTE, BOX_ROOT, BOX_APPLICATION};
	int y, x;
	char path[96];
	size_t i;

	for (i = 0; i < sizeof right / sizeof *right; i++) {
		y = p->y[right[i]] + HEAD / 2;
		x = p->x[right[i]];
		snprintf(path, sizeof path, "M%d %dH%d", x - GAP - 12, y, x);
		joint(p, right[i], path, x - (GAP + 12) / 2, y);
	}
	x = p->x[BOX_SYSTEM] + BOX_WIDTH / 2;
	y = p->y[BOX_SYSTEM];
	snprintf(path, sizeof path, "M%d %dV%d", x, p->y[BOX_QUOTE] + p->height[BOX_QUOTE], y);
	joint(p, BOX_SYSTEM, path, x, y - GAP / 2);
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

/* Places the boxes; returns the height of the whole. */
static int place(struct picture *p, bool wide)
{
	static const unsigned column[BOXES] = {0, 1, 2, 1, 2, 0};
	int y = 1, below;
	unsigned k;

	for (k = 0; k < BOXES; k++)
		p->height[k] = box_height(p, k);
	if (wide) {
		below = larger(p->height[BOX_QUOTE], p->height[BOX_ROOT]) + GAP;
		for (k = 0; k < BOXES; k++) {
			p->x[k] = 1 + (int)column[k] * (BOX_WIDTH + GAP + 12);
			p->y[k] = k >= BOX_SYSTEM ? 1 + below : 1;
			if (k == BOX_AROUND) p->y[k] = 1 + p->height[BOX_RESULT] + GAP;
			y = larger(y, p->y[k] + p->height[k]);
		}
		return y + 1;
	}
	for (k = 0; k < BOXES; k++) {
		p->x[k] = RAIL;
		p->y[k] = y;
		y += p->height[k] + GAP;
	}
	return y - GAP + 1;
}

void report_picture(struct buf *b, const struct report *r, bool wide)
{
	struct picture p = {.b = b, .r = r};
	int height = place(&p, wide);
	int width = wide ? 3 * BOX_WIDTH + 2 * (GAP + 12) + 2 : RAIL + BOX_WIDTH + 1;
	const char *name = wide ? "wide" : "narrow";
	unsigned k;

	buf_fmt(b, "<svg class=\"chain %s\" viewBox=\"0 0 %d %d\" role=\"img\" ", name, width,
		height);
	buf_fmt(b, "aria-labelledby=\"title-%s about-%s\">", name, name);
	buf_fmt(b, "<title id=\"title-%s\">The chain from the %s to the root</title>", name,
		r->proof->live ? "answer" : "result");
	buf_fmt(b, "<desc id=\"about-%s\">", name);
	buf_html(b, slice_str(r->proof->sentence));
	buf_str(b, ". The list of links below has the same content as text.</desc>");
	if (wide)
		joints_wide(&p);
	else
		joints_narrow(&p);
	for (k = 0; k < BOXES; k++)
		draw_box(&p, k);
	buf_str(b, "</svg>\n");
}
