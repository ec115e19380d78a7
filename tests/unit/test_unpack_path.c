/* SPDX-License-Identifier: MIT */
/* unpack/: names of members and collisions between them. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "test.h"
#include "unpack/path.h"
#include "unpack/pathset.h"

TEST(unpack_path_accepts)
{
	static const struct {
		const char *name, *text;
		unsigned depth;
		bool slash, root, ignored, decomposed;
	} rows[] = {
		{"SKILL.md", "SKILL.md", 1, false, false, false, false},
		{"./SKILL.md", "SKILL.md", 1, false, false, false, false},
		{"././a/b", "a/b", 2, false, false, false, false},
		{"a/b/", "a/b", 2, true, false, false, false},
		{".", "", 0, false, true, false, false},
		{"./", "", 0, true, true, false, false},
		{"./.", "", 0, false, true, false, false},
		{"...", "...", 1, false, false, false, false},
		{"a/..b/c..", "a/..b/c..", 3, false, false, false, false},
		{".hidden/.git", ".hidden/.git", 2, false, false, false, false},
		{"con", "con", 1, false, false, false, false},
		{"nul.txt", "nul.txt", 1, false, false, false, false},
		{"dot.", "dot.", 1, false, false, false, false},
		{"blank ", "blank ", 1, false, false, false, false},
		{"a:b", "a:b", 1, true, false, false, false},
		{"a\xc3\xa9", "a\xc3\xa9", 1, false, false, false, false},
		{"ae\xcc\x81", "ae\xcc\x81", 1, false, false, false, true},
		{"\xe1\x85\xa1", "\xe1\x85\xa1", 1, false, false, false, true},
		{"\xe3\x82\x99", "\xe3\x82\x99", 1, false, false, false, true},
		{"x\xe2\x80\xae", "x\xe2\x80\xae", 1, false, false, false, false},
		{"__MACOSX/a", "__MACOSX/a", 2, false, false, true, false},
		{"a/__MACOSX/b", "a/__MACOSX/b", 3, false, false, true, false},
		{"a/._b", "a/._b", 2, false, false, true, false},
		{"a/.DS_Store", "a/.DS_Store", 2, false, false, true, false},
		{"._x/b", "._x/b", 2, false, false, false, false},
		{".DS_Store/b", ".DS_Store/b", 2, false, false, false, false},
		{"MACOSX/a", "MACOSX/a", 2, false, false, false, false},
	};
	struct path p;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (strcmp(rows[i].name, "a:b") == 0) continue; /* below: it looks like a drive */
		CHECK_ERR(path_read(slice_str(rows[i].name), &p, NULL), E_OK);
		CHECK_SLICE(p.text, slice_str(rows[i].text));
		CHECK(p.depth == rows[i].depth && p.slash == rows[i].slash);
		CHECK(p.root == rows[i].root && p.ignored == rows[i].ignored);
		CHECK(p.decomposed == rows[i].decomposed);
	}
}

TEST(unpack_path_refuses)
{
	static const struct slice rows[] = {SLICE(""), SLICE("/"), SLICE("/etc/passwd"),
		SLICE(".//a"), SLICE("../evil"), SLICE("a/../../evil"), SLICE("a/.."), SLICE(".."),
		SLICE("./.."), SLICE("a/./b"), SLICE("a/."), SLICE("a//b"), SLICE("a//"),
		SLICE("C:\\x"), SLICE("C:/x"), SLICE("c:x"), SLICE("a:b"), SLICE("\\\\host\\x"),
		SLICE("a\\b"), SLICE("a\0b"), SLICE("a\nb"), SLICE("a\rb"), SLICE("a\tb"),
		SLICE("\x1b[31m"), SLICE("a\x7f"), SLICE("\xff\xfe"), SLICE("\xc0\xaf"),
		SLICE("\xed\xa0\x80"), SLICE("a\xc3")};
	struct path p = {.depth = 77};
	struct why why;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		why = (struct why)WHY_INIT;
		CHECK_ERR(path_read(rows[i], &p, &why), E_PATH_INVALID);
		CHECK(why.text[0] != '\0' && p.depth == 77);
	}
}

TEST(unpack_path_lengths)
{
	uint8_t mem[LIMIT_PATH_BYTES + 8];
	struct path p;
	unsigned i;

	memset(mem, 'a', sizeof mem);
	CHECK_ERR(path_read(slice_of(mem, 255), &p, NULL), E_OK);
	CHECK_ERR(path_read(slice_of(mem, 256), &p, NULL), E_PATH_TOO_LONG);
	mem[200] = mem[400] = '/';
	CHECK_ERR(path_read(slice_of(mem, 512), &p, NULL), E_OK);
	CHECK_ERR(path_read(slice_of(mem, 513), &p, NULL), E_PATH_TOO_LONG);
	mem[512] = '/'; /* a slash at the end does not count */
	CHECK_ERR(path_read(slice_of(mem, 513), &p, NULL), E_OK);
	for (i = 0; i < 40; i++)
		mem[i] = i % 2 ? '/' : 'a';
	CHECK_ERR(path_read(slice_of(mem, 31), &p, NULL), E_OK);
	CHECK(p.depth == 16);
	CHECK_ERR(path_read(slice_of(mem, 33), &p, NULL), E_PATH_TOO_LONG);
}

static enum err add(struct pathset *s, const char *path, bool directory, unsigned *known)
{
	struct why why = WHY_INIT;
	enum err e = pathset_add(s, slice_str(path), directory, known, &why);

	CHECK(!e || why.text[0]);
	return e;
}

TEST(unpack_pathset_collisions)
{
	static const struct {
		const char *paths[4]; /* a slash at the end: a directory */
		bool collides;        /* the last one does */
	} rows[] = {
		{{"a", "b"}, false},
		{{"a/b", "a/c", "a/"}, false},
		{{"a/", "a/b", "a/b2/c"}, false},
		{{"a", "a"}, true},
		{{"a/", "a/"}, true},
		{{"a", "a/b"}, true},
		{{"a/", "a"}, true},
		{{"a/b", "a"}, true},
		{{"a", "a/"}, true},
		{{"A/x", "a/x"}, true},
		{{"A/x", "a/y"}, true},
		{{"A/", "a/y"}, true},
		{{"SKILL.md", "skill.md"}, true},
		{{"x/y/SKILL.md", "x/y/skill.MD"}, true},
		{{"a/b", "b/a", "b/A"}, true},
		/* only ASCII letters are folded */
		{{"\xc3\xa9", "\xc3\x89"}, false},
		{{"a_", "a\x7e", "A"}, false},
		{{"e\xcc\x81", "\xc3\xa9"}, false},
	};
	static const uint8_t key[PATHSET_KEY_LEN] = {1};
	size_t i, j;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pathset *s = pathset_new(key);
		enum err e = E_OK;

		for (j = 0; j < 4 && rows[i].paths[j]; j++) {
			struct slice p = slice_str(rows[i].paths[j]);
			bool directory = slice_ends(p, "/");
			struct why why = WHY_INIT;
			unsigned known;

			CHECK_ERR(e, E_OK);
			if (directory) p.n--;
			e = pathset_add(s, p, directory, &known, &why);
			CHECK(!e || why.text[0]);
		}
		CHECK_ERR(e, rows[i].collides ? E_PATH_COLLISION : E_OK);
		pathset_free(&s);
	}
}

TEST(unpack_pathset_tells_what_is_new)
{
	static const uint8_t key[PATHSET_KEY_LEN] = {2};
	struct pathset *s = pathset_new(key);
	struct buf b = buf_heap(1000);
	unsigned known = 9;
	uint32_t at = 0;

	CHECK(!add(s, "a/b/c", false, &known) && known == 0);
	CHECK(!add(s, "a/b/d", false, &known) && known == 2);
	CHECK(!add(s, "a/e/f", true, &known) && known == 1);
	CHECK(!add(s, "a", true, &known) && known == 1);
	CHECK_ERR(add(s, "a/B/x", false, &known), E_PATH_COLLISION);
	CHECK(known == 1);
	while (pathset_next_directory(s, &at, &b))
		buf_u8(&b, ' ');
	CHECK_SLICE(buf_slice(&b), SLICE("a a/b a/e a/e/f "));
	buf_drop(&b);
	pathset_free(&s);
	pathset_free(&s);
}

/* The largest set there is: all paths of full depth and nothing in common. */
TEST(unpack_pathset_full_in_time)
{
	static const uint8_t key[PATHSET_KEY_LEN] = {3};
	struct pathset *s = pathset_new(key);
	int64_t start = clock_mono_us();
	unsigned i, known;
	char path[600];

	for (i = 0; i < LIMIT_MEMBERS; i++) {
		snprintf(path, sizeof path,
			"d%07u00000000000000000000000/b%022d/c%022d/d%022d/e%022d/f%022d/g%022d/"
			"h%022d/i%022d/j%022d/k%022d/l%022d/m%022d/n%022d/o%022d/p%022d",
			i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
		CHECK_ERR(add(s, path, false, &known), E_OK);
		if (known) break;
	}
	CHECK(i == LIMIT_MEMBERS);
	CHECK(clock_mono_us() - start < 5000000);
	pathset_free(&s);
}
