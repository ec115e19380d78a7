/* SPDX-License-Identifier: MIT */
/* Strict numbers, hex and base64. Runs in every role; pure. */
#include "base/num.h"

#include <string.h>

enum err parse_u64(struct slice s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (s.n == 0 || (s.n > 1 && s.p[0] == '0')) return E_FORMAT;
	for (i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9') return E_FORMAT;
	for (i = 0; i < s.n; i++)
		if (!mul_ok(v, (uint64_t)10, &v) || !add_ok(v, (uint64_t)(s.p[i] - '0'), &v))
			return E_RANGE;
	if (v > max) return E_RANGE;
	*out = v;
	return E_OK;
}

int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

static bool is_hex(struct slice s)
{
	size_t i;

	if (s.n % 2) return false;
	for (i = 0; i < s.n; i++)
		if (hex_digit(s.p[i]) < 0) return false;
	return true;
}

enum err hex_exact(struct slice s, void *dst, size_t n)
{
	uint8_t *out = dst;
	size_t i;

	if (s.n / 2 != n || !is_hex(s)) return E_FORMAT;
	for (i = 0; i < n; i++)
		out[i] = (uint8_t)(hex_digit(s.p[2 * i]) << 4 | hex_digit(s.p[2 * i + 1]));
	return E_OK;
}

enum err hex_into(struct slice s, struct buf *b)
{
	uint8_t *p;
	enum err e;

	if (s.n % 2) return E_FORMAT;
	p = buf_reserve(b, s.n / 2);
	if (!p) return b->err;
	e = hex_exact(s, p, s.n / 2);
	if (!e) buf_commit(b, s.n / 2);
	return e;
}

struct slice hex_bare(struct slice s)
{
	return slice_starts(s, "0x") || slice_starts(s, "0X") ? slice_from(s, 2) : s;
}

static int base64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z') return c - 'A';
	if (c >= 'a' && c <= 'z') return c - 'a' + 26;
	if (c >= '0' && c <= '9') return c - '0' + 52;
	if (c == '+') return 62;
	if (c == '/') return 63;
	return -1;
}

/* Four characters, negative when one of them is no digit. */
static int32_t base64_group(const uint8_t *c)
{
	int a = base64_digit(c[0]), b = base64_digit(c[1]);
	int d = base64_digit(c[2]), e = base64_digit(c[3]);

	return (a | b | d | e) < 0 ? -1 : a << 18 | b << 12 | d << 6 | e;
}

enum err base64_into(struct slice s, struct buf *b)
{
	size_t i, j, pad, out;
	uint8_t *p, last[4];
	int32_t v;

	if (s.n % 4) return E_FORMAT;
	if (s.n == 0) return E_OK;
	pad = s.p[s.n - 1] != '=' ? 0 : s.p[s.n - 2] != '=' ? 1 : 2;
	out = s.n / 4 * 3 - pad;
	p = buf_reserve(b, out);
	if (!p) return b->err;
	for (i = 0; i + 4 < s.n; i += 4, p += 3) {
		v = base64_group(s.p + i);
		if (v < 0) return E_FORMAT;
		p[0] = (uint8_t)(v >> 16);
		p[1] = (uint8_t)(v >> 8);
		p[2] = (uint8_t)v;
	}
	/* Padding stands at the end only, where it is read as zeros. */
	for (j = 0; j < 4; j++)
		last[j] = j < 4 - pad ? s.p[i + j] : 'A';
	v = base64_group(last);
	/* Bits that padding cuts off must be zero: one text per value. */
	if (v < 0 || v & ((1 << 8 * pad) - 1)) return E_FORMAT;
	for (j = 0; j < 3 - pad; j++)
		p[j] = (uint8_t)(v >> (16 - 8 * j));
	buf_commit(b, out);
	return E_OK;
}

void buf_base64(struct buf *b, struct slice s)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i;

	for (i = 0; i < s.n; i += 3) {
		size_t n = s.n - i < 3 ? s.n - i : 3;
		uint32_t v = (uint32_t)s.p[i] << 16;
		char t[4];

		if (n > 1) v |= (uint32_t)s.p[i + 1] << 8;
		if (n > 2) v |= s.p[i + 2];
		t[0] = digit[v >> 18];
		t[1] = digit[v >> 12 & 63];
		t[2] = n > 1 ? digit[v >> 6 & 63] : '=';
		t[3] = n > 2 ? digit[v & 63] : '=';
		buf_put(b, slice_of(t, 4));
	}
}
