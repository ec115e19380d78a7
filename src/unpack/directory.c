/* SPDX-License-Identifier: MIT */
/* Packages that are directories. Runs in unpack. */
#include "unpack/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/text.h"
#include "proc/sys.h"
#include "unpack/tree.h"

#define COPY_STEP 65536

/* Neither waits for a writer, nor becomes a terminal's owner, nor follows a link. */
#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

/* An open directory and the names in it that are still to be visited. */
struct level {
	DIR *dir;
	size_t path_len;    /* of its own path */
	unsigned next, end; /* range in names */
	size_t text;        /* where its names begin in texts */
};

struct walk {
	struct unpack_job *job;
	dev_t dev;
	bool plain_open; /* the kernel has no openat2, or a filter forbids it */
	unsigned listed; /* names seen so far, in all directories */
	unsigned depth;  /* levels in use */
	struct level level[LIMIT_PATH_DEPTH + 1];
	uint8_t path[LIMIT_PATH_BYTES + 1 + NAME_MAX]; /* of the entry being visited */
	size_t n_texts;
	const char *names[LIMIT_MEMBERS];
	char texts[LIMIT_MEMBERS * (NAME_MAX + 1)];
	uint8_t copy[COPY_STEP];
};

static enum err changed(struct walk *w)
{
	return why_set(&w->job->why, E_PKG_FORMAT, "it changed while it was read; try again");
}

static enum err mounted(struct walk *w)
{
	return why_set(&w->job->why, E_PKG_MEMBER_TYPE,
		"a mount point; only regular files and directories are allowed");
}

static enum err open_failed(struct walk *w)
{
	if (errno == EXDEV) return mounted(w);
	if (errno == ELOOP || errno == ENOENT || errno == ENOTDIR || errno == ENXIO)
		return changed(w);
	return why_sys(&w->job->why, E_SYSTEM, "open in the package directory");
}

/*
 * Opens one name below a directory. Without openat2 a single component and
 * O_NOFOLLOW give the same, but for mount points: those of directories show
 * in the device number, a file mounted over a file is then not noticed.
 */
static int open_beneath(struct walk *w, int dir, const char *name, int flags)
{
	int fd = -1;

	if (!w->plain_open) {
		fd = sys_openat2(dir, name, (uint64_t)(OPEN_FLAGS | flags), 0,
			SV_RESOLVE_BENEATH | SV_RESOLVE_NO_SYMLINKS | SV_RESOLVE_NO_MAGICLINKS |
				SV_RESOLVE_NO_XDEV);
		w->plain_open = fd < 0 && (errno == ENOSYS || errno == EPERM);
	}
	if (w->plain_open) fd = openat(dir, name, OPEN_FLAGS | flags);
	return fd;
}

/* Opens what st was told of, and nothing else that may stand there by now. */
static enum err open_same(
	struct walk *w, int dir, const char *name, const struct stat *st, int *out)
{
	struct stat now;
	int fd = open_beneath(w, dir, name, S_ISDIR(st->st_mode) ? O_DIRECTORY : 0);
	enum err e = E_OK;

	if (fd < 0) return open_failed(w);
	if (fstat(fd, &now) < 0)
		e = why_sys(&w->job->why, E_SYSTEM, "stat in the package directory");
	else if (now.st_dev != st->st_dev || now.st_ino != st->st_ino ||
		 (now.st_mode & S_IFMT) != (st->st_mode & S_IFMT))
		e = changed(w);
	else if (w->plain_open && S_ISDIR(now.st_mode) && now.st_dev != w->dev)
		e = mounted(w);
	if (e)
		fd_close(&fd);
	else
		*out = fd;
	return e;
}

static int by_bytes(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static enum err list_name(struct walk *w, struct level *l, const char *name)
{
	size_t n = strlen(name) + 1;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return E_OK;
	if (w->listed == LIMIT_MEMBERS)
		return why_set(&w->job->why, E_PKG_ENTRIES,
			"more than %d files and directories; leave some out of the package",
			LIMIT_MEMBERS);
	if (n > NAME_MAX + 1)
		return why_set(&w->job->why, E_PATH_TOO_LONG,
			"a name of %zu bytes, at most %d are allowed", n - 1, NAME_MAX);
	w->listed++;
	w->names[l->end++] = memcpy(w->texts + w->n_texts, name, n);
	w->n_texts += n;
	return E_OK;
}

/* Enters the directory fd, whose path has path_len bytes; takes fd. */
static enum err push(struct walk *w, int fd, size_t path_len)
{
	struct level *l = &w->level[w->depth];
	struct dirent *d;
	enum err e = E_OK;

	*l = (struct level){.path_len = path_len, .text = w->n_texts};
	l->next = l->end = w->depth ? w->level[w->depth - 1].end : 0;
	l->dir = fdopendir(fd);
	if (!l->dir) {
		close(fd);
		return errno == ENOMEM ? E_NO_MEMORY : E_SYSTEM;
	}
	w->depth++;
	while (!e) {
		errno = 0;
		d = readdir(l->dir);
		if (!d) break;
		e = list_name(w, l, d->d_name);
	}
	if (!e && errno) e = why_sys(&w->job->why, E_SYSTEM, "read the package directory");
	if (!e) qsort(w->names + l->next, l->end - l->next, sizeof *w->names, by_bytes);
	return e;
}

static void pop(struct walk *w)
{
	struct level *l = &w->level[--w->depth];

	closedir(l->dir);
	w->n_texts = l->text;
}

static struct member member_of(const struct walk *w, size_t path_len, const struct stat *st)
{
	struct member m = {.name = slice_of(w->path, path_len),
		.type = MEMBER_OTHER,
		.mode = (uint32_t)st->st_mode & 07777};

	switch (st->st_mode & S_IFMT) {
	case S_IFREG:
		m.type = MEMBER_FILE;
		m.size = (uint64_t)st->st_size;
		break;
	case S_IFDIR: m.type = MEMBER_DIRECTORY; break;
	case S_IFLNK: m.what = "a symbolic link"; break;
	case S_IFCHR: m.what = "a character device"; break;
	case S_IFBLK: m.what = "a block device"; break;
	case S_IFIFO: m.what = "a named pipe"; break;
	case S_IFSOCK: m.what = "a socket"; break;
	default: m.what = "a special file"; break;
	}
	return m;
}

/* Copies exactly size bytes, and makes sure that there are no more. */
static enum err copy_bytes(struct walk *w, int from, int to, uint64_t size)
{
	uint64_t done = 0;
	enum err e = E_OK;

	while (!e) {
		ssize_t n = read(from, w->copy, sizeof w->copy);

		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return why_sys(&w->job->why, E_SYSTEM, "read in the package directory");
		if (n == 0) break;
		if ((uint64_t)n > size - done) return changed(w);
		done += (uint64_t)n;
		e = unpack_job_count(w->job, (size_t)n);
		if (!e) e = unpack_job_tick(w->job);
		if (!e) e = tree_write(to, slice_of(w->copy, (size_t)n), &w->job->why);
	}
	if (!e && done != size) e = changed(w);
	return e;
}

static enum err copy_file(struct walk *w, int from, const struct admitted *m)
{
	int to = -1;
	enum err e = tree_open(w->job->dst, m, &to, &w->job->why);

	if (!e) e = copy_bytes(w, from, to, m->size);
	if (!e) e = tree_close(&to, m, &w->job->why);
	fd_close(&to);
	return e;
}

/* The name at the end of w->path, path_len bytes long, in the current directory. */
static enum err visit(struct walk *w, const char *name, size_t path_len)
{
	int dir = dirfd(w->level[w->depth - 1].dir), fd = -1;
	struct stat st;
	struct member m;
	struct admitted got;
	enum err e = unpack_job_tick(w->job);

	if (e) return e;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) return changed(w);
	m = member_of(w, path_len, &st);
	e = admit(&w->job->admission, &m, &got, &w->job->why);
	if (e || (got.file && got.skip)) return e;
	e = open_same(w, dir, name, &st, &fd);
	if (!e && !got.skip) e = tree_directories(w->job->dst, &got, &w->job->why);
	if (!e && got.file) e = copy_file(w, fd, &got);
	if (!e && !got.file) {
		e = push(w, fd, path_len);
		fd = -1;
	}
	fd_close(&fd);
	return e;
}

/* Visits the next name of the innermost directory, or leaves it. */
static enum err step(struct walk *w)
{
	struct level *l = &w->level[w->depth - 1];
	struct buf b = buf_on(w->path, sizeof w->path);
	const char *name;
	enum err e;

	if (l->next == l->end) {
		pop(w);
		return E_OK;
	}
	name = w->names[l->next++];
	b.n = l->path_len; /* what stands before it is the path of the directory */
	if (b.n) buf_u8(&b, '/');
	buf_str(&b, name);
	e = b.err ? why_set(&w->job->why, E_PATH_TOO_LONG, "a path of more than %d bytes",
			    LIMIT_PATH_BYTES)
		  : visit(w, name, b.n);
	if (e && w->job->why.member == 0) {
		w->job->why.member = w->job->admission.result.entries;
		text_ascii(w->job->admission.name, sizeof w->job->admission.name, buf_slice(&b));
	}
	return e;
}

static enum err walk_all(struct walk *w, int source)
{
	struct stat st;
	int fd = openat(source, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e;

	if (fd < 0 || fstat(fd, &st) < 0) {
		e = why_sys(&w->job->why, E_SYSTEM, "open the package directory");
		fd_close(&fd);
		return e;
	}
	w->dev = st.st_dev;
	e = push(w, fd, 0);
	while (!e && w->depth)
		e = step(w);
	while (w->depth)
		pop(w);
	return e;
}

enum err unpack_directory(int source, struct unpack_job *job)
{
	struct walk *w = calloc(1, sizeof *w);
	enum err e = unpack_job_begin(job, 0);

	job->admission.result.format = PACKAGE_DIRECTORY;
	if (!e && !w) e = E_NO_MEMORY;
	if (!e) {
		w->job = job;
		e = walk_all(w, source);
	}
	free(w);
	return unpack_job_end(job, e);
}
