/* SPDX-License-Identifier: MIT */
/* unpack/: kinds of uploads, gzip and zstd framing, bombs. */
#include <string.h>

#include "base/limits.h"
#include "make_archive.h"
#include "proc/record.h"
#include "test.h"
#include "unpack/format.h"
#include "unpack_run.h"

static struct buf archive(void)
{
	return buf_heap(ARCHIVE_MAX);
}

static struct buf small_tar(void)
{
	struct buf b = archive();

	tar_dir(&b, "top/");
	tar_file(&b, "top/SKILL.md", "---\nname: x\n---\n");
	tar_end(&b);
	return b;
}

TEST(unpack_format_by_magic)
{
	static const struct {
		struct slice body;
		enum err want;
	} rows[] = {
		{SLICE(""), E_NO_PACKAGE},     /* H46 */
		{SLICE("x"), E_PKG_TRUNCATED}, /* H46 */
		{SLICE("\x1f"), E_PKG_TRUNCATED}, {SLICE("\x1f\x8b\x08"), E_PKG_TRUNCATED},
		{SLICE("\0\0\0\0\0\0\0\0"), E_PKG_TRUNCATED},
		{SLICE("070701000000"), E_PKG_FORMAT}, /* H47: cpio */
		{SLICE("!<arch>\ndebian-binary"), E_PKG_FORMAT},
		{SLICE("7z\xbc\xaf\x27\x1c\0\4"), E_PKG_FORMAT},
		{SLICE("#mtree\n/set type=file\n"), E_PKG_FORMAT},
		{SLICE("#!/bin/sh\necho hello\n"), E_PKG_FORMAT},
		{SLICE("<!DOCTYPE html><html>"), E_PKG_FORMAT},
		{SLICE("\xfd"
		       "7zXZ\0\0"),
			E_PKG_FORMAT},
		{SLICE("BZh91AY&SY"), E_PKG_FORMAT}, {SLICE("Rar!\x1a\x07\x01"), E_PKG_FORMAT},
		{SLICE("PK\x07\x08PK\x03\x04"), E_PKG_FORMAT},
		{SLICE("\x50\x2a\x4d\x18\x04\0\0\0"), E_PKG_FORMAT},
		{SLICE("# A heading\n\nno frontmatter\n"), E_PKG_FORMAT},
		{SLICE("MZ\x90\0\3\0\0\0PK\3\4"), E_PKG_FORMAT}, /* H44: self-extractor */
	};
	uint8_t iso[40000] = {0};
	struct why why;
	struct format f;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		CHECK_UNPACK(rows[i].body, rows[i].want);
		why = (struct why)WHY_INIT;
		CHECK_ERR(format_detect(rows[i].body, &f, &why),
			rows[i].want == E_PKG_TRUNCATED && rows[i].body.n > 3 &&
					rows[i].body.p[0] == 0x1f
				? E_OK
				: rows[i].want);
	}
	memcpy(iso + 32769, "CD001", 5);
	CHECK_UNPACK(SLICE_OF(iso), E_PKG_FORMAT);
}

TEST(unpack_format_manifest)
{
	struct unpacked u = run_archive(SLICE("---\nname: x\n---\nbody\n"));

	CHECK_ERR(u.code, E_OK);
	CHECK(u.format == PACKAGE_SKILL_MD && u.entries == 1 && u.bytes == 21);
	CHECK(has_file(&u, "SKILL.md", "---\nname: x\n---\nbody\n", false));
	CHECK(count_tree(&u) == 1);
	unpacked_drop(&u);
	u = run_archive(SLICE("\xef\xbb\xbf---\nname: x\n---\n"));
	CHECK_ERR(u.code, E_OK);
	CHECK(u.format == PACKAGE_SKILL_MD);
	unpacked_drop(&u);
}

TEST(unpack_package_of_the_largest_size)
{
	struct buf b = archive();

	buf_str(&b, "---\n");
	buf_zeros(&b, LIMIT_PACKAGE_BYTES - 4);
	CHECK_UNPACK(buf_slice(&b), E_OK);
	buf_u8(&b, 0);
	CHECK_UNPACK(buf_slice(&b), E_PKG_TOO_LARGE);
	buf_drop(&b);
}

TEST(unpack_gzip_headers)
{
	static const uint8_t flags[] = {0, 1, 2, 4, 8, 16, 2 | 4 | 8 | 16};
	struct buf t = small_tar(), z = archive();
	struct unpacked u;
	size_t i, n;

	for (i = 0; i < sizeof flags; i++) {
		buf_reset(&z);
		gzip_member(&z, buf_slice(&t), flags[i]);
		u = run_archive(buf_slice(&z));
		CHECK_ERR(u.code, E_OK);
		CHECK(u.format == PACKAGE_TAR && u.compression == COMPRESSION_GZIP);
		CHECK(has_file(&u, "top/SKILL.md", "---\nname: x\n---\n", false));
		unpacked_drop(&u);
	}
	/* z has all optional fields: cut everywhere (H42, H46) */
	for (n = 4; n < z.n; n++)
		CHECK_UNPACK(slice_of(z.p, n), E_PKG_TRUNCATED);
	z.p[40] ^= 1; /* in the header, behind its checksum */
	buf_reset(&z);
	gzip_member(&z, buf_slice(&t), 2);
	z.p[10] ^= 1;
	CHECK_UNPACK(buf_slice(&z), E_PKG_FORMAT);
	buf_reset(&z);
	gzip_member(&z, buf_slice(&t), 0x20);
	CHECK_UNPACK(buf_slice(&z), E_PKG_FORMAT);
	buf_reset(&z);
	gzip_member(&z, buf_slice(&t), 0);
	z.p[2] = 7;
	CHECK_UNPACK(buf_slice(&z), E_PKG_FORMAT);
	buf_drop(&z);
	buf_drop(&t);
}

TEST(unpack_gzip_damage_and_trailing_h43)
{
	struct buf t = small_tar(), z = archive();
	size_t n;

	gzip_member(&z, buf_slice(&t), 0);
	n = z.n;
	z.p[n - 8] ^= 1; /* checksum */
	CHECK_UNPACK(buf_slice(&z), E_PKG_FORMAT);
	z.p[n - 8] ^= 1;
	z.p[n - 1] ^= 1; /* length */
	CHECK_UNPACK(buf_slice(&z), E_PKG_FORMAT);
	z.p[n - 1] ^= 1;
	CHECK_UNPACK(buf_slice(&z), E_OK);
	gzip_member(&z, buf_slice(&t), 0);
	CHECK_UNPACK(buf_slice(&z), E_PKG_TRAILING);
	z.n = n;
	buf_str(&z, "garbage");
	CHECK_UNPACK(buf_slice(&z), E_PKG_TRAILING);
	z.n = n;
	buf_zeros(&z, 1);
	CHECK_UNPACK(buf_slice(&z), E_PKG_TRAILING);
	/* bsdtar fills the last record when it writes to a pipe */
	z.n = n;
	buf_zeros(&z, 10240 - n);
	CHECK_UNPACK(buf_slice(&z), E_OK);
	buf_zeros(&z, 10240);
	CHECK_UNPACK(buf_slice(&z), E_PKG_TRAILING);
	z.n = 10239;
	buf_u8(&z, 1);
	CHECK_UNPACK(buf_slice(&z), E_PKG_TRAILING);
	buf_drop(&z);
	buf_drop(&t);
}

TEST(unpack_gzip_of_something_else_h19)
{
	struct buf t = small_tar(), z = archive(), zz = archive();

	gzip_member(&z, buf_slice(&t), 0);
	gzip_member(&zz, buf_slice(&z), 0);
	CHECK_UNPACK(buf_slice(&zz), E_PKG_FORMAT);
	buf_reset(&z);
	gzip_member(&z, buf_slice(&zz), 0);
	CHECK_UNPACK(buf_slice(&z), E_PKG_FORMAT);
	buf_reset(&z);
	gzip_member(&z, SLICE("---\nname: x\n---\n"), 0);
	CHECK_UNPACK(buf_slice(&z), E_PKG_FORMAT);
	buf_reset(&z);
	gzip_member(&z, SLICE(""), 0);
	CHECK_UNPACK(buf_slice(&z), E_PKG_TRUNCATED);
	buf_drop(&t);
	buf_drop(&z);
	buf_drop(&zz);
}

/* A tar of n zeros in one file, in gzip with a comment of so many bytes. */
static struct buf zeros_in_gzip(uint64_t declared, size_t n, size_t files, size_t comment)
{
	struct buf t = archive(), z = archive();
	size_t i;

	for (i = 0; i < files; i++) {
		char name[16];

		snprintf(name, sizeof name, "f%zu", i);
		tar_head(&t, &(struct tar_head){.name = name, .size = declared});
		buf_zeros(&t, n);
	}
	tar_end(&t);
	buf_put(&z, SLICE("\x1f\x8b\x08\x10\0\0\0\0\0\x03"));
	buf_zeros(&z, comment);
	memset(z.p + z.n - comment, 'c', comment);
	buf_u8(&z, 0);
	deflate_raw(&z, buf_slice(&t));
	buf_le32(&z, crc_of(buf_slice(&t)));
	buf_le32(&z, (uint32_t)t.n);
	CHECK(t.err == E_OK && z.err == E_OK);
	buf_drop(&t);
	return z;
}

TEST(unpack_gzip_bombs_h17_h18)
{
	struct buf z;
	struct unpacked u;
	size_t n;

	/* H17: the header says 10 GiB */
	z = zeros_in_gzip(10ULL << 30, 10 << 20, 1, 0);
	CHECK_UNPACK(buf_slice(&z), E_PKG_BOMB);
	buf_drop(&z);
	/* H18: 4 MiB are not too many, but a thousand times the archive */
	z = zeros_in_gzip(4 << 20, 4 << 20, 1, 0);
	CHECK(z.n < 20000);
	CHECK_UNPACK(buf_slice(&z), E_PKG_BOMB);
	buf_drop(&z);
	/* up to 1 MiB the ratio does not matter */
	z = zeros_in_gzip(1 << 20, 1 << 20, 1, 0);
	CHECK_UNPACK(buf_slice(&z), E_OK);
	buf_drop(&z);
	/* 200 to 1 exactly, and a byte less */
	z = zeros_in_gzip(4 << 20, 4 << 20, 1, 0);
	n = 20972 - z.n; /* 4 MiB / 200, rounded up */
	buf_drop(&z);
	z = zeros_in_gzip(4 << 20, 4 << 20, 1, n);
	CHECK(z.n == 20972);
	CHECK_UNPACK(buf_slice(&z), E_OK);
	buf_drop(&z);
	z = zeros_in_gzip(4 << 20, 4 << 20, 1, n - 1);
	CHECK_UNPACK(buf_slice(&z), E_PKG_BOMB);
	buf_drop(&z);
	/* 64 MiB in four files: allowed when the archive is large enough */
	z = zeros_in_gzip(16 << 20, 16 << 20, 4, 400000);
	u = run_archive(buf_slice(&z));
	CHECK_ERR(u.code, E_OK);
	CHECK(u.bytes == 64 << 20);
	unpacked_drop(&u);
	buf_drop(&z);
	/* one more is not */
	z = zeros_in_gzip(15 << 20, 15 << 20, 5, 400000);
	u = run_archive(buf_slice(&z));
	CHECK_ERR(u.code, E_PKG_BOMB);
	CHECK(u.member == 5);
	unpacked_drop(&u);
	buf_drop(&z);
}

TEST(unpack_nested_bomb_is_a_file_h20)
{
	struct buf bomb = zeros_in_gzip(1ULL << 33, 1 << 20, 1, 0), t = archive(), z = archive();

	tar_head(&t, &(struct tar_head){.name = "bomb.tgz", .size = bomb.n});
	tar_content(&t, buf_slice(&bomb));
	tar_end(&t);
	gzip_member(&z, buf_slice(&t), 0);
	CHECK_UNPACK(buf_slice(&z), E_OK);
	buf_drop(&bomb);
	buf_drop(&t);
	buf_drop(&z);
}

TEST(unpack_zstd_frames)
{
	struct buf t = small_tar(), z = archive();
	struct unpacked u;
	size_t n;

	zstd_frame(&z, buf_slice(&t));
	u = run_archive(buf_slice(&z));
	CHECK_ERR(u.code, E_OK);
	CHECK(u.format == PACKAGE_TAR && u.compression == COMPRESSION_ZSTD);
	CHECK(has_file(&u, "top/SKILL.md", "---\nname: x\n---\n", false));
	unpacked_drop(&u);
	n = z.n;
	for (z.n = 4; z.n < n; z.n += z.n < 64 ? 1 : 501)
		CHECK_UNPACK(buf_slice(&z), E_PKG_TRUNCATED);
	z.n = n;
	zstd_frame(&z, SLICE("")); /* a second frame */
	CHECK_UNPACK(buf_slice(&z), E_PKG_TRAILING);
	z.n = n;
	buf_put(&z, SLICE("\x50\x2a\x4d\x18\0\0\0\0")); /* a skippable frame */
	CHECK_UNPACK(buf_slice(&z), E_PKG_TRAILING);
	z.n = n;
	buf_zeros(&z, 10240 - n % 10240); /* padding of a record */
	CHECK_UNPACK(buf_slice(&z), E_OK);
	z.n = n;
	z.p[4] = 0x08; /* reserved bit */
	CHECK_UNPACK(buf_slice(&z), E_PKG_FORMAT);
	z.p[4] = 0;
	z.p[5] = 0xa0; /* a window of 1 GiB */
	u = run_archive(buf_slice(&z));
	CHECK_ERR(u.code, E_PKG_FORMAT);
	CHECK(strstr(u.text, "window") != NULL);
	unpacked_drop(&u);
	z.p[5] = 0x69; /* 9 MiB */
	CHECK_UNPACK(buf_slice(&z), E_PKG_FORMAT);
	z.p[5] = 0x68; /* 8 MiB */
	CHECK_UNPACK(buf_slice(&z), E_OK);
	z.p[6] |= 6; /* a reserved block type */
	CHECK_UNPACK(buf_slice(&z), E_PKG_FORMAT);
	buf_reset(&z);
	buf_put(&z, SLICE("\x28\xb5\x2f\xfd\x01\x38\x77\x01\0\0")); /* dictionary 0x77 */
	u = run_archive(buf_slice(&z));
	CHECK_ERR(u.code, E_PKG_FORMAT);
	CHECK(strstr(u.text, "dictionary") != NULL);
	unpacked_drop(&u);
	buf_drop(&z);
	buf_drop(&t);
}

TEST(unpack_zstd_bomb)
{
	struct buf t = archive(), z = archive();

	tar_head(&t, &(struct tar_head){.name = "x", .size = 8 << 20});
	buf_zeros(&t, 8 << 20);
	tar_end(&t);
	zstd_frame(&z, buf_slice(&t));
	CHECK(z.n < 20000);
	CHECK_UNPACK(buf_slice(&z), E_PKG_BOMB);
	buf_drop(&t);
	buf_drop(&z);
}

/* Every byte of a small compressed archive changed: never a crash, mostly a refusal. */
TEST(unpack_gzip_every_byte_flipped)
{
	struct buf t = small_tar(), z = archive();
	unsigned accepted = 0;
	size_t i;

	gzip_member(&z, buf_slice(&t), 0);
	for (i = 0; i < z.n; i++) {
		struct unpacked u;

		z.p[i] ^= 0x10;
		u = run_archive(buf_slice(&z));
		accepted += u.code == E_OK;
		unpacked_drop(&u);
		z.p[i] ^= 0x10;
	}
	/* time, extra flags and system of the gzip header mean nothing */
	CHECK(accepted == 6);
	buf_drop(&t);
	buf_drop(&z);
}
