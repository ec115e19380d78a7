/* SPDX-License-Identifier: MIT */
/* runner/: the unpacked tree and its digests, runtimes by name and digest. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fdio.h"
#include "records.h"
#include "runner/runtime.h"
#include "runner/tree.h"
#include "test.h"

/* ---- a folder ----------------------------------------------------------------------- */

struct folder {
	char dir[48];
};

static void folder_make(struct folder *f)
{
	snprintf(f->dir, sizeof f->dir, "/tmp/sv-runner-XXXXXX");
	if (!mkdtemp(f->dir)) abort();
}

/* A path below the folder; a static buffer. */
static const char *in(const struct folder *f, const char *path)
{
	static char full[1024];

	snprintf(full, sizeof full, "%s/%s", f->dir, path);
	return full;
}

static void put_dir(const struct folder *f, const char *path)
{
	CHECK(mkdir(in(f, path), 0755) == 0);
}

static void put_file(const struct folder *f, const char *path, struct slice content, mode_t mode)
{
	CHECK_ERR(file_write(in(f, path), content), E_OK);
	CHECK(chmod(in(f, path), mode) == 0);
}

static void folder_drop(const struct folder *f)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execl("/bin/rm", "rm", "-rf", f->dir, (char *)NULL);
		_exit(1);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

/* ---- the tree ------------------------------------------------------------------------- */

static enum err read_tree(const struct folder *f, struct tree *t, struct why *why)
{
	int root = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e = tree_read(t, root, (uint32_t)getuid(), why);

	fd_close(&root);
	return e;
}

#define WARNED 256

/* Reads and finds; the tree is dropped after an error. */
static enum err find(const struct folder *f, struct tree *t, const char *name, char warned[WARNED])
{
	struct slice warnings[LIMIT_WARNINGS];
	struct buf b = buf_on(warned, WARNED);
	unsigned i, n = 0;
	struct why why = WHY_INIT;
	enum err e;

	CHECK_ERR(read_tree(f, t, &why), E_OK);
	e = tree_find_skill(t, slice_str(name), warnings, &n, &why);
	for (i = 0; i < n; i++) {
		buf_put(&b, warnings[i]);
		buf_u8(&b, ' ');
	}
	buf_text(&b);
	if (e) tree_drop(t);
	return e;
}

TEST(tree_with_a_path_of_the_allowed_length)
{
	struct folder f;
	struct tree t = TREE_INIT;
	struct why why = WHY_INIT;
	char path[LIMIT_PATH_BYTES + 1], deep[LIMIT_PATH_BYTES + 1];

	memset(path, 'n', LIMIT_PATH_BYTES);
	path[LIMIT_PATH_BYTES] = '\0';
	path[255] = path[456] = '/';
	folder_make(&f);
	snprintf(deep, sizeof deep, "%.255s", path);
	put_dir(&f, deep);
	snprintf(deep, sizeof deep, "%.456s", path);
	put_dir(&f, deep);
	put_file(&f, path, SLICE("x"), 0644);
	CHECK_ERR(read_tree(&f, &t, &why), E_OK);
	CHECK(t.n == 1 && t.files[0].path.n == LIMIT_PATH_BYTES);
	tree_drop(&t);
	folder_drop(&f);
}

TEST(tree_digests_are_those_of_the_statement)
{
	static struct record r;
	struct folder f;
	struct tree t = TREE_INIT;
	struct package_facts facts = {0};
	struct buf list = buf_heap(4096);
	char warned[WARNED];

	folder_make(&f);
	put_dir(&f, "weather");
	put_file(&f, "weather/weather.sh", SLICE("#!/bin/sh\necho ok\n"), 0755);
	put_file(&f, "weather/SKILL.md", SLICE("---\nname: weather\n---\n"), 0640);
	CHECK_ERR(find(&f, &t, "", warned), E_OK);
	CHECK_SLICE(t.top_directory, SLICE("weather"));
	CHECK_ERR(tree_facts(&t, &facts, &list), E_OK);
	/* The list that tests/unit/records.c writes, and with it both digests. */
	CHECK_SLICE(buf_slice(&list), files_example());
	record_passed(&r);
	CHECK(memcmp(facts.files_sha256, r.package.files_sha256, SHA256_LEN) == 0);
	CHECK(memcmp(facts.dir_hash1, r.package.dir_hash1, SHA256_LEN) == 0);
	CHECK(memcmp(facts.manifest_sha256, r.package.manifest_sha256, SHA256_LEN) == 0);
	CHECK(facts.files == 2 && facts.unpacked_bytes == 40 && facts.max_path_bytes == 10);
	CHECK(tree_find(&t, SLICE("weather.sh")) && !tree_find(&t, SLICE("weather/weather.sh")));
	tree_drop(&t);
	buf_drop(&list);
	folder_drop(&f);
}

TEST(tree_holds_what_no_honest_unpack_writes)
{
	struct folder f;
	struct tree t = TREE_INIT;
	struct why why = WHY_INIT;
	char from[1024];
	struct buf path = buf_heap(256);
	unsigned i;

	folder_make(&f);
	put_file(&f, "SKILL.md", SLICE("x"), 0644);
	CHECK(symlink("SKILL.md", in(&f, "a")) == 0);
	CHECK_ERR(read_tree(&f, &t, &why), E_INTERNAL);
	CHECK_SLICE(
		slice_str(why.text), SLICE("the unpacked tree holds something that is no file: a"));
	tree_drop(&t);
	unlink(in(&f, "a"));
	CHECK(mkfifo(in(&f, "a"), 0644) == 0);
	CHECK_ERR(read_tree(&f, &t, &why), E_INTERNAL);
	tree_drop(&t);
	unlink(in(&f, "a"));
	snprintf(from, sizeof from, "%s", in(&f, "SKILL.md"));
	CHECK(link(from, in(&f, "a")) == 0);
	why = (struct why)WHY_INIT;
	CHECK_ERR(read_tree(&f, &t, &why), E_INTERNAL);
	CHECK(strstr(why.text, "a hard link"));
	tree_drop(&t);
	unlink(in(&f, "a"));
	put_file(&f, "big", SLICE(""), 0644);
	CHECK(truncate(in(&f, "big"), LIMIT_FILE_BYTES + 1) == 0);
	CHECK_ERR(read_tree(&f, &t, &why), E_INTERNAL);
	tree_drop(&t);
	unlink(in(&f, "big"));
	for (i = 0; i < LIMIT_PATH_DEPTH + 2; i++) {
		buf_str(&path, i ? "/d" : "d");
		put_dir(&f, buf_text(&path));
	}
	why = (struct why)WHY_INIT;
	CHECK_ERR(read_tree(&f, &t, &why), E_INTERNAL);
	CHECK(strstr(why.text, "too deep"));
	tree_drop(&t);
	buf_drop(&path);
	folder_drop(&f);
}

TEST(tree_finds_the_skill)
{
	struct folder f;
	struct tree t = TREE_INIT;
	char warned[WARNED];

	folder_make(&f);
	CHECK_ERR(find(&f, &t, "", warned), E_NO_MANIFEST);
	put_file(&f, "skills.md", SLICE("x"), 0644);
	CHECK_ERR(find(&f, &t, "", warned), E_OK);
	CHECK_SLICE(t.manifest, SLICE("skills.md"));
	CHECK(!t.top_directory.p && strcmp(warned, "manifest-name ") == 0);
	tree_drop(&t);
	put_file(&f, "Skill.md", SLICE("x"), 0644);
	CHECK_ERR(find(&f, &t, "", warned), E_MANIFEST_AMBIGUOUS);
	put_file(&f, "SKILL.md", SLICE("x"), 0644);
	CHECK_ERR(find(&f, &t, "mine", warned), E_OK);
	CHECK_SLICE(t.manifest, SLICE("SKILL.md"));
	CHECK(strcmp(warned, "manifest-extra ") == 0);
	tree_drop(&t);
	put_dir(&f, "other");
	put_file(&f, "other/SKILL.md", SLICE("x"), 0644);
	/* One in the root wins over those below. */
	CHECK_ERR(find(&f, &t, "", warned), E_OK);
	tree_drop(&t);
	put_dir(&f, "more");
	unlink(in(&f, "SKILL.md"));
	unlink(in(&f, "Skill.md"));
	unlink(in(&f, "skills.md"));
	/* The only skill, but beside another folder. */
	CHECK_ERR(find(&f, &t, "", warned), E_NO_MANIFEST);
	put_file(&f, "more/SKILL.md", SLICE("x"), 0644);
	CHECK_ERR(find(&f, &t, "", warned), E_PKG_MULTIPLE);
	folder_drop(&f);
}

/* ---- runtimes -------------------------------------------------------------------------- */

/* Names of all three runtimes of ours, without files. */
static void three(struct runtimes *r)
{
	static const char *const names[] = {"base", "node", "python"};
	unsigned i;

	memset(r, 0, sizeof *r);
	r->n = 3;
	for (i = 0; i < 3; i++) {
		snprintf(r->list[i].name, sizeof r->list[i].name, "%s", names[i]);
		r->list[i].ok = true;
		memset(r->list[i].digest, (int)(0x11 * (i + 1)), SHA256_LEN);
	}
}

#define ONES "1111111111111111111111111111111111111111111111111111111111111111"

TEST(runtime_names)
{
	static const struct {
		const char *declared, *runtime, *warned; /* runtime NULL: unknown */
	} list[] = {
		{NULL, "base", ""},
		{"base", "base", ""},
		{"sh", "base", ""},
		{"bash", "base", ""},
		{"alpine", "base", "runtime-mutable-tag runtime-substituted "},
		{"alpine:latest", "base", "runtime-mutable-tag runtime-substituted "},
		{"alpine@sha256:" ONES, "base", "runtime-substituted "},
		{"base@sha256:" ONES, "base", ""},
		{"node:20-alpine", "node", "runtime-mutable-tag runtime-substituted "},
		{"python:3.12-slim", "python", "runtime-mutable-tag runtime-substituted "},
		{"", NULL, ""},
		{"Base", NULL, ""},
		{"node:18", NULL, ""},
		{"base/../node", NULL, ""},
		{"host", NULL, ""},
	};
	struct runtimes r;
	size_t i;

	three(&r);
	for (i = 0; i < sizeof list / sizeof *list; i++) {
		struct slice warnings[LIMIT_WARNINGS];
		unsigned k, n = 0;
		const struct runtime *rt = NULL;
		struct buf b = buf_heap(256);
		enum err e = runtime_find(&r,
			list[i].declared ? slice_str(list[i].declared) : SLICE_NONE, &rt, warnings,
			&n, NULL);

		CHECK_ERR(e, list[i].runtime ? E_OK : E_RUNTIME_UNKNOWN);
		for (k = 0; k < n; k++)
			buf_fmt(&b, "%.*s ", (int)warnings[k].n, (const char *)warnings[k].p);
		CHECK_SLICE(buf_slice(&b), slice_str(list[i].warned));
		if (!e) CHECK(strcmp(rt->name, list[i].runtime) == 0);
		buf_drop(&b);
	}
}

TEST(runtime_of_another_digest_is_refused)
{
	static const char *const pins[] = {"base@sha256:" ONES "1", "base@sha256:", "base@",
		"base@sha256:2111111111111111111111111111111111111111111111111111111111111111"};
	struct runtimes r;
	const struct runtime *rt = NULL;
	struct slice warnings[LIMIT_WARNINGS];
	unsigned n = 0;
	struct why why = WHY_INIT;
	size_t i;

	three(&r);
	for (i = 0; i < sizeof pins / sizeof *pins; i++)
		CHECK_ERR(runtime_find(&r, slice_str(pins[i]), &rt, warnings, &n, &why),
			E_RUNTIME_DIGEST);
	CHECK_SLICE(slice_str(why.text), SLICE("runtime base is pinned to sha256:" ONES));
	r.list[0].ok = false;
	snprintf(r.list[0].trouble, sizeof r.list[0].trouble, "a file differs: bin/sh");
	why = (struct why)WHY_INIT;
	CHECK_ERR(runtime_find(&r, SLICE("sh"), &rt, warnings, &n, &why), E_RUNTIME_CHANGED);
	CHECK_SLICE(slice_str(why.text), SLICE("runtime base: a file differs: bin/sh"));
	CHECK(!rt && n == 0);
}

/* base/ with one file and one link, as rootfs/build writes it. */
static void make_runtime(const struct folder *f, struct slice content)
{
	struct buf b = buf_heap(1024);
	uint8_t sha[SHA256_LEN];

	sha256(content, sha);
	put_dir(f, "base");
	put_dir(f, "base/root");
	put_file(f, "base/root/sh", content, 0755);
	CHECK(symlink("sh", in(f, "base/root/ash")) == 0);
	buf_str(&b, "{\"uri\":\"pkg:x\",\"files\":[{\"path\":\"ash\",\"target\":\"sh\"},"
		    "{\"mode\":\"0755\",\"path\":\"sh\",\"size\":5,\"sha256\":\"");
	buf_hex(&b, SLICE_OF(sha));
	buf_str(&b, "\"}]}");
	put_file(f, "base/manifest.json", buf_slice(&b), 0644);
	buf_drop(&b);
}

static bool loads(const struct folder *f, const char *says)
{
	struct runtimes r;

	runtimes_load(&r, f->dir);
	CHECK(r.n == 1 && strcmp(r.list[0].name, "base") == 0);
	/* Only a manifest that cannot be had is found without a look at the files. */
	if (r.list[0].ok) CHECK(!r.list[0].checked && r.list[0].trouble[0] == '\0');
	CHECK_ERR(runtime_check(&r.list[0]), says[0] ? E_RUNTIME_CHANGED : E_OK);
	CHECK_SLICE(slice_str(r.list[0].trouble), slice_str(says));
	CHECK(r.list[0].checked == r.list[0].ok);
	return r.list[0].ok;
}

TEST(runtime_is_compared_with_its_manifest)
{
	struct folder f;
	struct slice manifest;

	folder_make(&f);
	make_runtime(&f, SLICE("shell"));
	CHECK(loads(&f, ""));
	put_file(&f, "base/root/sh", SLICE("Shell"), 0755);
	CHECK(!loads(&f, "a file differs: sh"));
	put_file(&f, "base/root/sh", SLICE("shell "), 0755);
	CHECK(!loads(&f, "a file differs: sh"));
	put_file(&f, "base/root/sh", SLICE("shell"), 0755);
	CHECK(loads(&f, ""));
	/* The right digest of a file of another size: the manifest contradicts itself. */
	manifest = test_file(in(&f, "base/manifest.json"));
	put_file(&f, "base/manifest.json", edited(manifest, "\"size\":5", "\"size\":6"), 0644);
	CHECK(!loads(&f, "a file differs: sh"));
	put_file(&f, "base/manifest.json", manifest, 0644);
	/* Another mode, one file too many, and one deeper. */
	CHECK(chmod(in(&f, "base/root/sh"), 0644) == 0);
	CHECK(!loads(&f, "a file differs: sh"));
	CHECK(chmod(in(&f, "base/root/sh"), 04755) == 0);
	CHECK(!loads(&f, "a file differs: sh"));
	CHECK(chmod(in(&f, "base/root/sh"), 0755) == 0);
	put_dir(&f, "base/root/tmp");
	CHECK(loads(&f, ""));
	put_file(&f, "base/root/tmp/more", SLICE("x"), 0644);
	CHECK(!loads(&f, "manifest.json does not list tmp/more"));
	unlink(in(&f, "base/root/tmp/more"));
	CHECK(loads(&f, ""));
	unlink(in(&f, "base/root/ash"));
	CHECK(symlink("bash", in(&f, "base/root/ash")) == 0);
	CHECK(!loads(&f, "a link differs: ash"));
	put_file(&f, "base/manifest.json", SLICE("{\"uri\":\"x\",\"uri\":\"y\"}"), 0644);
	CHECK(!loads(&f, "manifest.json is not strict JSON"));
	put_file(&f, "base/manifest.json", SLICE("{\"uri\":\"x\",\"files\":[{\"path\":\"/sh\"}]}"),
		0644);
	CHECK(!loads(&f, "manifest.json has a wrong entry "));
	put_file(&f, "base/manifest.json", SLICE("{\"uri\":\"x\"}"), 0644);
	CHECK(!loads(&f, "manifest.json lists no files "));
	put_file(&f, "base/manifest.json", SLICE("{\"uri\":\"x\",\"files\":[]}"), 0644);
	CHECK(!loads(&f, "manifest.json lists no files "));
	unlink(in(&f, "base/manifest.json"));
	CHECK(!loads(&f, "manifest.json cannot be read"));
	folder_drop(&f);
}
