/* SPDX-License-Identifier: MIT */
/* Characters that people do not see (catalogue T8). Pure. */
#include <string.h>

#include "base/text.h"
#include "facts/find.h"

/*
 * Joiners belong into emoji and into scripts whose letters change their form,
 * and a few tags behind a black flag are the flag of a region. More than one
 * joiner or variation selector in a row, and more tags than a region has
 * letters, are a text of their own.
 */
#define FIRST_JOINING 0x0600
#define BLACK_FLAG    0x1F3F4
/* A country, up to four characters of its part (ISO 3166-2 has three), and the end mark. */
#define FLAG_TAGS 7

static bool is_joiner(int32_t c)
{
	return c == 0x200C || c == 0x200D;
}

static bool is_variation(int32_t c)
{
	return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
}

static bool is_zero_width(int32_t c, int32_t before)
{
	if (is_joiner(c)) return before < FIRST_JOINING || is_joiner(before);
	if (is_variation(c)) return is_variation(before);
	return c == 0x200B || c == 0x2060 || c == 0xFEFF || c == 0x180E ||
	       (c >= 0x2061 && c <= 0x2064);
}

static bool is_bidi(int32_t c)
{
	return c == 0x200E || c == 0x200F || c == 0x061C || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069);
}

static bool is_tag(int32_t c)
{
	return c >= 0xE0000 && c <= 0xE007F;
}

/* No NUL in the first bytes: text, as far as one can tell. */
static bool is_text(struct slice bytes)
{
	size_t i;

	bytes = slice_sub(bytes, 0, 1024);
	for (i = 0; i < bytes.n; i++)
		if (bytes.p[i] == 0) return false;
	return true;
}

/* Bytes between two reports of what was passed. */
#define PASSED_STEP (64 * KIB)

void find_hidden(struct find *in, const struct facts_source *s)
{
	struct slice bytes = s->bytes;
	struct facts *f = in->f;
	struct hidden_text h = {.path = in->path};
	int32_t before = 0;
	unsigned flag = 0; /* tags that may still belong to a flag */
	uint32_t line = 1;
	size_t told = PASSED_STEP;
	size_t at = slice_starts(bytes, "\xef\xbb\xbf") ? 3 : 0;

	/* A NUL does not hide what stands in a text or a program. */
	if (in->language == LANG_NONE && !is_text(bytes)) return;
	while (at < bytes.n) {
		uint32_t was = h.zero_width + h.bidi + h.tag + h.escape;
		int32_t c;

		if (s->passed && at >= told) {
			s->passed(s, at);
			told = at + PASSED_STEP;
		}
		if (bytes.p[at] < 0x80 && bytes.p[at] != 0x1B) {
			line += bytes.p[at] == '\n';
			before = bytes.p[at++];
			flag = 0;
			continue;
		}
		c = utf8_next(bytes, &at);
		if (c < 0) {
			at++;
			continue;
		}
		h.zero_width += is_zero_width(c, before);
		h.bidi += is_bidi(c);
		h.tag += is_tag(c) && !flag;
		flag = c == BLACK_FLAG ? FLAG_TAGS : flag && is_tag(c) ? flag - 1 : 0;
		h.escape += c == 0x1B || c == 0x9B;
		if (!h.line && h.zero_width + h.bidi + h.tag + h.escape > was) h.line = line;
		before = c;
	}
	if (!h.line) return;
	if (f->out.n_hidden < LIMIT_FACTS_HIDDEN)
		f->out.hidden[f->out.n_hidden++] = h;
	else
		f->out.more_hidden++;
}
