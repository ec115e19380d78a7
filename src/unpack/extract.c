/* SPDX-License-Identifier: MIT */
/* libarchive beside our own scan. Runs in unpack. */
#include "unpack/extract.h"

#include <archive_entry.h>
#include <errno.h>

#include "base/fdio.h"
#include "base/text.h"
#include "unpack/tree.h"

static enum err disagree(struct extraction *x, const char *what)
{
	x->job->why.member = x->member;
	return why_set(&x->job->why, E_PKG_FORMAT, "two readers disagree about %s", what);
}

/* libarchive gave up: because a callback did, without memory, or on damage. */
static enum err given_up(struct extraction *x, struct archive *a)
{
	const char *text = archive_error_string(a);
	char shown[160];

	if (x->stop) return x->stop;
	if (archive_errno(a) == ENOMEM) return E_NO_MEMORY;
	x->job->why.member = x->member;
	return why_set(&x->job->why, E_PKG_FORMAT, "%s",
		text_ascii(shown, sizeof shown, slice_str(text ? text : "the archive is damaged")));
}

static enum err compare(
	struct extraction *x, struct archive *a, struct archive_entry *entry, struct admitted *m)
{
	const char *name = archive_entry_pathname(entry);
	struct path p;
	bool file = archive_entry_filetype(entry) == AE_IFREG;

	if (!x->expect(x->ctx, m)) return disagree(x, "the number of members");
	text_ascii(x->job->admission.name, sizeof x->job->admission.name, m->path);
	if (!name || path_read(slice_str(name), &p, NULL)) return disagree(x, "a name");
	/* The path of skipped tops is empty on both sides. */
	if (!slice_eq(p.text, m->path)) return disagree(x, "a name");
	if (file != m->file || (!file && archive_entry_filetype(entry) != AE_IFDIR))
		return disagree(x, "a type");
	if (archive_entry_hardlink(entry) || archive_entry_symlink(entry) ||
		archive_entry_sparse_count(entry) > 0)
		return disagree(x, "a type");
	if (archive_entry_size(entry) < 0 || (uint64_t)archive_entry_size(entry) != m->size)
		return disagree(x, "a size");
	if (x->positions && (uint64_t)archive_read_header_position(a) != m->position)
		return disagree(x, "where a member stands");
	return E_OK;
}

static enum err copy_content(struct extraction *x, struct archive *a, uint64_t size, int fd)
{
	const void *p;
	size_t n;
	la_int64_t offset;
	uint64_t done = 0;
	enum err e;

	for (;;) {
		int r = archive_read_data_block(a, &p, &n, &offset);

		if (r == ARCHIVE_EOF) break;
		if (r != ARCHIVE_OK) return given_up(x, a);
		if (offset < 0 || (uint64_t)offset != done || n > size - done)
			return disagree(x, "the length of the content");
		done += n;
		e = unpack_job_count(x->job, n);
		if (!e) e = unpack_job_tick(x->job);
		if (!e) e = tree_write(fd, slice_of(p, n), &x->job->why);
		if (e) return e;
	}
	if (x->stop) return x->stop;
	return done == size ? E_OK : disagree(x, "the length of the content");
}

static enum err write_member(struct extraction *x, struct archive *a, const struct admitted *m)
{
	struct why *why = &x->job->why;
	int fd = -1;
	enum err e;

	if (m->skip) return E_OK;
	e = tree_directories(x->job->dst, m, why);
	if (!e && m->file) e = tree_open(x->job->dst, m, &fd, why);
	if (!e && m->file) e = copy_content(x, a, m->size, fd);
	if (!e && m->file) e = tree_close(&fd, m, why);
	fd_close(&fd);
	return e;
}

enum err extract(struct extraction *x, struct archive *a)
{
	struct archive_entry *entry = archive_entry_new2(a);
	struct admitted m;
	enum err e = entry ? E_OK : E_NO_MEMORY;

	while (!e) {
		int r = archive_read_next_header2(a, entry);

		if (r == ARCHIVE_EOF) break;
		x->member++;
		/* ARCHIVE_WARN says that a name is not ASCII, or is about data that we ignore. */
		e = r == ARCHIVE_OK || r == ARCHIVE_WARN ? compare(x, a, entry, &m)
							 : given_up(x, a);
		if (!e) e = write_member(x, a, &m);
	}
	if (!e) e = x->stop;
	if (!e && x->expect(x->ctx, &m)) e = disagree(x, "the number of members");
	archive_entry_free(entry);
	return e;
}
