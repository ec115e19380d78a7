/* SPDX-License-Identifier: MIT */
/*
 * The strict scan of a tar stream (C42): every block is accounted for as
 * header, extended header, content, padding, end marker or final zeros, and
 * whatever two readers might read differently is refused. It reads ustar, GNU
 * long names and pax; content is skipped over, not looked at. Bytes come in
 * pieces of any length; memory is the extended headers of one member, at most
 * LIMIT_HEADER_BYTES.
 * Runs in unpack; no I/O; input is attacker controlled.
 */
#ifndef UNPACK_SCAN_TAR_H
#define UNPACK_SCAN_TAR_H

#include "base/buf.h"
#include "base/limits.h"
#include "unpack/member.h"

#define TAR_BLOCK 512

enum tar_state { TAR_HEADER, TAR_EXTENDED, TAR_CONTENT, TAR_END_SECOND, TAR_PADDING };

struct scan_tar {
	struct member_sink sink;
	enum tar_state state;
	uint64_t position; /* bytes of the stream taken so far */
	uint64_t end;      /* where the end marker ended */
	uint64_t skip;     /* content and padding still to come */
	uint8_t block[TAR_BLOCK];
	size_t have; /* bytes in block */

	/* the extended header being read */
	char kind;         /* 'x', 'g' or 'L' */
	uint64_t ext_left; /* of its body, padding not counted */
	struct buf ext;

	/* totals over the archive, and what extended headers say of the next member */
	uint64_t header_bytes;
	unsigned n_extensions, n_before; /* in all; before the next member */
	uint64_t member_position;
	bool has_pax, has_name, has_size;
	uint8_t name[2 * LIMIT_PATH_BYTES]; /* room for "./" in front of a path */
	size_t name_len;
	uint64_t size;
	const char *other;
};

/* s is memory of the caller; its buffer lives until scan_tar_drop. */
void scan_tar_init(struct scan_tar *s, struct member_sink sink);
void scan_tar_drop(struct scan_tar *s);

/*
 * Takes the next bytes of the stream; members whose header is complete go to
 * the sink. E_PKG_FORMAT, E_PKG_HEADER, E_PKG_TRAILING, E_NO_MEMORY, or what
 * the sink returned. After an error the scan must not go on.
 */
enum err scan_tar_feed(struct scan_tar *s, struct slice bytes, struct why *why);

/*
 * At the end of the stream: E_PKG_TRUNCATED unless the end marker was there,
 * E_PKG_FORMAT when there was less than a block.
 */
enum err scan_tar_end(const struct scan_tar *s, struct why *why);

/* True when a first block can begin a tar archive: "ustar", or an end marker. */
bool tar_begins(struct slice block);

#endif
