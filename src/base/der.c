/* SPDX-License-Identifier: MIT */
/* Strict DER walker. Runs in unpack and the command line; pure. */
#include "base/der.h"

#include "base/clock.h"
#include "base/limits.h"

/* Bits of an identifier octet, X.690 section 8.1.2. */
#define TAG_CONSTRUCTED 0x20
#define TAG_NUMBER      0x1f

/* Longest length of a length that we read: 16 MiB is more than any input. */
#define LENGTH_BYTES 3

static size_t take_length(struct cur *c)
{
	uint8_t first = cur_u8(c);
	size_t n = first & 0x7f, i, v = 0;

	if (first < 0x80) return first;
	/* 0x80 is the indefinite form; a long form must not fit a shorter one. */
	if (n == 0 || n > LENGTH_BYTES) {
		cur_fail(c, E_FORMAT);
		return 0;
	}
	for (i = 0; i < n; i++)
		v = v << 8 | cur_u8(c);
	if (v < 0x80 || v >> (8 * (n - 1)) == 0) cur_fail(c, E_FORMAT);
	return v;
}

struct der_item der_next(struct cur *c)
{
	struct cur at = *c;
	size_t before = cur_left(c), n;
	struct der_item item = {0};

	item.tag = cur_u8(c);
	if ((item.tag & TAG_NUMBER) == TAG_NUMBER) cur_fail(c, E_FORMAT);
	n = take_length(c);
	item.body = cur_take(c, n);
	if (c->err) return (struct der_item){0};
	item.whole = cur_take(&at, before - cur_left(c));
	return item;
}

bool der_valid(struct slice s)
{
	struct cur level[LIMIT_DER_DEPTH];
	struct cur top = cur_of(s);
	struct der_item item = der_next(&top);
	unsigned depth = 0;

	if (cur_end(&top)) return false;
	if (!(item.tag & TAG_CONSTRUCTED)) return true;
	level[0] = cur_of(item.body);
	for (;;) {
		struct cur *c = &level[depth];

		if (cur_left(c) == 0) {
			if (depth-- == 0) return true;
			continue;
		}
		item = der_next(c);
		if (c->err) return false;
		if (!(item.tag & TAG_CONSTRUCTED)) continue;
		if (++depth == LIMIT_DER_DEPTH) return false;
		level[depth] = cur_of(item.body);
	}
}

bool der_is(const struct cur *c, uint8_t tag)
{
	return cur_peek(c) == tag;
}

static struct der_item take(struct cur *c, uint8_t tag)
{
	if (!der_is(c, tag)) {
		cur_fail(c, E_FORMAT);
		return (struct der_item){0};
	}
	return der_next(c);
}

struct slice der_take(struct cur *c, uint8_t tag)
{
	return take(c, tag).body;
}

struct slice der_take_whole(struct cur *c, uint8_t tag)
{
	return take(c, tag).whole;
}

struct cur der_enter(struct cur *c, uint8_t tag)
{
	struct cur inner = cur_of(der_take(c, tag));

	if (c->err) cur_fail(&inner, c->err);
	return inner;
}

void der_leave(struct cur *outer, const struct cur *inner)
{
	if (cur_end(inner)) cur_fail(outer, E_FORMAT);
}

bool der_bool(struct cur *c)
{
	struct slice s = der_take(c, DER_BOOLEAN);

	if (s.n != 1 || (s.p[0] != 0 && s.p[0] != 0xff)) cur_fail(c, E_FORMAT);
	return s.n == 1 && s.p[0] == 0xff;
}

/* X.690 8.3.2: not empty, and no first nine bits that are all alike. */
static struct slice magnitude(struct cur *c, uint8_t tag)
{
	struct slice s = der_take(c, tag);

	if (s.n == 0 || s.p[0] & 0x80) goto bad;
	if (s.n == 1 || s.p[0] != 0) return s;
	if (!(s.p[1] & 0x80)) goto bad;
	return slice_from(s, 1);
bad:
	cur_fail(c, E_FORMAT);
	return SLICE_NONE;
}

struct slice der_integer(struct cur *c)
{
	return magnitude(c, DER_INTEGER);
}

uint64_t der_uint(struct cur *c, uint8_t tag, uint64_t max)
{
	struct slice s = magnitude(c, tag);
	uint64_t v = 0;
	size_t i;

	if (s.n > sizeof v) {
		cur_fail(c, E_RANGE);
		return 0;
	}
	for (i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	if (v > max) {
		cur_fail(c, E_RANGE);
		return 0;
	}
	return v;
}

struct slice der_oid(struct cur *c)
{
	struct slice s = der_take(c, DER_OID);
	bool first = true;
	size_t i;

	/* Each number: no leading 0x80, and the last byte ends it (X.690 8.19.2). */
	for (i = 0; i < s.n; i++) {
		if (first && s.p[i] == 0x80) break;
		first = !(s.p[i] & 0x80);
	}
	if (s.n == 0 || i < s.n || !first) {
		cur_fail(c, E_FORMAT);
		return SLICE_NONE;
	}
	return s;
}

struct slice der_bytes(struct cur *c)
{
	struct slice s = der_take(c, DER_BIT_STRING);

	if (s.n == 0 || s.p[0] != 0) {
		cur_fail(c, E_FORMAT);
		return SLICE_NONE;
	}
	return slice_from(s, 1);
}

uint16_t der_named_bits(struct cur *c)
{
	struct slice s = der_take(c, DER_BIT_STRING);
	uint16_t v = 0;
	unsigned i, bits;

	/* X.690 11.2.2: no trailing zero bits, so the last bit is set. */
	if (s.n < 2 || s.n > 3 || s.p[0] > 7) goto bad;
	bits = (unsigned)(8 * (s.n - 1) - s.p[0]);
	if ((s.p[s.n - 1] & ((1U << s.p[0]) - 1)) || !(s.p[s.n - 1] >> s.p[0] & 1)) goto bad;
	for (i = 0; i < bits; i++)
		if (s.p[1 + i / 8] >> (7 - i % 8) & 1) v = (uint16_t)(v | 1U << i);
	return v;
bad:
	cur_fail(c, E_FORMAT);
	return 0;
}

/* n decimal digits; sets the error when there is another byte among them. */
static unsigned digits(struct cur *c, size_t n)
{
	unsigned v = 0;

	for (; n > 0; n--) {
		uint8_t b = cur_u8(c);

		if (b < '0' || b > '9') {
			cur_fail(c, E_FORMAT);
			return 0;
		}
		v = v * 10 + (unsigned)(b - '0');
	}
	return v;
}

int64_t der_time(struct cur *c)
{
	bool general = der_is(c, DER_GENERALIZED_TIME);
	struct cur t = der_enter(c, general ? DER_GENERALIZED_TIME : DER_UTC_TIME);
	unsigned year = digits(&t, general ? 4 : 2), month, day, hour, minute, second;

	/* RFC 5280 section 4.1.2.5.1. */
	if (!general) year += year >= 50 ? 1900 : 2000;
	month = digits(&t, 2);
	day = digits(&t, 2);
	hour = digits(&t, 2);
	minute = digits(&t, 2);
	second = digits(&t, 2);
	if (cur_u8(&t) != 'Z') cur_fail(&t, E_FORMAT);
	if (!clock_date_valid(year, month, day) || hour > 23 || minute > 59 || second > 59)
		cur_fail(&t, E_FORMAT);
	der_leave(c, &t);
	if (c->err) return 0;
	return clock_from_civil(year, month, day) + hour * 3600 + minute * 60 + second;
}
