/* SPDX-License-Identifier: MIT */
/* unpack/: tar archives, good ones and those of specs/skills.md section 8. */
#include <string.h>

#include "base/limits.h"
#include "make_archive.h"
#include "proc/record.h"
#include "test.h"
#include "unpack_run.h"

static struct buf archive(void)
{
	return buf_heap(ARCHIVE_MAX);
}

/* Checks the outcome of an archive that gets its end here, and drops it. */
static void check(struct buf *b, enum err want, int line)
{
	tar_end(b);
	check_unpack(__FILE__, line, buf_slice(b), want);
	buf_drop(b);
}

#define CHECK_TAR(b, want) check((b), (want), __LINE__)

/* One member with this name and type. */
static void check_one(const char *name, char type, enum err want, int line)
{
	struct buf b = archive();

	tar_head(&b, &(struct tar_head){.name = name, .type = type, .link = "target"});
	check(&b, want, line);
}

TEST(unpack_tar_plain)
{
	struct buf b = archive();
	struct unpacked u;

	tar_dir(&b, "./");
	tar_dir(&b, "./top/");
	tar_file(&b, "./top/SKILL.md", "---\nname: x\n---\n");
	tar_head(&b, &(struct tar_head){.name = "top/sub/run.sh", .mode = 0755, .size = 3});
	tar_content(&b, SLICE("abc"));
	tar_file(&b, "top/empty", "");
	tar_file(&b, "__MACOSX/._x", "litter");
	tar_file(&b, "top/.DS_Store", "litter");
	tar_file(&b, "top/._y", "");
	tar_end(&b);
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_OK);
	CHECK(u.format == PACKAGE_TAR && u.compression == COMPRESSION_NONE);
	CHECK(u.entries == 8 && u.ignored == 3 && u.bytes == 16 + 3);
	CHECK(strcmp(u.first_ignored, "__MACOSX/._x") == 0 && strcmp(u.warnings, "") == 0);
	CHECK(has_directory(&u, "top") && has_directory(&u, "top/sub"));
	CHECK(has_file(&u, "top/SKILL.md", "---\nname: x\n---\n", false));
	CHECK(has_file(&u, "top/sub/run.sh", "abc", true));
	CHECK(has_file(&u, "top/empty", "", false));
	CHECK(count_tree(&u) == 5);
	unpacked_drop(&u);
	buf_drop(&b);
}

TEST(unpack_tar_names_h01_to_h05)
{
	static const struct {
		const char *name;
		char type;
		enum err want;
	} rows[] = {
		{"../evil", '0', E_PATH_INVALID},      /* H01 */
		{"a/../../evil", '0', E_PATH_INVALID}, /* H02 */
		{"a/..", '5', E_PATH_INVALID},         /* H02 */
		{"/etc/passwd", '0', E_PATH_INVALID},  /* H03 */
		{"C:\\x", '0', E_PATH_INVALID},        /* H03 */
		{"C:/x", '0', E_PATH_INVALID},         /* H03 */
		{"\\\\host\\x", '0', E_PATH_INVALID},  /* H03 */
		{"./SKILL.md", '0', E_OK},             /* H04 */
		{"././a", '0', E_OK},                  /* H04 */
		{"", '0', E_PATH_INVALID},             /* H05 */
		{".", '0', E_PATH_INVALID},            /* H05: a file cannot be the top */
		{".", '5', E_OK},                      /* H05 */
		{"./", '5', E_OK},                     /* H05 */
		{"/", '5', E_PATH_INVALID},            /* H05 */
		{"a/", '0', E_OK},                     /* old writers mark directories so */
		{"a\nb", '0', E_PATH_INVALID},         /* H37 */
		{"a\rb", '0', E_PATH_INVALID},         /* H37 */
		{"a\tb", '0', E_PATH_INVALID},         /* H37 */
		{"a\x1b[2J", '0', E_PATH_INVALID},     /* H37 */
		{"a\x7f", '0', E_PATH_INVALID},        /* H37 */
		{"\xff\xfe", '0', E_PATH_INVALID},     /* H38 */
		{"\xc0\xaf", '0', E_PATH_INVALID},     /* H38 */
		{"\xed\xa0\x80", '0', E_PATH_INVALID}, /* H38 */
		{"x\xe2\x80\xae.txt", '0', E_OK},      /* H39 */
		{"x\xe2\x80\x8b.txt", '0', E_OK},      /* H39 */
		{"con", '0', E_OK},                    /* H40 */
		{"nul.txt", '0', E_OK},                /* H40 */
		{"dot.", '0', E_OK},                   /* H40 */
		{"blank ", '0', E_OK},                 /* H40 */
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		check_one(rows[i].name, rows[i].type, rows[i].want, __LINE__);
}

TEST(unpack_tar_refusal_names_the_member)
{
	struct buf b = archive();
	struct unpacked u;

	tar_file(&b, "good", "x");
	tar_file(&b, "bad\n\xff\\", "x");
	tar_end(&b);
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_PATH_INVALID);
	CHECK(u.member == 2 && strcmp(u.name, "bad\\x0a\\xff\\\\") == 0);
	unpacked_drop(&u);
	buf_drop(&b);
}

TEST(unpack_tar_types_h06_to_h10)
{
	static const char types[] = "123467SVMDNAKXZz~";
	struct buf b = archive();
	size_t i;

	tar_head(&b, &(struct tar_head){.name = "d", .type = '2', .link = "/tmp"});
	tar_file(&b, "d/x", "x");
	CHECK_TAR(&b, E_PKG_MEMBER_TYPE); /* H06 */
	b = archive();
	tar_head(&b,
		&(struct tar_head){.name = "SKILL.md", .type = '2', .link = "/proc/self/environ"});
	CHECK_TAR(&b, E_PKG_MEMBER_TYPE); /* H07 */
	b = archive();
	tar_head(&b, &(struct tar_head){.name = "self", .type = '2', .link = "self"});
	CHECK_TAR(&b, E_PKG_MEMBER_TYPE); /* H08 */
	b = archive();
	tar_file(&b, "a", "x");
	tar_head(&b, &(struct tar_head){.name = "b", .type = '1', .link = "a"});
	CHECK_TAR(&b, E_PKG_MEMBER_TYPE); /* H09 */
	for (i = 0; types[i]; i++)
		check_one("x", types[i], E_PKG_MEMBER_TYPE, __LINE__); /* H10 and others */
	/* litter is ignored only where it would have been allowed */
	check_one("._x", '2', E_PKG_MEMBER_TYPE, __LINE__);
}

TEST(unpack_tar_modes_h11_h12)
{
	struct buf b = archive();
	struct unpacked u;

	tar_head(&b, &(struct tar_head){.name = "suid", .mode = 04755});
	tar_head(&b, &(struct tar_head){.name = "sgid", .mode = 02711});
	tar_head(&b, &(struct tar_head){.name = "sticky", .mode = 01777});
	tar_head(&b, &(struct tar_head){.name = "none", .mode = 010000000});
	tar_head(&b, &(struct tar_head){.name = "group", .mode = 0677});
	tar_head(&b, &(struct tar_head){.name = "dir", .mode = 010000000, .type = '5'});
	tar_end(&b);
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_OK);
	CHECK(strcmp(u.warnings, "mode-bits-dropped") == 0);
	CHECK(has_file(&u, "suid", "", true) && has_file(&u, "sgid", "", true));
	CHECK(has_file(&u, "sticky", "", true) && has_file(&u, "none", "", false));
	CHECK(has_file(&u, "group", "", false) && has_directory(&u, "dir"));
	unpacked_drop(&u);
	buf_drop(&b);
	b = archive();
	tar_head(&b, &(struct tar_head){.name = "plain", .mode = 0777});
	tar_end(&b);
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_OK);
	CHECK(strcmp(u.warnings, "") == 0);
	unpacked_drop(&u);
	buf_drop(&b);
}

TEST(unpack_tar_owners_and_times_h13)
{
	struct buf b = archive();

	tar_head(&b, &(struct tar_head){.name = "a",
			     .owner = "\x80\0\0\0\x80\0\0\0",
			     .time = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0"});
	tar_head(&b, &(struct tar_head){.name = "b",
			     .owner = "\xff\xff\xff\xff\xff\xff\xff\xfe",
			     .time = "\x80\0\0\0\0\0\0\x3a\xff\xf4\x41\x7f"});
	CHECK_TAR(&b, E_OK);
}

TEST(unpack_tar_sparse_h14)
{
	static const char *const keys[] = {"GNU.sparse.size", "GNU.sparse.map", "GNU.sparse.major",
		"GNU.sparse.numblocks", "GNU.sparse.name", "SCHILY.realsize", "SUN.holesdata"};
	struct buf b = archive(), body = buf_heap(1000);
	struct slice block;
	size_t i;

	check_one("x", 'S', E_PKG_MEMBER_TYPE, __LINE__);
	for (i = 0; i < sizeof keys / sizeof *keys; i++) {
		buf_reset(&body);
		pax_record(&body, keys[i], SLICE("1"));
		tar_extended(&b, 'x', buf_slice(&body));
		tar_file(&b, "x", "content");
		CHECK_TAR(&b, E_PKG_MEMBER_TYPE);
		b = archive();
	}
	/* a map in an ordinary GNU member: libarchive would obey it */
	tar_head(&b, &(struct tar_head){.name = "x", .magic = GNU_MAGIC, .size = 512});
	b.p[483] = '1';
	b.p[154] = ' '; /* the checksum field, made good again below */
	block = slice_of(b.p, 512);
	{
		unsigned sum = 8 * ' ';
		char text[8];

		for (i = 0; i < 512; i++)
			if (i < 148 || i >= 156) sum += block.p[i];
		snprintf(text, sizeof text, "%06o", sum);
		memcpy(b.p + 148, text, 7);
	}
	buf_zeros(&b, 512);
	CHECK_TAR(&b, E_PKG_MEMBER_TYPE);
	buf_drop(&body);
}

TEST(unpack_tar_sizes_h15_h16)
{
	static const struct {
		const char *field;
		enum err want;
	} rows[] = {
		/* H15: 8 GiB */
		{"\x80\0\0\0\0\0\0\x02\0\0\0\0", E_PKG_BOMB},
		{"77777777777\0", E_PKG_BOMB},
		/* one byte more than a file may have */
		{"00100000001\0", E_PKG_BOMB},
		/* H16 */
		{"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", E_PKG_FORMAT},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", E_PKG_FORMAT},
		{"\x80\x01\0\0\0\0\0\0\0\0\0\0", E_PKG_FORMAT},
		{"\x81\0\0\0\0\0\0\0\0\0\0\0", E_PKG_FORMAT},
		{"\xc0\0\0\0\0\0\0\0\0\0\0\0", E_PKG_FORMAT},
		{"00000000008\0", E_PKG_FORMAT},
		{"0000000000x\0", E_PKG_FORMAT},
		{"-0000000001\0", E_PKG_FORMAT},
		{"\0"
		 "0000000001",
			E_PKG_FORMAT},
		{"0000 000001\0", E_PKG_FORMAT},
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = archive();

		tar_head(&b, &(struct tar_head){.name = "x", .size_field = rows[i].field});
		check_unpack(__FILE__, (int)i, buf_slice(&b), rows[i].want);
		buf_drop(&b);
	}
}

TEST(unpack_tar_sizes_that_real_writers_use)
{
	static const char *const fields[] = {"00000000003\0", "          3 ", "00000000003 ",
		"000000000003", "3           ", "\x80\0\0\0\0\0\0\0\0\0\0\x03",
		"     3\0\0\0\0\0\0"};
	size_t i;

	for (i = 0; i < sizeof fields / sizeof *fields; i++) {
		struct buf b = archive();
		struct unpacked u;

		tar_head(&b, &(struct tar_head){.name = "x", .size_field = fields[i]});
		tar_content(&b, SLICE("abc"));
		tar_end(&b);
		u = run_archive(buf_slice(&b));
		CHECK_ERR(u.code, E_OK);
		CHECK(has_file(&u, "x", "abc", false));
		unpacked_drop(&u);
		buf_drop(&b);
	}
}

TEST(unpack_tar_limits_of_bytes)
{
	struct buf b = archive();
	unsigned i;

	/* four files of 16 MiB are 64 MiB */
	for (i = 0; i < 5; i++) {
		char name[] = "file0";

		name[4] = (char)('0' + i);
		tar_head(
			&b, &(struct tar_head){.name = name, .size = i < 4 ? LIMIT_FILE_BYTES : 1});
		if (i < 4) buf_zeros(&b, LIMIT_FILE_BYTES);
	}
	CHECK(b.err == E_OK && b.n > LIMIT_PACKAGE_BYTES);
	CHECK_UNPACK(buf_slice(&b), E_PKG_TOO_LARGE);
	buf_reset(&b);
	tar_head(&b, &(struct tar_head){.name = "x", .size = LIMIT_FILE_BYTES + 1});
	CHECK_UNPACK(buf_slice(&b), E_PKG_BOMB);
	buf_drop(&b);
}

TEST(unpack_tar_many_members_h23)
{
	struct buf b = archive();
	struct unpacked u;
	char name[16];
	unsigned i;

	for (i = 0; i < LIMIT_MEMBERS; i++) {
		snprintf(name, sizeof name, "%u", i);
		tar_file(&b, name, "");
	}
	tar_end(&b);
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_OK);
	CHECK(u.entries == LIMIT_MEMBERS && count_tree(&u) == LIMIT_MEMBERS);
	unpacked_drop(&u);
	buf_reset(&b);
	for (i = 0; i < 20000; i++) {
		snprintf(name, sizeof name, "%u", i);
		tar_file(&b, name, "");
	}
	tar_end(&b);
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_PKG_ENTRIES);
	CHECK(u.member == LIMIT_MEMBERS + 1);
	unpacked_drop(&u);
	buf_drop(&b);
}

TEST(unpack_tar_headers_without_members_h24)
{
	struct buf b = archive(), body = buf_heap(1000);
	unsigned i;

	pax_record(&body, "path", SLICE("x"));
	for (i = 0; i < 5000; i++)
		tar_extended(&b, 'x', buf_slice(&body));
	CHECK_TAR(&b, E_PKG_HEADER);
	b = archive();
	for (i = 0; i < 5000; i++)
		tar_extended(&b, 'g', SLICE_NONE);
	CHECK_TAR(&b, E_PKG_HEADER);
	/* one header and no member behind it */
	b = archive();
	tar_file(&b, "a", "");
	tar_extended(&b, 'x', buf_slice(&body));
	CHECK_TAR(&b, E_PKG_HEADER);
	/* global headers between members, more than there may be in all */
	b = archive();
	for (i = 0; i < 9000; i++) {
		tar_extended(&b, 'g', SLICE_NONE);
		if (i % 4 == 0) tar_dir(&b, "./");
	}
	CHECK_TAR(&b, E_PKG_HEADER);
	buf_drop(&body);
}

/* A name of n bytes with a slash every 200, so that only its length can be wrong. */
static struct slice long_name(struct buf *b, size_t n, bool slashes)
{
	size_t i;

	buf_reset(b);
	for (i = 0; i < n; i++)
		buf_u8(b, slashes && i % 201 == 200 ? '/' : 'n');
	return buf_slice(b);
}

TEST(unpack_tar_long_names_h25_h26)
{
	static const struct {
		size_t n;
		bool slashes;
		enum err want;
	} rows[] = {{255, false, E_OK}, {256, false, E_PATH_TOO_LONG}, {512, true, E_OK},
		{513, true, E_PATH_TOO_LONG}, {1024, true, E_PATH_TOO_LONG},
		{4095, true, E_PATH_TOO_LONG}, {4097, true, E_PATH_TOO_LONG},
		{100000, true, E_PATH_TOO_LONG}};
	struct buf name = buf_heap(1 << 20), body = buf_heap(1 << 20), b;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice s = long_name(&name, rows[i].n, rows[i].slashes);

		b = archive();
		tar_long(&b, s, "x");
		CHECK_TAR(&b, rows[i].want);
		b = archive();
		buf_reset(&body);
		pax_record(&body, "path", s);
		tar_extended(&b, 'x', buf_slice(&body));
		tar_file(&b, "short", "x");
		CHECK_TAR(&b, rows[i].want);
	}
	/* H25 */
	buf_reset(&name);
	for (i = 0; i < 5000; i++)
		buf_str(&name, i ? "/d" : "d");
	b = archive();
	tar_long(&b, buf_slice(&name), "x");
	CHECK_TAR(&b, E_PATH_TOO_LONG);
	/* more than all extended headers may have */
	b = archive();
	tar_head(&b, &(struct tar_head){.name = "x", .type = 'L', .size = 2 * LIMIT_HEADER_BYTES});
	CHECK_TAR(&b, E_PKG_HEADER);
	buf_drop(&name);
	buf_drop(&body);
}

TEST(unpack_tar_header_bytes_add_up)
{
	struct buf b = archive(), body = buf_heap(1 << 20);
	char name[16];
	unsigned i;

	buf_zeros(&body, 9000);
	memset(body.p, 'v', body.n);
	for (i = 0; i < 120; i++) {
		struct buf record = buf_heap(1 << 20);

		pax_record(&record, "comment", buf_slice(&body));
		tar_extended(&b, 'x', buf_slice(&record));
		snprintf(name, sizeof name, "%u", i);
		tar_file(&b, name, "");
		buf_drop(&record);
	}
	CHECK_TAR(&b, E_PKG_HEADER);
	buf_drop(&body);
}

/* An archive with one member behind a pax header with this body. */
static void check_pax(struct slice body, enum err want, int line)
{
	struct buf b = archive();

	tar_extended(&b, 'x', body);
	tar_file(&b, "plain", "content");
	check(&b, want, line);
}

TEST(unpack_tar_pax_h27_to_h32)
{
	static const struct {
		const char *key;
		struct slice value;
		enum err want;
	} rows[] = {
		{"path", SLICE("../x"), E_PATH_INVALID}, /* H27 */
		{"path", SLICE("other/name"), E_OK},
		{"path", SLICE(""), E_PATH_INVALID},
		{"path", SLICE("\xff\xfe"), E_PATH_INVALID},
		{"size", SLICE("7"), E_OK},                 /* H28 */
		{"size", SLICE("99999999999"), E_PKG_BOMB}, /* H28 */
		{"size", SLICE("-1"), E_PKG_HEADER},
		{"size", SLICE("9223372036854775808"), E_PKG_HEADER},
		{"size", SLICE("7x"), E_PKG_HEADER},
		{"path", SLICE("a\0b"), E_PKG_HEADER},    /* H29 */
		{"comment", SLICE("a\0b"), E_PKG_HEADER}, /* H29 */
		{"comment", SLICE("two\nlines"), E_OK},
		{"linkpath", SLICE("/etc/passwd"), E_PKG_MEMBER_TYPE},
		{"SCHILY.xattr.security.capability", SLICE("\1\0\0\2"), E_OK}, /* H31 */
		{"SCHILY.acl.access", SLICE("user::rwx"), E_OK},               /* H31 */
		{"LIBARCHIVE.creationtime", SLICE("1.5"), E_OK},               /* H31 */
		{"LIBARCHIVE.xattr.user.a", SLICE("YWJj"), E_OK},              /* H31 */
		{"RHT.security.selinux", SLICE("label\0"), E_OK},              /* H31 */
		{"mtime", SLICE("1e99"), E_OK},
		{"uid", SLICE("-5"), E_OK},
		{"uname", SLICE("\xc3\xa9"), E_OK},
		{"GNU.volume.offset", SLICE("1"), E_PKG_MEMBER_TYPE},
	};
	struct buf body = buf_heap(1 << 21);
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_reset(&body);
		pax_record(&body, rows[i].key, rows[i].value);
		check_pax(buf_slice(&body), rows[i].want, (int)i + 1000);
	}
	buf_reset(&body);
	pax_record(&body, "hdrcharset", SLICE("BINARY"));
	pax_record(&body, "path", SLICE("a\xff"));
	check_pax(buf_slice(&body), E_PATH_INVALID, __LINE__); /* H32 */
	buf_drop(&body);
}

TEST(unpack_tar_pax_records_h29)
{
	static const struct slice rows[] = {SLICE("99 path=x\n"), SLICE("0 path=x\n"),
		SLICE("11 path=x\n"), SLICE("8 path=x\n"), SLICE("9 path=x\nz"), SLICE("9 path=xy"),
		SLICE("path=x\n"), SLICE(" 9 path=x\n"), SLICE("+9 path=x\n"), SLICE("09 path=x\n"),
		SLICE("7 pathx\n"), SLICE("5 =x\n"), SLICE("3 \n"), SLICE("2 "), SLICE("9"),
		SLICE("9 path=x\n\n"), SLICE("9 path=x\n9 path=y\n"), SLICE("6 a=b\n6 a=c\n"),
		SLICE("99999999999999999999 path=x\n"), SLICE("8 a\0b=x\n")};
	struct buf body = buf_heap(1 << 21), long_key = buf_heap(1 << 21);
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		check_pax(rows[i], E_PKG_HEADER, (int)i + 2000);
	check_pax(SLICE("11 path=xy\n11 size=7\n"), E_PKG_HEADER, __LINE__);
	check_pax(SLICE("11 path=xy\n8 size=7\n"), E_PKG_HEADER, __LINE__);
	check_pax(SLICE("11 path=xy\n9 size=7\n"), E_OK, __LINE__);
	buf_zeros(&long_key, 1 << 20);
	memset(long_key.p, 'k', long_key.n);
	buf_text(&long_key);
	pax_record(&body, (const char *)long_key.p, SLICE("v"));
	check_pax(buf_slice(&body), E_PKG_HEADER, __LINE__);
	/* more records than any writer makes */
	buf_reset(&body);
	for (i = 0; i < 300; i++) {
		char key[16];

		snprintf(key, sizeof key, "k%zu", i);
		pax_record(&body, key, SLICE("v"));
	}
	check_pax(buf_slice(&body), E_PKG_HEADER, __LINE__);
	buf_drop(&body);
	buf_drop(&long_key);
}

TEST(unpack_tar_pax_size_is_effective_h28)
{
	struct buf b = archive(), body = buf_heap(1000);
	struct unpacked u;

	/* the block says 7, the pax header 600: the second counts, for both readers */
	pax_record(&body, "size", SLICE("600"));
	tar_extended(&b, 'x', buf_slice(&body));
	tar_head(&b, &(struct tar_head){.name = "x", .size = 7});
	buf_zeros(&b, 1024);
	tar_file(&b, "y", "next");
	tar_end(&b);
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_OK);
	CHECK(u.bytes == 604 && has_file(&u, "y", "next", false));
	unpacked_drop(&u);
	buf_drop(&b);
	/* and with content for 7 bytes only, the rest of the archive is no header */
	b = archive();
	tar_extended(&b, 'x', buf_slice(&body));
	tar_head(&b, &(struct tar_head){.name = "x", .size = 7});
	tar_content(&b, SLICE("content"));
	tar_content(&b, SLICE("more"));
	tar_file(&b, "y", "next");
	CHECK_TAR(&b, E_OK);
	b = archive();
	buf_reset(&body);
	pax_record(&body, "size", SLICE("20000"));
	tar_extended(&b, 'x', buf_slice(&body));
	tar_file(&b, "x", "content");
	CHECK_TAR(&b, E_PKG_TRUNCATED);
	buf_drop(&body);
}

TEST(unpack_tar_global_headers_h30)
{
	struct buf b = archive(), body = buf_heap(1000);
	struct unpacked u;

	pax_record(&body, "path", SLICE("../evil"));
	pax_record(&body, "size", SLICE("99999999999"));
	pax_record(&body, "linkpath", SLICE("/etc/passwd"));
	pax_record(&body, "comment", SLICE("0123456789012345678901234567890123456789"));
	tar_extended(&b, 'g', buf_slice(&body));
	tar_file(&b, "x", "content");
	tar_end(&b);
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_OK);
	CHECK(has_file(&u, "x", "content", false) && count_tree(&u) == 1);
	unpacked_drop(&u);
	buf_drop(&b);
	b = archive();
	tar_extended(&b, 'g', SLICE("not a record"));
	tar_file(&b, "x", "content");
	CHECK_TAR(&b, E_PKG_HEADER);
	buf_drop(&body);
}

TEST(unpack_tar_two_names_for_one_member)
{
	struct buf b = archive(), body = buf_heap(1000);

	pax_record(&body, "path", SLICE("other"));
	tar_extended(&b, 'x', buf_slice(&body));
	tar_long(&b, SLICE("long"), "x");
	CHECK_TAR(&b, E_PKG_HEADER);
	b = archive();
	tar_extended(&b, 'L', SLICE("first\0"));
	tar_long(&b, SLICE("second"), "x");
	CHECK_TAR(&b, E_PKG_HEADER);
	b = archive();
	tar_extended(&b, 'L', SLICE("\0"));
	tar_file(&b, "x", "x");
	CHECK_TAR(&b, E_PATH_INVALID);
	buf_drop(&body);
}

TEST(unpack_tar_prefix)
{
	struct buf b = archive();
	struct unpacked u;

	tar_head(&b, &(struct tar_head){.name = "b/c", .prefix = "top/a"});
	/* GNU archives keep other things there */
	tar_head(&b, &(struct tar_head){.name = "d", .prefix = "13000000000", .magic = GNU_MAGIC});
	tar_end(&b);
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_OK);
	CHECK(has_file(&u, "top/a/b/c", "", false) && has_file(&u, "d", "", false));
	unpacked_drop(&u);
	buf_drop(&b);
	/* readers differ about a slash at the end of the prefix */
	b = archive();
	tar_head(&b, &(struct tar_head){.name = "b", .prefix = "top/"});
	CHECK_TAR(&b, E_PATH_INVALID);
}

TEST(unpack_tar_collisions_h33_to_h36)
{
	static const struct {
		const char *names[3];
		enum err want;
	} rows[] = {
		{{"a", "a"}, E_PATH_COLLISION},               /* H33 */
		{{"A/x", "a/x"}, E_PATH_COLLISION},           /* H34 */
		{{"SKILL.md", "skill.md"}, E_PATH_COLLISION}, /* H34 */
		{{"a", "a/b"}, E_PATH_COLLISION},             /* H36 */
		{{"a/", "a"}, E_PATH_COLLISION},              /* H36 */
		{{"a/b", "a/", "a/c"}, E_OK},
		{{"./a", "a"}, E_PATH_COLLISION},
		/* litter does not collide */
		{{"._a", "._a"}, E_OK},
	};
	struct buf b;
	struct unpacked u;
	size_t i, j;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		b = archive();
		for (j = 0; j < 3 && rows[i].names[j]; j++)
			tar_file(&b, rows[i].names[j],
				slice_ends(slice_str(rows[i].names[j]), "/") ? ""
				: j                                          ? "two"
									     : "one");
		check(&b, rows[i].want, (int)i + 3000);
	}
	b = archive(); /* H35 */
	tar_file(&b, "\xc3\xa9", "composed");
	tar_file(&b, "e\xcc\x81", "decomposed");
	tar_end(&b);
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_OK);
	CHECK(strcmp(u.warnings, "path-decomposed") == 0 && count_tree(&u) == 2);
	CHECK(has_file(&u, "e\xcc\x81", "decomposed", false));
	unpacked_drop(&u);
	buf_drop(&b);
}

/* The same with names in pax headers, which libarchive would like to compose. */
TEST(unpack_tar_pax_keeps_bytes_of_names)
{
	struct buf b = archive(), body = buf_heap(1000);
	struct unpacked u;

	pax_record(&body, "path", SLICE("e\xcc\x81"));
	tar_extended(&b, 'x', buf_slice(&body));
	tar_file(&b, "x", "decomposed");
	tar_end(&b);
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_OK);
	CHECK(has_file(&u, "e\xcc\x81", "decomposed", false));
	unpacked_drop(&u);
	buf_drop(&b);
	buf_drop(&body);
}

TEST(unpack_tar_headers_h41)
{
	struct buf b = archive();

	tar_head(&b, &(struct tar_head){.name = "a", .checksum_off = 1});
	CHECK_TAR(&b, E_PKG_FORMAT);
	b = archive();
	tar_file(&b, "a", "x");
	tar_head(&b, &(struct tar_head){.name = "b", .checksum_off = -1});
	CHECK_TAR(&b, E_PKG_FORMAT);
	b = archive();
	tar_file(&b, "a", "x");
	tar_head(&b, &(struct tar_head){.name = "b", .magic = "ustarX00"});
	CHECK_TAR(&b, E_PKG_FORMAT);
	b = archive();
	tar_file(&b, "a", "x");
	tar_head(&b, &(struct tar_head){.name = "b", .magic = "\0\0\0\0\0\0\0\0"});
	CHECK_TAR(&b, E_PKG_FORMAT);
	b = archive();
	tar_head(&b, &(struct tar_head){.name = "d/", .type = '5', .size = 512});
	buf_zeros(&b, 512);
	CHECK_TAR(&b, E_PKG_FORMAT);
	b = archive();
	tar_head(&b, &(struct tar_head){.name = "d/", .size = 512});
	buf_zeros(&b, 512);
	CHECK_TAR(&b, E_PKG_FORMAT);
}

TEST(unpack_tar_cut_h42)
{
	struct buf b = archive();
	size_t end, n;

	tar_dir(&b, "top/");
	tar_file(&b, "top/SKILL.md", "---\nname: x\n---\n");
	tar_long(&b, SLICE("top/with/a/long/name"), "x");
	end = b.n + 1024;
	tar_end(&b);
	for (n = 512; n < b.n; n += 256)
		CHECK_UNPACK(slice_of(b.p, n), n < end || n % 512 ? E_PKG_TRUNCATED : E_OK);
	buf_drop(&b);
}

TEST(unpack_tar_trailing_h43)
{
	struct buf b = archive();
	size_t n;

	tar_file(&b, "a", "x");
	tar_end(&b);
	n = b.n;
	buf_u8(&b, 'x');
	buf_zeros(&b, 511);
	CHECK_UNPACK(buf_slice(&b), E_PKG_TRAILING);
	b.n = n;
	tar_file(&b, "b", "second archive");
	tar_end(&b);
	CHECK_UNPACK(buf_slice(&b), E_PKG_TRAILING);
	b.n = n; /* zeros beyond the record */
	buf_zeros(&b, 512);
	CHECK_UNPACK(buf_slice(&b), E_PKG_TRAILING);
	b.n = n - 512; /* in the last block of the padding */
	buf_zeros(&b, 511);
	buf_u8(&b, 1);
	CHECK_UNPACK(buf_slice(&b), E_PKG_TRAILING);
	buf_reset(&b); /* a single zero block, then data */
	tar_file(&b, "a", "x");
	buf_zeros(&b, 512);
	tar_file(&b, "b", "x");
	CHECK_TAR(&b, E_PKG_TRAILING);
}

TEST(unpack_tar_empty_h46)
{
	static const uint8_t zeros[20480];
	struct unpacked u = run_archive(slice_of(zeros, 1024));

	CHECK_ERR(u.code, E_OK); /* no-manifest follows, from whoever looks for one */
	CHECK(u.entries == 0 && count_tree(&u) == 0);
	unpacked_drop(&u);
	CHECK_UNPACK(slice_of(zeros, 512), E_PKG_TRUNCATED);
	CHECK_UNPACK(slice_of(zeros, 10240), E_OK);
	CHECK_UNPACK(slice_of(zeros, 20480), E_PKG_TRAILING);
}

TEST(unpack_tar_late)
{
	struct buf b = archive();
	struct unpacked u;

	tar_file(&b, "a", "x");
	tar_end(&b);
	u = run_late(buf_slice(&b));
	CHECK_ERR(u.code, E_PKG_TIMEOUT);
	unpacked_drop(&u);
	buf_drop(&b);
}
