/* SPDX-License-Identifier: MIT */
/*
 * The strict scan of a zip archive (C42): end records, central directory,
 * local headers and data descriptors must tell one story, and every byte of
 * the file must belong to exactly one of them or to the content of a member.
 * So nothing can be prepended, appended, hidden between members, shared by two
 * of them or named differently in the two directories. Content is not looked
 * at.
 * Runs in unpack; no I/O; memory: one table of at most LIMIT_MEMBERS entries.
 * Input is attacker controlled.
 */
#ifndef UNPACK_SCAN_ZIP_H
#define UNPACK_SCAN_ZIP_H

#include "unpack/member.h"

struct zip_entry {
	struct slice name;        /* part of the archive */
	uint64_t local;           /* offset of the local header */
	uint64_t packed, size;    /* of the content */
	uint64_t unicode_at;      /* offset of the identifier of a Unicode path field, 0: none */
	uint32_t crc, attributes; /* of the content; external attributes */
	uint16_t flags, method;
	uint8_t system; /* that made the entry */
};

struct scan_zip {
	struct zip_entry *entries; /* in order of local headers, after scan_zip */
	unsigned n;
	struct slice current; /* name of the member looked at last, for messages */
};

#define SCAN_ZIP_INIT                                                                              \
	{                                                                                          \
		NULL, 0,                                                                           \
		{                                                                                  \
			NULL, 0                                                                    \
		}                                                                                  \
	}

/*
 * Scans the archive and hands all members to the sink, in the order of their
 * local headers. E_PKG_FORMAT, E_PKG_TRUNCATED, E_PKG_TRAILING, E_PKG_ENTRIES,
 * E_NO_MANIFEST for an empty archive, E_NO_MEMORY, or what the sink returned.
 * z is dropped by the caller in any case.
 */
enum err scan_zip(
	struct scan_zip *z, struct slice archive, struct member_sink sink, struct why *why);
void scan_zip_drop(struct scan_zip *z);

/*
 * Copies archive bytes [at, at + n) to dst for libarchive, which shall see
 * names as bytes: the flag "name is UTF-8" is cleared in local headers and
 * Unicode path fields get an identifier that nobody knows. Otherwise
 * libarchive would convert names to the C locale and lose them.
 */
void scan_zip_copy(
	const struct scan_zip *z, struct slice archive, uint64_t at, size_t n, uint8_t *dst);

#endif
