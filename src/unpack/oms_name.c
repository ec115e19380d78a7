/* SPDX-License-Identifier: MIT */
/* Names of certificates for people, RFC 4514. Runs in unpack; no I/O. */
#include "unpack/oms_name.h"

#include <string.h>

#include "base/der.h"
#include "base/text.h"

/* More parts than any name has; the text has a limit of its own. */
#define PARTS_MAX 16

#define DER_IA5_STRING 0x16

/* RFC 4514 section 3; content of the OIDs. */
static const struct {
	struct slice oid;
	const char *name;
} types[] = {
	{SLICE("\x55\x04\x03"), "CN"},
	{SLICE("\x55\x04\x06"), "C"},
	{SLICE("\x55\x04\x07"), "L"},
	{SLICE("\x55\x04\x08"), "ST"},
	{SLICE("\x55\x04\x09"), "STREET"},
	{SLICE("\x55\x04\x0a"), "O"},
	{SLICE("\x55\x04\x0b"), "OU"},
	{SLICE("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"), "DC"},
	{SLICE("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"), "UID"},
};

/* An OID in numbers; the first two share one (X.690 8.19.4). */
static void put_oid(struct buf *out, struct slice oid)
{
	uint64_t v = 0;
	bool first = true;
	size_t i;

	for (i = 0; i < oid.n; i++) {
		/* Larger numbers are nobody's; they would only wrap. */
		if (v >> 56) {
			out->err = out->err ? out->err : E_FORMAT;
			return;
		}
		v = v << 7 | (oid.p[i] & 0x7f);
		if (oid.p[i] & 0x80) continue;
		if (first) {
			uint64_t top = v < 40 ? 0 : v < 80 ? 1 : 2;

			buf_u64_dec(out, top);
			v -= 40 * top;
		}
		buf_u8(out, '.');
		buf_u64_dec(out, v);
		first = false;
		v = 0;
	}
}

static void put_type(struct buf *out, struct slice oid)
{
	size_t i;

	for (i = 0; i < sizeof types / sizeof *types; i++)
		if (slice_eq(types[i].oid, oid)) {
			buf_str(out, types[i].name);
			return;
		}
	put_oid(out, oid);
}

/* Section 2.4: specials behind a backslash, what is not plain ASCII as hex pairs. */
static void put_text(struct buf *out, struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool edge = i == 0 || i + 1 == s.n;

		if (c < 0x20 || c > 0x7e) {
			buf_u8(out, '\\');
			buf_hex(out, slice_sub(s, i, 1));
			continue;
		}
		if (strchr("\"+,;<=>\\", c) || (c == '#' && i == 0) || (c == ' ' && edge))
			buf_u8(out, '\\');
		buf_u8(out, c);
	}
}

static void put_value(struct buf *out, const struct der_item *v)
{
	bool text = v->tag == DER_UTF8_STRING || v->tag == DER_PRINTABLE_STRING ||
		    v->tag == DER_IA5_STRING;

	if (text && utf8_valid(v->body)) {
		put_text(out, v->body);
	} else {
		buf_u8(out, '#');
		buf_hex(out, v->whole);
	}
}

/* One RelativeDistinguishedName: attributes joined by a plus sign. */
static enum err put_part(struct buf *out, struct slice part)
{
	struct cur top = cur_of(part), set = der_enter(&top, DER_SET);
	bool first = true;

	while (cur_left(&set) > 0) {
		struct cur pair = der_enter(&set, DER_SEQUENCE);
		struct slice oid = der_oid(&pair);
		struct der_item value = der_next(&pair);

		der_leave(&set, &pair);
		if (set.err) break;
		if (!first) buf_u8(out, '+');
		first = false;
		put_type(out, oid);
		buf_u8(out, '=');
		put_value(out, &value);
	}
	der_leave(&top, &set);
	if (cur_end(&top)) return E_FORMAT;
	return out->err;
}

enum err oms_name_text(struct slice name, struct buf *out)
{
	struct cur top = cur_of(name), list = der_enter(&top, DER_SEQUENCE);
	struct slice part[PARTS_MAX];
	size_t n = 0;
	enum err e = E_OK;

	while (cur_left(&list) > 0 && n < PARTS_MAX)
		part[n++] = der_take_whole(&list, DER_SET);
	der_leave(&top, &list);
	if (cur_end(&top)) return E_FORMAT;
	while (!e && n > 0) {
		e = put_part(out, part[--n]);
		if (!e && n > 0) buf_u8(out, ',');
	}
	return e ? e : out->err;
}
