/* SPDX-License-Identifier: MIT */
/* The unpacked package. Runs in runner workers and the command line. */
#include "runner/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/json_write.h"
#include "base/text.h"
#include "proc/sys.h"
#include "runner/digests.h"

/* Bytes hashed at a time. */
#define READ_BYTES (64 * KIB)
/* All paths of a package: every member may have the longest. */
#define PATHS_BYTES ((size_t)LIMIT_MEMBERS * (LIMIT_PATH_BYTES + 1))

static enum err foreign(struct why *why, struct slice path, const char *what)
{
	char shown[160];

	return why_set(why, E_INTERNAL, "the unpacked tree holds %s: %s", what,
		text_ascii(shown, sizeof shown, path));
}

static enum err digest_file(int fd, struct tree_file *f)
{
	uint8_t mem[READ_BYTES];
	struct sha256 h;
	uint64_t size = 0;

	sha256_init(&h);
	for (;;) {
		ssize_t n = read(fd, mem, sizeof mem);

		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return E_SYSTEM;
		if (n == 0) break;
		sha256_add(&h, slice_of(mem, (size_t)n));
		size += (uint64_t)n;
	}
	sha256_out(&h, f->sha256);
	return size == f->size ? E_OK : E_INTERNAL;
}

static enum err add_file(struct tree *t, int dir, const char *name, struct slice path,
	const struct stat *st, struct why *why)
{
	struct tree_file *f;
	enum err e;
	int fd;

	if (t->n >= LIMIT_MEMBERS) return foreign(why, path, "too many files");
	if (st->st_nlink != 1) return foreign(why, path, "a hard link");
	if (st->st_size > LIMIT_FILE_BYTES) return foreign(why, path, "a file that is too large");
	if (t->n == t->cap) {
		size_t cap = t->cap ? 2 * t->cap : 64;

		f = realloc(t->files, cap * sizeof *f);
		if (!f) return E_NO_MEMORY;
		t->files = f;
		t->cap = cap;
	}
	f = &t->files[t->n];
	f->path = path;
	f->size = (uint64_t)st->st_size;
	f->executable = (st->st_mode & S_IXUSR) != 0;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) return why_sys(why, E_INTERNAL, "unpacked file");
	e = digest_file(fd, f);
	fd_close(&fd);
	if (e) return foreign(why, path, "a file that changes");
	t->n++;
	return E_OK;
}

/* One directory being read; the path of everything in it starts with prefix_len bytes of `path`. */
struct level {
	DIR *dir;
	size_t prefix_len;
};

struct walk {
	struct tree *t;
	uint32_t owner;
	struct level level[LIMIT_PATH_DEPTH + 2];
	unsigned depth; /* open levels */
	char path[LIMIT_PATH_BYTES + 1];
	struct why *why;
};

static enum err enter(struct walk *w, int parent, const char *name, size_t prefix_len)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d) {
		fd_close(&fd);
		return why_sys(w->why, E_INTERNAL, "unpacked directory");
	}
	if (w->depth == sizeof w->level / sizeof *w->level) {
		closedir(d);
		return foreign(
			w->why, slice_of(w->path, prefix_len), "a directory that is too deep");
	}
	w->level[w->depth++] = (struct level){d, prefix_len};
	return E_OK;
}

static enum err visit(struct walk *w, const char *name)
{
	struct level *l = &w->level[w->depth - 1];
	size_t len = strlen(name);
	struct slice path;
	struct stat st;

	if (l->prefix_len + len > LIMIT_PATH_BYTES)
		return foreign(w->why, slice_str(name), "a path that is too long");
	memcpy(w->path + l->prefix_len, name, len);
	len += l->prefix_len;
	path = slice_of(w->path, len);
	if (fstatat(dirfd(l->dir), name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return why_sys(w->why, E_INTERNAL, "unpacked member");
	if (st.st_uid != w->owner &&
		fchownat(dirfd(l->dir), name, w->owner, w->owner, AT_SYMLINK_NOFOLLOW) < 0)
		return why_sys(w->why, E_INTERNAL, "unpacked member");
	if (w->depth == 1) {
		w->t->top_entries++;
		w->t->top_is_dir = S_ISDIR(st.st_mode);
	}
	if (S_ISDIR(st.st_mode)) {
		w->path[len] = '/';
		return enter(w, dirfd(l->dir), name, len + 1);
	}
	if (!S_ISREG(st.st_mode)) return foreign(w->why, path, "something that is no file");
	len = w->t->paths.n;
	buf_put(&w->t->paths, path);
	/* The buffer was reserved whole: it never moves. */
	path = slice_from(buf_slice(&w->t->paths), len);
	return w->t->paths.err ? w->t->paths.err
			       : add_file(w->t, dirfd(l->dir), name, path, &st, w->why);
}

static int cmp_files(const void *a, const void *b)
{
	return slice_cmp(((const struct tree_file *)a)->path, ((const struct tree_file *)b)->path);
}

enum err tree_read(struct tree *t, int root, uint32_t owner, struct why *why)
{
	struct walk w = {.t = t, .owner = owner, .why = why};
	struct dirent *entry;
	enum err e;

	memset(t, 0, sizeof *t);
	t->paths = buf_heap(PATHS_BYTES);
	if (!buf_reserve(&t->paths, PATHS_BYTES)) return E_NO_MEMORY;
	/* A mount's descriptor is O_PATH: fchown() of libc would go through /proc. */
	if (fchownat(root, "", owner, owner, AT_EMPTY_PATH) < 0)
		return why_sys(why, E_INTERNAL, "unpacked tree");
	e = enter(&w, root, ".", 0);
	while (!e && w.depth > 0) {
		errno = 0;
		entry = readdir(w.level[w.depth - 1].dir);
		if (!entry) {
			if (errno) e = why_sys(why, E_INTERNAL, "unpacked directory");
			closedir(w.level[--w.depth].dir);
			continue;
		}
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
		e = visit(&w, entry->d_name);
	}
	while (w.depth > 0)
		closedir(w.level[--w.depth].dir);
	if (!e && t->n) qsort(t->files, t->n, sizeof *t->files, cmp_files);
	return e;
}

void tree_drop(struct tree *t)
{
	free(t->files);
	buf_drop(&t->paths);
	memset(t, 0, sizeof *t);
}

static bool is_candidate(struct slice name)
{
	return slice_is_nocase(name, "skill.md") || slice_is_nocase(name, "skills.md");
}

/* Directories (of any depth) that hold a candidate; files are sorted, so equal ones follow. */
static unsigned count_skills(const struct tree *t)
{
	struct slice last = SLICE_NONE;
	unsigned n = 0;
	size_t i;

	for (i = 0; i < t->n; i++) {
		struct slice name = slice_base(t->files[i].path), dir;

		if (!is_candidate(name)) continue;
		dir = slice_sub(t->files[i].path, 0, t->files[i].path.n - name.n);
		if (n == 0 || !slice_eq(dir, last)) n++;
		last = dir;
	}
	return n;
}

/* A file directly below the directory `dir` ("" or "name/")? */
static bool directly_in(struct slice path, struct slice dir)
{
	return path.n > dir.n && slice_eq(slice_sub(path, 0, dir.n), dir) &&
	       slice_find(path, dir.n, '/') == path.n;
}

static bool holds_candidate(const struct tree *t, struct slice dir)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (directly_in(t->files[i].path, dir) &&
			is_candidate(slice_from(t->files[i].path, dir.n)))
			return true;
	return false;
}

/* The manifest among the candidates directly in the root (specs/skills.md 2.4 rule 1). */
static enum err choose_manifest(
	struct tree *t, struct slice *warnings, unsigned *n_warnings, struct why *why)
{
	struct slice exact = SLICE_NONE, other = SLICE_NONE;
	unsigned others = 0;
	size_t i;

	for (i = 0; i < t->n; i++) {
		struct slice path = t->files[i].path;

		if (!directly_in(path, SLICE("")) || !is_candidate(path)) continue;
		if (slice_is(path, "SKILL.md")) {
			exact = path;
		} else {
			other = path;
			others++;
		}
	}
	if (!exact.p && others > 1)
		return why_set(
			why, E_MANIFEST_AMBIGUOUS, "none of them is called SKILL.md; keep one");
	if (!exact.p)
		warnings_add(warnings, n_warnings, LIMIT_WARNINGS, SLICE("manifest-name"));
	else if (others)
		warnings_add(warnings, n_warnings, LIMIT_WARNINGS, SLICE("manifest-extra"));
	t->manifest = exact.p ? exact : other;
	return E_OK;
}

enum err tree_find_skill(struct tree *t, struct slice name, struct slice *warnings,
	unsigned *n_warnings, struct why *why)
{
	struct slice top = SLICE_NONE;
	unsigned skills;
	size_t i;

	if (!holds_candidate(t, SLICE(""))) {
		if (t->top_entries == 1 && t->top_is_dir && t->n > 0)
			top = slice_sub(
				t->files[0].path, 0, slice_find(t->files[0].path, 0, '/') + 1);
		if (!top.p || !holds_candidate(t, top)) {
			skills = count_skills(t);
			if (skills > 1)
				return why_set(
					why, E_PKG_MULTIPLE, "%u folders hold a SKILL.md", skills);
			return why_set(why, E_NO_MANIFEST, "%s",
				skills ? "the only one is deeper than one folder; move it up"
				       : "write one, at the top or in the only folder there");
		}
		for (i = 0; i < t->n; i++)
			t->files[i].path = slice_from(t->files[i].path, top.n);
		t->top_directory = slice_sub(top, 0, top.n - 1);
	} else if (name.n) {
		t->top_directory = name;
	}
	return choose_manifest(t, warnings, n_warnings, why);
}

const struct tree_file *tree_find(const struct tree *t, struct slice path)
{
	struct tree_file key = {.path = path};

	return t->n ? bsearch(&key, t->files, t->n, sizeof *t->files, cmp_files) : NULL;
}

bool tree_has_dir(const struct tree *t, struct slice path)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->files[i].path.n > path.n && t->files[i].path.p[path.n] == '/' &&
			slice_eq(slice_sub(t->files[i].path, 0, path.n), path))
			return true;
	return false;
}

/* Canonical file list (C27): the bytes whose SHA-256 is filesSha256. */
static void tree_list(const struct tree *t, struct buf *out)
{
	struct jw w = jw_to(out, true);
	size_t i;

	jw_array(&w);
	for (i = 0; i < t->n; i++) {
		const struct tree_file *f = &t->files[i];

		jw_object(&w);
		jw_key_cstr(&w, "mode", f->executable ? "0755" : "0644");
		jw_key_str(&w, "path", f->path);
		jw_key_hex(&w, "sha256", SLICE_OF(f->sha256));
		jw_key_u64(&w, "size", f->size);
		jw_object_end(&w);
	}
	jw_array_end(&w);
}

enum err tree_facts(const struct tree *t, struct package_facts *facts, struct buf *list)
{
	const struct tree_file *m = tree_find(t, t->manifest);
	size_t i;

	facts->files = (uint32_t)t->n;
	facts->unpacked_bytes = 0;
	facts->max_path_bytes = 0;
	for (i = 0; i < t->n; i++) {
		facts->unpacked_bytes += t->files[i].size;
		if (t->files[i].path.n > facts->max_path_bytes)
			facts->max_path_bytes = (uint32_t)t->files[i].path.n;
	}
	facts->top_directory = t->top_directory;
	facts->manifest_path = t->manifest;
	facts->manifest_bytes = m ? m->size : 0;
	if (m) memcpy(facts->manifest_sha256, m->sha256, SHA256_LEN);
	digest_dir_hash1(t, facts->dir_hash1);
	digest_oms(t, facts->oms);
	digest_clawhub(t, facts->clawhub_fingerprint);
	tree_list(t, list);
	if (list->err) return list->err;
	sha256(buf_slice(list), facts->files_sha256);
	return E_OK;
}
