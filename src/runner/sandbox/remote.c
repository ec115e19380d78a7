/* SPDX-License-Identifier: MIT */
/* Memory, files and sockets of a waiting task. Runs in S. */
#include "runner/sandbox/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/num.h"
#include "proc/sys.h"

/* What is mapped ends at one of these. */
#define PAGE 4096
/* Strings are read in these: most are shorter, and the kernel copies all that is asked for. */
#define STRING_PART 256

/* By hand: printf takes longer than the call that follows. */
static char *put_text(char *at, const char *text)
{
	while (*text)
		*at++ = *text++;
	*at = '\0';
	return at;
}

static char *put_number(char *at, unsigned n)
{
	char digits[12];
	size_t i = sizeof digits - 1;

	digits[i] = '\0';
	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	return put_text(at, digits + i);
}

/* A file of the task's directory, from the working directory on; names are short ones of ours. */
static const char *file_of(const struct remote *r, const char *name, char path[48])
{
	put_text(put_text(path, r->name), name);
	return path;
}

static int open_file(const struct remote *r, const char *name, int flags)
{
	char path[48];

	return openat(AT_FDCWD, file_of(r, name, path), flags | O_CLOEXEC);
}

static bool open_memory(struct remote *r)
{
	fd_close(&r->mem);
	r->kept = false;
	r->mem = open_file(r, "mem", O_RDONLY);
	return r->mem >= 0;
}

bool remote_open(struct remote *r, pid_t tid)
{
	int64_t now = clock_mono_us();

	/* 0: a task that our PID namespace does not show. */
	if (tid <= 0) {
		fd_close(&r->mem);
		return false;
	}
	if (r->mem >= 0 && r->tid == tid && r->opened_us >= r->keep_us &&
		now - r->opened_us < REMOTE_KEPT_US) {
		r->kept = true;
		return true;
	}
	put_text(put_number(r->name, (unsigned)tid), "/");
	r->tid = tid;
	r->opened_us = now;
	return open_memory(r);
}

void remote_close(struct remote *r)
{
	fd_close(&r->mem);
	r->keep_us = clock_mono_us() + REMOTE_KEPT_US;
}

void remote_drop(struct remote *r)
{
	fd_close(&r->mem);
	fd_close(&r->root);
}

size_t remote_read(struct remote *r, uint64_t at, void *mem, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t part = PAGE - (size_t)((at + done) % PAGE);
		ssize_t got;

		if (part > n - done) part = n - done;
		got = pread(r->mem, (char *)mem + done, part, (off_t)(at + done));
		/* What was kept may be what the task had before: nobody's, by now. */
		if (got <= 0 && r->kept && open_memory(r)) continue;
		if (got <= 0) break;
		done += (size_t)got;
	}
	return done;
}

bool remote_string(struct remote *r, uint64_t at, struct buf *out)
{
	while (out->n < out->cap) {
		size_t part = PAGE - (size_t)(at % PAGE), room = out->cap - out->n, got;
		const uint8_t *end;

		if (part > room) part = room;
		if (part > STRING_PART) part = STRING_PART;
		got = remote_read(r, at, out->p + out->n, part);
		if (got == 0) return false;
		end = memchr(out->p + out->n, 0, got);
		out->n += end ? (size_t)(end - (out->p + out->n)) : got;
		if (end) return true;
		at += got;
	}
	return false;
}

/* The text of a link in the task's directory. */
static bool link_text(const struct remote *r, const char *name, struct buf *out)
{
	char mem[REMOTE_PATH], path[48];
	ssize_t n = readlink(file_of(r, name, path), mem, sizeof mem);

	if (n <= 0 || n == (ssize_t)sizeof mem || mem[0] != '/') return false;
	buf_put(out, slice_of(mem, (size_t)n));
	return !out->err;
}

bool remote_path(const struct remote *r, int dirfd, struct slice path, struct buf *out)
{
	char name[24] = "cwd";

	if (dirfd != AT_FDCWD) snprintf(name, sizeof name, "fd/%d", dirfd);
	if (path.n && path.p[0] == '/') {
		buf_put(out, path);
		return !out->err;
	}
	if (!link_text(r, name, out)) return false;
	if (path.n) {
		buf_u8(out, '/');
		buf_put(out, path);
	}
	return !out->err;
}

void path_normal(struct slice path, struct buf *out)
{
	while (path.n) {
		struct slice part = slice_split(&path, '/');

		if (part.n == 0 || slice_is(part, ".")) continue;
		if (slice_is(part, "..")) {
			while (out->n && out->p[--out->n] != '/')
				;
			continue;
		}
		buf_u8(out, '/');
		buf_put(out, part);
	}
	if (!out->n) buf_u8(out, '/');
}

/*
 * Links of /proc mean whoever follows them: those of the task itself are found by
 * its own directory. NULL for any other path.
 */
static const char *own_link(const char *path)
{
	static const char *const starts[] = {"/proc/self/", "/proc/thread-self/", "/dev/fd/"};
	size_t i;

	for (i = 0; i < sizeof starts / sizeof *starts; i++)
		if (strncmp(path, starts[i], strlen(starts[i])) == 0)
			/* "fd/3" of "/dev/fd/3" too */
			return path + strlen(starts[i]) - (i == 2 ? 3 : 0);
	return NULL;
}

bool remote_own_name(const struct remote *r, struct slice path, struct buf *out)
{
	char text[REMOTE_PATH];
	const char *own = slice_text(text, sizeof text, path) ? own_link(text) : NULL;

	return own && link_text(r, own, out);
}

enum found remote_find(struct remote *r, struct slice path, bool follow, int *fd)
{
	char text[REMOTE_PATH];
	uint64_t last = follow ? 0 : O_NOFOLLOW;
	const char *own;
	int saved;

	*fd = -1;
	if (!slice_text(text, sizeof text, path)) return FOUND_NOT;
	own = own_link(text);
	if (own) {
		*fd = remote_file(r, own);
		return *fd < 0 ? FOUND_NOT : FOUND;
	}
	if (r->root < 0) r->root = open_file(r, "root", O_PATH | O_DIRECTORY);
	if (r->root < 0) return FOUND_NOT;
	*fd = sys_openat2(r->root, text, O_PATH | last, 0,
		SV_RESOLVE_IN_ROOT | SV_RESOLVE_NO_MAGICLINKS | SV_RESOLVE_NO_SYMLINKS);
	saved = errno;
	if (*fd < 0 && saved == ELOOP)
		*fd = sys_openat2(r->root, text, O_PATH | last, 0,
			SV_RESOLVE_IN_ROOT | SV_RESOLVE_NO_MAGICLINKS);
	if (*fd >= 0) return FOUND;
	/* Below /proc another sees other names. */
	return saved == ENOENT && strncmp(text, "/proc", 5) != 0 ? FOUND_ABSENT : FOUND_NOT;
}

int remote_file(const struct remote *r, const char *file)
{
	struct slice s = slice_str(file);
	uint64_t number;
	char name[24];

	if (slice_is(s, "exe")) return open_file(r, "exe", O_PATH);
	errno = ENOENT;
	if (!slice_starts(s, "fd/") || parse_u64(slice_from(s, 3), INT32_MAX, &number)) return -1;
	snprintf(name, sizeof name, "fd/%u", (unsigned)number);
	return open_file(r, name, O_PATH);
}

bool remote_is_datagram(const struct remote *r, int fd)
{
	char file[24], path[48], name[32];
	ssize_t n;

	if (fd < 0) return false;
	put_number(put_text(file, "fd/"), (unsigned)fd);
	n = getxattr(file_of(r, file, path), "system.sockprotoname", name, sizeof name);
	return n >= 3 && memcmp(name, "UDP", 3) == 0;
}
