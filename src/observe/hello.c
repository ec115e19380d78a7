/* SPDX-License-Identifier: MIT */
/* ClientHello: records put together, extensions walked to the server's name. Pure. */
#include "observe/hello.h"

#include <string.h>

#include "base/buf.h"
#include "base/cur.h"

#define RECORD_HANDSHAKE 22
#define CLIENT_HELLO     1
#define EXT_SERVER_NAME  0
#define NAME_HOST        0
#define RECORD_MAX       (16384 + 256)

static uint32_t be24(struct cur *c)
{
	uint32_t high = cur_u8(c);

	return high << 16 | cur_be16(c);
}

/* Leaves what is inside a vector with a length of two bytes. */
static struct cur vector(struct cur *c)
{
	return cur_of(cur_take(c, cur_be16(c)));
}

/* The first host name of the list. */
static enum err read_names(struct cur ext, struct hello *out)
{
	struct cur list = vector(&ext);

	while (cur_left(&list)) {
		uint8_t type = cur_u8(&list);
		struct slice name = cur_take(&list, cur_be16(&list));

		if (list.err) return E_FORMAT;
		if (type != NAME_HOST) continue;
		if (name.n > HELLO_NAME) return E_FORMAT;
		if (name.n) memcpy(out->name, name.p, name.n);
		out->n = name.n;
		return E_OK;
	}
	return ext.err ? E_FORMAT : E_OK;
}

static enum err read_body(struct slice body, struct hello *out)
{
	struct cur c = cur_of(body), ext;

	cur_take(&c, 2 + 32); /* version, random */
	cur_take(&c, cur_u8(&c));
	vector(&c);               /* cipher suites */
	cur_take(&c, cur_u8(&c)); /* compressions */
	if (c.err) return E_FORMAT;
	if (cur_left(&c) == 0) return E_OK; /* SSL 3 knows no extensions */
	ext = vector(&c);
	if (cur_end(&c)) return E_FORMAT;
	while (cur_left(&ext)) {
		uint16_t type = cur_be16(&ext);
		struct cur one = vector(&ext);

		if (ext.err) return E_FORMAT;
		if (type == EXT_SERVER_NAME) return read_names(one, out);
	}
	return E_OK;
}

/* One record's share of the message; E_TRUNCATED when the record is not all there. */
static enum err read_record(struct cur *c, struct buf *message)
{
	uint16_t length;
	struct slice part;

	if (!cur_left(c)) return E_TRUNCATED;
	if (cur_u8(c) != RECORD_HANDSHAKE) return E_FORMAT;
	if (!cur_left(c)) return E_TRUNCATED;
	if (cur_u8(c) != 3) return E_FORMAT;
	cur_u8(c); /* minor version */
	length = cur_be16(c);
	if (c->err) return E_TRUNCATED;
	if (length == 0 || length > RECORD_MAX) return E_FORMAT;
	part = cur_take(c, cur_left(c) < length ? cur_left(c) : length);
	buf_put(message, slice_sub(part, 0, message->cap - message->n));
	return part.n < length ? E_TRUNCATED : E_OK;
}

enum err hello_read(struct slice bytes, struct hello *out)
{
	uint8_t mem[4 + HELLO_BYTES];
	struct buf message = buf_on(mem, sizeof mem);
	struct hello h = {.n = 0};
	struct cur c = cur_of(bytes);
	enum err e;

	for (;;) {
		struct cur m;
		uint32_t length;
		uint8_t type;

		e = read_record(&c, &message);
		if (e == E_FORMAT) return e;
		m = cur_of(buf_slice(&message));
		type = cur_u8(&m);
		if (message.n && type != CLIENT_HELLO) return E_FORMAT;
		length = be24(&m);
		if (!m.err) {
			if (length > HELLO_BYTES) return E_FORMAT;
			if (cur_left(&m) >= length) break;
		}
		if (e) return e;
	}
	e = read_body(slice_of(mem + 4, (size_t)mem[1] << 16 | (size_t)mem[2] << 8 | mem[3]), &h);
	if (!e) *out = h;
	return e;
}
