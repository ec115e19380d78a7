/* SPDX-License-Identifier: MIT */
/* Questions and made-up answers of DNS. Pure. */
#include "observe/dns.h"

#include <string.h>

#include "base/cur.h"

#define FLAG_RESPONSE  0x8000
#define MASK_OPCODE    0x7800
#define FLAG_TRUNCATED 0x0200
#define FLAG_RECURSION 0x0100
#define FLAG_AVAILABLE 0x0080
#define LABEL_MAX      63
/* Labels of hosts that people name are shorter; of 3102 published skills' hosts the longest has 28. */
#define LABEL_LONG 40
#define LABEL_DATA 24

uint8_t dns_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

/* Base32 and hex of random bytes have a digit in every eight characters, words have not. */
static bool label_is_odd(struct slice label)
{
	size_t digits = 0, letters = 0, i;

	if (label.n > LABEL_LONG) return true;
	for (i = 0; i < label.n; i++) {
		uint8_t c = dns_lower(label.p[i]);

		digits += c >= '0' && c <= '9';
		letters += c >= 'a' && c <= 'z';
	}
	return label.n >= LABEL_DATA && letters && digits * 8 >= label.n;
}

static void add_letter(struct dns_query *q, uint8_t c)
{
	q->name[q->n] = dns_lower(c);
	q->asked[q->n++] = c;
}

/*
 * The name of a question. It is the first of its message, so there is nothing
 * that a pointer could point back to: whoever writes one is no resolver.
 */
static enum err read_name(struct cur *c, struct dns_query *q)
{
	size_t bytes = 1, i;
	uint8_t length;

	while ((length = cur_u8(c)) != 0) {
		struct slice label;

		if (length > LABEL_MAX) return E_FORMAT;
		bytes += 1U + length;
		if (bytes > DNS_NAME_BYTES) return E_FORMAT;
		label = cur_take(c, length);
		if (c->err) return c->err;
		if (label_is_odd(label)) q->odd = true;
		if (q->n) add_letter(q, '.');
		for (i = 0; i < label.n; i++)
			add_letter(q, label.p[i]);
	}
	return c->err;
}

enum err dns_query_read(struct slice packet, struct dns_query *out)
{
	struct dns_query q = {0};
	struct cur c = cur_of(packet);
	const uint8_t *start;
	uint16_t flags, questions;
	enum err e;

	q.id = cur_be16(&c);
	flags = cur_be16(&c);
	questions = cur_be16(&c);
	cur_take(&c, 6);
	if (c.err) return c.err;
	if ((flags & (FLAG_RESPONSE | MASK_OPCODE | FLAG_TRUNCATED)) || questions != 1)
		return E_FORMAT;
	q.recursion = (flags & FLAG_RECURSION) != 0;
	start = c.p;
	e = read_name(&c, &q);
	q.type = cur_be16(&c);
	q.class = cur_be16(&c);
	if (!e) e = c.err;
	if (e) return e;
	q.question = slice_of(start, (size_t)(c.p - start));
	q.rest = cur_rest(&c);
	*out = q;
	return E_OK;
}

void dns_answer(struct buf *b, const struct dns_query *q, const uint8_t *addr)
{
	buf_be16(b, q->id);
	buf_be16(b,
		(uint16_t)(FLAG_RESPONSE | FLAG_AVAILABLE | (q->recursion ? FLAG_RECURSION : 0)));
	buf_be16(b, 1);
	buf_be16(b, addr ? 1 : 0);
	buf_zeros(b, 4);
	buf_put(b, q->question);
	if (!addr) return;
	buf_be16(b, 0xc00c); /* the name of the question, 12 bytes from the start */
	buf_be16(b, DNS_TYPE_A);
	buf_be16(b, q->class);
	buf_zeros(b, 4); /* not to be remembered */
	buf_be16(b, 4);
	buf_put(b, slice_of(addr, 4));
}

const char *dns_type_text(unsigned type)
{
	static const struct {
		unsigned type;
		const char *text;
	} words[] = {{1, "A"}, {2, "NS"}, {5, "CNAME"}, {6, "SOA"}, {12, "PTR"}, {15, "MX"},
		{16, "TXT"}, {28, "AAAA"}, {33, "SRV"}, {35, "NAPTR"}, {64, "SVCB"}, {65, "HTTPS"},
		{255, "ANY"}};
	size_t i;

	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].type == type) return words[i].text;
	return NULL;
}

bool dns_is_local(struct slice name)
{
	return slice_is(name, "localhost") || slice_ends(name, ".localhost");
}
