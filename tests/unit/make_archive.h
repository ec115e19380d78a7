/* SPDX-License-Identifier: MIT */
/*
 * Writers of archives with exact bytes, so that tests can write the wrong ones
 * too. Everything is appended to a heap buffer of the caller (buf_heap).
 */
#ifndef MAKE_ARCHIVE_H
#define MAKE_ARCHIVE_H

#include "base/buf.h"

#define ARCHIVE_MAX (96 * 1024 * 1024)

/* --- tar --- */

struct tar_head {
	const char *name;   /* at most 100 bytes are used */
	const char *prefix; /* ustar only */
	const char *link;
	const char *magic; /* 8 bytes; NULL: ustar */
	char type;         /* 0 becomes '0' */
	unsigned mode;     /* 0 becomes 0644 */
	uint64_t size;
	const char *size_field; /* 12 bytes in place of size */
	const char *owner;      /* 8 bytes for uid and gid */
	const char *time;       /* 12 bytes for mtime */
	int checksum_off;       /* added to the right sum */
};

#define GNU_MAGIC "ustar  \0"

/* One header block; nothing but the block. */
void tar_head(struct buf *b, const struct tar_head *h);
/* Content and the zeros up to the next block. */
void tar_content(struct buf *b, struct slice s);
void tar_file(struct buf *b, const char *name, const char *content);
void tar_dir(struct buf *b, const char *name);
/* A file whose name may be of any length or content, through a GNU long name. */
void tar_long(struct buf *b, struct slice name, const char *content);
/* An extended header of type 'x', 'g', 'L' or another, with this body. */
void tar_extended(struct buf *b, char type, struct slice body);
/* "LENGTH key=value\n" with the right length. */
void pax_record(struct buf *b, const char *key, struct slice value);
/* Two zero blocks, and zeros up to 10 KiB. */
void tar_end(struct buf *b);
void tar_end_short(struct buf *b);

/* --- compression --- */

/* Raw deflate: runs of equal bytes as matches, long runs of zeros 1000 to 1. */
void deflate_raw(struct buf *b, struct slice s);
/* A gzip member; flags as in RFC 1952, with fitting optional fields. */
void gzip_member(struct buf *b, struct slice s, uint8_t flags);
/* A zstd frame of raw blocks, or of run blocks where a block is one byte repeated. */
void zstd_frame(struct buf *b, struct slice s);

/* --- zip --- */

struct zip_file {
	struct slice name, content; /* content unpacked */
	uint16_t method;            /* 0 or 8 */
	uint16_t flags;
	uint8_t system;
	uint32_t attributes;
	struct slice local_extra, central_extra;
	bool descriptor;                   /* sizes behind the content, flag set */
	unsigned tail;                     /* length of the descriptor: 12, 16 (0), 20 or 24 */
	struct slice local_name;           /* when not the same */
	uint64_t local_size, local_packed; /* when not the same */
	uint16_t local_method;             /* when not the same */
	uint32_t local_crc;                /* when not the same */
	uint32_t crc;                      /* when not the right one */
	uint64_t size;                     /* when not the right one */
	uint64_t at;                       /* where it was written: set by zip_local */
	uint64_t packed;                   /* set by zip_local, unless set before */
};

void zip_local(struct buf *b, struct zip_file *f);
void zip_central(struct buf *b, const struct zip_file *f);
struct zip_tail {
	uint64_t count, at, size; /* of the central directory */
	bool zip64;
	uint64_t count64; /* when not the same */
	struct slice comment;
};
void zip_end(struct buf *b, const struct zip_tail *t);
/* A whole archive of these files. */
void zip_all(struct buf *b, struct zip_file *files, unsigned n);

uint32_t crc_of(struct slice s);

#endif
