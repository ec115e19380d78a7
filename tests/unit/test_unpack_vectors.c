/* SPDX-License-Identifier: MIT */
/*
 * unpack/: every package of VECTORS/skills, packed here as tar, tar.gz,
 * tar.zst and zip and given as a directory, must come out as its
 * expected.json says: tree, manifest, declaration, warnings, refusal.
 */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "make_archive.h"
#include "manifest_run.h"
#include "test.h"
#include "unpack_run.h"

#define FILES_MAX 256

/* The vectors of the environment, or the copy of some of them in this repository. */
static const char *vector_path(const char *name)
{
	static char path[4096];

	if (access(test_vector(name), R_OK) == 0) return test_vector(name);
	snprintf(path, sizeof path, "tests/vectors/%s", name);
	return path;
}

/* --- trees on disk --- */

struct tree_file {
	char path[512];
	bool directory, executable;
	struct slice content;
};

struct tree {
	unsigned n;
	struct tree_file file[FILES_MAX];
};

static struct tree *collecting;
static size_t collecting_from;

static int collect_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct tree_file *f = &collecting->file[collecting->n];

	(void)ftw;
	if (strlen(path) <= collecting_from) return 0;
	if (collecting->n == FILES_MAX ||
		!slice_text(f->path, sizeof f->path, slice_str(path + collecting_from)))
		abort();
	f->directory = type == FTW_D;
	f->executable = st->st_mode & 0100;
	f->content = type == FTW_F ? test_file(path) : SLICE_NONE;
	collecting->n++;
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct tree_file *)a)->path, ((const struct tree_file *)b)->path);
}

/* All files and directories below dir, on the heap; contents as with test_file(). */
static struct tree *tree_load(const char *dir)
{
	struct tree *t = calloc(1, sizeof *t);

	if (!t) abort();
	collecting = t;
	collecting_from = strlen(dir) + 1;
	nftw(dir, collect_one, 64, FTW_PHYS);
	qsort(t->file, t->n, sizeof *t->file, by_path);
	return t;
}

/* --- packing --- */

static void pack_tar(struct buf *b, const struct tree *t)
{
	unsigned i;

	for (i = 0; i < t->n; i++) {
		const struct tree_file *f = &t->file[i];
		char name[514];

		snprintf(name, sizeof name, "%s%s", f->path, f->directory ? "/" : "");
		if (strlen(name) > 100) {
			tar_head(b, &(struct tar_head){.name = "././@LongLink",
					    .type = 'L',
					    .magic = GNU_MAGIC,
					    .size = strlen(name) + 1});
			tar_content(b, slice_of(name, strlen(name) + 1));
		}
		tar_head(b, &(struct tar_head){.name = name,
				    .type = f->directory ? '5' : '0',
				    .mode = f->executable ? 0755 : 0644,
				    .magic = GNU_MAGIC,
				    .size = f->content.n});
		tar_content(b, f->content);
	}
	tar_end(b);
}

static void pack_zip(struct buf *b, const struct tree *t)
{
	static struct zip_file files[FILES_MAX];
	static char names[FILES_MAX][514];
	unsigned i;

	memset(files, 0, sizeof files);
	for (i = 0; i < t->n; i++) {
		const struct tree_file *f = &t->file[i];

		snprintf(names[i], sizeof names[i], "%s%s", f->path, f->directory ? "/" : "");
		files[i] = (struct zip_file){.name = slice_str(names[i]),
			.content = f->content,
			.method = f->directory || i % 2 ? 0 : 8,
			.system = 3,
			.flags = 0x800,
			.attributes = f->directory ? (uint32_t)040755 << 16 | 0x10
						   : (uint32_t)0100644 << 16};
	}
	zip_all(b, files, t->n);
}

enum pack { PACK_TAR, PACK_GZIP, PACK_ZSTD, PACK_ZIP, PACK_DIRECTORY, PACKS };

static struct unpacked unpack_as(enum pack how, const struct tree *t, const char *dir)
{
	struct buf tar = buf_heap(ARCHIVE_MAX), b = buf_heap(ARCHIVE_MAX);
	struct unpacked u;

	if (how == PACK_DIRECTORY) return run_directory(dir);
	if (how == PACK_ZIP)
		pack_zip(&b, t);
	else
		pack_tar(&tar, t);
	if (how == PACK_GZIP) gzip_member(&b, buf_slice(&tar), 8);
	if (how == PACK_ZSTD) zstd_frame(&b, buf_slice(&tar));
	CHECK(!tar.err && !b.err);
	u = run_archive(how == PACK_TAR ? buf_slice(&tar) : buf_slice(&b));
	buf_drop(&tar);
	buf_drop(&b);
	return u;
}

/* --- what the runner does with the tree (specs/skills.md 2.3, 2.4 step 1) --- */

struct root {
	char top[256]; /* "" when the root is the top */
	char manifest[32];
	bool other_name;
};

/* The manifest in dir; empty when there is none. */
static void find_manifest(const char *dir, struct root *r)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		struct slice name = slice_str(e->d_name);

		if (!slice_is_nocase(name, "skill.md") && !slice_is_nocase(name, "skills.md"))
			continue;
		if (r->manifest[0] && !slice_is(name, "SKILL.md")) continue;
		slice_text(r->manifest, sizeof r->manifest, name);
	}
	if (d) closedir(d);
	r->other_name = strcmp(r->manifest, "SKILL.md") != 0;
}

static void find_root(const char *dir, struct root *r)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[600];
	unsigned n = 0;

	memset(r, 0, sizeof *r);
	find_manifest(dir, r);
	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.' || r->manifest[0]) continue;
		n++;
		slice_text(r->top, sizeof r->top, slice_str(e->d_name));
	}
	if (d) closedir(d);
	if (r->manifest[0]) return;
	CHECK(n == 1);
	snprintf(path, sizeof path, "%s/%s", dir, r->top);
	find_manifest(path, r);
}

/* dirHash1 (specs/skills.md 1.6), and the other facts about files below root. */
static void check_tree(const char *root, const struct cJSON *want)
{
	struct tree *t = tree_load(root);
	struct buf lines = buf_heap(1 << 20);
	uint8_t digest[SHA256_LEN], expected[SHA256_LEN];
	uint64_t files = 0, bytes = 0, longest = 0, v;
	unsigned i;

	for (i = 0; i < t->n; i++) {
		if (t->file[i].directory) continue;
		files++;
		bytes += t->file[i].content.n;
		if (strlen(t->file[i].path) > longest) longest = strlen(t->file[i].path);
		sha256(t->file[i].content, digest);
		buf_hex(&lines, SLICE_OF(digest));
		buf_fmt(&lines, "  %s\n", t->file[i].path);
	}
	sha256(buf_slice(&lines), digest);
	CHECK(!json_get_hex(want, "dirHash1", expected, sizeof expected));
	CHECK(memcmp(digest, expected, sizeof digest) == 0);
	CHECK(!json_get_u64(want, "files", 10000, &v) && v == files);
	CHECK(!json_get_u64(want, "bytes", 1 << 30, &v) && v == bytes);
	CHECK(!json_get_u64(want, "maxPathBytes", 10000, &v) && v == longest);
	buf_drop(&lines);
	free(t);
}

/* --- comparing --- */

static void check_text(const struct cJSON *obj, const char *key, struct slice got)
{
	struct slice want = SLICE_NONE;

	json_get_str(obj, key, &want);
	if (!slice_eq(got, want)) {
		test_fail(__FILE__, __LINE__, key);
		test_slice(__FILE__, __LINE__, got, want);
	}
}

static void check_list(const struct cJSON *list, const struct slice *got, unsigned n)
{
	const struct cJSON *j = json_child(list);
	struct slice want;
	unsigned i;

	CHECK(json_count(list) == n);
	for (i = 0; i < n && j; i++, j = json_next(j)) {
		CHECK(!json_str(j, &want));
		CHECK_SLICE(got[i], want);
	}
}

static void check_command(const struct cJSON *want, const struct command *got)
{
	if (!want || json_is_null(want)) {
		CHECK(got->n == 0);
		return;
	}
	check_text(want, "form", slice_str(command_form_text(got->form)));
	check_list(json_get(want, "argv"), got->argv, got->n);
}

static void check_declaration(const struct cJSON *want, const struct manifest *m)
{
	const struct cJSON *network = json_get(want, "network"),
			   *env = json_get(want, "environment");
	uint64_t v;
	unsigned i;

	CHECK((m->test_source != TEST_NONE) == json_is_object(want));
	if (!json_is_object(want)) return;
	check_text(want, "source", slice_str(test_source_text(m->test_source)));
	check_command(json_get(want, "command"), &m->command);
	check_command(json_get(want, "setup"), &m->setup);
	CHECK(!json_get_u64(want, "timeoutMs", 1000000, &v) && v == m->timeout_ms);
	CHECK(!json_get_u64(want, "expectExit", 255, &v) && v == m->expect_exit);
	CHECK(json_count(env) == m->n_env);
	for (i = 0; i < m->n_env; i++) {
		char name[200];

		CHECK(slice_text(name, sizeof name, m->env[i].name));
		check_text(env, name, m->env[i].value);
	}
	check_list(json_get(want, "secrets"), m->secrets, m->n_secrets);
	check_text(network, "mode", slice_str(m->n_hosts ? "allowlist" : "none"));
	if (m->n_hosts) check_list(json_get(network, "allow"), m->hosts, m->n_hosts);
	/* which runtime stands for none is the runner's business */
	check_text(want, "runtime", m->runtime.p ? m->runtime : SLICE("alpine:latest"));
}

static void check_manifest(const struct cJSON *want, const struct manifest *m)
{
	bool declared = false;
	uint64_t v = 0;

	check_text(want, "name", m->name);
	check_text(want, "nameSource", slice_str(name_source_text(m->name_source)));
	check_text(want, "version", m->version);
	check_text(want, "versionSource", slice_str(version_source_text(m->version_source)));
	json_get_u64(want, "descriptionBytes", 100000, &v);
	CHECK(v == m->description.n);
	json_get_u64(want, "descriptionChars", 100000, &v);
	CHECK(v == utf8_count(m->description));
	check_text(want, "entrypoint", m->entrypoint);
	CHECK(!json_get_bool(want, "testDeclared", &declared));
	CHECK(declared == (m->command.n > 0));
	check_declaration(json_get(want, "test"), m);
	if (!declared) CHECK(json_is_null(json_get(want, "runtime")) && !m->runtime.p);
}

static void check_outcome(const struct cJSON *want, const struct unpacked *u)
{
	struct root root;
	struct read_manifest r;
	struct slice file;
	struct slice warnings[LIMIT_WARNINGS];
	unsigned n = 0, i;
	char dir[400], path[1200];
	enum err code;

	find_root(u->dir, &root);
	snprintf(dir, sizeof dir, "%s%s%s", u->dir, root.top[0] ? "/" : "", root.top);
	check_tree(dir, want);
	check_text(want, "topDirectory", slice_str(root.top));
	check_text(want, "manifestFile", slice_str(root.manifest));
	snprintf(path, sizeof path, "%s/%s", dir, root.manifest);
	file = test_file(path);
	r = read_file(file, root.top);
	code = r.code;
	if (!code && r.m.entrypoint.p) {
		struct stat st;

		snprintf(path, sizeof path, "%s/%.*s", dir, (int)r.m.entrypoint.n,
			(const char *)r.m.entrypoint.p);
		if (lstat(path, &st) || !S_ISREG(st.st_mode)) code = E_ENTRYPOINT_MISSING;
	}
	if (root.other_name) warnings_add(warnings, &n, LIMIT_WARNINGS, SLICE("manifest-name"));
	for (i = 0; i < r.m.n_warnings; i++)
		warnings_add(warnings, &n, LIMIT_WARNINGS, r.m.warnings[i]);
	CHECK(u->warnings[0] == '\0');
	check_list(json_get(want, "warnings"), warnings, n);
	check_text(want, "outcome", code ? SLICE("rejected") : SLICE("accepted"));
	check_text(want, "code", code ? slice_str(err_name(code)) : SLICE_NONE);
	if (!code) check_manifest(want, &r.m);
}

/* One package in all its packings; the number of checks that failed is told by test.h. */
static void check_package(const char *kind, const char *id)
{
	char name[300], dir[4096];
	struct slice text;
	struct cJSON *want = NULL;
	struct tree *t;
	int how;

	snprintf(name, sizeof name, "skills/%s/%s/expected.json", kind, id);
	text = test_file(vector_path(name));
	if (json_parse(text, JSON_NUMBERS, &want, NULL)) {
		test_fail(__FILE__, __LINE__, name);
		return;
	}
	snprintf(name, sizeof name, "skills/%s/%s/package", kind, id);
	snprintf(dir, sizeof dir, "%s", vector_path(name));
	t = tree_load(dir);
	for (how = 0; how < PACKS; how++) {
		struct unpacked u = unpack_as((enum pack)how, t, dir);

		CHECK_ERR(u.code, E_OK);
		check_outcome(want, &u);
		unpacked_drop(&u);
	}
	free(t);
	json_drop(&want);
}

/* All packages of one folder; how many there were. */
static unsigned check_folder(const char *kind)
{
	char name[100];
	struct dirent *e;
	unsigned n = 0;
	DIR *d;

	snprintf(name, sizeof name, "skills/%s", kind);
	d = opendir(vector_path(name));
	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.') continue;
		check_package(kind, e->d_name);
		n++;
	}
	if (d) closedir(d);
	return n;
}

TEST(unpack_vectors_made)
{
	unsigned n = check_folder("made");

	if (n == 0) SKIP("neither VECTORS/skills/made nor tests/vectors/skills/made is there");
	CHECK(n == 24);
}

TEST(unpack_vectors_real)
{
	unsigned n = check_folder("real");

	if (n == 0) SKIP("VECTORS/skills/real is not there");
	CHECK(n == 45);
}

/* The worked example of specs/skills.md 4.5 is a plain tar. */
TEST(unpack_vectors_statement_example)
{
	struct slice tar = test_file(test_vector("skills/statement-example/weather.tar"));
	struct unpacked u;

	if (!tar.n) SKIP("VECTORS/skills/statement-example is not there");
	u = run_archive(tar);
	CHECK_ERR(u.code, E_OK);
	CHECK(!is_absent(&u, "weather/SKILL.md") && !is_absent(&u, "weather/weather.sh"));
	unpacked_drop(&u);
}
