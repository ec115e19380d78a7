/* SPDX-License-Identifier: MIT */
/* A tree beside its manifest. Runs in runner, its workers and the command line. */
#include "runner/runtime_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/text.h"

/* The deepest folder of a runtime has about twelve levels. */
#define TREE_DEPTH 32

struct listed {
	struct slice path, target; /* target.n: a link */
	uint8_t sha256[SHA256_LEN];
	uint64_t size;
	mode_t mode;
	bool seen;
};

struct walk {
	struct listed *list;
	size_t n, seen;
	char path[LIMIT_PATH_BYTES]; /* from the root to where the walk is */
	struct why *why;
};

static enum err differs(struct why *why, const char *what, struct slice path)
{
	char shown[100];

	return why_set(
		why, E_RUNTIME_CHANGED, "%s %s", what, text_ascii(shown, sizeof shown, path));
}

static int slice_order(struct slice a, struct slice b)
{
	int r = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return r ? r : (a.n > b.n) - (a.n < b.n);
}

static int listed_order(const void *key, const void *entry)
{
	return slice_order(*(const struct slice *)key, ((const struct listed *)entry)->path);
}

/* One entry of the manifest: a file with digest, or a link with its target. */
static enum err read_entry(const struct cJSON *entry, struct listed *out)
{
	struct slice mode;

	if (json_get_str(entry, "path", &out->path) || out->path.n == 0) return E_FORMAT;
	if (json_get_str(entry, "target", &out->target) == E_OK)
		return out->target.n ? E_OK : E_FORMAT;
	if (json_get_hex(entry, "sha256", out->sha256, sizeof out->sha256) ||
		json_get_u64(entry, "size", UINT32_MAX, &out->size) ||
		json_get_str(entry, "mode", &mode) ||
		(!slice_is(mode, "0644") && !slice_is(mode, "0755")))
		return E_FORMAT;
	out->mode = slice_is(mode, "0755") ? 0755 : 0644;
	return E_OK;
}

/* All entries, in the one order that lets each be found. */
static enum err read_list(const struct cJSON *manifest, struct walk *w)
{
	const struct cJSON *files = json_get(manifest, "files"), *entry;
	size_t n = 0;

	/* Nothing to compare would be nothing that differs. */
	if (!json_is_array(files) || !json_child(files))
		return differs(w->why, "manifest.json lists no files", SLICE(""));
	for (entry = json_child(files); entry; entry = json_next(entry))
		n++;
	w->list = calloc(n, sizeof *w->list);
	if (!w->list) return why_set(w->why, E_NO_MEMORY, "for a list of %zu files", n);
	for (entry = json_child(files); entry; entry = json_next(entry), w->n++)
		if (read_entry(entry, &w->list[w->n]) ||
			(w->n && slice_order(w->list[w->n - 1].path, w->list[w->n].path) >= 0))
			return differs(w->why, "manifest.json has a wrong entry", SLICE(""));
	return E_OK;
}

static enum err hash_file(int fd, uint64_t size, uint8_t out[SHA256_LEN])
{
	uint8_t mem[64 * KIB];
	struct sha256 h;
	uint64_t total = 0;

	sha256_init(&h);
	while (total <= size) {
		ssize_t n = read(fd, mem, sizeof mem);

		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return E_SYSTEM;
		if (n == 0) break;
		sha256_add(&h, slice_of(mem, (size_t)n));
		total += (uint64_t)n;
	}
	sha256_out(&h, out);
	return total == size ? E_OK : E_FORMAT;
}

static bool same_file(int dir, const char *name, const struct listed *l)
{
	uint8_t have[SHA256_LEN];
	struct stat st;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool same = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		    (st.st_mode & 07777) == l->mode && (uint64_t)st.st_size == l->size &&
		    hash_file(fd, l->size, have) == E_OK &&
		    memcmp(have, l->sha256, sizeof have) == 0;

	fd_close(&fd);
	return same;
}

static bool same_link(int dir, const char *name, const struct listed *l)
{
	char target[LIMIT_PATH_BYTES];
	ssize_t n = readlinkat(dir, name, target, sizeof target);

	return n > 0 && slice_eq(slice_of(target, (size_t)n), l->target);
}

static enum err check_leaf(struct walk *w, int dir, const char *name)
{
	struct slice path = slice_str(w->path);
	struct listed *l = bsearch(&path, w->list, w->n, sizeof *w->list, listed_order);

	if (!l) return differs(w->why, "manifest.json does not list", path);
	if (l->target.n && !same_link(dir, name, l))
		return differs(w->why, "a link differs:", path);
	if (!l->target.n && !same_file(dir, name, l))
		return differs(w->why, "a file differs:", path);
	w->seen += !l->seen;
	l->seen = true;
	return E_OK;
}

static enum err walk_folder(struct walk *w, int fd, unsigned depth);

static enum err check_name(struct walk *w, DIR *d, const char *name, unsigned depth)
{
	size_t at = strlen(w->path);
	struct buf b = buf_on(w->path + at, sizeof w->path - at);
	struct stat st;
	enum err e;

	if (at) buf_str(&b, "/");
	buf_str(&b, name);
	buf_u8(&b, 0);
	if (b.err) {
		w->path[at] = '\0';
		return differs(w->why, "a path is too long below", slice_str(w->path));
	}
	if (fstatat(dirfd(d), name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		e = differs(w->why, "cannot be looked at:", slice_str(w->path));
	else if (S_ISDIR(st.st_mode))
		e = walk_folder(w,
			openat(dirfd(d), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
			depth + 1);
	else
		e = check_leaf(w, dirfd(d), name);
	w->path[at] = '\0';
	return e;
}

/* Everything below fd, which it closes. */
static enum err walk_folder(struct walk *w, int fd, unsigned depth)
{
	DIR *d = fd >= 0 && depth < TREE_DEPTH ? fdopendir(fd) : NULL;
	struct dirent *entry;
	enum err e = E_OK;

	if (!d) {
		fd_close(&fd);
		return differs(w->why, "a folder cannot be read:", slice_str(w->path));
	}
	while (!e) {
		errno = 0;
		entry = readdir(d);
		if (!entry && errno)
			e = differs(w->why, "a folder cannot be read:", slice_str(w->path));
		if (!entry) break;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
		e = check_name(w, d, entry->d_name, depth);
	}
	closedir(d);
	return e;
}

enum err runtime_tree_check(const char *root, const struct cJSON *manifest, struct why *why)
{
	struct walk w = {.why = why};
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	size_t i;
	enum err e =
		fd < 0 ? differs(why, "its tree is missing", SLICE("")) : read_list(manifest, &w);

	if (e)
		fd_close(&fd);
	else
		e = walk_folder(&w, fd, 0);
	if (!e && w.seen != w.n) {
		for (i = 0; w.list[i].seen; i++)
			;
		e = differs(why, "missing:", w.list[i].path);
	}
	free(w.list);
	return e;
}
