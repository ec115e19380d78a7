/* SPDX-License-Identifier: MIT */
/* DER writer. Runs in the simulator and its tests; pure. */
#include "der.h"

#include <string.h>

#include "base/clock.h"
#include "base/num.h"

size_t asn_open(struct buf *b, uint8_t tag)
{
	buf_u8(b, tag);
	return b->n;
}

void asn_close(struct buf *b, size_t mark)
{
	uint8_t head[1 + sizeof(uint32_t)];
	size_t n, k = 0, bytes = 0, rest;

	if (b->err || mark > b->n) return;
	n = b->n - mark;
	if (n < 0x80) {
		head[k++] = (uint8_t)n;
	} else {
		for (rest = n; rest; rest >>= 8)
			bytes++;
		if (bytes > sizeof(uint32_t)) {
			b->err = E_TOO_LARGE;
			return;
		}
		head[k++] = (uint8_t)(0x80 | bytes);
		while (bytes--)
			head[k++] = (uint8_t)(n >> 8 * bytes);
	}
	/* Only now the size of the length is known: move the content up. */
	if (!buf_reserve(b, k)) return;
	memmove(b->p + mark + k, b->p + mark, n);
	memcpy(b->p + mark, head, k);
	buf_commit(b, k);
}

void asn_value(struct buf *b, uint8_t tag, struct slice content)
{
	size_t mark = asn_open(b, tag);

	buf_put(b, content);
	asn_close(b, mark);
}

void asn_bool(struct buf *b, bool v)
{
	uint8_t c = v ? 0xff : 0x00;

	asn_value(b, DER_BOOLEAN, slice_of(&c, 1));
}

void asn_int_bytes(struct buf *b, struct slice magnitude)
{
	size_t mark = asn_open(b, DER_INTEGER);

	while (magnitude.n && magnitude.p[0] == 0)
		magnitude = slice_from(magnitude, 1);
	/* A set top bit would make it negative; no bytes at all would be no number. */
	if (magnitude.n == 0 || magnitude.p[0] & 0x80) buf_u8(b, 0);
	buf_put(b, magnitude);
	asn_close(b, mark);
}

void asn_int(struct buf *b, uint64_t v)
{
	uint8_t t[8];
	size_t i;

	for (i = 0; i < sizeof t; i++)
		t[i] = (uint8_t)(v >> 8 * (sizeof t - 1 - i));
	asn_int_bytes(b, SLICE_OF(t));
}

void asn_enum(struct buf *b, uint8_t v)
{
	asn_value(b, DER_ENUMERATED, slice_of(&v, 1));
}

void asn_bits(struct buf *b, struct slice bytes)
{
	size_t mark = asn_open(b, DER_BIT_STRING);

	buf_u8(b, 0);
	buf_put(b, bytes);
	asn_close(b, mark);
}

void asn_named_bits(struct buf *b, uint8_t bits)
{
	uint8_t t[2] = {0, bits};

	/* DER cuts trailing zero bits of a named bit list (X.690 11.2.2). */
	while (t[0] < 7 && !(bits & 1 << t[0]))
		t[0]++;
	asn_value(b, DER_BIT_STRING, slice_of(t, sizeof t));
}

static void put_base128(struct buf *b, uint64_t v)
{
	uint8_t t[10];
	size_t i = sizeof t;

	t[--i] = (uint8_t)(v & 0x7f);
	while (v >>= 7)
		t[--i] = (uint8_t)(0x80 | (v & 0x7f));
	buf_put(b, slice_of(t + i, sizeof t - i));
}

void asn_oid(struct buf *b, const char *dotted)
{
	struct slice rest = slice_str(dotted);
	size_t mark = asn_open(b, DER_OID);
	uint64_t first, arc;

	if (parse_u64(slice_split(&rest, '.'), 2, &first) ||
		parse_u64(slice_split(&rest, '.'), 39, &arc))
		goto bad;
	put_base128(b, 40 * first + arc);
	while (rest.n) {
		if (parse_u64(slice_split(&rest, '.'), UINT32_MAX, &arc)) goto bad;
		put_base128(b, arc);
	}
	asn_close(b, mark);
	return;
bad:
	if (!b->err) b->err = E_FORMAT;
}

void asn_time(struct buf *b, int64_t seconds)
{
	char iso[ISO_LEN];
	struct slice s;
	bool utc;
	size_t mark;

	/* "2026-11-20T09:00:00.000Z" holds all digits in their order. */
	s = slice_str(clock_iso(iso, seconds * 1000));
	if (s.n != ISO_LEN - 1) {
		if (!b->err) b->err = E_RANGE;
		return;
	}
	utc = seconds < clock_from_civil(2050, 1, 1) && seconds >= clock_from_civil(1950, 1, 1);
	mark = asn_open(b, utc ? DER_UTC_TIME : DER_TIME);
	if (!utc) buf_put(b, slice_sub(s, 0, 2));
	buf_put(b, slice_sub(s, 2, 2));
	buf_put(b, slice_sub(s, 5, 2));
	buf_put(b, slice_sub(s, 8, 2));
	buf_put(b, slice_sub(s, 11, 2));
	buf_put(b, slice_sub(s, 14, 2));
	buf_put(b, slice_sub(s, 17, 2));
	buf_u8(b, 'Z');
	asn_close(b, mark);
}
