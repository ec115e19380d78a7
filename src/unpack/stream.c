/* SPDX-License-Identifier: MIT */
/* Decompression and framing of gzip and zstd. Runs in unpack; no I/O. */
#include "unpack/stream.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/cur.h"
#include "base/limits.h"
#include "base/num.h"
#include "unpack/zeros.h"

/* RFC 1952: flag bits and the one method there is. */
#define GZIP_METHOD_DEFLATE 8
#define GZIP_FHCRC          0x02
#define GZIP_FEXTRA         0x04
#define GZIP_FNAME          0x08
#define GZIP_FCOMMENT       0x10
#define GZIP_RESERVED       0xe0

/*
 * Decompressed at once. zlib copies its window out of and into each piece, and
 * matches that reach into it are slow: with 64 KiB that is every second one.
 */
#define DECOMPRESS_BYTES (8 * STREAM_CHUNK)

struct stream {
	enum package_compression kind;
	size_t packed;     /* size of the archive */
	struct slice left; /* what was not used yet */
	bool ended;
	z_stream z;
	bool z_open;
	uint32_t crc, total; /* of gzip: CRC-32 and length modulo 2^32 so far */
	ZSTD_DCtx *zstd;
	struct slice ready; /* decompressed, not handed out yet */
	uint8_t plain[DECOMPRESS_BYTES];
};

static enum err truncated(struct why *why)
{
	return why_set(why, E_PKG_TRUNCATED, "the compressed data ends too early");
}

/* Takes a field that ends with a NUL. */
static void skip_text(struct cur *c)
{
	while (!c->err && cur_u8(c) != 0) {}
}

/* RFC 1952 2.3: everything in front of the deflate data. */
static enum err read_gzip_header(struct stream *s, struct why *why)
{
	struct cur c = cur_of(s->left);
	uint8_t method, flags;
	size_t header;

	cur_take(&c, 2); /* the magic, by which the format was found */
	method = cur_u8(&c);
	flags = cur_u8(&c);
	cur_take(&c, 6); /* time, extra flags, system */
	if (flags & GZIP_FEXTRA) cur_take(&c, cur_le16(&c));
	if (flags & GZIP_FNAME) skip_text(&c);
	if (flags & GZIP_FCOMMENT) skip_text(&c);
	header = s->left.n - cur_left(&c);
	if (flags & GZIP_FHCRC) {
		uint32_t crc = (uint32_t)crc32(0, s->left.p, (uInt)header) & 0xffff;

		if (cur_le16(&c) != crc && !c.err)
			return why_set(why, E_PKG_FORMAT, "the gzip header has a wrong checksum");
	}
	if (c.err) return truncated(why);
	if (method != GZIP_METHOD_DEFLATE || flags & GZIP_RESERVED)
		return why_set(why, E_PKG_FORMAT, "the gzip header is not valid");
	s->left = cur_rest(&c);
	return E_OK;
}

static enum err open_gzip(struct stream *s, struct why *why)
{
	enum err e = read_gzip_header(s, why);

	if (e) return e;
	/* Raw deflate: header and trailer are read here. */
	if (inflateInit2(&s->z, -MAX_WBITS) != Z_OK) return E_NO_MEMORY;
	s->z_open = true;
	return E_OK;
}

static enum err open_zstd(struct stream *s)
{
	s->zstd = ZSTD_createDCtx();
	if (!s->zstd) return E_NO_MEMORY;
	if (ZSTD_isError(
		    ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, LIMIT_ZSTD_WINDOW_LOG)))
		return E_INTERNAL;
	return E_OK;
}

enum err stream_new(
	struct stream **out, enum package_compression kind, struct slice packed, struct why *why)
{
	struct stream *s = calloc(1, sizeof *s);
	enum err e = E_OK;

	if (!s) return E_NO_MEMORY;
	s->kind = kind;
	s->left = packed;
	s->packed = packed.n;
	if (kind == COMPRESSION_GZIP) e = open_gzip(s, why);
	if (kind == COMPRESSION_ZSTD) e = open_zstd(s);
	if (e)
		stream_free(&s);
	else
		*out = s;
	return e;
}

void stream_free(struct stream **s)
{
	if (!*s) return;
	if ((*s)->z_open) inflateEnd(&(*s)->z);
	ZSTD_freeDCtx((*s)->zstd);
	free(*s);
	*s = NULL;
}

/* The member or frame is complete: nothing but padding may stand behind it. */
static enum err end_stream(struct stream *s, struct slice rest, struct why *why)
{
	if (!is_padding(rest, s->packed))
		return why_set(why, E_PKG_TRAILING, "%zu bytes behind the compressed data", rest.n);
	s->ended = true;
	return E_OK;
}

/* After the deflate data: CRC-32, length, and the end of the archive. */
static enum err end_gzip(struct stream *s, struct why *why)
{
	struct cur c = cur_of(s->left);
	uint32_t crc = cur_le32(&c), total = cur_le32(&c);

	if (c.err) return truncated(why);
	if (crc != s->crc || total != s->total)
		return why_set(why, E_PKG_FORMAT, "the gzip data is damaged: wrong checksum");
	return end_stream(s, cur_rest(&c), why);
}

static enum err next_gzip(struct stream *s, struct slice *out, struct why *why)
{
	size_t n;
	int r;

	s->z.next_in = (z_const Bytef *)s->left.p;
	s->z.avail_in = (uInt)s->left.n; /* at most LIMIT_PACKAGE_BYTES */
	s->z.next_out = s->plain;
	s->z.avail_out = sizeof s->plain;
	r = inflate(&s->z, Z_NO_FLUSH);
	n = sizeof s->plain - s->z.avail_out;
	s->left = slice_from(s->left, s->left.n - s->z.avail_in);
	s->crc = (uint32_t)crc32(s->crc, s->plain, (uInt)n);
	s->total += (uint32_t)n;
	if (r == Z_MEM_ERROR) return E_NO_MEMORY;
	if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
		return why_set(why, E_PKG_FORMAT, "the gzip data is damaged");
	*out = slice_of(s->plain, n);
	if (r == Z_STREAM_END) return end_gzip(s, why);
	return n == 0 ? truncated(why) : E_OK;
}

static enum err zstd_failed(size_t r, struct why *why)
{
	switch (ZSTD_getErrorCode(r)) {
	case ZSTD_error_memory_allocation: return E_NO_MEMORY;
	case ZSTD_error_frameParameter_windowTooLarge:
		return why_set(why, E_PKG_FORMAT,
			"the zstd window is over %d MiB; compress with level 19 or less and "
			"without --long",
			(1 << LIMIT_ZSTD_WINDOW_LOG) / MIB);
	case ZSTD_error_dictionary_wrong:
		return why_set(why, E_PKG_FORMAT,
			"the zstd frame needs a dictionary; compress without one");
	default: return why_set(why, E_PKG_FORMAT, "the zstd data is damaged");
	}
}

static enum err next_zstd(struct stream *s, struct slice *out, struct why *why)
{
	ZSTD_inBuffer in = {s->left.p, s->left.n, 0};
	ZSTD_outBuffer to = {s->plain, sizeof s->plain, 0};
	size_t r, before;

	/* A call may take input and give nothing yet; it is called until it gives or rests. */
	do {
		before = in.pos;
		r = ZSTD_decompressStream(s->zstd, &to, &in);
		if (ZSTD_isError(r)) return zstd_failed(r, why);
	} while (to.pos == 0 && r != 0 && in.pos != before);
	s->left = slice_from(s->left, in.pos);
	*out = slice_of(s->plain, to.pos);
	if (r == 0) return end_stream(s, s->left, why);
	return to.pos == 0 ? truncated(why) : E_OK;
}

enum err stream_next(struct stream *s, struct slice *out, struct why *why)
{
	enum err e = E_OK;

	if (!s->ready.n && !s->ended && s->kind == COMPRESSION_GZIP) {
		e = next_gzip(s, &s->ready, why);
	} else if (!s->ready.n && !s->ended && s->kind == COMPRESSION_ZSTD) {
		e = next_zstd(s, &s->ready, why);
	} else if (!s->ready.n && !s->ended) {
		s->ready = slice_sub(s->left, 0, STREAM_CHUNK);
		s->left = slice_from(s->left, s->ready.n);
	}
	if (e) return e;
	*out = slice_sub(s->ready, 0, STREAM_CHUNK);
	s->ready = slice_from(s->ready, out->n);
	return E_OK;
}

size_t stream_used(const struct stream *s)
{
	return s->packed - s->left.n;
}
