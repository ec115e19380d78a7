/* SPDX-License-Identifier: MIT */
/* The one repair of YAML that people write. Runs in unpack; pure. */
#include <string.h>

#include "unpack/matter.h"

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static bool is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static bool is_key_byte(uint8_t c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

/* [A-Za-z_][A-Za-z0-9_.-]* at the start of the line; its length, 0 when there is none. */
static size_t key_length(struct slice line)
{
	size_t n = 0;

	if (line.n && is_letter(line.p[0]))
		while (n < line.n && is_key_byte(line.p[n]))
			n++;
	return n;
}

/* Would YAML take the value for something else than text, or is it fine as it stands? */
static bool needs_quotes(struct slice value)
{
	size_t i;

	if (value.n == 0 || strchr("\"'[{|>&*!%@#`", value.p[0])) return false;
	for (i = 1; i < value.n; i++)
		if (value.p[i] == '#' && is_blank(value.p[i - 1])) return false;
	return value.p[value.n - 1] == ':' || slice_search(value, 0, SLICE(": ")) < value.n;
}

/* The value of a line that is to be quoted; empty when the line stays as it is. */
static struct slice value_to_quote(struct slice line)
{
	size_t at = key_length(line);
	struct slice value;

	if (at == 0 || at + 1 >= line.n || line.p[at] != ':' || !is_blank(line.p[at + 1]))
		return SLICE_NONE;
	value = slice_trim(slice_from(line, at + 1));
	return needs_quotes(value) ? value : SLICE_NONE;
}

bool matter_repair(struct slice in, struct buf *out)
{
	bool any = false;
	size_t i;

	while (in.n) {
		struct slice line = slice_split(&in, '\n'), value = value_to_quote(line);

		if (!value.n) {
			buf_put(out, line);
			buf_u8(out, '\n');
			continue;
		}
		any = true;
		buf_put(out, slice_sub(line, 0, key_length(line)));
		buf_str(out, ": '");
		for (i = 0; i < value.n; i++) {
			if (value.p[i] == '\'') buf_u8(out, '\'');
			buf_u8(out, value.p[i]);
		}
		buf_str(out, "'\n");
	}
	return any && !out->err;
}
