/* SPDX-License-Identifier: MIT */
/* MessagePack elements. Runs in the command line; pure. */
#include "check/msgpack.h"

static uint64_t take_be(struct cur *c, unsigned n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | cur_u8(c);
	return v;
}

/* Formats with one leading byte and a value, string or count inside it. */
static bool short_form(struct cur *c, uint8_t first, struct mp_item *item)
{
	if (first < 0x80) {
		item->kind = MP_UINT;
		item->n = first;
	} else if (first < 0x90) {
		item->kind = MP_MAP;
		item->n = first & 0x0f;
	} else if (first < 0xa0) {
		item->kind = MP_ARRAY;
		item->n = first & 0x0f;
	} else if (first < 0xc0) {
		item->kind = MP_STR;
		item->bytes = cur_take(c, first & 0x1f);
	}
	return first < 0xc0 || first >= 0xe0;
}

struct mp_item mp_next(struct cur *c)
{
	/* Bytes of value or length behind each leading byte from 0xc0 to 0xdf. */
	static const uint8_t width[32] = {
		0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 4, 8, 1, 2, 4, 8,  /* nil .. uint64 */
		1, 2, 4, 8, 1, 2, 4, 8, 16, 1, 2, 4, 2, 4, 2, 4, /* int8 .. map32 */
	};
	struct mp_item item = {MP_OTHER, 0, SLICE_NONE};
	uint8_t first = cur_u8(c);

	if (short_form(c, first, &item)) goto out;
	if (first >= 0xd4 && first <= 0xd8) {
		cur_take(c, 1U + width[first - 0xc0]); /* extension: type and data */
		goto out;
	}
	item.n = take_be(c, width[first - 0xc0]);
	if (first == 0xc1) cur_fail(c, E_FORMAT); /* never used */
	if (first >= 0xc4 && first <= 0xc6) item.kind = MP_BIN;
	if (first >= 0xc7 && first <= 0xc9) cur_take(c, item.n + 1);
	if (first >= 0xcc && first <= 0xcf) item.kind = MP_UINT;
	if (first >= 0xd9 && first <= 0xdb) item.kind = MP_STR;
	if (first == 0xdc || first == 0xdd) item.kind = MP_ARRAY;
	if (first >= 0xde) item.kind = MP_MAP;
	if (item.kind == MP_BIN || item.kind == MP_STR) item.bytes = cur_take(c, item.n);
out:
	return c->err ? (struct mp_item){MP_OTHER, 0, SLICE_NONE} : item;
}

struct slice mp_skip(struct cur *c)
{
	struct cur from = *c;
	size_t before = cur_left(c);
	uint64_t pending = 1;

	while (pending > 0 && !c->err) {
		struct mp_item item = mp_next(c);

		pending--;
		if (item.kind == MP_ARRAY) pending += item.n;
		if (item.kind == MP_MAP) pending += 2 * item.n;
	}
	return c->err ? SLICE_NONE : cur_take(&from, before - cur_left(c));
}

static struct mp_item expect(struct cur *c, enum mp_kind kind)
{
	struct mp_item item = mp_next(c);

	if (item.kind == kind) return item;
	cur_fail(c, E_FORMAT);
	return (struct mp_item){MP_OTHER, 0, SLICE_NONE};
}

uint64_t mp_uint(struct cur *c, uint64_t max)
{
	uint64_t v = expect(c, MP_UINT).n;

	if (v <= max) return v;
	cur_fail(c, E_RANGE);
	return 0;
}

struct slice mp_str(struct cur *c)
{
	return expect(c, MP_STR).bytes;
}

size_t mp_array(struct cur *c)
{
	return (size_t)expect(c, MP_ARRAY).n;
}

size_t mp_map(struct cur *c)
{
	return (size_t)expect(c, MP_MAP).n;
}

struct slice mp_bytes(struct cur *c, struct buf *b)
{
	struct mp_item item = mp_next(c);
	size_t at = b->n;
	uint64_t i;

	if (item.kind == MP_BIN) return item.bytes;
	if (item.kind != MP_ARRAY) cur_fail(c, E_FORMAT);
	for (i = 0; i < item.n && !c->err; i++)
		buf_u8(b, (uint8_t)mp_uint(c, 255));
	if (b->err) cur_fail(c, b->err);
	return c->err ? SLICE_NONE : slice_from(buf_slice(b), at);
}
