/* SPDX-License-Identifier: MIT */
/* Zip archives. Runs in unpack. */
#include "unpack/zip.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "proc/memfd.h"
#include "unpack/extract.h"
#include "unpack/scan_zip.h"

#define CHUNK 65536 /* bytes given to libarchive at once */

struct zip {
	struct extraction x;
	struct slice archive;
	struct scan_zip scan;
	uint64_t at;      /* where libarchive reads next */
	size_t forgotten; /* bytes of the mapped archive */
	unsigned n, told;
	uint8_t chunk[CHUNK];
	struct admitted item[LIMIT_MEMBERS]; /* paths are part of the archive */
};

static enum err take(void *ctx, const struct member *m, struct why *why)
{
	struct zip *z = ctx;
	enum err e = admit(&z->x.job->admission, m, &z->item[z->n], why);

	if (!e) z->n++;
	return e;
}

static bool expect(void *ctx, struct admitted *out)
{
	struct zip *z = ctx;

	if (z->told == z->n) return false;
	*out = z->item[z->told++];
	return true;
}

static la_ssize_t read_chunk(struct archive *a, void *ctx, const void **out)
{
	struct zip *z = ctx;
	uint64_t left = z->archive.n - z->at;
	size_t n = left < CHUNK ? (size_t)left : CHUNK;

	z->x.stop = unpack_job_tick(z->x.job);
	if (z->x.stop) {
		archive_set_error(a, EINVAL, "out of time");
		return ARCHIVE_FATAL;
	}
	scan_zip_copy(&z->scan, z->archive, z->at, n, z->chunk);
	z->at += n;
	map_forget(z->x.job->mapped, &z->forgotten, (size_t)z->at);
	*out = z->chunk;
	return (la_ssize_t)n;
}

static la_int64_t seek_to(struct archive *a, void *ctx, la_int64_t offset, int whence)
{
	struct zip *z = ctx;
	la_int64_t size = (la_int64_t)z->archive.n;
	la_int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_END ? size : (la_int64_t)z->at;

	if (offset < -from || offset > size - from) {
		archive_set_error(a, EINVAL, "an offset beyond the archive");
		return ARCHIVE_FATAL;
	}
	z->at = (uint64_t)(from + offset);
	/* What is read again has to be forgotten again. */
	if (z->at < z->forgotten) z->forgotten = (size_t)z->at & ~(size_t)(CHUNK - 1);
	return from + offset;
}

static enum err run(struct zip *z)
{
	struct archive *a = archive_read_new();
	enum err e;

	if (!a) return E_NO_MEMORY;
	if (archive_read_support_format_zip_seekable(a) != ARCHIVE_OK ||
		archive_read_set_read_callback(a, read_chunk) != ARCHIVE_OK ||
		archive_read_set_seek_callback(a, seek_to) != ARCHIVE_OK ||
		archive_read_set_callback_data(a, z) != ARCHIVE_OK) {
		e = E_INTERNAL;
	} else if (archive_read_open1(a) != ARCHIVE_OK) {
		e = z->x.stop ? z->x.stop
			      : why_set(&z->x.job->why, E_PKG_FORMAT, "this is not a zip archive");
	} else {
		e = extract(&z->x, a);
	}
	archive_read_free(a);
	return e;
}

enum err unpack_zip(struct unpack_job *job, struct slice archive)
{
	struct zip *z = calloc(1, sizeof *z);
	enum err e;

	if (!z) return E_NO_MEMORY;
	z->x = (struct extraction){.job = job, .expect = expect, .ctx = z};
	z->archive = archive;
	e = scan_zip(&z->scan, archive, (struct member_sink){take, z}, &job->why);
	if (e && job->why.member)
		text_ascii(job->admission.name, sizeof job->admission.name, z->scan.current);
	if (!e) e = run(z);
	scan_zip_drop(&z->scan);
	free(z);
	return e;
}
