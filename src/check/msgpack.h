/* SPDX-License-Identifier: MIT */
/*
 * Reader of MessagePack elements, one at a time, over a sticky cursor. Skipping
 * counts elements instead of nesting, so depth costs nothing.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_MSGPACK_H
#define CHECK_MSGPACK_H

#include "base/buf.h"
#include "base/cur.h"

enum mp_kind { MP_OTHER, MP_UINT, MP_STR, MP_BIN, MP_ARRAY, MP_MAP };

struct mp_item {
	enum mp_kind kind;  /* MP_OTHER: nil, boolean, negative, float, extension */
	uint64_t n;         /* value of a number; elements of an array, pairs of a map */
	struct slice bytes; /* of a text or byte string */
};

/* The next element; of an array or map only its head. E_FORMAT, E_TRUNCATED in c. */
struct mp_item mp_next(struct cur *c);
/* The bytes of the next whole element. */
struct slice mp_skip(struct cur *c);

/* The next element, which must be of this kind. */
uint64_t mp_uint(struct cur *c, uint64_t max);
struct slice mp_str(struct cur *c);
size_t mp_array(struct cur *c);
size_t mp_map(struct cur *c);
/*
 * A byte string, or an array of numbers of 0 to 255, which is collected in b.
 * b must have room for all of the input and not move.
 */
struct slice mp_bytes(struct cur *c, struct buf *b);

#endif
