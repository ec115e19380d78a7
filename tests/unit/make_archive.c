/* SPDX-License-Identifier: MIT */
/* Writers of archives with exact bytes. */
#include "make_archive.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

/* --- tar --- */

static void put_octal(uint8_t *dst, size_t n, uint64_t v)
{
	size_t i = n - 1;

	dst[i] = 0;
	while (i > 0) {
		dst[--i] = (uint8_t)('0' + (v & 7));
		v >>= 3;
	}
}

static void put_text(uint8_t *dst, size_t n, const char *s)
{
	if (s) memcpy(dst, s, strlen(s) < n ? strlen(s) : n);
}

void tar_head(struct buf *b, const struct tar_head *h)
{
	uint8_t block[512] = {0};
	unsigned sum = 0;
	size_t i;
	char text[9];

	put_text(block, 100, h->name);
	put_octal(block + 100, 8, h->mode ? h->mode : 0644);
	put_octal(block + 108, 8, 0);
	put_octal(block + 116, 8, 0);
	put_octal(block + 124, 12, h->size);
	put_octal(block + 136, 12, 0);
	if (h->owner) memcpy(block + 108, h->owner, 8);
	if (h->owner) memcpy(block + 116, h->owner, 8);
	if (h->size_field) memcpy(block + 124, h->size_field, 12);
	if (h->time) memcpy(block + 136, h->time, 12);
	memset(block + 148, ' ', 8);
	block[156] = (uint8_t)(h->type ? h->type : '0');
	put_text(block + 157, 100, h->link);
	memcpy(block + 257, h->magic ? h->magic : "ustar\00000", 8);
	put_text(block + 345, 155, h->prefix);
	for (i = 0; i < 512; i++)
		sum += block[i];
	snprintf(text, sizeof text, "%06o", sum + (unsigned)h->checksum_off);
	memcpy(block + 148, text, 7);
	buf_put(b, SLICE_OF(block));
}

void tar_content(struct buf *b, struct slice s)
{
	buf_put(b, s);
	buf_zeros(b, (512 - s.n % 512) % 512);
}

void tar_file(struct buf *b, const char *name, const char *content)
{
	tar_head(b, &(struct tar_head){.name = name, .size = strlen(content)});
	tar_content(b, slice_str(content));
}

void tar_dir(struct buf *b, const char *name)
{
	tar_head(b, &(struct tar_head){.name = name, .type = '5', .mode = 0755});
}

void tar_long(struct buf *b, struct slice name, const char *content)
{
	tar_head(b, &(struct tar_head){.name = "././@LongLink",
			    .type = 'L',
			    .magic = GNU_MAGIC,
			    .size = name.n + 1});
	buf_put(b, name);
	buf_u8(b, 0);
	buf_zeros(b, (512 - (name.n + 1) % 512) % 512);
	tar_head(b,
		&(struct tar_head){.name = "short", .magic = GNU_MAGIC, .size = strlen(content)});
	tar_content(b, slice_str(content));
}

void tar_extended(struct buf *b, char type, struct slice body)
{
	tar_head(b, &(struct tar_head){.name = "./PaxHeaders/x", .type = type, .size = body.n});
	tar_content(b, body);
}

void pax_record(struct buf *b, const char *key, struct slice value)
{
	size_t rest = strlen(key) + value.n + 3, n = 0, next = rest + 1;
	char digits[24];

	while (n != next) {
		n = next;
		next = rest + (size_t)snprintf(digits, sizeof digits, "%zu", n);
	}
	buf_str(b, digits);
	buf_u8(b, ' ');
	buf_str(b, key);
	buf_u8(b, '=');
	buf_put(b, value);
	buf_u8(b, '\n');
}

void tar_end_short(struct buf *b)
{
	buf_zeros(b, 1024);
}

void tar_end(struct buf *b)
{
	tar_end_short(b);
	buf_zeros(b, (10240 - b->n % 10240) % 10240);
}

/* --- compression --- */

struct bits {
	struct buf *b;
	uint32_t v;
	unsigned n;
};

static void put_bits(struct bits *o, uint32_t v, unsigned n)
{
	o->v |= v << o->n;
	for (o->n += n; o->n >= 8; o->n -= 8, o->v >>= 8)
		buf_u8(o->b, (uint8_t)o->v);
}

/* Huffman codes go out most significant bit first. */
static void put_code(struct bits *o, uint32_t code, unsigned n)
{
	while (n-- > 0)
		put_bits(o, code >> n & 1, 1);
}

/* RFC 1951 3.2.6: the fixed code of a literal, of the end, or of length 258. */
static void put_symbol(struct bits *o, unsigned symbol)
{
	if (symbol < 144)
		put_code(o, 0x30 + symbol, 8);
	else if (symbol < 256)
		put_code(o, 0x190 + symbol - 144, 9);
	else if (symbol < 280)
		put_code(o, symbol - 256, 7);
	else
		put_code(o, 0xc0 + symbol - 280, 8);
}

#define MATCH      258  /* the longest one */
#define ZEROS_FROM 8192 /* runs of zeros from here on get a block of their own */

static void fixed_block(struct bits *o, struct slice s, bool last)
{
	size_t i = 0;

	put_bits(o, last ? 3 : 2, 3);
	while (i < s.n) {
		size_t run = 0;

		while (i > 0 && run < MATCH && i + run < s.n && s.p[i + run] == s.p[i - 1])
			run++;
		if (run == MATCH) {
			put_symbol(o, 285);
			put_code(o, 0, 5); /* distance 1 */
			i += run;
		} else {
			put_symbol(o, s.p[i++]);
		}
	}
	put_symbol(o, 256);
}

/*
 * 1 + 258 k zeros in a block with codes made for them: two bits a match, the
 * best that deflate can do. Lengths: literal 0 and the end have 2, length 258
 * has 1, distance 1 has 1. Code lengths are sent as 18 (1 bit), 1 and 2.
 */
static void zeros_block(struct bits *o, size_t k)
{
	static const uint8_t order[18] = {0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2};
	unsigned i;

	put_bits(o, 4, 3);  /* dynamic, not the last */
	put_bits(o, 29, 5); /* 286 literals and lengths */
	put_bits(o, 0, 5);  /* one distance */
	put_bits(o, 14, 4); /* 18 code lengths */
	for (i = 0; i < 18; i++)
		put_bits(o, order[i], 3);
	put_code(o, 3, 2); /* literal 0: 2 */
	put_code(o, 0, 1);
	put_bits(o, 138 - 11, 7); /* 255 times nothing */
	put_code(o, 0, 1);
	put_bits(o, 117 - 11, 7);
	put_code(o, 3, 2); /* the end: 2 */
	put_code(o, 0, 1);
	put_bits(o, 28 - 11, 7);
	put_code(o, 2, 2); /* length 258: 1 */
	put_code(o, 2, 2); /* distance 1: 1 */
	put_code(o, 2, 2); /* a zero */
	while (k-- > 0) {
		put_code(o, 0, 1);
		put_code(o, 0, 1);
	}
	put_code(o, 3, 2);
}

void deflate_raw(struct buf *b, struct slice s)
{
	struct bits o = {b, 0, 0};
	size_t i = 0, n;

	while (i < s.n) {
		for (n = 0; i + n < s.n && s.p[i + n] == 0;)
			n++;
		if (n < ZEROS_FROM) {
			i += n ? n : 1;
			continue;
		}
		if (i) fixed_block(&o, slice_sub(s, 0, i), false);
		zeros_block(&o, (n - 1) / MATCH);
		s = slice_from(s, i + 1 + (n - 1) / MATCH * MATCH);
		i = 0;
	}
	fixed_block(&o, s, true);
	if (o.n) put_bits(&o, 0, 8 - o.n);
}

uint32_t crc_of(struct slice s)
{
	return (uint32_t)crc32(crc32(0, NULL, 0), s.p, (unsigned)s.n);
}

void gzip_member(struct buf *b, struct slice s, uint8_t flags)
{
	size_t start = b->n;

	buf_put(b, SLICE("\x1f\x8b\x08"));
	buf_u8(b, flags);
	buf_put(b, SLICE("\0\0\0\0\0\x03"));
	if (flags & 4) buf_put(b, SLICE("\x04\0abcd"));
	if (flags & 8) buf_put(b, SLICE("name.tar\0"));
	if (flags & 16) buf_put(b, SLICE("a comment\0"));
	if (flags & 2) buf_le16(b, (uint16_t)crc_of(slice_from(buf_slice(b), start)));
	deflate_raw(b, s);
	buf_le32(b, crc_of(s));
	buf_le32(b, (uint32_t)s.n);
}

void zstd_frame(struct buf *b, struct slice s)
{
	buf_put(b, SLICE("\x28\xb5\x2f\xfd\x00\x38")); /* window of 128 KiB, no checksum */
	do {
		struct slice block = slice_sub(s, 0, 4096);
		uint32_t last = s.n == block.n, same = block.n > 0;
		size_t i;
		uint32_t head;

		for (i = 1; i < block.n && same; i++)
			same = block.p[i] == block.p[0];
		head = last | same << 1 | (uint32_t)block.n << 3;
		buf_u8(b, (uint8_t)head);
		buf_u8(b, (uint8_t)(head >> 8));
		buf_u8(b, (uint8_t)(head >> 16));
		buf_put(b, same ? slice_sub(block, 0, 1) : block);
		s = slice_from(s, block.n);
	} while (s.n);
}

/* --- zip --- */

static uint32_t crc_field(const struct zip_file *f)
{
	return f->crc ? f->crc : crc_of(f->content);
}

static uint64_t size_field(const struct zip_file *f)
{
	return f->size ? f->size : f->content.n;
}

static uint32_t low(uint64_t v)
{
	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static void put_descriptor(struct buf *b, const struct zip_file *f, unsigned n)
{
	if (n == 16 || n == 24) buf_le32(b, 0x08074b50);
	buf_le32(b, crc_field(f));
	if (n <= 16) {
		buf_le32(b, low(f->packed));
		buf_le32(b, low(size_field(f)));
	} else {
		buf_le64(b, f->packed);
		buf_le64(b, size_field(f));
	}
}

void zip_local(struct buf *b, struct zip_file *f)
{
	struct slice name = f->local_name.p ? f->local_name : f->name;
	struct buf packed = buf_heap(ARCHIVE_MAX);

	if (f->method == 8)
		deflate_raw(&packed, f->content);
	else
		buf_put(&packed, f->content);
	if (!f->packed) f->packed = packed.n;
	if (f->descriptor) f->flags |= 8;
	f->at = b->n;
	buf_le32(b, 0x04034b50);
	buf_le16(b, 20);
	buf_le16(b, f->flags);
	buf_le16(b, f->local_method ? f->local_method : f->method);
	buf_le32(b, 0x21);
	buf_le32(b, f->descriptor ? 0 : f->local_crc ? f->local_crc : crc_field(f));
	buf_le32(b, f->descriptor ? 0 : low(f->local_packed ? f->local_packed : f->packed));
	buf_le32(b, f->descriptor ? 0 : low(f->local_size ? f->local_size : size_field(f)));
	buf_le16(b, (uint16_t)name.n);
	buf_le16(b, (uint16_t)f->local_extra.n);
	buf_put(b, name);
	buf_put(b, f->local_extra);
	buf_put(b, buf_slice(&packed));
	if (f->descriptor) put_descriptor(b, f, f->tail ? f->tail : 16);
	buf_drop(&packed);
}

void zip_central(struct buf *b, const struct zip_file *f)
{
	buf_le32(b, 0x02014b50);
	buf_u8(b, 20);
	buf_u8(b, f->system);
	buf_le16(b, 20);
	buf_le16(b, f->flags);
	buf_le16(b, f->method);
	buf_le32(b, 0x21);
	buf_le32(b, crc_field(f));
	buf_le32(b, low(f->packed));
	buf_le32(b, low(size_field(f)));
	buf_le16(b, (uint16_t)f->name.n);
	buf_le16(b, (uint16_t)f->central_extra.n);
	buf_le16(b, 0);
	buf_le16(b, 0);
	buf_le16(b, 0);
	buf_le32(b, f->attributes);
	buf_le32(b, low(f->at));
	buf_put(b, f->name);
	buf_put(b, f->central_extra);
}

void zip_end(struct buf *b, const struct zip_tail *t)
{
	uint64_t at64 = b->n, count = t->count64 ? t->count64 : t->count;

	if (t->zip64) {
		buf_le32(b, 0x06064b50);
		buf_le64(b, 44);
		buf_le16(b, 45);
		buf_le16(b, 45);
		buf_le32(b, 0);
		buf_le32(b, 0);
		buf_le64(b, count);
		buf_le64(b, count);
		buf_le64(b, t->size);
		buf_le64(b, t->at);
		buf_le32(b, 0x07064b50);
		buf_le32(b, 0);
		buf_le64(b, at64);
		buf_le32(b, 1);
	}
	buf_le32(b, 0x06054b50);
	buf_le32(b, 0);
	buf_le16(b, (uint16_t)(t->count > 0xffff ? 0xffff : t->count));
	buf_le16(b, (uint16_t)(t->count > 0xffff ? 0xffff : t->count));
	buf_le32(b, low(t->size));
	buf_le32(b, low(t->at));
	buf_le16(b, (uint16_t)t->comment.n);
	buf_put(b, t->comment);
}

void zip_all(struct buf *b, struct zip_file *files, unsigned n)
{
	struct zip_tail t = {.count = n};
	unsigned i;

	for (i = 0; i < n; i++)
		zip_local(b, &files[i]);
	t.at = b->n;
	for (i = 0; i < n; i++)
		zip_central(b, &files[i]);
	t.size = b->n - t.at;
	zip_end(b, &t);
}
