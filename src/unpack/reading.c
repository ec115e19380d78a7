/* SPDX-License-Identifier: MIT */
/* Shared by the parts of the manifest reader. Runs in unpack; no I/O. */
#include "unpack/reading.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

enum err refuse_field(
	struct reading *r, enum err code, const struct matter_node *at, const char *fmt, ...)
{
	char text[sizeof r->why->text];
	va_list ap;

	if (!r->why) return code;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	why_set(r->why, code, "%s", text);
	r->why->line = at ? at->line : 0;
	r->why->column = at ? at->column : 0;
	return code;
}

const char *shown_value(char out[SHOWN], const struct matter_node *n)
{
	if (n->kind != MATTER_TEXT)
		return text_ascii(
			out, SHOWN, n->kind == MATTER_LIST ? SLICE("a list") : SLICE("a mapping"));
	return text_ascii(out, SHOWN, n->text);
}

struct slice made_text(struct reading *r, size_t start)
{
	if (r->text->err) return SLICE_NONE;
	return slice_of(r->text->p + start, r->text->n - start);
}
