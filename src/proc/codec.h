/* SPDX-License-Identifier: MIT */
/*
 * One description for both directions: a function that walks a structure field
 * by field writes it or reads it, depending on the codec it is given, so the
 * two can never disagree. Every field is checked in both directions: a writer
 * cannot send what a reader would refuse (C13).
 *
 * Encoding: integers little endian, one length-prefixed run of bytes for each
 * text. Reading gives slices into the encoded bytes. Errors stick in err; from
 * then on every field that is read comes out zero or empty.
 * Runs in runner, attest, http, unpack and the command line; pure; what is
 * read may come from a compromised role.
 */
#ifndef PROC_CODEC_H
#define PROC_CODEC_H

#include "base/buf.h"
#include "base/cur.h"
#include "base/err.h"
#include "base/slice.h"

struct codec {
	bool writing;
	struct buf *out; /* when writing */
	struct cur in;   /* when reading */
	enum err err;    /* E_PROTOCOL once a field is out of its bounds */
};

/* What a text may hold. */
enum text_kind {
	TEXT_BYTES, /* anything */
	TEXT_UTF8,  /* valid UTF-8 without NUL */
	TEXT_ASCII, /* printable ASCII, blanks included */
	TEXT_WORD,  /* [A-Za-z0-9._:/@+-]: names, codes, digests in text */
};

struct codec codec_writer(struct buf *out);
struct codec codec_reader(struct slice in);
/* After the walk: E_OK, or E_PROTOCOL; a reader must have used all bytes. */
enum err codec_end(struct codec *c);

void codec_u8(struct codec *c, uint8_t *v, uint8_t max);
void codec_bool(struct codec *c, bool *v);
void codec_u32(struct codec *c, uint32_t *v, uint32_t max);
void codec_u64(struct codec *c, uint64_t *v, uint64_t max);
/* Milliseconds since 1970, within the years 1970 to 9999. */
void codec_time(struct codec *c, int64_t *v);
/* Exactly n bytes into or out of memory of the caller. */
void codec_bytes(struct codec *c, void *p, size_t n);
/* A text of at most max bytes. */
void codec_text(struct codec *c, struct slice *s, enum text_kind kind, size_t max);
/* A text that may be absent: p == NULL when it is. */
void codec_text_opt(struct codec *c, struct slice *s, enum text_kind kind, size_t max);
/* A rule beyond the bounds of single fields: E_PROTOCOL unless it holds. */
void codec_rule(struct codec *c, bool holds);
/* The number of items of a list that follows. */
void codec_count(struct codec *c, unsigned *n, unsigned max);
/* A list of texts in an array of the caller. */
void codec_texts(struct codec *c, struct slice *list, unsigned *n, unsigned max_items,
	enum text_kind kind, size_t max);

#endif
