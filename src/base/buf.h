/* SPDX-License-Identifier: MIT */
/*
 * Builder of byte strings. Overflow sticks: later writes do nothing and the
 * caller tests b.err once at the end. A buffer lives either in memory of the
 * caller (buf_on) or on the heap with a hard maximum (buf_heap); only the
 * second kind grows, and only it has to be dropped.
 * Runs in every role.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"
#include "base/slice.h"

struct buf {
	uint8_t *p;
	size_t n, cap, max; /* max 0: caller's memory, cap is final */
	enum err err;       /* E_OK, E_TOO_LARGE or E_NO_MEMORY */
};

#define BUF_INIT                                                                                   \
	{                                                                                          \
		NULL, 0, 0, 0, E_OK                                                                \
	}

struct buf buf_on(void *mem, size_t cap);
struct buf buf_heap(size_t max);
/* Frees the memory of a heap buffer and empties it; safe on BUF_INIT. */
void buf_drop(struct buf *b);
void buf_reset(struct buf *b);
/* What was built so far; valid until the next write. */
struct slice buf_slice(const struct buf *b);
/* As text for printf-like use; the NUL is not part of the content. */
const char *buf_text(struct buf *b);

void buf_u8(struct buf *b, uint8_t v);
void buf_le16(struct buf *b, uint16_t v);
void buf_le32(struct buf *b, uint32_t v);
void buf_le64(struct buf *b, uint64_t v);
void buf_be16(struct buf *b, uint16_t v);
void buf_be32(struct buf *b, uint32_t v);
void buf_put(struct buf *b, struct slice s);
void buf_str(struct buf *b, const char *s);
void buf_zeros(struct buf *b, size_t n);
void buf_u64_dec(struct buf *b, uint64_t v);
void buf_i64_dec(struct buf *b, int64_t v);
/* Lower-case hex. */
void buf_hex(struct buf *b, struct slice s);
/* printf of our own format strings; never give it outside text as format. */
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/*
 * Room for n more bytes, to be filled by the caller and counted with
 * buf_commit. NULL when it cannot be had (and err is set), or when n is 0 and
 * there is no memory yet (and err is not).
 */
uint8_t *buf_reserve(struct buf *b, size_t n);
void buf_commit(struct buf *b, size_t n);

#endif
