/* SPDX-License-Identifier: MIT */
/* UTF-8 and printable forms of outside text. Runs in every role; pure. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

int32_t utf8_next(struct slice s, size_t *at)
{
	/* Smallest value that may use a sequence of this many bytes. */
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint8_t b = s.p[*at];
	size_t len, i;
	uint32_t v;

	if (b < 0x80) {
		*at += 1;
		return b;
	}
	if (b >= 0xc2 && b <= 0xdf) {
		len = 2;
		v = b & 0x1f;
	} else if (b >= 0xe0 && b <= 0xef) {
		len = 3;
		v = b & 0x0f;
	} else if (b >= 0xf0 && b <= 0xf4) {
		len = 4;
		v = b & 0x07;
	} else {
		return -1;
	}
	if (s.n - *at < len) return -1;
	for (i = 1; i < len; i++) {
		b = s.p[*at + i];
		if ((b & 0xc0) != 0x80) return -1;
		v = v << 6 | (b & 0x3f);
	}
	if (v < least[len] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff)) return -1;
	*at += len;
	return (int32_t)v;
}

bool utf8_valid(struct slice s)
{
	size_t at = 0;

	while (at < s.n)
		if (utf8_next(s, &at) < 0) return false;
	return true;
}

size_t utf8_count(struct slice s)
{
	size_t i, n = 0;

	for (i = 0; i < s.n; i++)
		if ((s.p[i] & 0xc0) != 0x80) n++;
	return n;
}

/*
 * UTF-8 sorts by code point. UTF-16 differs in one place: code points from
 * U+10000 start with a surrogate and sort before U+E000 to U+FFFF.
 */
static uint32_t utf16_rank(int32_t c)
{
	if (c >= 0x10000) return (uint32_t)c - 0x10000 + 0xd800;
	return c >= 0xe000 ? (uint32_t)c + 0x100000 : (uint32_t)c;
}

int text_cmp_utf16(struct slice a, struct slice b)
{
	size_t i = 0, j = 0;

	while (i < a.n && j < b.n) {
		int32_t x = utf8_next(a, &i), y = utf8_next(b, &j);

		if (x < 0 || y < 0) break;
		if (x != y) return utf16_rank(x) < utf16_rank(y) ? -1 : 1;
	}
	return slice_cmp(slice_from(a, i), slice_from(b, j));
}

void buf_utf8(struct buf *b, uint32_t v)
{
	if (v < 0x80) {
		buf_u8(b, (uint8_t)v);
	} else if (v < 0x800) {
		buf_u8(b, (uint8_t)(0xc0 | v >> 6));
		buf_u8(b, (uint8_t)(0x80 | (v & 0x3f)));
	} else if (v < 0x10000) {
		buf_u8(b, (uint8_t)(0xe0 | v >> 12));
		buf_u8(b, (uint8_t)(0x80 | (v >> 6 & 0x3f)));
		buf_u8(b, (uint8_t)(0x80 | (v & 0x3f)));
	} else {
		buf_u8(b, (uint8_t)(0xf0 | v >> 18));
		buf_u8(b, (uint8_t)(0x80 | (v >> 12 & 0x3f)));
		buf_u8(b, (uint8_t)(0x80 | (v >> 6 & 0x3f)));
		buf_u8(b, (uint8_t)(0x80 | (v & 0x3f)));
	}
}

/* The printable form of what stands at *at, into t; returns its length. */
static size_t ascii_piece(struct slice s, size_t *at, char t[16])
{
	size_t from = *at;
	int32_t v = utf8_next(s, at);
	int n;

	if (v == '\\') {
		n = snprintf(t, 16, "\\\\");
	} else if (v >= 0x20 && v < 0x7f) {
		t[0] = (char)v, n = 1;
	} else if (v >= 0x80) {
		n = snprintf(t, 16, "\\u{%x}", (unsigned)v);
	} else {
		n = snprintf(t, 16, "\\x%02x", s.p[from]);
		*at = from + 1;
	}
	return (size_t)n;
}

/* Nothing in it needs another form: most texts, and worth a shorter way. */
static bool is_plain(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] >= 0x7f || s.p[i] == '\\') return false;
	return true;
}

void buf_ascii(struct buf *b, struct slice s, size_t max)
{
	size_t at, used, n, room = max;
	char t[16];

	if (s.n <= max && is_plain(s)) {
		buf_put(b, s);
		return;
	}
	for (at = 0, used = 0; at < s.n && used <= max;)
		used += ascii_piece(s, &at, t);
	if (used > max) room = max < 3 ? 0 : max - 3;
	for (at = 0, used = 0; at < s.n; used += n) {
		n = ascii_piece(s, &at, t);
		if (used + n > room) {
			buf_put(b, slice_sub(SLICE("..."), 0, max - used));
			return;
		}
		buf_put(b, slice_of(t, n));
	}
}

const char *text_ascii(char *dst, size_t cap, struct slice s)
{
	struct buf b = buf_on(dst, cap);

	buf_ascii(&b, s, cap - 1);
	return buf_text(&b);
}

const char *text_shown(char *dst, size_t cap, struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] >= 0x7f) return text_ascii(dst, cap, s);
	return slice_text(dst, cap, s) ? dst : text_ascii(dst, cap, s);
}

bool text_is_token(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			  (c >= '0' && c <= '9') || (c && strchr("!#$%&'*+-.^_`|~", c));

		if (!ok) return false;
	}
	return s.n > 0;
}
