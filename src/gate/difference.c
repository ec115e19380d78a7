/* SPDX-License-Identifier: MIT */
/* Two versions of a package side by side. Runs on the command line; pure. */
#include "gate/difference.h"

#include <string.h>

#define HIDDEN "hidden-text"

const struct difference_kind difference_kinds[DIFFERENCE_KINDS] = {
	{"host", "hosts"},
	{"secret", "secrets"},
	{"environment", "variables"},
	{"binary", "programs"},
	{"module", "modules"},
	{"install-hook", "run when installed"},
	{"nested", "archives and programs inside"},
	{"command", "commands in prose"},
	{HIDDEN, "characters that people do not see"},
};

static const struct cJSON *files_of(const struct cJSON *tree)
{
	return json_child(json_get(tree, "fileList"));
}

/* The list that holds a kind: hidden text has its own. */
static const struct cJSON *rows_of(const struct cJSON *tree, const char *kind)
{
	const char *list = strcmp(kind, HIDDEN) == 0 ? "hiddenText" : "rows";

	return json_child(json_get(json_get(tree, "inspection"), list));
}

static bool is_of(const struct cJSON *row, const char *kind)
{
	return strcmp(kind, HIDDEN) == 0 || slice_is(json_text_of(row, "kind"), kind);
}

static bool same_hidden(const struct cJSON *a, const struct cJSON *b)
{
	static const char *const counts[] = {"bidi", "escape", "tag", "zeroWidth"};
	size_t i;

	for (i = 0; i < sizeof counts / sizeof *counts; i++)
		if (json_count_of(a, counts[i]) != json_count_of(b, counts[i])) return false;
	return slice_eq(json_text_of(a, "path"), json_text_of(b, "path"));
}

/* Equal kind and value; of a file as a whole also equal path, for there the value is a word. */
static bool holds(const struct cJSON *rows, const struct cJSON *row, const char *kind)
{
	bool hidden = strcmp(kind, HIDDEN) == 0, whole = json_count_of(row, "line") == 0;

	for (; rows; rows = json_next(rows)) {
		if (hidden ? same_hidden(rows, row)
			   : is_of(rows, kind) &&
					slice_eq(json_text_of(rows, "value"),
						json_text_of(row, "value")) &&
					(!whole || slice_eq(json_text_of(rows, "path"),
							   json_text_of(row, "path"))))
			return true;
	}
	return false;
}

/* Rows of a kind in one list and not in the other. */
static unsigned only(char mark, const char *kind, const struct cJSON *here,
	const struct cJSON *there, difference_seen *seen, void *ctx)
{
	const struct cJSON *row;
	unsigned n = 0;

	for (row = here; row; row = json_next(row)) {
		struct difference d = {mark, kind, row, json_text_of(row, "value"),
			json_text_of(row, "path"), json_count_of(row, "line")};

		if (!is_of(row, kind) || holds(there, row, kind)) continue;
		if (strcmp(kind, HIDDEN) == 0) d.value = slice_str(HIDDEN);
		seen(ctx, &d);
		n++;
	}
	return n;
}

unsigned difference_facts(const struct cJSON *old, const struct cJSON *new, const char *kind,
	difference_seen *seen, void *ctx)
{
	const struct cJSON *a = rows_of(old, kind), *b = rows_of(new, kind);

	return only('-', kind, a, b, seen, ctx) + only('+', kind, b, a, seen, ctx);
}

static bool same_file(const struct cJSON *a, const struct cJSON *b)
{
	return slice_eq(json_text_of(a, "sha256"), json_text_of(b, "sha256")) &&
	       slice_eq(json_text_of(a, "mode"), json_text_of(b, "mode"));
}

/* Both lists are sorted by path: one walk. */
unsigned difference_files(
	const struct cJSON *old, const struct cJSON *new, difference_seen *seen, void *ctx)
{
	const struct cJSON *a = files_of(old), *b = files_of(new);
	unsigned n = 0;

	while (a || b) {
		int order = !a   ? 1
			    : !b ? -1
				 : slice_cmp(json_text_of(a, "path"), json_text_of(b, "path"));
		struct difference d = {.mark = order < 0   ? '-'
					       : order > 0 ? '+'
							   : '~',
			.kind = "file",
			.row = order > 0 ? b : a};

		d.value = d.path = json_text_of(d.row, "path");
		if (order || !same_file(a, b)) {
			seen(ctx, &d);
			n++;
		}
		if (order <= 0) a = json_next(a);
		if (order >= 0) b = json_next(b);
	}
	return n;
}

struct search {
	const struct difference *want;
	bool found;
};

static void compare(void *ctx, const struct difference *d)
{
	struct search *s = ctx;

	if (d->mark == s->want->mark && slice_eq(d->value, s->want->value) &&
		(d->line != 0 || slice_eq(d->path, s->want->path)))
		s->found = true;
}

bool difference_holds(const struct cJSON *old, const struct cJSON *new, const struct difference *d)
{
	struct search s = {d, false};

	if (strcmp(d->kind, "file") == 0)
		difference_files(old, new, compare, &s);
	else
		difference_facts(old, new, d->kind, compare, &s);
	return s.found;
}
