/* SPDX-License-Identifier: MIT */
/*
 * Reader over outside bytes. The first failure sticks: it sets err, moves to
 * the end and makes every later read return zero, so a caller reads a whole
 * structure and tests once, with cur_end() where trailing bytes are an error.
 * Runs in every role; pure; input is attacker controlled.
 */
#ifndef BASE_CUR_H
#define BASE_CUR_H

#include "base/err.h"
#include "base/slice.h"

struct cur {
	const uint8_t *p, *end;
	enum err err; /* E_OK or E_TRUNCATED, or what cur_fail() was given */
};

struct cur cur_of(struct slice s);
size_t cur_left(const struct cur *c);
uint8_t cur_u8(struct cur *c);
uint16_t cur_le16(struct cur *c);
uint32_t cur_le32(struct cur *c);
uint64_t cur_le64(struct cur *c);
uint16_t cur_be16(struct cur *c);
uint32_t cur_be32(struct cur *c);
/* The next n bytes, valid as long as the input; empty after a failure. */
struct slice cur_take(struct cur *c, size_t n);
struct slice cur_rest(struct cur *c);
/* Looks at the next byte without taking it; -1 at the end. */
int cur_peek(const struct cur *c);
/* Records e unless a failure is recorded already. */
void cur_fail(struct cur *c, enum err e);
/* The recorded failure; else E_TRAILING when bytes are left; else E_OK. */
enum err cur_end(const struct cur *c);

#endif
