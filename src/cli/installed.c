/* SPDX-License-Identifier: MIT */
/*
 * A skill's directory as somebody installed it: every file with its digest, to
 * be compared with the tested tree (C27). Nothing is followed; what a package
 * cannot hold (links, devices) makes the comparison impossible and says so.
 * Runs on the command line.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/text.h"
#include "cli/check.h"

#define PATHS_BYTES ((size_t)LIMIT_MEMBERS * (LIMIT_PATH_BYTES + 1))

struct walk {
	struct filelist *files;
	struct buf *paths;
	struct why *why;
};

static enum err odd(const struct walk *w, struct slice path, const char *what)
{
	char shown[160];

	return why_set(
		w->why, E_PATH_INVALID, "%s: %s", text_ascii(shown, sizeof shown, path), what);
}

static enum err add_file(struct walk *w, int fd, const struct stat *st, struct slice path)
{
	struct file_entry f = {
		.path = path,
		.executable = (st->st_mode & S_IXUSR) != 0,
		.size = (uint64_t)st->st_size,
	};
	struct buf b = buf_heap(LIMIT_FILE_BYTES + 1);
	enum err e = fd_read_all(fd, &b);

	if (!e && b.n > LIMIT_FILE_BYTES) e = E_TOO_LARGE;
	if (e == E_TOO_LARGE) e = odd(w, path, "larger than any file of a package");
	if (!e) {
		f.size = b.n;
		sha256(buf_slice(&b), f.sha256);
		e = filelist_add(w->files, &f);
		if (e) e = odd(w, path, "more files than a package can have");
	}
	buf_drop(&b);
	return e;
}

static enum err walk_dir(struct walk *w, int dir, struct slice prefix, unsigned depth);

static enum err walk_entry(
	struct walk *w, int dir, const char *name, struct slice prefix, unsigned depth)
{
	struct slice path;
	struct stat st;
	size_t from = w->paths->n;
	enum err e = E_OK;
	int fd;

	buf_put(w->paths, prefix);
	if (prefix.n) buf_u8(w->paths, '/');
	buf_str(w->paths, name);
	path = slice_from(buf_slice(w->paths), from);
	if (w->paths->err || path.n > LIMIT_PATH_BYTES)
		return odd(w, path, "a longer path than packages have");
	/* Without O_NONBLOCK a FIFO would hold us forever. */
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP ? odd(w, path, "a symbolic link, which no package holds")
				      : why_sys(w->why, E_SYSTEM, name);
	if (fstat(fd, &st) < 0)
		e = why_sys(w->why, E_SYSTEM, name);
	else if (S_ISDIR(st.st_mode))
		return walk_dir(w, fd, path, depth + 1);
	else if (!S_ISREG(st.st_mode))
		e = odd(w, path, "no regular file");
	else
		e = add_file(w, fd, &st, path);
	fd_close(&fd);
	return e;
}

/* Takes dir over. */
static enum err walk_dir(struct walk *w, int dir, struct slice prefix, unsigned depth)
{
	struct dirent *d;
	enum err e = E_OK;
	DIR *stream;

	if (depth > LIMIT_PATH_DEPTH) {
		fd_close(&dir);
		return odd(w, prefix, "deeper than packages are");
	}
	stream = fdopendir(dir);
	if (!stream) {
		fd_close(&dir);
		return E_NO_MEMORY;
	}
	while (!e && (errno = 0, d = readdir(stream))) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0) continue;
		e = walk_entry(w, dirfd(stream), d->d_name, prefix, depth);
	}
	if (!e && errno) e = why_sys(w->why, E_SYSTEM, "directory");
	closedir(stream);
	return e;
}

enum err installed_read(const char *path, struct filelist *l, struct buf *mem, struct why *why)
{
	struct walk w = {l, mem, why};
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e;

	if (dir < 0) return why_sys(why, E_SYSTEM, path);
	*mem = buf_heap(PATHS_BYTES);
	/* Slices of the list point into it: it must not move. */
	if (!buf_reserve(mem, PATHS_BYTES)) {
		fd_close(&dir);
		return E_NO_MEMORY;
	}
	e = walk_dir(&w, dir, SLICE_NONE, 0);
	if (!e && filelist_sort(l)) e = E_INTERNAL;
	return e;
}
