/* SPDX-License-Identifier: MIT */
/*
 * The one decompressed stream of a tar archive. It is read once: each chunk
 * goes through the strict tar scan and then to libarchive, so neither sees
 * anything that the other does not, and nothing is decompressed twice.
 *
 * Framing is checked here, not by libarchive: one gzip member or one zstd
 * frame, valid header and checksums, and nothing behind it but padding.
 * Runs in unpack; no I/O; memory: eight chunks, the zlib window (32 KiB) or the
 * zstd window (2^LIMIT_ZSTD_WINDOW_LOG bytes). Input is attacker controlled.
 */
#ifndef UNPACK_STREAM_H
#define UNPACK_STREAM_H

#include "base/err.h"
#include "base/slice.h"
#include "proc/record.h"

/* Bytes handed out at once: bounds how far the scan runs ahead of libarchive. */
#define STREAM_CHUNK 65536

struct stream;

/*
 * Opens the stream over an archive that outlives it. E_PKG_TRUNCATED or
 * E_PKG_FORMAT for a bad header, E_NO_MEMORY.
 */
enum err stream_new(
	struct stream **out, enum package_compression kind, struct slice packed, struct why *why);
void stream_free(struct stream **s);

/*
 * The next 1 to STREAM_CHUNK bytes, valid until the next call; an empty slice
 * at the proper end. E_PKG_TRUNCATED, E_PKG_FORMAT (damaged data, wrong
 * checksum) or E_PKG_TRAILING (anything behind the member or frame).
 */
enum err stream_next(struct stream *s, struct slice *out, struct why *why);
/* How much of packed was read and will not be looked at again. */
size_t stream_used(const struct stream *s);

#endif
