/* SPDX-License-Identifier: MIT */
/* unpack/: frontmatter and YAML of SKILL.md (specs/skills.md 2.4, H48 to H57). */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "manifest_run.h"
#include "test.h"
#include "unpack/frontmatter.h"
#include "unpack/matter.h"

#define FILE_OF(lines) SLICE("---\nname: top\nversion: 1.0.0\ndescription: d\n" lines "---\nbody\n")

TEST(unpack_frontmatter_delimiters)
{
	static const struct {
		struct slice file;
		enum err want;
		uint32_t line;
	} rows[] = {
		{FILE_OF(""), E_OK, 0},
		{SLICE("--- \t\nname: top\n---\t \nbody"), E_OK, 0},
		{SLICE("---\nname: top\n---"), E_OK, 0},
		{SLICE(""), E_NO_FRONTMATTER, 1},
		{SLICE("name: top\n"), E_NO_FRONTMATTER, 1},
		{SLICE("\n---\nname: top\n---\n"), E_NO_FRONTMATTER, 1},
		{SLICE(" ---\nname: top\n---\n"), E_NO_FRONTMATTER, 1},
		{SLICE("----\nname: top\n---\n"), E_NO_FRONTMATTER, 1},
		{SLICE("---x\nname: top\n---\n"), E_NO_FRONTMATTER, 1},
		{SLICE("--- x\nname: top\n---\n"), E_NO_FRONTMATTER, 1},
		{SLICE("---\nname: top\n"), E_FRONTMATTER_UNCLOSED, 3},
		{SLICE("---"), E_FRONTMATTER_UNCLOSED, 2},
		{SLICE("---\nname: top\n --- \n"), E_FRONTMATTER_UNCLOSED, 4},
		{SLICE("---\nname: top\n----\n---\n"), E_FRONTMATTER_AMBIGUOUS, 3},  /* H56 */
		{SLICE("---\nname: top\n--- x\n---\n"), E_FRONTMATTER_AMBIGUOUS, 3}, /* H56 */
		{SLICE("---\r\nname: top\r\n---x\r\n---\r\n"), E_FRONTMATTER_AMBIGUOUS, 3},
		{SLICE("---\nname: top\n---\t\nbody"), E_OK, 0},                       /* H56 */
		{SLICE("---\nname: top\n...\n---\n"), E_OK, 0},                        /* H56 */
		{SLICE("---\nname: top\n...\n# comment\n\n---\n"), E_OK, 0},           /* H56 */
		{SLICE("---\nname: top\n...\nname: other\n---\n"), E_YAML_INVALID, 4}, /* H56 */
		{SLICE("---\n---\n"), E_FRONTMATTER_NOT_MAPPING, 2},
		{SLICE("---\n# nothing\n---\n"), E_FRONTMATTER_NOT_MAPPING, 2},
		{SLICE("---\njust text\n---\n"), E_FRONTMATTER_NOT_MAPPING, 2},
		{SLICE("---\n- a\n- b\n---\n"), E_FRONTMATTER_NOT_MAPPING, 2},
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct read_manifest r = read_file(rows[i].file, "top");

		check_read(__FILE__, (int)i + 1000, r, rows[i].want);
		CHECK(r.why.line == rows[i].line);
	}
}

TEST(unpack_frontmatter_points_to_bytes)
{
	static const struct {
		struct slice file;
		uint32_t line, column;
	} rows[] = {
		{SLICE("\xff"), 1, 1},
		{SLICE("---\n\xff"), 2, 1},
		{SLICE("---\r\n\xff"), 2, 1},
		{SLICE("---\r\xff"), 2, 1},
		{SLICE("---\n\n\nab\xff"), 4, 3},
		{SLICE("---\na: \xc3\xa9\xe2\x82\xac\xff"), 2, 6},
		{SLICE("\xef\xbb\xbf---\nab\xff"), 2, 3},
		{SLICE("\xef\xbb\xbf\xff"), 1, 1},
		{SLICE("---\nname: top\n---\nbody\0"), 4, 5},
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct read_manifest r = read_file(rows[i].file, "top");

		CHECK(r.code == E_MANIFEST_ENCODING || r.code == E_MANIFEST_CONTROL);
		CHECK(r.why.line == rows[i].line && r.why.column == rows[i].column);
	}
}

TEST(unpack_frontmatter_encoding_h54_h55)
{
	static const struct {
		struct slice file;
		enum err want;
		const char *warnings;
	} rows[] = {
		{FILE_OF(""), E_OK, ""},
		{SLICE("\xef\xbb\xbf---\nname: top\n---\n"), E_OK,
			"bom description-missing version-missing"},
		{SLICE("---\r\nname: top\r\n---\r\n"), E_OK,
			"crlf description-missing version-missing"},
		{SLICE("---\rname: top\r---\r"), E_OK, "crlf description-missing version-missing"},
		{FILE_OF("k: x---y\n"), E_OK, "inline-dashes"},
		{FILE_OF("k: |\n  ---\n"), E_OK, "inline-dashes"},
		{SLICE("\xff\xfe-\0-\0-\0"), E_MANIFEST_ENCODING, ""},         /* H55 */
		{SLICE("\xfe\xff\0-\0-\0-"), E_MANIFEST_ENCODING, ""},         /* H55 */
		{SLICE("---\nname: caf\xe9\n---\n"), E_MANIFEST_ENCODING, ""}, /* H55 */
		{SLICE("---\nname: top\n---\nbody \xe9\n"), E_MANIFEST_ENCODING, ""},
		{SLICE("---\nname: +AGE-\n---\n"), E_OK, /* H55: UTF-7 */
			"description-missing name-directory-mismatch name-nonstandard version-missing"},
		{SLICE("---\nname: top\n---\nbody\0\n"), E_MANIFEST_CONTROL, ""}, /* H54 */
		{SLICE("---\nname: t\0p\n---\n"), E_MANIFEST_CONTROL, ""},        /* H54 */
		/* Line ends of YAML 1.1 that are none in 1.2, and a mark that libyaml skips. */
		{SLICE("---\nname: top\nd: \"a\xc2\x85 b\"\n---\n"), E_OK,
			"description-missing line-separators version-missing"},
		{SLICE("---\nname: top\nd: \"a\xe2\x80\xa8 b\"\n---\n"), E_OK,
			"description-missing line-separators version-missing"},
		{SLICE("---\nd: x\xe2\x80\xa8name: top\n---\n"), E_OK,
			"description-missing line-separators version-missing"},
		{SLICE("---\nd: x\n\xef\xbb\xbfname: top\n---\n"), E_YAML_INVALID,
			"line-separators"},
		{SLICE("---\nname: top\nd: \"a\\L\\N\\P b\"\n---\nbody \xe2\x80\xa8\xef\xbb\xbf\n"),
			E_OK, "description-missing version-missing"},
		{SLICE("---\nname: top\nd: a\xc2\x80\n---\n"), E_MANIFEST_CONTROL, ""},
		{SLICE("---\nname: top\nd: a\x1b[0m\n---\n"), E_MANIFEST_CONTROL, ""},
		{SLICE("---\nname: top\nd: a\x7f\n---\n"), E_MANIFEST_CONTROL, ""},
		{SLICE("---\nname: top\n---\nbody \x1b[0m\n"), E_OK,
			"description-missing version-missing"},
		{SLICE("---\nname: top\nd: \"a\\0b\"\n---\n"), E_MANIFEST_CONTROL, ""},
		{SLICE("---\nname: top\n\"a\\x00b\": c\n---\n"), E_MANIFEST_CONTROL, ""},
		{SLICE("\xef\xbb\xbf# Title\r\n"), E_NO_FRONTMATTER, "bom crlf"},
	};
	struct read_manifest r;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		r = read_file(rows[i].file, "top");
		check_read(__FILE__, (int)i + 2000, r, rows[i].want);
		CHECK_SLICE(slice_str(r.warnings), slice_str(rows[i].warnings));
	}
	r = read_file(SLICE("---\nname: top\nd: \xc3\xa9 \x07\n---\n"), "top");
	CHECK(r.code == E_MANIFEST_CONTROL && r.why.line == 3 && r.why.column == 6);
}

/* js-yaml keeps blanks at the ends of such lines, and loses empty lines. */
TEST(unpack_yaml_line_ends_in_quotes)
{
	static const struct {
		const char *lines;
		bool warned;
	} rows[] = {
		{"k: \"a\n  b\"\n", false},
		{"k: 'a\n\n  \n  b'\n", false},
		{"k: \"\xc3\xa9 a \n  b\"\n", true},
		{"k: 'a\t\n  b'\n", true},
		{"k: [x, \"a\\\n  b\"]\n", false},
		{"k: [x, \"a\\\n \n  b\"]\n", true},
		{"k: a \n  b\nl: |\n  a \n  b\n", false},
		{"k: \"a\" \nl: 'b' \n", false},
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct read_manifest r = read_lines(rows[i].lines);

		check_read(__FILE__, (int)i + 4000, r, E_OK);
		CHECK((strstr(r.warnings, "quoted-line-ends") != NULL) == rows[i].warned);
	}
}

/* A file with a frontmatter of exactly n bytes, and m bytes in all. */
static struct slice sized(struct buf *b, size_t front, size_t all)
{
	static const char head[] = "name: top\n#";
	size_t line = 0;

	buf_reset(b);
	buf_str(b, "---\n");
	buf_str(b, head);
	for (line = b->n - 4; line < front - 1; line++)
		buf_u8(b, line % 100 == 99 ? '\n' : '#');
	buf_str(b, "\n---\n");
	while (b->n < all)
		buf_u8(b, 'b');
	return buf_slice(b);
}

TEST(unpack_frontmatter_sizes_h48_h49)
{
	struct buf b = buf_heap(2 << 20);

	CHECK_FILE(sized(&b, 1000, LIMIT_MANIFEST_BYTES), E_OK);
	CHECK_FILE(sized(&b, 1000, LIMIT_MANIFEST_BYTES + 1), E_MANIFEST_TOO_LARGE);
	CHECK_FILE(sized(&b, LIMIT_FRONTMATTER_BYTES, 0), E_OK);
	CHECK_FILE(sized(&b, LIMIT_FRONTMATTER_BYTES + 1, 0), E_FRONTMATTER_TOO_LARGE);
	buf_reset(&b);
	buf_str(&b, "---\n");
	while (b.n < LIMIT_MANIFEST_BYTES - 5)
		buf_str(&b, "a: b\n");
	CHECK_FILE(buf_slice(&b), E_FRONTMATTER_TOO_LARGE);
	buf_drop(&b);
}

TEST(unpack_frontmatter_limit_is_not_that_of_the_buffer)
{
	struct buf b = buf_heap(2 << 20), out = buf_heap(1 << 20);
	struct manifest m = {0};

	CHECK_ERR(frontmatter_find(sized(&b, LIMIT_FRONTMATTER_BYTES, 0), &out, &m, NULL), E_OK);
	CHECK(out.n == LIMIT_FRONTMATTER_BYTES);
	buf_reset(&out);
	CHECK_ERR(frontmatter_find(sized(&b, LIMIT_FRONTMATTER_BYTES + 1, 0), &out, &m, NULL),
		E_FRONTMATTER_TOO_LARGE);
	buf_drop(&b);
	buf_drop(&out);
}

TEST(unpack_yaml_refusals)
{
	static const struct {
		const char *lines;
		enum err want;
		uint32_t line, column;
	} rows[] = {
		{"a: &x b\n", E_YAML_ALIAS, 5, 4},
		{"a: *x\n", E_YAML_ALIAS, 5, 4},
		{"&x a: b\n", E_YAML_ALIAS, 5, 1},
		{"a: &x [b]\n", E_YAML_ALIAS, 5, 4},
		{"a: [&x {b: c}]\n", E_YAML_ALIAS, 5, 5},
		{"? *x\n: b\n", E_YAML_ALIAS, 5, 3},
		{"a: !!str b\n", E_YAML_TAG, 5, 4},
		{"a: !!python/object:os.system b\n", E_YAML_TAG, 5, 4}, /* H51 */
		{"a: !!binary aGk=\n", E_YAML_TAG, 5, 4},               /* H51 */
		{"a: !local b\n", E_YAML_TAG, 5, 4},                    /* H51 */
		{"a: ! b\n", E_YAML_TAG, 5, 4},
		{"a: !!map {}\n", E_YAML_TAG, 5, 4},
		{"a: !!seq []\n", E_YAML_TAG, 5, 4},
		{"%YAML 1.1\n", E_YAML_INVALID, 6, 1},          /* H51 */
		{"%TAG ! tag:x,2000:\n", E_YAML_INVALID, 6, 1}, /* H51 */
		{"<<: {a: b}\n", E_YAML_MERGE, 5, 1},           /* H57 */
		{"a: {<<: b}\n", E_YAML_MERGE, 5, 5},
		{"? [a]\n: b\n", E_YAML_KEY, 5, 3}, /* H57 */
		{"[a]: b\n", E_YAML_KEY, 5, 1},     /* H57 */
		{"{a: b}: c\n", E_YAML_KEY, 5, 1},
		{"a: {[b]: c}\n", E_YAML_KEY, 5, 5},
		{"name: other\n", E_YAML_DUPLICATE_KEY, 5, 1},
		{"test_command: a\ntest_command: b\n", E_YAML_DUPLICATE_KEY, 6, 1}, /* H53 */
		{"\"name\": other\n", E_YAML_DUPLICATE_KEY, 5, 1},                  /* H53 */
		{"a: {b: c, 'b': d}\n", E_YAML_DUPLICATE_KEY, 5, 11},
		{"a: [{b: c, b: d}]\n", E_YAML_DUPLICATE_KEY, 5, 12},
		{"a: b\xe2\x80\xa8--- c\n", E_YAML_MULTIDOC, 6, 1},
		{"a: b: c\n x: y\n", E_YAML_INVALID, 5, 5},
		{"a: [b\n", E_YAML_INVALID, 6, 1},
		{"a: \"b\n", E_YAML_INVALID, 0, 0},
		{"\ta: b\n", E_YAML_INVALID, 5, 1},
		{"a: b\n c: d\n", E_YAML_INVALID, 6, 3},
		{"a: @b\n", E_YAML_INVALID, 5, 4},
		{"a: \"\\ud800\"\n", E_YAML_INVALID, 0, 0},
		{"a: {b: c, d}\nb: [1, 2, {c: d}]\nc:\n- x\n- y: z\n  w: v\n", E_OK, 0, 0},
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct read_manifest r = read_lines(rows[i].lines);

		check_read(__FILE__, (int)i + 3000, r, rows[i].want);
		if (rows[i].line &&
			(r.why.line != rows[i].line || r.why.column != rows[i].column)) {
			test_fail(__FILE__, (int)i + 3000, "another place");
			printf("#   %u:%u, want %u:%u\n", r.why.line, r.why.column, rows[i].line,
				rows[i].column);
		}
	}
}

TEST(unpack_yaml_directives_in_front_h51)
{
	CHECK_FILE(SLICE("---\n%YAML 1.1\nname: top\n---\n"), E_YAML_INVALID);
	CHECK_FILE(SLICE("---\n%TAG ! tag:x,2000:\nname: top\n---\n"), E_YAML_INVALID);
}

TEST(unpack_yaml_alias_bomb_h50)
{
	CHECK_LINES("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
		    "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n",
		E_YAML_ALIAS);
}

/* n times text. */
static const char *repeat(struct buf *b, const char *text, size_t n)
{
	while (n-- > 0)
		buf_str(b, text);
	return buf_text(b);
}

TEST(unpack_yaml_limits_h52)
{
	struct buf b = buf_heap(1 << 20);
	size_t i;

	repeat(&b, "a: ", 1);
	repeat(&b, "[", 10000);
	repeat(&b, "]", 10000);
	CHECK_LINES(repeat(&b, "\n", 1), E_YAML_LIMITS);
	buf_reset(&b);
	repeat(&b, "a: ", 1);
	repeat(&b, "{a: ", 10000);
	CHECK_LINES(repeat(&b, "\n", 1), E_YAML_LIMITS);
	/* fifteen below the root are allowed, sixteen are not */
	buf_reset(&b);
	CHECK_LINES(repeat(&b, "a: [[[[[[[[[[[[[[[]]]]]]]]]]]]]]]\n", 1), E_OK);
	buf_reset(&b);
	CHECK_LINES(repeat(&b, "a: [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]\n", 1), E_YAML_LIMITS);
	/* 1 root, 6 texts of the first lines, a key, a list: 1991 items fill 2000 nodes */
	for (i = 1991; i <= 1992; i++) {
		buf_reset(&b);
		repeat(&b, "a: [", 1);
		repeat(&b, "x,", i);
		CHECK_LINES(repeat(&b, "]\n", 1), i == 1991 ? E_OK : E_YAML_LIMITS);
	}
	buf_reset(&b);
	for (i = 0; i < 5000; i++)
		buf_fmt(&b, "k%zu: v\n", i);
	CHECK_LINES(buf_text(&b), E_YAML_LIMITS);
	/* one key of 60 KiB, in each notation */
	buf_reset(&b);
	repeat(&b, "k", 60 * KIB);
	CHECK_LINES(repeat(&b, ": v\n", 1), E_YAML_LIMITS);
	buf_reset(&b);
	repeat(&b, "? ", 1);
	repeat(&b, "k", 60 * KIB);
	CHECK_LINES(repeat(&b, "\n: v\n", 1), E_YAML_LIMITS);
	buf_reset(&b);
	repeat(&b, "\"", 1);
	repeat(&b, "k", 60 * KIB);
	CHECK_LINES(repeat(&b, "\": v\n", 1), E_YAML_LIMITS);
	/* and as the very first key */
	buf_reset(&b);
	repeat(&b, "---\n", 1);
	repeat(&b, "k", 60 * KIB);
	repeat(&b, ": v\n---\n", 1);
	CHECK_FILE(buf_slice(&b), E_YAML_LIMITS);
	buf_drop(&b);
}

TEST(unpack_yaml_texts_only)
{
	static struct matter y;
	uint8_t mem[4096];
	struct buf text = buf_on(mem, sizeof mem);
	struct slice in = SLICE("version: 1.10\nyes: no\ndate: 2026-01-01\nn: 0x10\nempty:\n"
				"tilde: ~\nword: null\nquoted: \"null\"\nblank: ''\nNull: Null\n"
				"block: |\n  two\n  lines\nfold: >-\n  one\n  line\n");
	static const char *const absent[] = {"empty", "tilde", "word", "nothing"};
	static const struct {
		const char *key, *text;
		bool plain;
	} rows[] = {
		{"version", "1.10", true},
		{"yes", "no", true},
		{"date", "2026-01-01", true},
		{"n", "0x10", true},
		{"quoted", "null", false},
		{"blank", "", false},
		{"Null", "Null", true},
		{"block", "two\nlines\n", false},
		{"fold", "one line", false},
	};
	size_t i;

	CHECK_ERR(matter_read(&y, &text, in, 2, NULL), E_OK);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct matter_node *n = matter_get(&y, matter_root(&y), rows[i].key);

		CHECK(n && n->kind == MATTER_TEXT && n->plain == rows[i].plain);
		if (n) CHECK_SLICE(n->text, slice_str(rows[i].text));
	}
	for (i = 0; i < 4; i++)
		CHECK(!matter_get(&y, matter_root(&y), absent[i]));
	CHECK(matter_get(&y, matter_root(&y), "n")->line == 5);
	CHECK(matter_get(&y, matter_root(&y), "n")->column == 4);
}

TEST(unpack_yaml_repair)
{
	static const struct {
		const char *in, *out; /* NULL: nothing to repair */
	} rows[] = {
		{"description: a: b\n", "description: 'a: b'\n"},
		{"description: ends in:\n", "description: 'ends in:'\n"},
		{"description:\t it's: here  \n", "description: 'it''s: here'\n"},
		{"a: x\nd: a: b\nb: y\n", "a: x\nd: 'a: b'\nb: y\n"},
		{"_k.e-y9: a: b\n", "_k.e-y9: 'a: b'\n"},
		{"d: a:b\n", NULL},
		{"d: http://x\n", NULL},
		{" d: a: b\n", NULL},
		{"d:a: b\n", NULL},
		{"9d: a: b\n", NULL},
		{"d e: a: b\n", NULL},
		{"d: a: b # c\n", NULL},
		{"d: 'a': b\n", NULL},
		{"d: \"a\": b\n", NULL},
		{"d: [a: b\n", NULL},
		{"d: {a: b\n", NULL},
		{"d: | a: b\n", NULL},
		{"d: > a: b\n", NULL},
		{"d: &a: b\n", NULL},
		{"d: *a: b\n", NULL},
		{"d: !a: b\n", NULL},
		{"d: %a: b\n", NULL},
		{"d: @a: b\n", NULL},
		{"d: #a: b\n", NULL},
		{"d: `a: b\n", NULL},
		{"d: \n", NULL},
		{"d:\n", NULL},
	};
	uint8_t mem[256];
	struct buf b;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		b = buf_on(mem, sizeof mem);
		CHECK(matter_repair(slice_str(rows[i].in), &b) == (rows[i].out != NULL));
		CHECK_SLICE(buf_slice(&b), slice_str(rows[i].out ? rows[i].out : rows[i].in));
	}
}

TEST(unpack_yaml_repair_once_and_only_when_broken)
{
	struct read_manifest r = read_file(
		SLICE("---\nname: top\nversion: 1.0.0\ndescription: Use it when: always\n---\n"),
		"top");

	CHECK_ERR(r.code, E_OK);
	CHECK_SLICE(r.m.description, SLICE("Use it when: always"));
	CHECK(strcmp(r.warnings, "yaml-repaired") == 0);
	/* what is valid stays as it is */
	r = read_lines("k: \"a: b\"\nl: a:b\n");
	CHECK(r.code == E_OK && strcmp(r.warnings, "") == 0);
	/* a second error is not repaired; the first one is told */
	r = read_lines("x: a: b\ny: [\n");
	CHECK(r.code == E_YAML_INVALID && r.why.line == 5 && strstr(r.why.text, "quotes"));
	CHECK(strcmp(r.warnings, "") == 0);
	/* what the repaired text is refused for counts */
	r = read_lines("x: a: b\nname: z\n");
	CHECK(r.code == E_YAML_DUPLICATE_KEY && r.why.line == 6);
}
