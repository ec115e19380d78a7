/* SPDX-License-Identifier: MIT */
/* Sticky reader over outside bytes. Runs in every role; pure. */
#include "base/cur.h"

struct cur cur_of(struct slice s)
{
	/* A null pointer with no bytes is a legal empty range. */
	static const uint8_t nothing[1];

	if (!s.p) s = slice_of(nothing, 0);
	return (struct cur){s.p, s.p + s.n, E_OK};
}

size_t cur_left(const struct cur *c)
{
	return (size_t)(c->end - c->p);
}

void cur_fail(struct cur *c, enum err e)
{
	if (c->err == E_OK) c->err = e;
	c->p = c->end;
}

struct slice cur_take(struct cur *c, size_t n)
{
	struct slice s;

	if (cur_left(c) < n) {
		cur_fail(c, E_TRUNCATED);
		return SLICE_NONE;
	}
	s = slice_of(c->p, n);
	c->p += n;
	return s;
}

struct slice cur_rest(struct cur *c)
{
	return cur_take(c, cur_left(c));
}

/* Little and big endian numbers of up to eight bytes; zero after a failure. */
static uint64_t take_le(struct cur *c, size_t n)
{
	struct slice s = cur_take(c, n);
	uint64_t v = 0;
	size_t i;

	for (i = s.n; i > 0; i--)
		v = v << 8 | s.p[i - 1];
	return v;
}

static uint64_t take_be(struct cur *c, size_t n)
{
	struct slice s = cur_take(c, n);
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	return v;
}

uint8_t cur_u8(struct cur *c)
{
	return (uint8_t)take_le(c, 1);
}

uint16_t cur_le16(struct cur *c)
{
	return (uint16_t)take_le(c, 2);
}

uint32_t cur_le32(struct cur *c)
{
	return (uint32_t)take_le(c, 4);
}

uint64_t cur_le64(struct cur *c)
{
	return take_le(c, 8);
}

uint16_t cur_be16(struct cur *c)
{
	return (uint16_t)take_be(c, 2);
}

uint32_t cur_be32(struct cur *c)
{
	return (uint32_t)take_be(c, 4);
}

int cur_peek(const struct cur *c)
{
	return c->p < c->end ? *c->p : -1;
}

enum err cur_end(const struct cur *c)
{
	if (c->err) return c->err;
	return c->p == c->end ? E_OK : E_TRAILING;
}
