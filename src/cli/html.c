/* SPDX-License-Identifier: MIT */
/* Text as the content of a page. Runs on the command line; pure. */
#include "cli/html.h"

void buf_html(struct buf *b, struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		switch (c) {
		case '&': buf_str(b, "&amp;"); break;
		case '<': buf_str(b, "&lt;"); break;
		case '>': buf_str(b, "&gt;"); break;
		case '"': buf_str(b, "&quot;"); break;
		case '\'': buf_str(b, "&#39;"); break;
		default: buf_u8(b, c >= 0x20 && c < 0x7f ? c : '?'); break;
		}
	}
}
