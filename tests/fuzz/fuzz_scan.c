/* SPDX-License-Identifier: MIT */
/*
 * The scans alone: tar headers in pieces of any length, gzip and zstd streams,
 * zip directories, pax records. The same bytes in other pieces give the same
 * members and the same end.
 */
#include "fuzz.h"

#include <string.h>

#include "base/num.h"
#include "unpack/path.h"
#include "unpack/scan_pax.h"
#include "unpack/scan_tar.h"
#include "unpack/scan_zip.h"
#include "unpack/stream.h"

/* What a scan told, folded into one number. */
struct told {
	uint64_t sum, members;
};

static void fold(struct told *t, struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		t->sum = t->sum * 1099511628211u + s.p[i] + 1;
}

static enum err take(void *ctx, const struct member *m, struct why *why)
{
	struct told *t = ctx;
	struct path p;

	(void)why;
	FUZZ_ASSERT((m->type == MEMBER_OTHER) == (m->what != NULL));
	FUZZ_ASSERT(m->type == MEMBER_FILE || m->size == 0);
	FUZZ_ASSERT(m->mode <= 07777);
	if (!path_read(m->name, &p, NULL)) FUZZ_ASSERT(inside(m->name, p.text));
	fold(t, m->name);
	fold(t, slice_of(&m->size, sizeof m->size));
	fold(t, slice_of(&m->position, sizeof m->position));
	t->members++;
	/* As after admission: nothing but files and directories of a bearable size. */
	return m->type == MEMBER_OTHER || m->size > 1 << 24 ? E_PKG_MEMBER_TYPE : E_OK;
}

static enum err scan_in_pieces(struct slice s, size_t piece, struct told *t)
{
	struct scan_tar scan;
	enum err e = E_OK;

	memset(t, 0, sizeof *t);
	scan_tar_init(&scan, (struct member_sink){take, t});
	while (s.n && !e) {
		struct slice part = slice_sub(s, 0, piece);

		e = scan_tar_feed(&scan, part, NULL);
		s = slice_from(s, part.n);
	}
	if (!e) e = scan_tar_end(&scan, NULL);
	scan_tar_drop(&scan);
	return e;
}

static void fuzz_tar(struct slice s)
{
	static const size_t pieces[] = {1, 511, 513, 4096};
	struct told whole, other;
	enum err e = scan_in_pieces(s, SIZE_MAX, &whole);
	size_t i;

	for (i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		FUZZ_ASSERT(scan_in_pieces(s, pieces[i], &other) == e);
		FUZZ_ASSERT(other.sum == whole.sum && other.members == whole.members);
	}
}

static void fuzz_zip(struct slice s)
{
	struct scan_zip z = SCAN_ZIP_INIT;
	struct told t = {0, 0};
	uint8_t copy[256];
	unsigned i;

	if (!scan_zip(&z, s, (struct member_sink){take, &t}, NULL)) {
		FUZZ_ASSERT(t.members == z.n && z.n > 0 && z.entries[0].local == 0);
		for (i = 1; i < z.n; i++)
			FUZZ_ASSERT(z.entries[i - 1].local < z.entries[i].local);
		scan_zip_copy(&z, s, 0, s.n < sizeof copy ? s.n : sizeof copy, copy);
	}
	scan_zip_drop(&z);
}

static void fuzz_stream(struct slice s, enum package_compression kind)
{
	struct stream *stream;
	struct slice chunk;
	uint64_t total = 0;

	if (stream_new(&stream, kind, s, NULL)) return;
	while (!stream_next(stream, &chunk, NULL) && chunk.n && total < 1 << 22) {
		FUZZ_ASSERT(chunk.n <= STREAM_CHUNK);
		total += chunk.n;
	}
	stream_free(&stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size);
	struct pax pax;

	if (slice_starts(s, "PK")) {
		fuzz_zip(s);
	} else if (slice_starts(s, "\x1f\x8b")) {
		fuzz_stream(s, COMPRESSION_GZIP);
	} else if (slice_starts(s, "\x28\xb5\x2f\xfd")) {
		fuzz_stream(s, COMPRESSION_ZSTD);
	} else if (size >= TAR_BLOCK) {
		fuzz_tar(s);
	} else if (!pax_read(s, &pax, NULL)) {
		FUZZ_ASSERT(inside(s, pax.path));
	}
	return 0;
}
