/* SPDX-License-Identifier: MIT */
/*
 * Numbers and digits: strict text to integer, hex and base64, and arithmetic
 * that reports overflow. Runs in every role; pure; input is attacker
 * controlled. Output parameters are written only on success.
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define add_ok(a, b, out) (!__builtin_add_overflow((a), (b), (out)))
#define sub_ok(a, b, out) (!__builtin_sub_overflow((a), (b), (out)))
#define mul_ok(a, b, out) (!__builtin_mul_overflow((a), (b), (out)))

/*
 * Decimal digits only: no sign, no blank, no leading zero but "0" itself.
 * E_FORMAT, or E_RANGE above max.
 */
enum err parse_u64(struct slice s, uint64_t max, uint64_t *out);

/* Value of a hex digit of either case; -1 for any other byte. */
int hex_digit(uint8_t c);
/*
 * Hex of either case into exactly n bytes. E_FORMAT for an odd length, another
 * length or another character; dst is untouched then.
 */
enum err hex_exact(struct slice s, void *dst, size_t n);
/* Hex of either case, appended to b. E_FORMAT as above; E_TOO_LARGE when b is full. */
enum err hex_into(struct slice s, struct buf *b);
/* s without one "0x" or "0X" in front. */
struct slice hex_bare(struct slice s);

/*
 * Strict base64 of RFC 4648 section 4: padded, no line breaks, no other
 * characters, unused bits zero. E_FORMAT else; E_TOO_LARGE when b is full.
 */
enum err base64_into(struct slice s, struct buf *b);
void buf_base64(struct buf *b, struct slice s);

#endif
