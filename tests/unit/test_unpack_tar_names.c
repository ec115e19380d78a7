/* SPDX-License-Identifier: MIT */
/* unpack/: extended headers of tar archives (specs/skills.md section 8, H24 to H32). */
#include <string.h>

#include "base/limits.h"
#include "make_archive.h"
#include "test.h"
#include "unpack_run.h"

static struct buf archive(void)
{
	return buf_heap(ARCHIVE_MAX);
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
	b = archive();
	buf_reset(&body);
	pax_record(&body, "comment", SLICE("two of them, neither with a name"));
	tar_extended(&b, 'x', buf_slice(&body));
	tar_extended(&b, 'x', buf_slice(&body));
	tar_file(&b, "a", "");
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
		if (i % 4 == 3) tar_dir(&b, "./");
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
	check_tar(__FILE__, line, &b, want);
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
	size_t i, n;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		check_pax(rows[i], E_PKG_HEADER, (int)i + 2000);
	/* what libarchive would read beyond the header for, and what it would not */
	check_pax(SLICE("5 L=\n"), E_PKG_HEADER, __LINE__);
	check_pax(SLICE("16 LIBARCHIVE.=\n"), E_PKG_HEADER, __LINE__);
	check_pax(SLICE("5 L=\n27 comment=0123456789abcde\n"), E_OK, __LINE__);
	check_pax(SLICE("26 LIBARCHIVE.xattr.a=YQ=\n"), E_OK, __LINE__);
	check_pax(SLICE("11 path=xy\n11 size=7\n"), E_PKG_HEADER, __LINE__);
	check_pax(SLICE("11 path=xy\n8 size=7\n"), E_PKG_HEADER, __LINE__);
	check_pax(SLICE("11 path=xy\n9 size=7\n"), E_OK, __LINE__);
	buf_zeros(&long_key, 1 << 20);
	memset(long_key.p, 'k', long_key.n);
	buf_text(&long_key);
	pax_record(&body, (const char *)long_key.p, SLICE("v"));
	check_pax(buf_slice(&body), E_PKG_HEADER, __LINE__);
	/* more records than any writer makes */
	for (n = LIMIT_PAX_RECORDS; n <= LIMIT_PAX_RECORDS + 1; n++) {
		buf_reset(&body);
		for (i = 0; i < n; i++) {
			char key[16];

			snprintf(key, sizeof key, "k%zu", i);
			pax_record(&body, key, SLICE("v"));
		}
		check_pax(buf_slice(&body), n == LIMIT_PAX_RECORDS ? E_OK : E_PKG_HEADER, __LINE__);
	}
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
