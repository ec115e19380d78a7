/* SPDX-License-Identifier: MIT */
/* Tar archives. Runs in unpack. */
#include "unpack/tar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proc/memfd.h"
#include "unpack/extract.h"
#include "unpack/scan_tar.h"
#include "unpack/stream.h"

/*
 * Members that the scan has passed and libarchive has not reached yet. It gets
 * chunks one by one and asks for the next only when it needs it, so there are
 * never more than the headers of one chunk.
 */
#define QUEUE (STREAM_CHUNK / TAR_BLOCK + 2)

struct tar {
	struct extraction x;
	enum package_compression kind;
	struct stream *stream;
	struct scan_tar scan;
	bool ended;       /* the stream has */
	size_t forgotten; /* bytes of the mapped archive */
	unsigned first, n;
	struct admitted item[QUEUE];
	uint8_t path[QUEUE][LIMIT_PATH_BYTES]; /* of items: names of members are borrowed */
};

/* From the scan: the next member. */
static enum err take(void *ctx, const struct member *m, struct why *why)
{
	struct tar *t = ctx;
	unsigned at = (t->first + t->n) % QUEUE;
	struct admitted *item = &t->item[at];
	enum err e = admit(&t->x.job->admission, m, item, why);

	if (e) return e;
	if (t->n == QUEUE) return why_set(why, E_PKG_FORMAT, "two readers disagree about a size");
	if (item->path.n) memcpy(t->path[at], item->path.p, item->path.n);
	item->path = slice_of(t->path[at], item->path.n);
	t->n++;
	return E_OK;
}

/* For the comparison: the oldest member that libarchive has not told yet. */
static bool expect(void *ctx, struct admitted *out)
{
	struct tar *t = ctx;

	if (t->n == 0) return false;
	*out = t->item[t->first];
	t->first = (t->first + 1) % QUEUE;
	t->n--;
	return true;
}

/* The next chunk, scanned; empty at the proper end of the archive. */
static enum err pull(struct tar *t, struct slice *out)
{
	struct why *why = &t->x.job->why;
	struct slice chunk = SLICE_NONE;
	enum err e = unpack_job_tick(t->x.job);

	if (!e && !t->ended) e = stream_next(t->stream, &chunk, why);
	if (!e && !t->ended) {
		t->ended = chunk.n == 0;
		e = t->ended ? scan_tar_end(&t->scan, why) : scan_tar_feed(&t->scan, chunk, why);
	}
	if (!e) *out = chunk;
	/* Without compression this chunk is in there, and libarchive has yet to read it. */
	if (!e)
		map_forget(t->x.job->mapped, &t->forgotten,
			stream_used(t->stream) - (t->kind == COMPRESSION_NONE ? chunk.n : 0));
	/* What admit() did not refuse is about the headers of the next member. */
	if (e && why->code == e && why->member == 0) {
		why->member = t->x.job->admission.result.entries + 1;
		t->x.job->admission.name[0] = '\0';
	}
	return e;
}

static la_ssize_t read_chunk(struct archive *a, void *ctx, const void **out)
{
	struct tar *t = ctx;
	struct slice chunk;

	t->x.stop = pull(t, &chunk);
	if (t->x.stop) {
		archive_set_error(a, EINVAL, "the scan refused the archive");
		return ARCHIVE_FATAL;
	}
	*out = chunk.p;
	return (la_ssize_t)chunk.n;
}

/* Feeds what libarchive left unread, the zeros behind the end marker, to the scan. */
static enum err drain(struct tar *t)
{
	struct slice chunk;
	enum err e = E_OK;

	while (!e && !t->ended)
		e = pull(t, &chunk);
	if (!e && t->n)
		e = why_set(&t->x.job->why, E_PKG_FORMAT,
			"two readers disagree about the number of members");
	return e;
}

static enum err run(struct tar *t)
{
	struct archive *a = archive_read_new();
	enum err e;

	if (!a) return E_NO_MEMORY;
	if (archive_read_support_format_tar(a) != ARCHIVE_OK) {
		e = E_INTERNAL;
	} else if (archive_read_open(a, t, NULL, read_chunk, NULL) != ARCHIVE_OK) {
		e = t->x.stop ? t->x.stop
			      : why_set(&t->x.job->why, E_PKG_FORMAT, "this is not a tar archive");
	} else {
		e = extract(&t->x, a);
	}
	if (!e) e = drain(t);
	archive_read_free(a);
	return e;
}

enum err unpack_tar(struct unpack_job *job, enum package_compression kind, struct slice archive)
{
	struct tar *t = calloc(1, sizeof *t);
	enum err e;

	if (!t) return E_NO_MEMORY;
	t->x = (struct extraction){.job = job, .expect = expect, .ctx = t, .positions = true};
	t->kind = kind;
	scan_tar_init(&t->scan, (struct member_sink){take, t});
	e = stream_new(&t->stream, kind, archive, &job->why);
	if (!e) e = run(t);
	stream_free(&t->stream);
	scan_tar_drop(&t->scan);
	free(t);
	return e;
}
