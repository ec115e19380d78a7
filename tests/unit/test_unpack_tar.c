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

/* One member with this name and type. */
static void check_one(const char *name, char type, enum err want, int line)
{
	struct buf b = archive();

	tar_head(&b, &(struct tar_head){.name = name, .type = type, .link = "target"});
	check_tar(__FILE__, line, &b, want);
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
		check_tar(__FILE__, (int)i + 3000, &b, rows[i].want);
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
	CHECK_UNPACK(slice_of(b.p, 262), E_PKG_TRUNCATED); /* the magic is there */
	CHECK_UNPACK(slice_of(b.p, 261), E_PKG_FORMAT);
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
	b.n = n; /* less than a block */
	buf_str(&b, "garbage");
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
