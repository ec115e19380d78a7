/* SPDX-License-Identifier: MIT */
/* unpack/: name, version, description, entrypoint, metadata (2.5, H58, H59). */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "manifest_run.h"
#include "test.h"
#include "unpack/fields.h"

/* A manifest of this name line and nothing else. */
static struct read_manifest named(const char *line, const char *top)
{
	static struct buf b;

	buf_drop(&b);
	b = buf_heap(1 << 16);
	buf_str(&b, "---\nversion: 1.0.0\ndescription: d\n");
	buf_str(&b, line);
	buf_str(&b, "---\n");
	return read_file(buf_slice(&b), top);
}

TEST(unpack_fields_name_h58)
{
	static const struct {
		const char *line, *top;
		enum err want;
		const char *name, *warnings;
	} rows[] = {
		{"name: top\n", "top", E_OK, "top", ""},
		{"name: top\n", "", E_OK, "top", ""},
		{"name: \"  top \"\n", "top", E_OK, "top", ""},
		{"name: other\n", "top", E_OK, "other", "name-directory-mismatch"},
		{"name: PDF Merge & Split\n", "", E_OK, "PDF Merge & Split", "name-nonstandard"},
		{"name: a--b\n", "", E_OK, "a--b", "name-nonstandard"},
		{"name: -a\n", "", E_OK, "-a", "name-nonstandard"},
		{"name: a-\n", "", E_OK, "a-", "name-nonstandard"},
		{"name: a_b\n", "", E_OK, "a_b", "name-nonstandard"},
		{"name: \xc3\xa9\n", "", E_OK, "\xc3\xa9", "name-nonstandard"},
		{"name: '\"<b>$(id)'\n", "", E_OK, "\"<b>$(id)", "name-nonstandard"},
		{"", "top", E_OK, "top", "name-from-directory"},
		{"", "Top Dir", E_OK, "Top Dir", "name-from-directory name-nonstandard"},
		{"name: ~\n", "top", E_OK, "top", "name-from-directory"},
		{"name:\n", "top", E_OK, "top", "name-from-directory"},
		{"name: '  '\n", "top", E_OK, "top", "name-from-directory"},
		{"name: '  '\n", "", E_NAME_MISSING, NULL, ""},
		{"name: null\n", "", E_NAME_MISSING, NULL, ""},
		{"", "", E_NAME_MISSING, NULL, ""},
		{"", "x\xe2\x80\xae", E_NAME_INVALID, NULL, "name-from-directory"},
		{"name: [a]\n", "top", E_NAME_INVALID, NULL, ""},
		{"name: {a: b}\n", "top", E_NAME_INVALID, NULL, ""},
		{"name: ../../x\n", "", E_NAME_INVALID, NULL, ""},
		{"name: a/b\n", "", E_NAME_INVALID, NULL, ""},
		{"name: a\\b\n", "", E_NAME_INVALID, NULL, ""},
		{"name: .\n", "", E_NAME_INVALID, NULL, ""},
		{"name: ..\n", "", E_NAME_INVALID, NULL, ""},
		{"name: ...\n", "", E_OK, "...", "name-nonstandard"},
		{"name: \"a\\tb\"\n", "", E_NAME_INVALID, NULL, ""},
		{"name: \"a\\x7fb\"\n", "", E_NAME_INVALID, NULL, ""},
		{"name: \"a\\x85 b\"\n", "", E_NAME_INVALID, NULL, ""},
		{"name: \"e\\u0301\"\n", "", E_NAME_INVALID, NULL, ""},
		{"name: \"\\u1161\"\n", "", E_NAME_INVALID, NULL, ""},
		{"name: \"a\\u200b\"\n", "", E_NAME_INVALID, NULL, ""},
		{"name: \"a\\u202e\"\n", "", E_NAME_INVALID, NULL, ""},
		{"name: \"a\\u2066\"\n", "", E_NAME_INVALID, NULL, ""},
		{"name: \"a\\ufeff\"\n", "", E_NAME_INVALID, NULL, ""},
		{"name: \"a\\U000E0041\"\n", "", E_NAME_INVALID, NULL, ""},
		{"name: \"a\\u2010\"\n", "", E_OK, "a\xe2\x80\x90", "name-nonstandard"},
	};
	char line[400];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct read_manifest r = named(rows[i].line, rows[i].top);

		check_read(__FILE__, (int)i + 1000, r, rows[i].want);
		CHECK_SLICE(slice_str(r.warnings), slice_str(rows[i].warnings));
		if (!r.code) CHECK_SLICE(r.m.name, slice_str(rows[i].name));
		CHECK(r.code || r.m.name_source == (strstr(r.warnings, "from-directory")
								   ? NAME_DIRECTORY
								   : NAME_FRONTMATTER));
	}
	snprintf(line, sizeof line, "name: %0*d\n", 64, 1);
	CHECK(strcmp(named(line, "").warnings, "") == 0);
	snprintf(line, sizeof line, "name: %0*d\n", 65, 1);
	CHECK(strcmp(named(line, "").warnings, "name-nonstandard") == 0);
	snprintf(line, sizeof line, "name: %0*d\n", 256, 1);
	CHECK_ERR(named(line, "").code, E_OK);
	snprintf(line, sizeof line, "name: %0*d\n", 257, 1);
	CHECK_ERR(named(line, "").code, E_NAME_INVALID);
	CHECK(named("name: ../x\n", "").why.line == 4 && named("name: ../x\n", "").why.column == 7);
}

TEST(unpack_fields_semver)
{
	static const char *const good[] = {"0.0.0", "1.0.0", "10.20.30", "1.0.0-rc.1", "1.0.0-0",
		"1.0.0-0a.1-b", "1.0.0+b.01", "1.0.0-a+b-c", "1.0.0+a-b", "1.0.0--"};
	static const char *const bad[] = {"", "1", "1.0", "1.0.0.0", "v1.0.0", "01.0.0", "1.00.0",
		"1.0.0-", "1.0.0-01", "1.0.0-a..b", "1.0.0-a.", "1.0.0+", "1.0.0+a+b", "1.0.0_a",
		"1..0", "a.b.c", "1.0.", ".0.0", "1.0.0-a.+b"};
	size_t i;

	for (i = 0; i < sizeof good / sizeof *good; i++)
		if (!version_is_semver(slice_str(good[i]))) test_fail(__FILE__, __LINE__, good[i]);
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		if (version_is_semver(slice_str(bad[i]))) test_fail(__FILE__, __LINE__, bad[i]);
}

TEST(unpack_fields_version_h59)
{
	static const struct {
		const char *lines;
		enum err want;
		const char *version; /* NULL: none */
		uint8_t source;
		const char *warnings;
	} rows[] = {
		{"version: 1.2.3\n", E_OK, "1.2.3", VERSION_FRONTMATTER, ""},
		{"version: 1.10\n", E_OK, "1.10", VERSION_FRONTMATTER, "version-not-semver"},
		{"version: \"1.0.0\"\n", E_OK, "1.0.0", VERSION_FRONTMATTER, ""},
		{"version: 2024-05\n", E_OK, "2024-05", VERSION_FRONTMATTER, "version-not-semver"},
		{"", E_OK, NULL, VERSION_NONE, "version-missing"},
		{"version: ~\n", E_OK, NULL, VERSION_NONE, "version-missing"},
		{"metadata:\n  version: 1.0.0\n", E_OK, "1.0.0", VERSION_METADATA, ""},
		{"version:\nmetadata: {version: 2.0.0}\n", E_OK, "2.0.0", VERSION_METADATA, ""},
		{"version: 1.0.0\nmetadata: {version: 2.0.0}\n", E_OK, "1.0.0", VERSION_FRONTMATTER,
			""},
		{"metadata: '{\"version\": \"3.0.0\"}'\n", E_OK, "3.0.0", VERSION_METADATA, ""},
		{"metadata: '{\"version\": 3}'\n", E_OK, NULL, VERSION_NONE, "version-missing"},
		{"version: $(id)\n", E_VERSION_INVALID, NULL, 0, ""},
		{"version: 1.0.0/../..\n", E_VERSION_INVALID, NULL, 0, ""},
		{"version: ''\n", E_VERSION_INVALID, NULL, 0, ""},
		{"version: .1\n", E_VERSION_INVALID, NULL, 0, ""},
		{"version: 1 0\n", E_VERSION_INVALID, NULL, 0, ""},
		{"version: [1, 0]\n", E_VERSION_INVALID, NULL, 0, ""},
		{"version: {a: b}\n", E_VERSION_INVALID, NULL, 0, ""},
		{"metadata: {version: a b}\n", E_VERSION_INVALID, NULL, 0, ""},
		{"metadata: {version: [1]}\n", E_VERSION_INVALID, NULL, 0, ""},
	};
	struct buf b = buf_heap(1 << 16);
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct read_manifest r;

		buf_reset(&b);
		buf_str(&b, "---\nname: top\ndescription: d\n");
		buf_str(&b, rows[i].lines);
		buf_str(&b, "---\n");
		r = read_file(buf_slice(&b), "top");
		check_read(__FILE__, (int)i + 2000, r, rows[i].want);
		if (r.code) continue;
		CHECK_SLICE(slice_str(r.warnings), slice_str(rows[i].warnings));
		CHECK(r.m.version_source == rows[i].source && !r.m.version.p == !rows[i].version);
		if (rows[i].version) CHECK_SLICE(r.m.version, slice_str(rows[i].version));
	}
	for (i = 64; i <= 65; i++) {
		buf_reset(&b);
		buf_fmt(&b, "---\nname: top\nversion: 1%0*d\n---\n", (int)i - 1, 0);
		CHECK_ERR(read_file(buf_slice(&b), "top").code, i == 64 ? E_OK : E_VERSION_INVALID);
	}
	buf_drop(&b);
}

TEST(unpack_fields_description)
{
	struct buf b = buf_heap(1 << 17);
	struct read_manifest r;
	size_t n;

	r = read_file(SLICE("---\nname: top\nversion: 1.0.0\n---\n"), "top");
	CHECK(!r.code && !r.m.description.p && strcmp(r.warnings, "description-missing") == 0);
	r = read_file(SLICE("---\nname: top\nversion: 1.0.0\ndescription: ' '\n---\n"), "top");
	CHECK(!r.code && !r.m.description.p && strcmp(r.warnings, "description-missing") == 0);
	r = read_file(
		SLICE("---\nname: top\nversion: 1.0.0\ndescription: |\n  a\n  b\n---\n"), "top");
	CHECK_SLICE(r.m.description, SLICE("a\nb"));
	CHECK_ERR(read_file(SLICE("---\nname: top\ndescription: [a]\n---\n"), "top").code,
		E_DESCRIPTION_INVALID);
	/* 1024 code points of two bytes each, and one more */
	for (n = 1024; n <= 1025; n++) {
		size_t i;

		buf_reset(&b);
		buf_str(&b, "---\nname: top\nversion: 1.0.0\ndescription: ");
		for (i = 0; i < n; i++)
			buf_str(&b, "\xc3\xa9");
		buf_str(&b, "\n---\n");
		r = read_file(buf_slice(&b), "top");
		CHECK(!r.code && strcmp(r.warnings, n == 1024 ? "" : "description-long") == 0);
	}
	for (n = LIMIT_DESCRIPTION_BYTES; n <= LIMIT_DESCRIPTION_BYTES + 1; n++) {
		buf_reset(&b);
		buf_str(&b, "---\nname: top\ndescription: ");
		while (b.n < n + 27)
			buf_u8(&b, 'd');
		buf_str(&b, "\n---\n");
		CHECK_ERR(read_file(buf_slice(&b), "top").code,
			n == LIMIT_DESCRIPTION_BYTES ? E_OK : E_DESCRIPTION_INVALID);
	}
	buf_drop(&b);
}

TEST(unpack_fields_entrypoint)
{
	static const struct {
		const char *lines, *entrypoint;
		enum err want;
	} rows[] = {
		{"entrypoint: run.sh\n", "run.sh", E_OK},
		{"entrypoint: ./scripts/run.sh\n", "scripts/run.sh", E_OK},
		{"entrypoint: ~\n", NULL, E_OK},
		{"", NULL, E_OK},
		{"entrypoint: ''\n", NULL, E_ENTRYPOINT_INVALID},
		{"entrypoint: ../run.sh\n", NULL, E_ENTRYPOINT_INVALID},
		{"entrypoint: a/../b\n", NULL, E_ENTRYPOINT_INVALID},
		{"entrypoint: /bin/sh\n", NULL, E_ENTRYPOINT_INVALID},
		{"entrypoint: scripts/\n", NULL, E_ENTRYPOINT_INVALID},
		{"entrypoint: .\n", NULL, E_ENTRYPOINT_INVALID},
		{"entrypoint: \"a\\nb\"\n", NULL, E_ENTRYPOINT_INVALID},
		{"entrypoint: [a]\n", NULL, E_ENTRYPOINT_INVALID},
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct read_manifest r = read_lines(rows[i].lines);

		check_read(__FILE__, (int)i + 3000, r, rows[i].want);
		if (r.code) continue;
		CHECK(!r.m.entrypoint.p == !rows[i].entrypoint);
		if (rows[i].entrypoint) CHECK_SLICE(r.m.entrypoint, slice_str(rows[i].entrypoint));
	}
}

TEST(unpack_fields_metadata)
{
	static const struct {
		const char *lines, *warnings;
	} rows[] = {
		{"metadata: {a: b}\n", ""},
		{"metadata: {\"openclaw\": {\"emoji\": \"x\", \"requires\": {\"bins\": [\"a\",],},}}\n",
			""},
		{"metadata: '{\"a\": {\"b\": 1.5}}'\n", ""},
		{"metadata: |\n  {\"a\": [1, 2]}\n", ""},
		{"metadata:\n", ""},
		{"metadata: text\n", "metadata-opaque"},
		{"metadata: [a]\n", "metadata-opaque"},
		{"metadata: '[1]'\n", "metadata-opaque"},
		{"metadata: '{\"a\": 1,}'\n", "metadata-opaque"},
		{"metadata: '{\"a\": \"1\", \"a\": \"2\"}'\n", "metadata-opaque"},
		{"metadata: '{\"a\": \"\\u0000\"}'\n", "metadata-opaque"},
	};
	struct buf b = buf_heap(1 << 17);
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct read_manifest r = read_lines(rows[i].lines);

		check_read(__FILE__, (int)i + 4000, r, E_OK);
		CHECK_SLICE(slice_str(r.warnings), slice_str(rows[i].warnings));
	}
	/* more members than there are nodes */
	buf_str(&b, "metadata: '{");
	for (i = 0; i < 3000; i++)
		buf_fmt(&b, "%s\"k%zu\":\"v\"", i ? "," : "", i);
	buf_str(&b, "}'\n");
	CHECK_LINES(buf_text(&b), E_YAML_LIMITS);
	buf_drop(&b);
}
