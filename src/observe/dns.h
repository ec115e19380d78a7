/* SPDX-License-Identifier: MIT */
/*
 * DNS as far as a resolver that makes up its answers needs it: one question of
 * a query, and the answer to it (RFC 1035). Pure; the query is a stranger's.
 */
#ifndef OBSERVE_DNS_H
#define OBSERVE_DNS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define DNS_NAME_BYTES 255
#define DNS_TYPE_A     1
#define DNS_TYPE_AAAA  28
/* The largest answer that dns_answer writes: head, question, one address. */
#define DNS_ANSWER_BYTES (12 + DNS_NAME_BYTES + 1 + 4 + 16)

struct dns_query {
	uint16_t id, type, class;
	bool recursion;
	/* A label that looks like data: longer than 40, or long with many digits between letters. */
	bool odd;
	struct slice question; /* as it came */
	struct slice rest;     /* what follows it */
	/* Lower case, labels joined by dots; a dot inside a label is one too. */
	uint8_t name[DNS_NAME_BYTES];
	/* The same letters as they came: data in names may be spelt in both cases. */
	uint8_t asked[DNS_NAME_BYTES];
	size_t n; /* of both */
};

/* E_FORMAT unless it is an ordinary query with exactly one question, and E_TRUNCATED. */
enum err dns_query_read(struct slice packet, struct dns_query *out);
/*
 * No error, and with addr (4 bytes) that address for a moment; without, nothing: the
 * name is there and has no such record.
 */
void dns_answer(struct buf *b, const struct dns_query *q, const uint8_t *addr);
/* Names are the same in both cases. */
uint8_t dns_lower(uint8_t c);
/* "A", "AAAA", "TXT" ... or NULL for types without a word here. */
const char *dns_type_text(unsigned type);
/* localhost, or a name below it (RFC 6761). */
bool dns_is_local(struct slice name);

#endif
