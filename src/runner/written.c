/* SPDX-License-Identifier: MIT */
/* Files that a job made or changed. Runs in runner workers and the command line. */
#include "runner/written.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"

/* Bytes hashed at a time. */
#define READ_BYTES (64 * KIB)
/* All paths together: 128 bytes for each file; memory that is not used is not there. */
#define PATHS_BYTES ((size_t)128 * LIMIT_WRITTEN_FILES)
/* A whiteout, or a directory that shows nothing of the package below it: no file. */
#define HIDES 3

struct walk {
	struct written *w;
	const struct written_job *job;
	const struct written_reader *reader;
	int64_t until_us;
	uint64_t left; /* bytes that may still be read */
	bool package;  /* we are below /skill */
	unsigned depth;
	char path[LIMIT_WRITTEN_PATH + 1];
	size_t prefix;            /* of path: the place, "/skill/" */
	bool seen[LIMIT_MEMBERS]; /* files of the package that the walk came by */
};

const char *written_state_text(uint8_t state)
{
	static const char *const words[] = {"created", "changed", "removed"};

	return words[state];
}

/* NULL when there is no room. */
static struct written_file *add(struct written *w, struct slice path, uint8_t state)
{
	struct written_file *f;

	if (w->n == w->cap && w->n < LIMIT_WRITTEN_FILES) {
		size_t cap = w->cap ? 2 * w->cap : 64;

		f = realloc(w->files, cap * sizeof *f);
		if (f) {
			w->files = f;
			w->cap = cap;
		}
	}
	if (w->n == w->cap || w->paths.n + path.n > PATHS_BYTES || w->paths.err) {
		w->dropped++;
		return NULL;
	}
	f = &w->files[w->n++];
	/* The buffer was reserved whole: pointers into it stay. */
	*f = (struct written_file){
		.path = slice_of(w->paths.p + w->paths.n, path.n), .state = state};
	buf_put(&w->paths, path);
	return f;
}

/* What a job may have made too large or too many of to be read in time. */
static bool may_read(const struct walk *k, uint64_t size)
{
	return size <= k->left && clock_mono_us() < k->until_us;
}

static bool read_file(struct walk *k, int dir, const char *name, struct written_file *f)
{
	static uint8_t mem[READ_BYTES];
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct sha256 h;
	ssize_t n = -1;

	sha256_init(&h);
	while (fd >= 0 && may_read(k, sizeof mem)) {
		n = read(fd, mem, sizeof mem);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) break;
		sha256_add(&h, slice_of(mem, (size_t)n));
		k->left -= (uint64_t)n;
		if (k->reader) k->reader->read(k->reader->ctx, f->path, slice_of(mem, (size_t)n));
		n = -1;
	}
	fd_close(&fd);
	sha256_out(&h, f->sha256);
	return n == 0;
}

static bool read_link(int dir, const char *name, struct written_file *f)
{
	char mem[LIMIT_WRITTEN_PATH];
	ssize_t n = readlinkat(dir, name, mem, sizeof mem);

	if (n < 0 || n == sizeof mem) return false;
	sha256(slice_of(mem, (size_t)n), f->sha256);
	return true;
}

/* Something that is no directory. */
static void visit_file(struct walk *k, int dir, const char *name, size_t len, const struct stat *st)
{
	struct slice path = slice_of(k->path, len);
	const struct tree_file *was =
		k->package ? tree_find(k->job->package, slice_from(path, k->prefix)) : NULL;
	struct written_file *f;

	if (canaries_intact(k->job->canaries, st)) return;
	/* A file of the package where it was unpacked: nobody has touched it. */
	if (was) k->seen[was - k->job->package->files] = true;
	f = add(k->w, path,
		was || canaries_own(k->job->canaries, path) ? WRITTEN_CHANGED : WRITTEN_CREATED);
	if (!f) return;
	if (S_ISREG(st->st_mode)) f->size = (uint64_t)st->st_size;
	if (S_ISREG(st->st_mode))
		f->hashed = read_file(k, dir, name, f);
	else if (S_ISLNK(st->st_mode))
		f->hashed = read_link(dir, name, f);
	if ((S_ISREG(st->st_mode) || S_ISLNK(st->st_mode)) && !f->hashed) k->w->dropped++;
	if (!f->hashed) memset(f->sha256, 0, sizeof f->sha256);
	/* Opened for writing, or its mode was changed; what is in it is what was submitted. */
	if (was && S_ISREG(st->st_mode) && f->hashed &&
		memcmp(was->sha256, f->sha256, SHA256_LEN) == 0)
		k->w->n--;
}

/* Made anew where the package had one: overlays note it, each in its own name. */
static bool is_opaque(int fd)
{
	char value[2];

	return fgetxattr(fd, "user.overlay.opaque", value, sizeof value) == 1;
}

static void visit_directory(struct walk *k, int parent, const char *name, size_t len);

static void visit(struct walk *k, int dir, const char *name, size_t prefix)
{
	size_t len = prefix + strlen(name);
	struct stat st;

	if (len > LIMIT_WRITTEN_PATH || clock_mono_us() >= k->until_us ||
		fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		k->w->dropped++;
		return;
	}
	memcpy(k->path + prefix, name, len - prefix);
	if (S_ISDIR(st.st_mode))
		visit_directory(k, dir, name, len);
	else if (k->package && S_ISCHR(st.st_mode))
		/* No test can make a device: this is an overlay's mark for "removed". */
		add(k->w, slice_of(k->path, len), HIDES);
	else
		visit_file(k, dir, name, len, &st);
}

/* k->path holds the directory's own, len bytes of it, without a slash at the end. */
static void visit_directory(struct walk *k, int parent, const char *name, size_t len)
{
	int fd = k->depth < LIMIT_WRITTEN_DEPTH && len < LIMIT_WRITTEN_PATH
			 ? openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
			 : -1;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!d) {
		fd_close(&fd);
		k->w->dropped++;
		return;
	}
	if (k->package && is_opaque(fd)) add(k->w, slice_of(k->path, len), HIDES);
	k->path[len] = '/';
	k->depth++;
	while ((entry = readdir(d)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			visit(k, fd, entry->d_name, len + 1);
	k->depth--;
	closedir(d);
}

static int by_path(const void *a, const void *b)
{
	const struct written_file *x = a, *y = b;

	return slice_cmp(x->path, y->path);
}

const struct written_file *written_find_path(const struct written *w, struct slice path)
{
	struct written_file key = {.path = path};

	return w->n ? bsearch(&key, w->files, w->n, sizeof key, by_path) : NULL;
}

/* The file itself or one of its directories is hidden by what the job has made. */
static bool is_hidden(const struct written *w, struct slice path, size_t prefix)
{
	size_t n;

	for (n = prefix + 1; n <= path.n; n++)
		if ((n == path.n || path.p[n] == '/') && written_find_path(w, slice_of(path.p, n)))
			return true;
	return false;
}

/* Files of the package that are there no more; the list is sorted. */
static void find_removed(struct walk *k)
{
	const struct tree *t = k->job->package;
	size_t i, n = k->w->n;
	struct written sorted = *k->w;

	for (i = 0; i < t->n; i++) {
		struct slice path = t->files[i].path;

		if (k->seen[i] || path.n + k->prefix > LIMIT_WRITTEN_PATH) continue;
		memcpy(k->path + k->prefix, path.p, path.n);
		path = slice_of(k->path, k->prefix + path.n);
		sorted.files = k->w->files;
		sorted.n = n;
		if (k->job->env->copy == COPY_TREE || is_hidden(&sorted, path, k->prefix))
			add(k->w, path, WRITTEN_REMOVED);
	}
}

static void drop_hides(struct written *w)
{
	size_t i, n = 0;

	for (i = 0; i < w->n; i++)
		if (w->files[i].state != HIDES) w->files[n++] = w->files[i];
	w->n = n;
}

static void sort(struct written *w)
{
	if (w->n) qsort(w->files, w->n, sizeof *w->files, by_path);
}

/* One place: its directory below dir, and the name under which the job knows it. */
static void walk_place(struct walk *k, int dir, const char *name, const char *shown)
{
	size_t len = strlen(shown);

	memcpy(k->path, shown, len);
	k->prefix = len + 1;
	visit_directory(k, dir, name, len);
}

void written_find(
	struct written *w, const struct written_job *job, const struct written_reader *reader)
{
	static const struct {
		const char *name, *shown;
	} places[] = {{"home", JOB_HOME}, {"tmp", "/tmp"}, {"vartmp", "/var/tmp"},
		{"run", "/run"}, {"shm", "/dev/shm"}};
	static struct walk k;
	size_t i;

	k = (struct walk){.w = w,
		.job = job,
		.reader = reader,
		.until_us = clock_mono_us() + LIMIT_WRITTEN_MS * 1000LL,
		.left = LIMIT_WRITTEN_BYTES};
	w->paths = buf_heap(PATHS_BYTES);
	buf_reserve(&w->paths, PATHS_BYTES);
	for (i = 0; i < sizeof places / sizeof *places; i++)
		walk_place(&k, job->ws->mem, places[i].name, places[i].shown);
	k.package = true;
	if (job->env->copy == COPY_TREE)
		walk_place(&k, AT_FDCWD, job->ws->skill, "/skill");
	else
		walk_place(&k, job->ws->mem, "upper", "/skill");
	sort(w);
	find_removed(&k);
	drop_hides(w);
	sort(w);
	for (i = 0; i < w->n; i++)
		w->bytes += w->files[i].size;
}

void written_drop(struct written *w)
{
	free(w->files);
	buf_drop(&w->paths);
	*w = (struct written)WRITTEN_INIT;
}

void written_digest(const struct written *w, uint8_t out[SHA256_LEN])
{
	struct sha256 h;
	size_t i;

	sha256_init(&h);
	for (i = 0; i < w->n; i++) {
		const struct written_file *f = &w->files[i];
		uint8_t mem[128];
		struct buf b = buf_on(mem, sizeof mem);

		buf_str(&b, written_state_text(f->state));
		buf_u8(&b, ' ');
		if (f->hashed)
			buf_hex(&b, SLICE_OF(f->sha256));
		else
			buf_u8(&b, '-');
		buf_u8(&b, ' ');
		buf_u64_dec(&b, f->size);
		buf_u8(&b, ' ');
		sha256_add(&h, buf_slice(&b));
		sha256_add(&h, f->path);
		sha256_add(&h, SLICE("\0"));
	}
	sha256_out(&h, out);
}
