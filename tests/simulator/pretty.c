/* SPDX-License-Identifier: MIT */
/* Indentation of compact JSON. Runs in the simulator; pure. */
#include "agent.h"

static void new_line(struct buf *out, unsigned depth)
{
	buf_u8(out, '\n');
	while (depth--)
		buf_str(out, "  ");
}

/* Index behind the string that begins at `at`. */
static size_t string_end(struct slice s, size_t at)
{
	for (at++; at < s.n && s.p[at] != '"'; at++)
		if (s.p[at] == '\\') at++;
	return at + 1;
}

void json_pretty(struct slice s, struct buf *out)
{
	unsigned depth = 0;
	size_t i = 0, end;

	while (i < s.n && !out->err) {
		uint8_t c = s.p[i], next = i + 1 < s.n ? s.p[i + 1] : 0;

		end = c == '"' ? string_end(s, i) : i + 1;
		if (c == '}' || c == ']') {
			new_line(out, --depth);
			buf_u8(out, c);
		} else if ((c == '{' && next == '}') || (c == '[' && next == ']')) {
			buf_u8(out, c);
			buf_u8(out, next);
			end = i + 2;
		} else {
			buf_put(out, slice_sub(s, i, end - i));
			if (c == '{' || c == '[') new_line(out, ++depth);
			if (c == ',') new_line(out, depth);
			if (c == ':') buf_u8(out, ' ');
		}
		i = end;
	}
}
