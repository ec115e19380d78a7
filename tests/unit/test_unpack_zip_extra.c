/* SPDX-License-Identifier: MIT */
/* unpack/: extra fields of zip headers, Unicode paths, zip64. */
#include <string.h>

#include "make_archive.h"
#include "test.h"
#include "unpack_run.h"

#define FILE_OF(n, c)                                                                              \
	{                                                                                          \
		.name = SLICE(n), .content = SLICE(c), .system = 3,                                \
		.attributes = (uint32_t)0100644 << 16                                              \
	}

static struct buf archive(void)
{
	return buf_heap(ARCHIVE_MAX);
}

TEST(unpack_zip_extra_fields)
{
	static const struct {
		struct slice extra;
		enum err want;
	} rows[] = {
		{SLICE("UT\x05\0\x01\0\0\0\0"), E_OK},
		{SLICE("ux\x0b\0\1\4\0\0\0\0\4\0\0\0\0"), E_OK},
		{SLICE("\0\0\0"), E_OK}, /* zipalign */
		{SLICE("UT\x05\0\x01\0\0\0\0\0\0"), E_OK},
		{SLICE("\0\0\1"), E_PKG_FORMAT},
		{SLICE("UT\x05\0\x01\0\0\0\0\1"), E_PKG_FORMAT},
		{SLICE("UT\xff\0\x01\0\0\0\0"), E_PKG_FORMAT},
		{SLICE("UT\x06\0\x01\0\0\0\0"), E_PKG_FORMAT},
		/* zip64 twice */
		{SLICE("\1\0\0\0\1\0\0\0"), E_PKG_FORMAT},
		/* 'xl', libarchive's own: turns the member into a link for it only */
		{SLICE("xl\x07\0\x05\0\3\0\0\xff\xa1"), E_PKG_FORMAT},
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct zip_file f[] = {FILE_OF("a", "one")};

		f[0].local_extra = rows[i].extra;
		check_zip(__FILE__, (int)i + 3000, f, 1, rows[i].want);
		if (slice_starts(rows[i].extra, "xl")) continue;
		f[0].central_extra = f[0].local_extra;
		f[0].local_extra = SLICE_NONE;
		check_zip(__FILE__, (int)i + 4000, f, 1, rows[i].want);
	}
}

/* A Unicode path field that names the member so. */
static struct slice unicode_field(
	struct buf *b, struct slice plain, struct slice name, bool bad_crc)
{
	buf_reset(b);
	buf_put(b, SLICE("up"));
	buf_le16(b, (uint16_t)(5 + name.n));
	buf_u8(b, 1);
	buf_le32(b, crc_of(plain) ^ bad_crc);
	buf_put(b, name);
	return buf_slice(b);
}

TEST(unpack_zip_unicode_paths)
{
	struct zip_file f[] = {FILE_OF("a\xc3\xa9", "one"), FILE_OF("b", "two")};
	struct buf field = buf_heap(1000), b = archive();
	struct unpacked u;

	f[0].flags = 0x800;
	f[0].local_extra = f[0].central_extra = unicode_field(&field, f[0].name, f[0].name, false);
	zip_all(&b, f, 2);
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_OK);
	CHECK(has_file(&u, "a\xc3\xa9", "one", false));
	unpacked_drop(&u);
	/* in the local header alone, where only some readers look */
	f[0].central_extra = SLICE_NONE;
	CHECK_ZIP(f, E_OK);
	f[0].local_extra = unicode_field(&field, f[0].name, SLICE("../evil"), false);
	CHECK_ZIP(f, E_PKG_FORMAT);
	f[0].local_extra = unicode_field(&field, f[0].name, f[0].name, true);
	CHECK_ZIP(f, E_PKG_FORMAT);
	f[0].local_extra = SLICE("up\1\0\1");
	CHECK_ZIP(f, E_PKG_FORMAT);
	buf_drop(&field);
	buf_drop(&b);
}

TEST(unpack_zip_zip64_members)
{
	struct zip_file f[] = {FILE_OF("a", "one")};
	struct buf field = buf_heap(1000);

	/* sizes in the zip64 field of the local header, as streaming writers do */
	buf_put(&field, SLICE("\1\0\x10\0"));
	buf_le64(&field, 3);
	buf_le64(&field, 3);
	f[0].local_extra = buf_slice(&field);
	f[0].local_size = f[0].local_packed = UINT32_MAX;
	CHECK_ZIP(f, E_OK);
	field.p[4] = 4;
	CHECK_ZIP(f, E_PKG_FORMAT);
	f[0].local_extra = slice_sub(buf_slice(&field), 0, 0);
	CHECK_ZIP(f, E_PKG_FORMAT);
	/* in the central directory */
	buf_reset(&field);
	buf_put(&field, SLICE("\1\0\x08\0"));
	buf_le64(&field, 3);
	f[0] = (struct zip_file)FILE_OF("a", "one");
	f[0].central_extra = buf_slice(&field);
	f[0].size = UINT32_MAX;
	f[0].local_size = 3;
	CHECK_ZIP(f, E_OK);
	field.p[4] = 4;
	CHECK_ZIP(f, E_PKG_FORMAT);
	buf_drop(&field);
}
