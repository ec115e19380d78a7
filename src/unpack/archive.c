/* SPDX-License-Identifier: MIT */
/* Uploads of every accepted kind. Runs in unpack. */
#include "unpack/archive.h"

#include "base/fdio.h"
#include "unpack/format.h"
#include "unpack/tar.h"
#include "unpack/tree.h"
#include "unpack/zip.h"

/* A bare SKILL.md is a package of one file. */
static enum err unpack_manifest(struct unpack_job *job, struct slice body)
{
	struct member m = {.name = SLICE("SKILL.md"), .type = MEMBER_FILE, .size = body.n};
	struct admitted got;
	int fd = -1;
	enum err e = admit(&job->admission, &m, &got, &job->why);

	if (!e) e = unpack_job_count(job, body.n);
	if (!e) e = tree_open(job->dst, &got, &fd, &job->why);
	if (!e) e = tree_write(fd, body, &job->why);
	if (!e) e = tree_close(&fd, &got, &job->why);
	fd_close(&fd);
	return e;
}

static enum err unpack_as(struct unpack_job *job, struct format f, struct slice archive)
{
	struct unpack_result *r = &job->admission.result;

	r->format = f.format;
	r->compression = f.compression;
	switch (f.format) {
	case PACKAGE_TAR: return unpack_tar(job, (enum package_compression)f.compression, archive);
	case PACKAGE_ZIP: return unpack_zip(job, archive);
	case PACKAGE_SKILL_MD: return unpack_manifest(job, archive);
	default: return E_INTERNAL;
	}
}

enum err unpack_archive(struct slice archive, struct unpack_job *job)
{
	struct format f = {0, 0};
	enum err e = unpack_job_begin(job, archive.n);

	if (!e && archive.n > LIMIT_PACKAGE_BYTES)
		e = why_set(&job->why, E_PKG_TOO_LARGE, "%zu bytes, at most %d are allowed",
			archive.n, LIMIT_PACKAGE_BYTES);
	if (!e) e = format_detect(archive, &f, &job->why);
	if (!e) e = unpack_as(job, f, archive);
	return unpack_job_end(job, e);
}
