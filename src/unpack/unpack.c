/* SPDX-License-Identifier: MIT */
/*
 * The throw-away processes of a package: "unpack", "manifest", "inspect" and,
 * for a signed one, "signature". "leaks" (leaks.c) reads its socket, writes its
 * result, and needs memory.
 *
 * descriptors  result (write), source (sealed memory file, directory or
 *              SKILL.md, read), tree (directory; unpack writes, inspect reads);
 *              nothing else
 * files        only below the tree and the source directory, by name relative
 *              to a descriptor; no absolute path is ever opened
 * ids, limits  those of the caller; memory stays below 48 MiB beside the tree
 * system calls, with what they are for; musl's malloc included:
 *
 *   call           unpack manifest signature inspect
 *   read              x      x                files of a source directory; SKILL.md
 *   write             x      x    x       x   files of the tree; the result
 *   close             x                   x
 *   openat            x                   x   entries of the tree (O_EXCL; inspect: O_RDONLY); the source directory "."
 *   openat2           x                       entries of a source directory, one component
 *   getdents64        x                       names in a source directory
 *   newfstatat        x                       type and size of an entry, links not followed
 *   fstat             x           x       x   descriptors
 *   fcntl             x           x       x   F_GET_SEALS of the source; F_GETFL, F_SETFD of fdopendir
 *   mkdirat           x                       directories of the tree
 *   fchmodat          x                       their modes
 *   fchmod            x                       modes of files
 *   utimensat         x                       times of both
 *   mmap              x      x    x       x   the archive, the request, files of the tree (MAP_SHARED, PROT_READ); anonymous memory
 *   munmap            x      x    x       x
 *   mremap            x      x    x       x   growing buffers
 *   mprotect          x      x    x       x   malloc, when brk is refused
 *   madvise           x      x    x       x   malloc; parts of the archive that were read
 *   brk               x      x    x       x   malloc
 *   clock_gettime     x                       the time limit, where the vDSO cannot tell it
 *   exit_group        x      x    x       x   of the caller, after the return
 *
 * tests/unit/test_unpack_process.c runs them under exactly this list.
 */
#include "unpack/unpack.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "proc/memfd.h"
#include "proc/unpack_result.h"
#include "unpack/archive.h"
#include "unpack/directory.h"
#include "unpack/inspect.h"
#include "unpack/manifest_read.h"
#include "unpack/oms.h"

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
	job->mapped = archive;
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

	/* libarchive turns times of zip members with mktime(), which would look for a zone file. */
	if (!job || setenv("TZ", "UTC0", 1)) {
		unpack_job_free(&job);
		return send_unpack_result(result_fd, &none);
	}
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
		return why_set(why, E_MANIFEST_TOO_LARGE,
			"more than %d bytes; move text to other files", LIMIT_MANIFEST_BYTES);
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

static int send_signature(int fd, struct signature_facts *f)
{
	struct buf b = buf_heap(SIGNATURE_RESULT_BYTES);
	struct codec c = codec_writer(&b);

	codec_signature(&c, f);
	return send_result(fd, &b, &c);
}

int signature_process(int result_fd, int source_fd)
{
	struct signature_request *r = calloc(1, sizeof *r);
	struct signed_file *files = calloc(LIMIT_MEMBERS, sizeof *files);
	uint8_t mem[LIMIT_SIGNER_BYTES];
	struct buf name = buf_on(mem, sizeof mem);
	struct signature_facts f = {0};
	struct slice bytes = SLICE_NONE;
	struct codec c;
	int sent = 1;

	if (!r || !files || map_sealed(source_fd, SIGNATURE_REQUEST_BYTES, &bytes)) goto out;
	r->files = files;
	c = codec_reader(bytes);
	codec_signature_request(&c, r);
	if (codec_end(&c) || oms_check(r, &name, &f)) goto out;
	sent = send_signature(result_fd, &f);
out:
	map_drop(&bytes);
	free(files);
	free(r);
	return sent;
}

static int send_inspection(int fd, struct inspection *in)
{
	struct buf b = buf_heap(INSPECTION_BYTES);
	struct codec c = codec_writer(&b);

	codec_inspection(&c, in);
	return send_result(fd, &b, &c);
}

int inspect_process(int result_fd, int source_fd, int root_fd)
{
	struct inspection_request r = {.files = calloc(LIMIT_MEMBERS, sizeof *r.files)};
	struct inspect *mem = NULL;
	struct inspection *found = NULL;
	struct slice bytes = SLICE_NONE;
	struct codec c;
	int sent = 1;

	if (!r.files || map_sealed(source_fd, INSPECTION_REQUEST_BYTES, &bytes)) goto out;
	c = codec_reader(bytes);
	codec_inspection_request(&c, &r);
	if (codec_end(&c) || inspect_package(&mem, &r, root_fd, &found)) goto out;
	sent = send_inspection(result_fd, found);
out:
	inspect_free(&mem);
	map_drop(&bytes);
	free(r.files);
	return sent;
}
