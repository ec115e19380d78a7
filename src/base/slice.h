/* SPDX-License-Identifier: MIT */
/*
 * Borrowed byte ranges, the only form in which outside bytes travel.
 *
 * A slice never owns memory and is never NUL terminated; the function that
 * returns one says how long it stays valid. An empty slice may have p == NULL.
 * Runs in every role; pure.
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
	const uint8_t *p;
	size_t n;
};

/* A slice over a string literal, without its NUL. */
#define SLICE(lit) ((struct slice){(const uint8_t *)("" lit), sizeof(lit) - 1})
#define SLICE_NONE ((struct slice){NULL, 0})
/* A slice over a whole array; does not compile for a pointer. */
#define SLICE_OF(array)                                                                            \
	((struct slice){(const uint8_t *)(array), sizeof(array) + 0 * SLICE_ARRAY_ONLY(array)})
#define SLICE_ARRAY_ONLY(a)                                                                        \
	sizeof(char[1 - 2 * __builtin_types_compatible_p(__typeof__(a), __typeof__(&(a)[0]))])

struct slice slice_of(const void *p, size_t n);
/* Over a NUL-terminated string that we made ourselves; NULL gives an empty slice. */
struct slice slice_str(const char *s);
/* Bytes [from, from + n) of s, shortened to what s holds. */
struct slice slice_sub(struct slice s, size_t from, size_t n);
struct slice slice_from(struct slice s, size_t from);
/* s without leading and trailing blanks, tabs, CR and LF. */
struct slice slice_trim(struct slice s);

bool slice_eq(struct slice a, struct slice b);
bool slice_is(struct slice a, const char *s);
/* As slice_is, with ASCII letters compared without case. */
bool slice_is_nocase(struct slice a, const char *s);
bool slice_starts(struct slice s, const char *prefix);
bool slice_ends(struct slice s, const char *suffix);
/* Bytewise order; a prefix sorts first. <0, 0, >0 as memcmp. */
int slice_cmp(struct slice a, struct slice b);
/* Index of the first byte c at or after from; s.n when there is none. */
size_t slice_find(struct slice s, size_t from, uint8_t c);
/* Index of the first occurrence of needle at or after from; s.n when none. */
size_t slice_search(struct slice s, size_t from, struct slice needle);
/*
 * Splits *s at the first byte c: returns what stands before it and leaves the
 * rest behind it in *s. Without such a byte it returns all and empties *s.
 */
struct slice slice_split(struct slice *s, uint8_t c);

/* What stands behind the last slash of a path; all of it without one. */
struct slice slice_base(struct slice path);

/* Copies s into dst when and only when it has exactly n bytes. */
bool slice_copy_exact(void *dst, size_t n, struct slice s);
/*
 * Copies s into dst with a NUL behind it. False, with dst untouched, when it
 * does not fit into cap bytes or holds a NUL itself.
 */
bool slice_text(char *dst, size_t cap, struct slice s);

#endif
