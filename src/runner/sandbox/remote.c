/* SPDX-License-Identifier: MIT */
/* Memory, files and sockets of a waiting task. Runs in S. */
#include "runner/sandbox/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/num.h"
#include "proc/sys.h"

/* What is mapped ends at one of these. */
#define PAGE 4096

bool remote_open(struct remote *r, int proc, pid_t tid)
{
	char name[16];

	*r = (struct remote){.proc = proc, .dir = -1, .mem = -1, .tid = tid};
	/* 0: a task that our PID namespace does not show. */
	if (tid <= 0) return false;
	snprintf(name, sizeof name, "%d", (int)tid);
	r->dir = openat(proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (r->dir < 0) return false;
	r->mem = openat(r->dir, "mem", O_RDONLY | O_CLOEXEC);
	return r->mem >= 0;
}

void remote_drop(struct remote *r)
{
	fd_close(&r->mem);
	fd_close(&r->dir);
}

size_t remote_read(const struct remote *r, uint64_t at, void *mem, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t part = PAGE - (size_t)((at + done) % PAGE);
		ssize_t got;

		if (part > n - done) part = n - done;
		got = pread(r->mem, (char *)mem + done, part, (off_t)(at + done));
		if (got <= 0) break;
		done += (size_t)got;
	}
	return done;
}

bool remote_string(const struct remote *r, uint64_t at, struct buf *out)
{
	while (out->n < out->cap) {
		size_t part = PAGE - (size_t)(at % PAGE), room = out->cap - out->n, got;
		const uint8_t *end;

		if (part > room) part = room;
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
	char mem[REMOTE_PATH];
	ssize_t n = readlinkat(r->dir, name, mem, sizeof mem);

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

enum found remote_find(const struct remote *r, struct slice path, bool follow, int *fd)
{
	char text[REMOTE_PATH];
	uint64_t last = follow ? 0 : O_NOFOLLOW;
	const char *own;
	int root, saved;

	*fd = -1;
	if (!slice_text(text, sizeof text, path)) return FOUND_NOT;
	own = own_link(text);
	if (own) {
		*fd = remote_file(r, own);
		return *fd < 0 ? FOUND_NOT : FOUND;
	}
	root = openat(r->dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0) return FOUND_NOT;
	*fd = sys_openat2(root, text, O_PATH | last, 0,
		SV_RESOLVE_IN_ROOT | SV_RESOLVE_NO_MAGICLINKS | SV_RESOLVE_NO_SYMLINKS);
	saved = errno;
	if (*fd < 0 && saved == ELOOP)
		*fd = sys_openat2(root, text, O_PATH | last, 0,
			SV_RESOLVE_IN_ROOT | SV_RESOLVE_NO_MAGICLINKS);
	close(root);
	if (*fd >= 0) return FOUND;
	/* Below /proc another sees other names. */
	return saved == ENOENT && strncmp(text, "/proc", 5) != 0 ? FOUND_ABSENT : FOUND_NOT;
}

int remote_file(const struct remote *r, const char *file)
{
	struct slice s = slice_str(file);
	uint64_t number;
	char name[24];

	if (slice_is(s, "exe")) return openat(r->dir, "exe", O_PATH | O_CLOEXEC);
	errno = ENOENT;
	if (!slice_starts(s, "fd/") || parse_u64(slice_from(s, 3), INT32_MAX, &number)) return -1;
	snprintf(name, sizeof name, "fd/%u", (unsigned)number);
	return openat(r->dir, name, O_PATH | O_CLOEXEC);
}

bool remote_is_datagram(const struct remote *r, int fd)
{
	char path[64], name[32];
	ssize_t n;

	snprintf(path, sizeof path, "/proc/self/fd/%d/fd/%d", r->dir, fd);
	n = getxattr(path, "system.sockprotoname", name, sizeof name);
	return n >= 3 && memcmp(name, "UDP", 3) == 0;
}
