/* SPDX-License-Identifier: MIT */
/* Files and directories of a package on disk. Runs in unpack. */
#include "unpack/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdio.h"

#define MODE_PLAIN      0644
#define MODE_EXECUTABLE 0755
#define MODE_DIRECTORY  0755

static const struct timespec epoch[2];

static enum err failed(struct why *why, const char *what)
{
	return why_sys(why, errno == ENOSPC || errno == EDQUOT ? E_STORAGE_FULL : E_SYSTEM, what);
}

static enum err make_directory(int dst, struct slice path, struct why *why)
{
	char name[LIMIT_PATH_BYTES + 1];

	if (!slice_text(name, sizeof name, path)) return E_INTERNAL;
	if (mkdirat(dst, name, MODE_DIRECTORY) < 0) return failed(why, "mkdir in the package tree");
	/* The mask of the process may have taken bits away. */
	if (fchmodat(dst, name, MODE_DIRECTORY, 0) < 0)
		return failed(why, "chmod in the package tree");
	return E_OK;
}

enum err tree_directories(int dst, const struct admitted *m, struct why *why)
{
	unsigned depth = 0;
	size_t at = 0;
	enum err e = E_OK;

	while (at < m->path.n && !e) {
		size_t end = slice_find(m->path, at, '/');

		if (end == m->path.n && m->file) break;
		if (depth++ >= m->known) e = make_directory(dst, slice_sub(m->path, 0, end), why);
		at = end + 1;
	}
	return e;
}

enum err tree_open(int dst, const struct admitted *m, int *fd, struct why *why)
{
	char name[LIMIT_PATH_BYTES + 1];

	if (!slice_text(name, sizeof name, m->path)) return E_INTERNAL;
	*fd = openat(
		dst, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
	return *fd < 0 ? failed(why, "open in the package tree") : E_OK;
}

enum err tree_write(int fd, struct slice bytes, struct why *why)
{
	return fd_write_all(fd, bytes) ? failed(why, "write to the package tree") : E_OK;
}

enum err tree_close(int *fd, const struct admitted *m, struct why *why)
{
	enum err e = E_OK;

	if (fchmod(*fd, m->executable ? MODE_EXECUTABLE : MODE_PLAIN) < 0)
		e = failed(why, "chmod in the package tree");
	if (!e && futimens(*fd, epoch) < 0) e = failed(why, "utimens in the package tree");
	fd_close(fd);
	return e;
}

enum err tree_finish(int dst, const struct pathset *paths, struct why *why)
{
	uint8_t name[LIMIT_PATH_BYTES + 1];
	struct buf b = buf_on(name, sizeof name);
	uint32_t at = 0;

	while (pathset_next_directory(paths, &at, &b)) {
		if (utimensat(dst, buf_text(&b), epoch, AT_SYMLINK_NOFOLLOW) < 0)
			return failed(why, "utimens in the package tree");
		buf_reset(&b);
	}
	return E_OK;
}
