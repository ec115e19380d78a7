/* SPDX-License-Identifier: MIT */
/* DNS queries and TLS hellos, written from their RFCs. */
#include "network_bytes.h"

#include <string.h>

void made_query(struct buf *b, uint16_t id, const char *name, uint16_t type)
{
	struct slice rest = slice_str(name);

	buf_be16(b, id);
	buf_put(b, SLICE("\1\0\0\1\0\0\0\0\0\0"));
	while (rest.n) {
		struct slice label = slice_split(&rest, '.');

		buf_u8(b, (uint8_t)label.n);
		buf_put(b, label);
	}
	buf_u8(b, 0);
	buf_be16(b, type);
	buf_be16(b, 1);
}

/* Extensions before and behind that of the name, as clients write them. */
static void extensions(struct buf *b, const char *name)
{
	uint16_t n = (uint16_t)(name ? strlen(name) : 0);

	buf_be16(b, (uint16_t)(6 + 4 + (name ? 9 + n : 0)));
	buf_put(b, SLICE("\0\x17\0\0")); /* extended master secret */
	if (name) {
		buf_be16(b, 0);
		buf_be16(b, (uint16_t)(n + 5));
		buf_be16(b, (uint16_t)(n + 3));
		buf_u8(b, 0);
		buf_be16(b, n);
		buf_str(b, name);
	}
	buf_put(b, SLICE("\0\x0b\0\2\1\0")); /* point formats */
}

void made_hello(struct buf *b, const char *name, size_t record)
{
	uint8_t mem[1024], body[1024];
	struct buf m = buf_on(mem, sizeof mem), inner = buf_on(body, sizeof body);
	struct slice rest;

	buf_put(&inner, SLICE("\3\3"));
	buf_zeros(&inner, 32);
	buf_u8(&inner, 0);                                /* no session */
	buf_put(&inner, SLICE("\0\4\x13\1\xc0\x2f\1\0")); /* suites, compressions */
	extensions(&inner, name);
	buf_u8(&m, 1);
	buf_u8(&m, 0);
	buf_be16(&m, (uint16_t)inner.n);
	buf_put(&m, buf_slice(&inner));
	for (rest = buf_slice(&m); rest.n; rest = slice_from(rest, record)) {
		struct slice part = slice_sub(rest, 0, record);

		buf_put(b, SLICE("\x16\3\1"));
		buf_be16(b, (uint16_t)part.n);
		buf_put(b, part);
	}
}
