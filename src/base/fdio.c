/* SPDX-License-Identifier: MIT */
/* Descriptors. Runs in every role. */
#include "base/fdio.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* How much one read asks for when the size is not known. */
#define READ_STEP 65536

void fd_close(int *fd)
{
	if (*fd >= 0) close(*fd);
	*fd = -1;
}

enum err fd_write_all(int fd, struct slice s)
{
	while (s.n > 0) {
		ssize_t r = write(fd, s.p, s.n);

		if (r < 0 && errno == EINTR) continue;
		if (r < 0) return E_SYSTEM;
		s = slice_from(s, (size_t)r);
	}
	return E_OK;
}

enum err fd_read_all(int fd, struct buf *b)
{
	/* Outside of the loop: the compiler clears it where it is declared. */
	uint8_t tmp[READ_STEP];

	for (;;) {
		ssize_t r = read(fd, tmp, sizeof tmp);

		if (r < 0 && errno == EINTR) continue;
		if (r < 0) return E_SYSTEM;
		if (r == 0) return b->err;
		buf_put(b, slice_of(tmp, (size_t)r));
		if (b->err) return b->err;
	}
}

enum err fd_copy(int from, int to, uint64_t max)
{
	uint8_t tmp[READ_STEP];

	for (;;) {
		ssize_t r = read(from, tmp, sizeof tmp);

		if (r < 0 && errno == EINTR) continue;
		if (r < 0) return E_SYSTEM;
		if (r == 0) return E_OK;
		if ((uint64_t)r > max) return E_TOO_LARGE;
		max -= (uint64_t)r;
		if (fd_write_all(to, slice_of(tmp, (size_t)r))) return E_SYSTEM;
	}
}

enum err file_read(const char *path, size_t max, struct buf *b)
{
	struct stat st;
	enum err e = E_OK;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) return errno == ENOENT ? E_ABSENT : E_SYSTEM;
	if (fstat(fd, &st) < 0) e = E_SYSTEM;
	if (!e && S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		e = E_SYSTEM;
	}
	if (!e && S_ISREG(st.st_mode) && (uint64_t)st.st_size > max) e = E_TOO_LARGE;
	if (!e) e = fd_read_all(fd, b);
	if (!e && b->n > max) e = E_TOO_LARGE;
	fd_close(&fd);
	return e;
}

enum err file_write(const char *path, struct slice s)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0644);
	enum err e;

	if (fd < 0) return E_SYSTEM;
	e = fd_write_all(fd, s);
	if (close(fd) < 0 && !e) e = E_SYSTEM;
	return e;
}

static enum err replace(const char *path, struct slice s, mode_t mode)
{
	struct buf name = buf_heap(PATH_MAX);
	enum err e;
	int fd = -1;

	buf_str(&name, path);
	buf_str(&name, ".XXXXXX");
	buf_u8(&name, 0);
	e = name.err;
	/* A new name each time: neither a link nor a left-over can be in the way. */
	if (!e) {
		fd = mkostemp((char *)name.p, O_CLOEXEC);
		if (fd < 0) e = E_SYSTEM;
	}
	if (fd >= 0) {
		e = fd_write_all(fd, s);
		if (!e && (fchmod(fd, mode) < 0 || fsync(fd) < 0)) e = E_SYSTEM;
		if (!e && rename((const char *)name.p, path) < 0) e = E_SYSTEM;
		if (e) unlink((const char *)name.p);
	}
	fd_close(&fd);
	buf_drop(&name);
	return e;
}

enum err file_replace(const char *path, struct slice s)
{
	return replace(path, s, 0644);
}

enum err file_replace_private(const char *path, struct slice s)
{
	return replace(path, s, 0600);
}

enum err fd_nonblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? E_SYSTEM : E_OK;
}

enum err fd_size(int fd, uint64_t *size)
{
	struct stat st;

	if (fstat(fd, &st) < 0) return E_SYSTEM;
	*size = (uint64_t)st.st_size;
	return E_OK;
}
