/* SPDX-License-Identifier: MIT */
/* Runs the unpacker in a test. */
#include "unpack_run.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "test.h"
#include "unpack/archive.h"
#include "unpack/directory.h"

void fresh_directory(char path[64])
{
	strcpy(path, "/tmp/sv-unit-XXXXXX");
	if (!mkdtemp(path)) abort();
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void remove_tree(const char *path)
{
	nftw(path, remove_one, 64, FTW_DEPTH | FTW_PHYS);
}

const char *join_codes(char out[256], const struct slice *list, unsigned n)
{
	struct buf b = buf_on(out, 256);
	unsigned i;

	for (i = 0; i < n; i++) {
		if (i) buf_u8(&b, ' ');
		buf_put(&b, list[i]);
	}
	buf_text(&b);
	return out;
}

static void copy_text(char *dst, size_t cap, struct slice s)
{
	if (!slice_text(dst, cap, s)) abort();
}

static struct unpacked run(struct slice archive, const char *source, int64_t deadline)
{
	struct unpacked u = {.code = E_OK};
	struct unpack_job *job;
	const struct unpack_result *r;
	int from = -1;
	enum err e;

	fresh_directory(u.dir);
	u.fd = open(u.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	job = unpack_job_new(u.fd, deadline);
	if (source) from = open(source, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (!job || u.fd < 0 || (source && from < 0)) abort();
	e = source ? unpack_directory(from, job) : unpack_archive(archive, job);
	r = &job->admission.result;
	CHECK_ERR(e, r->refusal.code);
	u.code = r->refusal.code;
	u.member = r->refusal.member;
	u.entries = r->entries;
	u.ignored = r->ignored_total;
	u.bytes = r->unpacked_bytes;
	u.format = r->format;
	u.compression = r->compression;
	copy_text(u.name, sizeof u.name, r->refusal.name);
	copy_text(u.text, sizeof u.text, r->refusal.text);
	join_codes(u.warnings, r->warnings, r->n_warnings);
	if (r->n_ignored) copy_text(u.first_ignored, sizeof u.first_ignored, r->ignored[0]);
	unpack_job_free(&job);
	fd_close(&from);
	return u;
}

struct unpacked run_archive(struct slice archive)
{
	return run(archive, NULL, clock_mono_us() + 20000000);
}

struct unpacked run_late(struct slice archive)
{
	return run(archive, NULL, 0);
}

struct unpacked run_directory(const char *path)
{
	return run(SLICE_NONE, path, clock_mono_us() + 20000000);
}

struct unpacked run_directory_late(const char *path)
{
	return run(SLICE_NONE, path, 0);
}

void unpacked_drop(struct unpacked *u)
{
	fd_close(&u->fd);
	remove_tree(u->dir);
}

static bool time_is_zero(const struct stat *st)
{
	return st->st_mtim.tv_sec == 0 && st->st_mtim.tv_nsec == 0;
}

bool has_file(const struct unpacked *u, const char *path, const char *content, bool executable)
{
	uint8_t mem[70000];
	struct buf b = buf_on(mem, sizeof mem);
	struct stat st;
	int fd = openat(u->fd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool same = fd >= 0 && !fstat(fd, &st) && !fd_read_all(fd, &b);

	fd_close(&fd);
	return same && S_ISREG(st.st_mode) && time_is_zero(&st) &&
	       (st.st_mode & 07777) == (executable ? 0755 : 0644) &&
	       slice_eq(buf_slice(&b), slice_str(content));
}

bool has_directory(const struct unpacked *u, const char *path)
{
	struct stat st;

	return fstatat(u->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode) &&
	       (st.st_mode & 07777) == 0755 && time_is_zero(&st);
}

bool is_absent(const struct unpacked *u, const char *path)
{
	struct stat st;

	return fstatat(u->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
}

static unsigned counted;

static int count_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)path;
	(void)st;
	(void)type;
	if (ftw->level > 0) counted++;
	return 0;
}

unsigned count_tree(const struct unpacked *u)
{
	counted = 0;
	nftw(u->dir, count_one, 64, FTW_PHYS);
	return counted;
}

void check_unpack(const char *file, int line, struct slice bytes, enum err want)
{
	struct unpacked u = run_archive(bytes);

	if (u.code != want) {
		test_err(file, line, u.code, want);
		printf("#   member %u '%s': %s\n", u.member, u.name, u.text);
	}
	/* A refusal says something that a person can act on. */
	if (u.code && u.text[0] == '\0') test_fail(file, line, "a refusal without a text");
	unpacked_drop(&u);
}

void check_tar(const char *file, int line, struct buf *b, enum err want)
{
	tar_end(b);
	check_unpack(file, line, buf_slice(b), want);
	buf_drop(b);
}

void check_zip(const char *file, int line, struct zip_file *files, unsigned n, enum err want)
{
	struct buf b = buf_heap(ARCHIVE_MAX);

	zip_all(&b, files, n);
	check_unpack(file, line, buf_slice(&b), want);
	buf_drop(&b);
}
