/* SPDX-License-Identifier: MIT */
/* Builder of byte strings. Runs in every role. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

/* First allocation of a heap buffer: most are small answers. */
#define BUF_FIRST 512

struct buf buf_on(void *mem, size_t cap)
{
	return (struct buf){mem, 0, cap, 0, E_OK};
}

struct buf buf_heap(size_t max)
{
	return (struct buf){NULL, 0, 0, max, E_OK};
}

void buf_drop(struct buf *b)
{
	if (b->max) free(b->p);
	*b = (struct buf)BUF_INIT;
}

void buf_reset(struct buf *b)
{
	b->n = 0;
	b->err = E_OK;
}

struct slice buf_slice(const struct buf *b)
{
	return slice_of(b->p, b->n);
}

static bool grow(struct buf *b, size_t need)
{
	size_t cap = b->cap ? b->cap : BUF_FIRST;
	uint8_t *p;

	if (need > b->max) {
		b->err = E_TOO_LARGE;
		return false;
	}
	while (cap < need)
		cap *= 2;
	if (cap > b->max) cap = b->max;
	p = realloc(b->p, cap);
	if (!p) {
		b->err = E_NO_MEMORY;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

uint8_t *buf_reserve(struct buf *b, size_t n)
{
	size_t need;

	if (b->err) return NULL;
	if (!add_ok(b->n, n, &need)) {
		b->err = E_TOO_LARGE;
		return NULL;
	}
	if (need > b->cap) {
		if (!b->max) {
			b->err = E_TOO_LARGE;
			return NULL;
		}
		if (!grow(b, need)) return NULL;
	}
	/* An empty heap buffer that needs no room has no memory yet. */
	return b->p ? b->p + b->n : NULL;
}

void buf_commit(struct buf *b, size_t n)
{
	if (!b->err && n <= b->cap - b->n) b->n += n;
}

const char *buf_text(struct buf *b)
{
	uint8_t *p = buf_reserve(b, 1);

	if (!p) return "";
	*p = 0;
	return (const char *)b->p;
}

void buf_put(struct buf *b, struct slice s)
{
	uint8_t *p = buf_reserve(b, s.n);

	if (!p || s.n == 0) return;
	memcpy(p, s.p, s.n);
	b->n += s.n;
}

void buf_str(struct buf *b, const char *s)
{
	buf_put(b, slice_str(s));
}

void buf_zeros(struct buf *b, size_t n)
{
	uint8_t *p = buf_reserve(b, n);

	if (!p || n == 0) return;
	memset(p, 0, n);
	b->n += n;
}

void buf_u8(struct buf *b, uint8_t v)
{
	buf_put(b, slice_of(&v, 1));
}

static void put_le(struct buf *b, uint64_t v, size_t n)
{
	uint8_t t[8];
	size_t i;

	for (i = 0; i < n; i++, v >>= 8)
		t[i] = (uint8_t)v;
	buf_put(b, slice_of(t, n));
}

void buf_le16(struct buf *b, uint16_t v)
{
	put_le(b, v, 2);
}

void buf_le32(struct buf *b, uint32_t v)
{
	put_le(b, v, 4);
}

void buf_le64(struct buf *b, uint64_t v)
{
	put_le(b, v, 8);
}

void buf_be16(struct buf *b, uint16_t v)
{
	uint8_t t[2] = {(uint8_t)(v >> 8), (uint8_t)v};

	buf_put(b, SLICE_OF(t));
}

void buf_be32(struct buf *b, uint32_t v)
{
	buf_be16(b, (uint16_t)(v >> 16));
	buf_be16(b, (uint16_t)v);
}

void buf_u64_dec(struct buf *b, uint64_t v)
{
	char t[24];
	size_t i = sizeof t;

	do {
		t[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	buf_put(b, slice_of(t + i, sizeof t - i));
}

void buf_i64_dec(struct buf *b, int64_t v)
{
	if (v < 0) {
		buf_u8(b, '-');
		buf_u64_dec(b, (uint64_t)0 - (uint64_t)v);
	} else {
		buf_u64_dec(b, (uint64_t)v);
	}
}

void buf_hex(struct buf *b, struct slice s)
{
	static const char digit[] = "0123456789abcdef";
	size_t i;
	uint8_t *p;

	if (s.n > SIZE_MAX / 2) {
		b->err = E_TOO_LARGE;
		return;
	}
	p = buf_reserve(b, 2 * s.n);
	if (!p) return;
	for (i = 0; i < s.n; i++) {
		p[2 * i] = (uint8_t)digit[s.p[i] >> 4];
		p[2 * i + 1] = (uint8_t)digit[s.p[i] & 15];
	}
	b->n += 2 * s.n;
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
	char small[512];
	va_list ap;
	int n;
	uint8_t *p;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->err = E_TOO_LARGE;
		return;
	}
	if ((size_t)n < sizeof small) {
		buf_put(b, slice_of(small, (size_t)n));
		return;
	}
	p = buf_reserve(b, (size_t)n + 1);
	if (!p) return;
	va_start(ap, fmt);
	vsnprintf((char *)p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}
