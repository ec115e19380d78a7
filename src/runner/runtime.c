/* SPDX-License-Identifier: MIT */
/* Runtimes by name and digest. Runs in runner and the command line. */
#include "runner/runtime.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fdio.h"
#include "base/json.h"
#include "base/num.h"
#include "base/text.h"
#include "proc/sys.h"
#include "runner/runtime_tree.h"

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
	char shown[64], known[180] = ""; /* both fit into what why holds */
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

const struct runtime *runtime_named(const struct runtimes *r, const char *name)
{
	const struct runtime *rt = by_name(r, name);

	return rt && rt->ok ? rt : NULL;
}

bool runtime_has(const struct runtime *rt, const char *name)
{
	static const char *const dirs[] = {
		"usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin"};
	int root = open(rt->path, O_PATH | O_DIRECTORY | O_CLOEXEC), fd;
	char path[128];
	struct stat st;
	bool found = false;
	size_t i;

	for (i = 0; root >= 0 && !found && i < sizeof dirs / sizeof *dirs; i++) {
		snprintf(path, sizeof path, "%s/%.64s", dirs[i], name);
		fd = sys_openat2(root, path, O_PATH | O_CLOEXEC, 0,
			SV_RESOLVE_IN_ROOT | SV_RESOLVE_NO_MAGICLINKS);
		found = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
			(st.st_mode & 0111);
		fd_close(&fd);
	}
	fd_close(&root);
	return found;
}

static enum err refuse(struct runtime *rt, const char *what)
{
	snprintf(rt->trouble, sizeof rt->trouble, "%s", what);
	rt->ok = false;
	return E_RUNTIME_CHANGED;
}

static enum err read_manifest(struct runtime *rt, struct cJSON **out, uint8_t digest[SHA256_LEN])
{
	struct buf text = buf_heap(MANIFEST_BYTES);
	char path[sizeof rt->path + 16];
	enum err e = E_OK;

	/* Beside root, which may be anything: not through it. */
	snprintf(path, sizeof path, "%.*s/manifest.json", (int)(strlen(rt->path) - strlen("/root")),
		rt->path);
	if (file_read(path, MANIFEST_BYTES, &text))
		e = refuse(rt, "manifest.json cannot be read");
	else if (json_parse(buf_slice(&text), JSON_INTEGERS, out, NULL))
		e = refuse(rt, "manifest.json is not strict JSON");
	else
		sha256(buf_slice(&text), digest);
	buf_drop(&text);
	return e;
}

static void load_one(struct runtime *rt)
{
	struct cJSON *manifest = NULL;
	struct slice uri;

	if (read_manifest(rt, &manifest, rt->digest) == E_OK) {
		rt->ok = !json_get_str(manifest, "uri", &uri) &&
			 slice_text(rt->uri, sizeof rt->uri, uri);
		if (!rt->ok) refuse(rt, "manifest.json names no uri");
	}
	json_drop(&manifest);
}

enum err runtime_check(struct runtime *rt)
{
	uint8_t digest[SHA256_LEN];
	struct cJSON *manifest = NULL;
	struct why why = WHY_INIT;
	enum err e;

	if (!rt->ok) return E_RUNTIME_CHANGED;
	if (rt->checked) return E_OK;
	e = read_manifest(rt, &manifest, digest);
	/* The digest that statements name is that of the list which is compared here. */
	if (!e && memcmp(digest, rt->digest, sizeof digest) != 0)
		e = refuse(rt, "manifest.json has changed since the start");
	if (!e) {
		e = runtime_tree_check(rt->path, manifest, &why);
		if (e) refuse(rt, why.text);
	}
	json_drop(&manifest);
	rt->checked = !e;
	return e ? E_RUNTIME_CHANGED : E_OK;
}

static int name_order(const void *a, const void *b)
{
	return strcmp(((const struct runtime *)a)->name, ((const struct runtime *)b)->name);
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
		load_one(rt);
		r->n++;
	}
	closedir(d);
	/* The order of a folder differs from machine to machine. */
	qsort(r->list, r->n, sizeof *r->list, name_order);
}
