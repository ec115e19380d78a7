/* SPDX-License-Identifier: MIT */
/* The frontmatter of a SKILL.md. Runs in unpack; pure. */
#include "unpack/frontmatter.h"

#include "base/text.h"

#define BOM "\xef\xbb\xbf"

#define NEXT_LINE           0x85 /* the one C1 control that YAML takes: a line break */
#define LINE_SEPARATOR      0x2028
#define PARAGRAPH_SEPARATOR 0x2029
#define BYTE_ORDER_MARK     0xfeff

static enum err at_place(struct why *why, uint32_t line, uint32_t column, enum err e)
{
	if (why) {
		why->line = line;
		why->column = column;
	}
	return e;
}

/* Splits the next line off *rest; LF, CR LF and CR end it. */
static struct slice next_line(struct slice *rest)
{
	size_t n = 0;
	struct slice line;

	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	line = slice_sub(*rest, 0, n);
	*rest = slice_from(*rest, n);
	if (slice_starts(*rest, "\r\n"))
		*rest = slice_from(*rest, 2);
	else
		*rest = slice_from(*rest, 1);
	return line;
}

/* "---" with nothing but blanks and tabs behind it. */
static bool is_delimiter(struct slice line)
{
	size_t i;

	if (!slice_starts(line, "---")) return false;
	for (i = 3; i < line.n; i++)
		if (line.p[i] != ' ' && line.p[i] != '\t') return false;
	return true;
}

/* Where a byte stands; what is in front of it is UTF-8. */
static enum err at_offset(struct why *why, struct slice file, size_t offset, enum err e)
{
	struct slice line = SLICE_NONE, rest = slice_sub(file, 0, offset);
	uint32_t number = 0;
	bool ended = true;

	if (slice_starts(rest, BOM)) rest = slice_from(rest, sizeof BOM - 1);
	for (; rest.n; number++) {
		size_t before = rest.n;

		line = next_line(&rest);
		ended = before - rest.n > line.n;
	}
	if (ended) return at_place(why, number + 1, 1, e);
	return at_place(why, number, (uint32_t)utf8_count(line) + 1, e);
}

/* Steps 2 and 3: plain UTF-8 without NUL; *file loses its mark. */
static enum err check_encoding(struct slice *file, struct manifest *m, struct why *why)
{
	size_t at = 0;

	if (slice_starts(*file, "\xff\xfe") || slice_starts(*file, "\xfe\xff"))
		return why_set(why, E_MANIFEST_ENCODING, "it is UTF-16; save it as UTF-8");
	while (at < file->n)
		if (utf8_next(*file, &at) < 0)
			return at_offset(why, *file, at,
				why_set(why, E_MANIFEST_ENCODING,
					"byte 0x%02x at offset %zu is not UTF-8; save the file as "
					"UTF-8",
					file->p[at], at));
	at = slice_find(*file, 0, 0);
	if (at < file->n)
		return at_offset(why, *file, at,
			why_set(why, E_MANIFEST_CONTROL, "a NUL byte at offset %zu; remove it",
				at));
	if (slice_starts(*file, BOM)) {
		*file = slice_from(*file, sizeof BOM - 1);
		manifest_warn(m, "bom");
	}
	if (slice_find(*file, 0, '\r') < file->n) manifest_warn(m, "crlf");
	return E_OK;
}

/* Step 5, over one line. */
static enum err check_controls(struct slice line, uint32_t number, struct why *why)
{
	uint32_t column = 0;
	size_t at = 0;

	while (at < line.n) {
		int32_t c = utf8_next(line, &at);

		column++;
		if ((c >= 0x20 && c < 0x7f) || c == '\t' || c >= 0xa0 || c == NEXT_LINE) continue;
		return at_place(why, number, column,
			why_set(why, E_MANIFEST_CONTROL,
				"the control character U+%04X in the frontmatter; remove it",
				(unsigned)c));
	}
	return E_OK;
}

/* Step 5, after the end was found. */
static enum err check_block(struct slice block, struct why *why)
{
	uint32_t line = FRONTMATTER_LINE;
	enum err e = E_OK;

	for (; block.n && !e; line++)
		e = check_controls(slice_split(&block, '\n'), line, why);
	return e;
}

/*
 * A line may end there in YAML 1.1, which libyaml reads, but not in 1.2; and
 * libyaml skips a mark in front of a line that others read as part of a key.
 * So "description: x<U+2028>name: y" has a name for some readers only.
 */
static bool divides_readers(struct slice block)
{
	size_t at = 0;

	while (at < block.n) {
		int32_t c = utf8_next(block, &at);

		if (c == NEXT_LINE || c == LINE_SEPARATOR || c == PARAGRAPH_SEPARATOR ||
			c == BYTE_ORDER_MARK)
			return true;
	}
	return false;
}

enum err frontmatter_find(struct slice file, struct buf *out, struct manifest *m, struct why *why)
{
	uint32_t number = FRONTMATTER_LINE;
	bool dashes = false;
	enum err e;

	if (file.n > LIMIT_MANIFEST_BYTES)
		return why_set(why, E_MANIFEST_TOO_LARGE,
			"more than %d bytes; move text to other files", LIMIT_MANIFEST_BYTES);
	e = check_encoding(&file, m, why);
	if (e) return e;
	if (!is_delimiter(next_line(&file)))
		return at_place(why, 1, 1,
			why_set(why, E_NO_FRONTMATTER,
				"the first line must be ---, followed by YAML and another ---"));
	for (; file.n; number++) {
		struct slice line = next_line(&file);

		if (is_delimiter(line)) {
			if (dashes) manifest_warn(m, "inline-dashes");
			if (divides_readers(buf_slice(out))) manifest_warn(m, "line-separators");
			return check_block(buf_slice(out), why);
		}
		if (slice_starts(line, "---"))
			return at_place(why, number, 1,
				why_set(why, E_FRONTMATTER_AMBIGUOUS,
					"some readers end the frontmatter there; remove the line or "
					"write it with a blank in front"));
		dashes = dashes || slice_search(line, 0, SLICE("---")) < line.n;
		buf_put(out, line);
		buf_u8(out, '\n');
		if (out->err || out->n > LIMIT_FRONTMATTER_BYTES)
			return why_set(why, E_FRONTMATTER_TOO_LARGE,
				"more than %d bytes before a line that is just ---; write that "
				"line behind the last field",
				LIMIT_FRONTMATTER_BYTES);
	}
	return at_place(why, number, 1,
		why_set(why, E_FRONTMATTER_UNCLOSED,
			"write a line that is just --- behind the last field"));
}
