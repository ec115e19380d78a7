/* SPDX-License-Identifier: MIT */
/* Runtimes by name and digest. Runs in runner and the command line. */
#include "runner/runtime.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/json.h"
#include "base/num.h"
#include "base/text.h"

/* A manifest line has about 150 bytes; 64 Ki files are far beyond any runtime. */
#define MANIFEST_BYTES (16 * MIB)
/* The deepest folder of a runtime has about ten levels. */
#define TREE_DEPTH 32

/*
 * Which names mean which runtime. A name without a tag means ":latest". Names
 * of our own runtimes are no substitution; every foreign one is (C32).
 */
static const struct {
	const char *declared, *runtime;
} aliases[] = {
	{"base", "base"},
	{"sh", "base"},
	{"bash", "base"},
	{"alpine", "base"},
	{"alpine:latest", "base"},
	{"alpine:3", "base"},
	{"node", "node"},
	{"node:20", "node"},
	{"node:20-alpine", "node"},
	{"node:lts-alpine", "node"},
	{"python", "python"},
	{"python:3", "python"},
	{"python:3.11-alpine", "python"},
	{"python:3.12-alpine", "python"},
	{"python:3.12-slim", "python"},
	{"host", "host"},
};
#define ALIASES         (sizeof aliases / sizeof *aliases)
#define OUR_NAMES       3 /* the first aliases are names of ours */
#define DEFAULT_RUNTIME "base"

static const struct runtime *by_name(const struct runtimes *r, const char *name)
{
	unsigned i;

	for (i = 0; i < r->n; i++)
		if (strcmp(r->list[i].name, name) == 0) return &r->list[i];
	return NULL;
}

/* "name[:tag][@sha256:hex]" cut at the digest. */
static struct slice without_digest(struct slice declared, struct slice *digest)
{
	size_t at = slice_find(declared, 0, '@');

	*digest = slice_from(declared, at);
	return slice_sub(declared, 0, at);
}

static enum err check_digest(const struct runtime *rt, struct slice digest, struct why *why)
{
	uint8_t want[SHA256_LEN];
	char have[2 * SHA256_LEN + 1];
	struct buf b = buf_on(have, sizeof have);

	if (digest.n == 0) return E_OK;
	if (!hex_exact(slice_from(digest, sizeof "@sha256:" - 1), want, sizeof want) &&
		memcmp(want, rt->digest, sizeof want) == 0)
		return E_OK;
	buf_hex(&b, SLICE_OF(rt->digest));
	return why_set(
		why, E_RUNTIME_DIGEST, "runtime %s is pinned to sha256:%s", rt->name, buf_text(&b));
}

static enum err unknown(const struct runtimes *r, struct slice declared, struct why *why)
{
	char shown[64], known[120] = "";
	struct buf b = buf_on(known, sizeof known - 1);
	size_t i;

	for (i = 0; i < ALIASES; i++) {
		if (!by_name(r, aliases[i].runtime)) continue;
		if (b.n) buf_str(&b, ", ");
		buf_str(&b, aliases[i].declared);
	}
	buf_text(&b);
	return why_set(why, E_RUNTIME_UNKNOWN, "'%s' (known: %s)",
		text_ascii(shown, sizeof shown, declared), known);
}

enum err runtime_find(const struct runtimes *r, struct slice declared, const struct runtime **out,
	struct slice *warnings, unsigned *n_warnings, struct why *why)
{
	struct slice digest,
		name = without_digest(declared.p ? declared : SLICE(DEFAULT_RUNTIME), &digest);
	const struct runtime *rt = NULL;
	size_t i;
	enum err e;

	for (i = 0; i < ALIASES && !rt; i++)
		if (slice_is(name, aliases[i].declared)) rt = by_name(r, aliases[i].runtime);
	if (!rt) return unknown(r, declared, why);
	if (!rt->ok)
		return why_set(why, E_RUNTIME_CHANGED, "runtime %s: %s", rt->name, rt->trouble);
	e = check_digest(rt, digest, why);
	if (e) return e;
	if (i > OUR_NAMES && !rt->host) {
		warnings_add(warnings, n_warnings, LIMIT_WARNINGS, SLICE("runtime-substituted"));
		if (!digest.n)
			warnings_add(
				warnings, n_warnings, LIMIT_WARNINGS, SLICE("runtime-mutable-tag"));
	}
	*out = rt;
	return E_OK;
}

static enum err trouble(struct runtime *rt, const char *what, struct slice path)
{
	char shown[100];

	snprintf(rt->trouble, sizeof rt->trouble, "%s %s", what,
		text_ascii(shown, sizeof shown, path));
	return E_RUNTIME_CHANGED;
}

static enum err digest_of(
	int root, const char *path, uint64_t size, mode_t mode, uint8_t out[SHA256_LEN])
{
	uint8_t mem[64 * KIB];
	struct sha256 h;
	struct stat st;
	uint64_t total = 0;
	int fd = openat(root, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0) return E_ABSENT;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (st.st_mode & 07777) != mode) {
		fd_close(&fd);
		return E_FORMAT;
	}
	sha256_init(&h);
	for (;;) {
		ssize_t n = read(fd, mem, sizeof mem);

		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) break;
		sha256_add(&h, slice_of(mem, (size_t)n));
		total += (uint64_t)n;
	}
	fd_close(&fd);
	sha256_out(&h, out);
	return total == size ? E_OK : E_FORMAT;
}

/* One entry of the manifest: a file with digest, or a link with its target. */
static enum err check_entry(struct runtime *rt, int root, const struct cJSON *entry)
{
	char path[512], target[512];
	uint8_t want[SHA256_LEN], have[SHA256_LEN];
	struct slice s, mode;
	uint64_t size;
	ssize_t n;

	if (json_get_str(entry, "path", &s) || !slice_text(path, sizeof path, s) || path[0] == '/')
		return trouble(rt, "manifest.json has a wrong entry", SLICE(""));
	if (json_get_str(entry, "target", &s) == E_OK) {
		n = readlinkat(root, path, target, sizeof target);
		return n > 0 && slice_eq(slice_of(target, (size_t)n), s)
			       ? E_OK
			       : trouble(rt, "a link differs:", slice_str(path));
	}
	if (json_get_hex(entry, "sha256", want, sizeof want) ||
		json_get_u64(entry, "size", UINT32_MAX, &size) ||
		json_get_str(entry, "mode", &mode) ||
		(!slice_is(mode, "0644") && !slice_is(mode, "0755")))
		return trouble(rt, "manifest.json has a wrong entry", SLICE(""));
	if (digest_of(root, path, size, slice_is(mode, "0755") ? 0755 : 0644, have) ||
		memcmp(want, have, sizeof want) != 0)
		return trouble(rt, "a file differs:", slice_str(path));
	return E_OK;
}

/*
 * Counts what is no directory below fd, which it closes; what is there and not
 * in the manifest shows as a number. False when the tree cannot be walked.
 */
static bool count_entries(int fd, unsigned depth, unsigned *n)
{
	DIR *d = fd >= 0 && depth < TREE_DEPTH ? fdopendir(fd) : NULL;
	struct dirent *entry;
	bool ok = d != NULL;

	if (!d) fd_close(&fd);
	while (ok && (entry = readdir(d))) {
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
		ok = fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0;
		if (ok && S_ISDIR(st.st_mode))
			ok = count_entries(openat(dirfd(d), entry->d_name,
						   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
				depth + 1, n);
		else
			++*n;
	}
	if (d) closedir(d);
	return ok;
}

static enum err check_tree(struct runtime *rt, const struct cJSON *manifest)
{
	const struct cJSON *files = json_get(manifest, "files"), *entry;
	unsigned listed = 0, found = 0;
	int root;
	enum err e = E_OK;

	/* Nothing to compare would be nothing that differs. */
	if (!json_is_array(files) || !json_child(files))
		return trouble(rt, "manifest.json lists no files", SLICE(""));
	root = open(rt->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0) return trouble(rt, "its tree is missing", SLICE(""));
	for (entry = json_child(files); entry && !e; entry = json_next(entry), listed++)
		e = check_entry(rt, root, entry);
	/* Every listed one is there; with equal numbers nothing else is. */
	if (!e &&
		(!count_entries(openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), 0, &found) ||
			found != listed))
		e = trouble(rt, "its tree holds what manifest.json does not list", SLICE(""));
	fd_close(&root);
	return e;
}

static void load_one(struct runtime *rt, const char *dir)
{
	struct buf text = buf_heap(MANIFEST_BYTES);
	struct cJSON *manifest = NULL;
	char path[320];
	struct slice uri;

	snprintf(path, sizeof path, "%s/%s/manifest.json", dir, rt->name);
	if (file_read(path, MANIFEST_BYTES, &text)) {
		trouble(rt, "manifest.json cannot be read", SLICE(""));
	} else if (json_parse(buf_slice(&text), JSON_INTEGERS, &manifest, NULL)) {
		trouble(rt, "manifest.json is not strict JSON", SLICE(""));
	} else if (json_get_str(manifest, "uri", &uri) ||
		   !slice_text(rt->uri, sizeof rt->uri, uri)) {
		trouble(rt, "manifest.json names no uri", SLICE(""));
	} else {
		sha256(buf_slice(&text), rt->digest);
		rt->ok = check_tree(rt, manifest) == E_OK;
	}
	json_drop(&manifest);
	buf_drop(&text);
}

void runtimes_load(struct runtimes *r, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	r->n = 0;
	if (!d) return;
	while (r->n < RUNTIMES_MAX && (entry = readdir(d))) {
		struct runtime *rt = &r->list[r->n];
		struct slice name = slice_str(entry->d_name);

		if (entry->d_name[0] == '.') continue;
		memset(rt, 0, sizeof *rt);
		if (!slice_text(rt->name, sizeof rt->name, name)) continue;
		snprintf(rt->path, sizeof rt->path, "%.128s/%.31s/root", dir, entry->d_name);
		load_one(rt, dir);
		r->n++;
	}
	closedir(d);
}
