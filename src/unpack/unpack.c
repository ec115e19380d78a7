/* SPDX-License-Identifier: MIT */
/*
 * The two throw-away processes of a package.
 */
#include "unpack/unpack.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "proc/unpack_result.h"
#include "unpack/archive.h"
#include "unpack/directory.h"
#include "unpack/manifest_read.h"

static int send_result(int fd, struct buf *b, struct codec *c)
{
	enum err e = codec_end(c);

	if (!e) e = fd_write_all(fd, buf_slice(b));
	buf_drop(b);
	return e ? 1 : 0;
}

static int send_unpack_result(int fd, struct unpack_result *r)
{
	struct buf b = buf_heap(UNPACK_RESULT_BYTES);
	struct codec c = codec_writer(&b);

	codec_unpack_result(&c, r);
	return send_result(fd, &b, &c);
}

static int send_manifest_result(int fd, struct manifest_result *r)
{
	struct buf b = buf_heap(MANIFEST_RESULT_BYTES);
	struct codec c = codec_writer(&b);

	codec_manifest_result(&c, r);
	return send_result(fd, &b, &c);
}

static enum err unpack_sealed(int source, struct unpack_job *job)
{
	struct slice archive;
	enum err e = map_sealed(source, LIMIT_PACKAGE_BYTES, &archive);

	if (e) {
		job->admission.result.refusal.code = e == E_TOO_LARGE ? E_PKG_TOO_LARGE
						     : e == E_SYSTEM  ? E_SYSTEM
								      : E_INTERNAL;
		return e;
	}
	e = unpack_archive(archive, job);
	map_drop(&archive);
	return e;
}

int unpack_process(int result_fd, int source_fd, int dst_fd)
{
	struct unpack_result none = {.refusal = {.code = E_NO_MEMORY}};
	struct unpack_job *job =
		unpack_job_new(dst_fd, clock_mono_us() + (int64_t)LIMIT_UNPACK_MS * 1000);
	struct stat st;
	int r;

	if (!job) return send_unpack_result(result_fd, &none);
	if (fstat(source_fd, &st) == 0 && S_ISDIR(st.st_mode))
		unpack_directory(source_fd, job);
	else
		unpack_sealed(source_fd, job);
	r = send_unpack_result(result_fd, &job->admission.result);
	unpack_job_free(&job);
	return r;
}

static enum err read_manifest(int source, struct slice top_directory, struct buf *file,
	struct manifest_memory *mem, struct manifest *out, struct why *why)
{
	enum err e;

	if (!mem) return E_NO_MEMORY;
	e = fd_read_all(source, file);
	if (e == E_TOO_LARGE)
		return why_set(
			why, E_MANIFEST_TOO_LARGE, "more than %d bytes", LIMIT_MANIFEST_BYTES);
	if (e == E_SYSTEM) return why_sys(why, e, "read SKILL.md");
	return e ? e : manifest_read(buf_slice(file), top_directory, mem, out, why);
}

int manifest_process(int result_fd, int source_fd, struct slice top_directory)
{
	struct manifest_memory *mem = manifest_memory_new();
	/* One byte more than is allowed shows that there are more. */
	struct buf file = buf_heap(LIMIT_MANIFEST_BYTES + 1);
	struct manifest_result r = {.manifest = {.n_warnings = 0}};
	struct why why = WHY_INIT;
	enum err e = read_manifest(source_fd, top_directory, &file, mem, &r.manifest, &why);
	int sent;

	/* Without memory there is no text. */
	if (why.code != e) why = (struct why)WHY_INIT;
	why.code = e;
	r.refusal = refusal_of(&why, NULL);
	sent = send_manifest_result(result_fd, &r);
	buf_drop(&file);
	manifest_memory_free(&mem);
	return sent;
}
