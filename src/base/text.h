/* SPDX-License-Identifier: MIT */
/*
 * Text from outside: UTF-8 checks, and the one way to show such text on a
 * terminal or in a log (C10). Runs in every role; pure.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/buf.h"
#include "base/slice.h"

/*
 * Reads one code point at *at and moves *at behind it. Returns -1 for bytes
 * that are not UTF-8 (overlong forms, surrogates, values over U+10FFFF, cut
 * sequences) and leaves *at where it was. *at must be below s.n.
 */
int32_t utf8_next(struct slice s, size_t *at);
bool utf8_valid(struct slice s);
/* Number of code points of valid UTF-8. */
size_t utf8_count(struct slice s);
/* Order by UTF-16 code units, as RFC 8785 sorts member names; both valid UTF-8. */
int text_cmp_utf16(struct slice a, struct slice b);
void buf_utf8(struct buf *b, uint32_t code_point);

/*
 * Printable ASCII stays, backslash becomes "\\", other ASCII and bytes that are
 * not UTF-8 become "\xHH", other code points "\u{H}". At most max bytes are
 * produced; a cut text ends in "...".
 */
void buf_ascii(struct buf *b, struct slice s, size_t max);
/* As buf_ascii into a C string of cap bytes; returns dst. */
const char *text_ascii(char *dst, size_t cap, struct slice s);
/*
 * As text_ascii for what should be printable already, such as the name in a refusal:
 * nothing is escaped a second time unless a byte is there that may not be shown.
 */
const char *text_shown(char *dst, size_t cap, struct slice s);
/* Not empty, and a token of HTTP (RFC 9110 5.6.2). */
bool text_is_token(struct slice s);

#endif
