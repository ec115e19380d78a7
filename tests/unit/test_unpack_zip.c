/* SPDX-License-Identifier: MIT */
/* unpack/: zip archives, good ones and those of specs/skills.md section 8. */
#include <string.h>

#include "base/limits.h"
#include "make_archive.h"
#include "proc/record.h"
#include "test.h"
#include "unpack_run.h"

#define UNIX      3
#define MODE(m)   ((uint32_t)(0100000 | (m)) << 16)
#define DIRECTORY ((uint32_t)040755 << 16 | 0x10)
#define SYMLINK   ((uint32_t)0120777 << 16)
#define FILE_OF(n, c)                                                                              \
	{                                                                                          \
		.name = SLICE(n), .content = SLICE(c), .system = UNIX, .attributes = MODE(0644)    \
	}

static struct buf archive(void)
{
	return buf_heap(ARCHIVE_MAX);
}

TEST(unpack_zip_plain)
{
	struct zip_file files[] = {
		{.name = SLICE("top/"), .system = UNIX, .attributes = DIRECTORY},
		FILE_OF("top/SKILL.md", "---\nname: x\n---\n"),
		{.name = SLICE("top/run.sh"),
			.content = SLICE("abcabcabc"),
			.method = 8,
			.system = UNIX,
			.attributes = MODE(04755)},
		FILE_OF("top/sub/empty", ""),
		FILE_OF("__MACOSX/top/._SKILL.md", "litter"),
		{.name = SLICE("top/dos.txt"), .content = SLICE("dos"), .attributes = 0x20},
		{.name = SLICE("top/\xc3\xa9"), .content = SLICE("utf8"), .flags = 0x800},
		{.name = SLICE("top/e\xcc\x81"), .content = SLICE("raw"), .method = 8},
	};
	struct buf b = archive();
	struct unpacked u;

	zip_all(&b, files, 8);
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_OK);
	CHECK(u.format == PACKAGE_ZIP && u.entries == 8 && u.ignored == 1);
	CHECK(strcmp(u.warnings, "mode-bits-dropped path-decomposed") == 0);
	CHECK(has_directory(&u, "top") && has_directory(&u, "top/sub"));
	CHECK(has_file(&u, "top/SKILL.md", "---\nname: x\n---\n", false));
	CHECK(has_file(&u, "top/run.sh", "abcabcabc", true));
	CHECK(has_file(&u, "top/sub/empty", "", false));
	CHECK(has_file(&u, "top/dos.txt", "dos", false));
	CHECK(has_file(&u, "top/\xc3\xa9", "utf8", false));
	CHECK(has_file(&u, "top/e\xcc\x81", "raw", false));
	CHECK(count_tree(&u) == 8);
	unpacked_drop(&u);
	buf_drop(&b);
}

/* The central directory in another order than the members. */
TEST(unpack_zip_order_is_that_of_local_headers)
{
	struct zip_file files[] = {FILE_OF("a", "1"), FILE_OF("b", "2"), FILE_OF("../c", "3")};
	struct zip_tail t = {.count = 3};
	struct buf b = archive();
	struct unpacked u;
	int i;

	for (i = 0; i < 3; i++)
		zip_local(&b, &files[i]);
	t.at = b.n;
	for (i = 2; i >= 0; i--)
		zip_central(&b, &files[i]);
	t.size = b.n - t.at;
	zip_end(&b, &t);
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_PATH_INVALID);
	CHECK(u.member == 3 && strcmp(u.name, "../c") == 0);
	unpacked_drop(&u);
	buf_drop(&b);
}

TEST(unpack_zip_names)
{
	static const struct {
		struct slice name;
		enum err want;
	} rows[] = {
		{SLICE("../evil"), E_PATH_INVALID},
		{SLICE("/etc/passwd"), E_PATH_INVALID},
		{SLICE("C:/x"), E_PATH_INVALID},
		{SLICE("a\\b"), E_PATH_INVALID},
		{SLICE(""), E_PATH_INVALID},
		{SLICE("a\0b"), E_PATH_INVALID},
		{SLICE("a\nb"), E_PATH_INVALID},
		{SLICE("\xff\xfe"), E_PATH_INVALID},
		{SLICE("\x82\x81.txt"), E_PATH_INVALID}, /* code page 437 */
		{SLICE("./a"), E_OK},
		{SLICE("a/b/c"), E_OK},
	};
	size_t i;
	unsigned system;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		for (system = 0; system <= UNIX; system += UNIX) {
			struct zip_file f[] = {{.name = rows[i].name,
				.content = SLICE("x"),
				.system = (uint8_t)system}};

			check_zip(__FILE__, (int)i + 1000, f, 1, rows[i].want);
		}
}

TEST(unpack_zip_types)
{
	static const struct {
		const char *name, *content;
		uint8_t system;
		uint32_t attributes;
		uint16_t method;
		enum err want;
	} rows[] = {
		{"d", "target", UNIX, SYMLINK, 0, E_PKG_MEMBER_TYPE},
		{"d", "target", 19, SYMLINK, 0, E_PKG_MEMBER_TYPE},
		{"d", "target", 0, SYMLINK, 0, E_PKG_MEMBER_TYPE},
		{"d/", "", UNIX, SYMLINK, 0, E_PKG_MEMBER_TYPE},
		{"p", "", UNIX, (uint32_t)010644 << 16, 0, E_PKG_MEMBER_TYPE},
		{"c", "", UNIX, (uint32_t)020644 << 16, 0, E_PKG_MEMBER_TYPE},
		{"b", "", UNIX, (uint32_t)060644 << 16, 0, E_PKG_MEMBER_TYPE},
		{"s", "", UNIX, (uint32_t)0140644 << 16, 0, E_PKG_MEMBER_TYPE},
		{"d", "", UNIX, DIRECTORY, 0, E_PKG_FORMAT}, /* no slash: readers differ */
		{"d", "", 0, 0x10, 0, E_PKG_FORMAT},
		{"d/", "x", UNIX, DIRECTORY, 0, E_PKG_FORMAT}, /* a directory with content */
		{"d/", "", UNIX, DIRECTORY, 8, E_OK},          /* Java: deflated nothing */
		{"d/", "", UNIX, MODE(0644), 0, E_OK},
		{"d/", "", UNIX, 0, 0, E_OK},
		{"d/", "", 0, 0x10, 0, E_OK},
		{"d/", "", 0, 0, 0, E_OK},
		{"f", "x", UNIX, 0, 0, E_OK},
		{"f", "x", 19, MODE(0755), 0, E_OK},
		{"f", "x", 0, MODE(0755), 0, E_OK},
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct zip_file f[] = {{.name = slice_str(rows[i].name),
			.content = slice_str(rows[i].content),
			.system = rows[i].system,
			.attributes = rows[i].attributes,
			.method = rows[i].method}};

		check_zip(__FILE__, (int)i + 2000, f, 1, rows[i].want);
	}
}

TEST(unpack_zip_collisions)
{
	struct zip_file twice[] = {FILE_OF("a", "1"), FILE_OF("a", "2")};
	struct zip_file folded[] = {FILE_OF("A/x", "1"), FILE_OF("a/y", "2")};

	CHECK_ZIP(twice, E_PATH_COLLISION);
	CHECK_ZIP(folded, E_PATH_COLLISION);
}

TEST(unpack_zip_encrypted_and_methods_h45)
{
	static const uint16_t flags[] = {1, 0x20, 0x40, 0x41, 0x2000};
	static const uint16_t methods[] = {1, 6, 9, 12, 14, 93, 95, 98, 99};
	size_t i;

	for (i = 0; i < sizeof flags / sizeof *flags; i++) {
		struct zip_file f[] = {FILE_OF("a", "x")};

		f[0].flags = flags[i];
		CHECK_ZIP(f, E_PKG_FORMAT);
	}
	for (i = 0; i < sizeof methods / sizeof *methods; i++) {
		struct zip_file f[] = {FILE_OF("a", "x")};

		f[0].method = methods[i];
		CHECK_ZIP(f, E_PKG_FORMAT);
	}
}

TEST(unpack_zip_headers_disagree_h44)
{
	struct zip_file f[] = {FILE_OF("a", "content"), FILE_OF("b", "more")};
	struct zip_file g;

	f[0].local_name = SLICE("c");
	CHECK_ZIP(f, E_PKG_FORMAT);
	f[0].local_name = SLICE("a/");
	CHECK_ZIP(f, E_PKG_FORMAT);
	f[0].local_name = SLICE_NONE;
	f[0].local_size = 5;
	CHECK_ZIP(f, E_PKG_FORMAT);
	f[0].local_size = 0;
	f[0].local_packed = 5;
	CHECK_ZIP(f, E_PKG_FORMAT);
	f[0].local_packed = 0;
	f[0].local_method = 8;
	CHECK_ZIP(f, E_PKG_FORMAT);
	f[0].local_method = 0;
	CHECK_ZIP(f, E_OK);
	g = f[0]; /* a wrong checksum of the content */
	f[0].crc = 0x12345678;
	CHECK_ZIP(f, E_PKG_FORMAT);
	f[0] = g;
	f[0].size = 8; /* stored content has one size */
	CHECK_ZIP(f, E_PKG_FORMAT);
	f[0].method = 8; /* deflated content of another length */
	f[0].packed = 0;
	CHECK_ZIP(f, E_PKG_FORMAT);
	f[0].size = 6;
	f[0].packed = 0;
	CHECK_ZIP(f, E_PKG_FORMAT);
	f[0].size = 0;
	f[0].packed = 0;
	CHECK_ZIP(f, E_OK);
	f[0].packed++; /* one byte of the next header taken as content */
	CHECK_ZIP(f, E_PKG_FORMAT);
	f[0].packed -= 2; /* content that ends too early */
	CHECK_ZIP(f, E_PKG_FORMAT);
}

TEST(unpack_zip_descriptors)
{
	static const unsigned tails[] = {12, 16, 20, 24};
	size_t i;

	for (i = 0; i < 4; i++) {
		struct zip_file f[] = {FILE_OF("a", "contentcontent"), FILE_OF("b", "x")};
		struct buf b = archive();

		f[0].method = f[1].method = 8;
		f[0].descriptor = f[1].descriptor = true;
		f[0].tail = f[1].tail = tails[i];
		zip_all(&b, f, 2);
		CHECK_UNPACK(buf_slice(&b), E_OK);
		b.p[f[1].at - 1] ^= 1; /* its length in the descriptor of a */
		CHECK_UNPACK(buf_slice(&b), E_PKG_FORMAT);
		buf_drop(&b);
	}
	{
		/* the flag without a descriptor, and the other way round */
		struct zip_file f[] = {FILE_OF("a", "content")};
		struct buf b = archive();

		f[0].flags = 8;
		zip_all(&b, f, 1);
		CHECK_UNPACK(buf_slice(&b), E_PKG_FORMAT);
		buf_drop(&b);
	}
}

/* An archive of two files with free bytes between its parts. */
static struct buf with_gaps(size_t front, size_t middle, size_t behind)
{
	struct zip_file f[] = {FILE_OF("a", "one"), FILE_OF("b", "two")};
	struct zip_tail t = {.count = 2};
	struct buf b = archive();

	buf_zeros(&b, front);
	if (front) memcpy(b.p, "PK\3\4", 4);
	zip_local(&b, &f[0]);
	buf_zeros(&b, middle);
	zip_local(&b, &f[1]);
	buf_zeros(&b, behind);
	t.at = b.n;
	zip_central(&b, &f[0]);
	zip_central(&b, &f[1]);
	t.size = b.n - t.at;
	zip_end(&b, &t);
	return b;
}

TEST(unpack_zip_every_byte_belongs_somewhere_h44)
{
	static const struct {
		size_t front, middle, behind;
		enum err want;
	} rows[] = {{0, 0, 0, E_OK}, {64, 0, 0, E_PKG_FORMAT}, {0, 1, 0, E_PKG_FORMAT},
		{0, 16, 0, E_PKG_FORMAT}, {0, 0, 16, E_PKG_FORMAT}, {0, 0, 1, E_PKG_FORMAT}};
	struct zip_file f[] = {FILE_OF("a", "one")};
	struct buf b, sfx = archive();
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		b = with_gaps(rows[i].front, rows[i].middle, rows[i].behind);
		CHECK_UNPACK(buf_slice(&b), rows[i].want);
		buf_drop(&b);
	}
	/* offsets that ignore what was put in front */
	b = archive();
	zip_all(&b, f, 1);
	buf_zeros(&sfx, 100);
	memcpy(sfx.p, "PK\3\4", 4);
	buf_put(&sfx, buf_slice(&b));
	CHECK_UNPACK(buf_slice(&sfx), E_PKG_FORMAT);
	/* two archives, one behind the other */
	buf_reset(&sfx);
	buf_put(&sfx, buf_slice(&b));
	buf_put(&sfx, buf_slice(&b));
	CHECK_UNPACK(buf_slice(&sfx), E_PKG_FORMAT);
	buf_drop(&b);
	buf_drop(&sfx);
}

TEST(unpack_zip_ends)
{
	struct zip_file f[] = {FILE_OF("a", "one")};
	struct buf b = archive();
	size_t n, i;

	zip_all(&b, f, 1);
	n = b.n;
	for (i = 4; i < n; i++)
		CHECK_UNPACK(slice_of(b.p, i), E_PKG_TRUNCATED); /* H42 */
	buf_u8(&b, 0);
	CHECK_UNPACK(buf_slice(&b), E_PKG_TRAILING);
	b.n = n;
	buf_str(&b, "trailing");
	CHECK_UNPACK(buf_slice(&b), E_PKG_TRAILING);
	b.n = n;
	buf_zeros(&b, 10240 - n); /* padding of a record */
	CHECK_UNPACK(buf_slice(&b), E_OK);
	b.p[b.n - 1] = 1;
	CHECK_UNPACK(buf_slice(&b), E_PKG_TRAILING);
	buf_reset(&b);
	zip_end(&b, &(struct zip_tail){.count = 0});
	CHECK_UNPACK(buf_slice(&b), E_NO_MANIFEST);
	buf_u8(&b, 'x');
	CHECK_UNPACK(buf_slice(&b), E_PKG_TRAILING);
	buf_drop(&b);
}

TEST(unpack_zip_comments_h44)
{
	static const struct {
		size_t n;
		enum err want;
	} rows[] = {
		{40, E_OK}, {64, E_OK}, {1024, E_OK}, {1025, E_PKG_FORMAT}, {65535, E_PKG_FORMAT}};
	struct buf comment = buf_heap(1 << 20), b = archive();
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct zip_file f[] = {FILE_OF("a", "one")};
		struct zip_tail t = {.count = 1};

		buf_reset(&comment);
		buf_zeros(&comment, rows[i].n);
		memset(comment.p, 'c', comment.n);
		buf_reset(&b);
		zip_local(&b, f);
		t.at = b.n;
		zip_central(&b, f);
		t.size = b.n - t.at;
		t.comment = buf_slice(&comment);
		zip_end(&b, &t);
		CHECK_UNPACK(buf_slice(&b), rows[i].want);
	}
	/* a comment that is an end record: readers may choose either */
	{
		struct zip_file f[] = {FILE_OF("a", "one")};
		struct zip_tail t = {.count = 1};

		buf_reset(&comment);
		zip_end(&comment, &t);
		buf_reset(&b);
		zip_local(&b, f);
		t.at = b.n;
		zip_central(&b, f);
		t.size = b.n - t.at;
		t.comment = buf_slice(&comment);
		zip_end(&b, &t);
		CHECK_UNPACK(buf_slice(&b), E_PKG_FORMAT);
	}
	buf_drop(&b);
	buf_drop(&comment);
}

TEST(unpack_zip_overlaps_h21)
{
	struct zip_file f[] = {FILE_OF("a", "one"), FILE_OF("a2", "two")};
	struct zip_tail t = {.count = 2};
	struct buf b = archive(), inner = archive();

	/* two entries of one local header */
	zip_local(&b, &f[0]);
	t.at = b.n;
	zip_central(&b, &f[0]);
	zip_central(&b, &f[0]);
	t.size = b.n - t.at;
	zip_end(&b, &t);
	CHECK_UNPACK(buf_slice(&b), E_PKG_FORMAT);
	/* the second member lies inside the first one's content */
	buf_reset(&b);
	zip_local(&inner, &f[1]);
	f[0].content = buf_slice(&inner);
	zip_local(&b, &f[0]);
	f[1].at = b.n - inner.n;
	t.at = b.n;
	zip_central(&b, &f[0]);
	zip_central(&b, &f[1]);
	t.size = b.n - t.at;
	zip_end(&b, &t);
	CHECK_UNPACK(buf_slice(&b), E_PKG_FORMAT);
	buf_drop(&b);
	buf_drop(&inner);
}

/* An archive of one file whose end records say what the arguments say. */
static void check_counts(struct zip_tail t, enum err want, int line)
{
	struct zip_file f[] = {FILE_OF("a", "one")};
	struct buf b = archive();

	zip_local(&b, f);
	if (!t.at) t.at = b.n;
	zip_central(&b, f);
	if (!t.size) t.size = b.n - 34;
	zip_end(&b, &t);
	check_unpack(__FILE__, line, buf_slice(&b), want);
	buf_drop(&b);
}

TEST(unpack_zip_counts_h22)
{
	struct buf b = archive();
	struct zip_tail t = {.count = 70000, .zip64 = true};
	unsigned i;

	check_counts((struct zip_tail){.count = 1}, E_OK, __LINE__);
	check_counts((struct zip_tail){.count = 2}, E_PKG_FORMAT, __LINE__);
	check_counts((struct zip_tail){.count = 0}, E_PKG_FORMAT, __LINE__);
	check_counts((struct zip_tail){.count = 1, .zip64 = true}, E_OK, __LINE__);
	check_counts(
		(struct zip_tail){.count = 1, .zip64 = true, .count64 = 2}, E_PKG_FORMAT, __LINE__);
	check_counts(
		(struct zip_tail){.count = 0xffff, .zip64 = true, .count64 = 1}, E_OK, __LINE__);
	check_counts((struct zip_tail){.count = 0xffff}, E_PKG_FORMAT, __LINE__);
	check_counts((struct zip_tail){.count = 1, .size = UINT32_MAX}, E_PKG_FORMAT, __LINE__);
	check_counts((struct zip_tail){.count = 1, .at = UINT32_MAX}, E_PKG_FORMAT, __LINE__);
	check_counts((struct zip_tail){.count = 1, .at = UINT64_MAX, .zip64 = true}, E_PKG_FORMAT,
		__LINE__);
	check_counts((struct zip_tail){.count = 1, .at = 10}, E_PKG_FORMAT, __LINE__);
	/* 70,000 members that are there */
	for (i = 0; i < 70000; i++) {
		char name[16];
		struct zip_file f = {.system = UNIX};

		snprintf(name, sizeof name, "%u", i);
		f.name = slice_str(name);
		zip_local(&b, &f);
	}
	t.at = b.n;
	for (i = 0; i < 70000; i++) {
		struct zip_file f = {.name = SLICE("x")};

		zip_central(&b, &f);
	}
	t.size = b.n - t.at;
	CHECK(b.err == E_OK);
	zip_end(&b, &t);
	CHECK_UNPACK(buf_slice(&b), E_PKG_ENTRIES);
	buf_drop(&b);
}

TEST(unpack_zip_member_limits)
{
	struct buf b = archive();
	struct zip_tail t = {.count = LIMIT_MEMBERS};
	static struct zip_file files[LIMIT_MEMBERS + 1];
	static char names[LIMIT_MEMBERS + 1][8];
	struct zip_file bomb[] = {{.name = SLICE("x"),
		.content = SLICE("x"),
		.size = LIMIT_FILE_BYTES + 1ULL,
		.method = 8}};
	struct unpacked u;
	unsigned i;

	for (i = 0; i <= LIMIT_MEMBERS; i++) {
		snprintf(names[i], sizeof names[i], "%u", i);
		files[i] = (struct zip_file){.name = slice_str(names[i])};
	}
	for (i = 0; i < LIMIT_MEMBERS; i++)
		zip_local(&b, &files[i]);
	t.at = b.n;
	for (i = 0; i < LIMIT_MEMBERS; i++)
		zip_central(&b, &files[i]);
	t.size = b.n - t.at;
	zip_end(&b, &t);
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_OK);
	CHECK(count_tree(&u) == LIMIT_MEMBERS);
	unpacked_drop(&u);
	buf_reset(&b);
	zip_all(&b, files, LIMIT_MEMBERS + 1);
	CHECK_UNPACK(buf_slice(&b), E_PKG_ENTRIES);
	CHECK_ZIP(bomb, E_PKG_BOMB);
	buf_drop(&b);
}

TEST(unpack_zip_ratio)
{
	struct buf zeros = buf_heap(ARCHIVE_MAX);
	struct zip_file f[] = {{.name = SLICE("x"), .method = 8}};

	buf_zeros(&zeros, 4 << 20);
	f[0].content = buf_slice(&zeros);
	CHECK_ZIP(f, E_PKG_BOMB);
	f[0].content = slice_sub(buf_slice(&zeros), 0, 1 << 20);
	f[0].packed = 0;
	CHECK_ZIP(f, E_OK);
	f[0].packed = 0;
	f[0].size = 1; /* says 1, gives 4 MiB */
	f[0].content = buf_slice(&zeros);
	CHECK_ZIP(f, E_PKG_FORMAT);
	buf_drop(&zeros);
}

TEST(unpack_zip_late)
{
	struct zip_file f[] = {FILE_OF("a", "one")};
	struct buf b = archive();
	struct unpacked u;

	zip_all(&b, f, 1);
	u = run_late(buf_slice(&b));
	CHECK_ERR(u.code, E_PKG_TIMEOUT);
	unpacked_drop(&u);
	buf_drop(&b);
}

/* Every byte of an archive changed in turn: never a crash, never another tree. */
TEST(unpack_zip_every_byte_flipped)
{
	struct zip_file files[] = {FILE_OF("top/SKILL.md", "---\nname: x\n---\n"),
		{.name = SLICE("top/b"),
			.content = SLICE("bbbbbbbbbbbb"),
			.method = 8,
			.descriptor = true,
			.system = UNIX,
			.attributes = MODE(0644)}};
	struct buf b = archive();
	size_t i;

	zip_all(&b, files, 2);
	for (i = 0; i < b.n; i++) {
		struct unpacked u;

		b.p[i] ^= 0x41;
		u = run_archive(buf_slice(&b));
		if (!u.code && u.ignored == 0)
			CHECK(count_tree(&u) == 3 && !is_absent(&u, "top/SKILL.md"));
		unpacked_drop(&u);
		b.p[i] ^= 0x41;
	}
	buf_drop(&b);
}
