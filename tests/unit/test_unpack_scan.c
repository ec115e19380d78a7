/* SPDX-License-Identifier: MIT */
/*
 * unpack/: each of the two readers alone. Whole archives are refused when
 * either of them notices; here the scan must notice by itself, and the
 * comparison must notice whatever libarchive says differently.
 */
#include <archive.h>
#include <string.h>

#include "base/clock.h"
#include "make_archive.h"
#include "test.h"
#include "unpack/extract.h"
#include "unpack/scan_tar.h"
#include "unpack/scan_zip.h"
#include "unpack_run.h"

#define FILE_OF(n, c)                                                                              \
	{                                                                                          \
		.name = SLICE(n), .content = SLICE(c), .system = 3,                                \
		.attributes = (uint32_t)0100644 << 16                                              \
	}

/* Takes every member. */
static enum err take(void *ctx, const struct member *m, struct why *why)
{
	unsigned *n = ctx;

	(void)m;
	(void)why;
	*n += 1;
	return E_OK;
}

static enum err scan_only_tar(struct buf *b)
{
	struct scan_tar s;
	unsigned n = 0;
	enum err e;

	tar_end(b);
	scan_tar_init(&s, (struct member_sink){take, &n});
	e = scan_tar_feed(&s, buf_slice(b), NULL);
	if (!e) e = scan_tar_end(&s, NULL);
	scan_tar_drop(&s);
	buf_drop(b);
	return e;
}

TEST(unpack_scan_tar_alone)
{
	static const char *const sizes[] = {"\x81\0\0\0\0\0\0\0\0\0\0\0",
		"\xc0\0\0\0\0\0\0\0\0\0\0\0", "\x80\x01\0\0\0\0\0\0\0\0\0\0",
		"\xff\0\0\0\0\0\0\0\0\0\0\0"};
	struct buf b = buf_heap(ARCHIVE_MAX);
	size_t i;

	tar_file(&b, "a", "x");
	CHECK_ERR(scan_only_tar(&b), E_OK);
	b = buf_heap(ARCHIVE_MAX);
	tar_head(&b, &(struct tar_head){.name = "a", .checksum_off = 1});
	CHECK_ERR(scan_only_tar(&b), E_PKG_FORMAT);
	for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		b = buf_heap(ARCHIVE_MAX);
		tar_head(&b, &(struct tar_head){.name = "a", .size_field = sizes[i]});
		CHECK_ERR(scan_only_tar(&b), E_PKG_FORMAT);
	}
}

static enum err scan_only_zip(struct zip_file *files, unsigned n, unsigned count)
{
	struct scan_zip s = SCAN_ZIP_INIT;
	struct zip_tail t = {.count = count};
	struct buf b = buf_heap(ARCHIVE_MAX);
	unsigned i, taken = 0;
	enum err e;

	for (i = 0; i < n; i++)
		zip_local(&b, &files[i]);
	t.at = b.n;
	for (i = 0; i < n; i++)
		zip_central(&b, &files[i]);
	t.size = b.n - t.at;
	zip_end(&b, &t);
	e = scan_zip(&s, buf_slice(&b), (struct member_sink){take, &taken}, NULL);
	scan_zip_drop(&s);
	buf_drop(&b);
	return e;
}

TEST(unpack_scan_zip_alone)
{
	struct zip_file f[] = {FILE_OF("a", "content"), FILE_OF("b", "more")};
	const struct zip_file good = f[0];

	CHECK_ERR(scan_only_zip(f, 2, 2), E_OK);
	CHECK_ERR(scan_only_zip(f, 2, 1), E_PKG_FORMAT);
	f[0] = good;
	f[0].size = 8;
	CHECK_ERR(scan_only_zip(f, 2, 2), E_PKG_FORMAT);
	f[0] = good;
	f[0].local_name = SLICE("c");
	CHECK_ERR(scan_only_zip(f, 2, 2), E_PKG_FORMAT);
	f[0] = good;
	f[0].local_method = 8;
	CHECK_ERR(scan_only_zip(f, 2, 2), E_PKG_FORMAT);
	f[0] = good;
	f[0].local_size = 3;
	CHECK_ERR(scan_only_zip(f, 2, 2), E_PKG_FORMAT);
	f[0] = good;
	f[0].local_packed = 3;
	CHECK_ERR(scan_only_zip(f, 2, 2), E_PKG_FORMAT);
	f[0] = good;
	f[0].local_crc = 3;
	CHECK_ERR(scan_only_zip(f, 2, 2), E_PKG_FORMAT);
	f[0] = good;
	f[0].attributes = (uint32_t)040755 << 16;
	CHECK_ERR(scan_only_zip(f, 2, 2), E_PKG_FORMAT);
	f[0].system = 0;
	f[0].attributes = 0x10;
	CHECK_ERR(scan_only_zip(f, 2, 2), E_PKG_FORMAT);
}

/* What the scan is made to have said, whatever is in the archive. */
struct told {
	struct admitted m[2];
	unsigned n, next;
};

static bool expect(void *ctx, struct admitted *out)
{
	struct told *t = ctx;

	if (t->next == t->n) return false;
	*out = t->m[t->next++];
	return true;
}

/* libarchive reads a directory "d" and a file "d/f" of three bytes; t is what is expected. */
static enum err compare(struct told t)
{
	struct buf b = buf_heap(1 << 20);
	struct unpacked u = {.fd = -1};
	struct unpack_job *job;
	struct archive *a = archive_read_new();
	struct extraction x = {.expect = expect, .ctx = &t, .positions = true};
	enum err e;

	tar_dir(&b, "d/");
	tar_file(&b, "d/f", "abc");
	tar_end(&b);
	u = run_archive(SLICE("")); /* for its empty directory */
	job = unpack_job_new(u.fd, clock_mono_us() + 20000000);
	x.job = job;
	CHECK(job && !unpack_job_begin(job, 0));
	CHECK(archive_read_support_format_tar(a) == ARCHIVE_OK);
	CHECK(archive_read_open_memory(a, b.p, b.n) == ARCHIVE_OK);
	e = extract(&x, a);
	if (e) CHECK(job->why.code == e && strstr(job->why.text, "two readers disagree"));
	if (!e) CHECK(has_file(&u, "d/f", "abc", false));
	archive_read_free(a);
	unpack_job_free(&job);
	unpacked_drop(&u);
	buf_drop(&b);
	return e;
}

TEST(unpack_extract_compares)
{
	const struct told good = {.n = 2,
		.m = {{.path = SLICE("d")}, {.path = SLICE("d/f"),
						    .file = true,
						    .known = 1,
						    .size = 3,
						    .position = 512}}};
	struct told t = good;

	CHECK_ERR(compare(t), E_OK);
	t.m[1].path = SLICE("d/g");
	CHECK_ERR(compare(t), E_PKG_FORMAT);
	t = good;
	t.m[1].size = 2;
	CHECK_ERR(compare(t), E_PKG_FORMAT);
	t = good;
	t.m[1].size = 4;
	CHECK_ERR(compare(t), E_PKG_FORMAT);
	t = good;
	t.m[1].file = false;
	t.m[1].size = 3;
	CHECK_ERR(compare(t), E_PKG_FORMAT);
	t = good;
	t.m[0].file = true;
	CHECK_ERR(compare(t), E_PKG_FORMAT);
	t = good;
	t.m[1].position = 1024;
	CHECK_ERR(compare(t), E_PKG_FORMAT);
	t = good;
	t.n = 1;
	CHECK_ERR(compare(t), E_PKG_FORMAT);
	t = good;
	t.n = 0;
	CHECK_ERR(compare(t), E_PKG_FORMAT);
	t = good;
	t.m[0] = t.m[1];
	CHECK_ERR(compare(t), E_PKG_FORMAT);
}

/* A deflated member of no bytes that says it has five: libarchive believes it. */
TEST(unpack_extract_counts_content)
{
	struct zip_file f[] = {FILE_OF("a", "")};
	struct zip_tail t = {.count = 1};
	struct buf b = buf_heap(1 << 16);
	struct unpacked u;

	f[0].size = 5;
	zip_local(&b, f);
	t.at = b.n;
	zip_central(&b, f);
	t.size = b.n - t.at;
	zip_end(&b, &t);
	b.p[8] = b.p[t.at + 10] = 8; /* the method, in both headers */
	u = run_archive(buf_slice(&b));
	CHECK_ERR(u.code, E_PKG_FORMAT);
	CHECK(strstr(u.text, "length of the content") != NULL);
	unpacked_drop(&u);
	buf_drop(&b);
}
