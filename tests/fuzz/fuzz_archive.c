/* SPDX-License-Identifier: MIT */
/*
 * Uploads of every kind, unpacked into a directory of this process that is
 * emptied after each. Checksums of tar headers are made right first, so that
 * mutations reach what stands behind them. An input that begins with byte 1 is
 * a list of pax records, with byte 2 the variable parts of a zip member: the
 * archives around them are made here.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit/make_archive.c"
#include "base/clock.h"
#include "base/cur.h"
#include "unpack/archive.h"

#define INPUT_PAX 1
#define INPUT_ZIP 2

static char dir[64];
static int dir_fd = -1;
static uint64_t found_bytes;

static void open_directory(void)
{
	snprintf(dir, sizeof dir, "%s/fuzz-XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	FUZZ_ASSERT(mkdtemp(dir));
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	FUZZ_ASSERT(dir_fd >= 0);
}

/* Only plain files and directories come out, with plain modes. */
static int look_at(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	if (ftw->level == 0) return 0;
	FUZZ_ASSERT(S_ISREG(st->st_mode) || S_ISDIR(st->st_mode));
	FUZZ_ASSERT((st->st_mode & 07022) == 0);
	if (S_ISREG(st->st_mode)) found_bytes += (uint64_t)st->st_size;
	(void)type;
	FUZZ_ASSERT(remove(path) == 0);
	return 0;
}

static void fix_checksums(uint8_t *p, size_t n)
{
	size_t at, i;

	for (at = 0; at + 512 <= n; at += 512) {
		unsigned sum = 8 * ' ';
		char text[8];

		if (memcmp(p + at + 257, "ustar", 5) != 0) continue;
		for (i = 0; i < 512; i++)
			if (i < 148 || i >= 156) sum += p[at + i];
		snprintf(text, sizeof text, "%06o", sum);
		memcpy(p + at + 148, text, 7);
		p[at + 155] = ' ';
	}
}

static void check_result(struct unpack_job *job, enum err e)
{
	struct unpack_result *r = &job->admission.result;
	struct buf b = buf_heap(UNPACK_RESULT_BYTES);
	struct codec c = codec_writer(&b);

	FUZZ_ASSERT(r->refusal.code == e);
	FUZZ_ASSERT(e != E_INTERNAL && e != E_SYSTEM && e != E_NO_MEMORY);
	FUZZ_ASSERT(!e || r->refusal.text.n > 0);
	FUZZ_ASSERT(e || found_bytes == r->unpacked_bytes);
	codec_unpack_result(&c, r);
	FUZZ_ASSERT(codec_end(&c) == E_OK);
	buf_drop(&b);
}

/* Lines "key=value" become the pax header of a file. */
static void make_pax(struct buf *b, struct slice lines)
{
	struct buf body = buf_heap(ARCHIVE_MAX);

	while (lines.n) {
		struct slice value = slice_split(&lines, '\n'), key = slice_split(&value, '=');
		char name[64];

		if (slice_text(name, sizeof name, key)) pax_record(&body, name, value);
	}
	tar_extended(b, 'x', buf_slice(&body));
	tar_file(b, "plain", "content");
	tar_file(b, "next", "x");
	tar_end(b);
	buf_drop(&body);
}

/* Name, extra fields and content between bytes 0xfe; four bytes of attributes in front. */
static void make_zip(struct buf *b, struct slice s)
{
	struct zip_file f[] = {{.system = 3}, {.name = SLICE("other"), .content = SLICE("x")}};
	struct cur c = cur_of(s);

	f[0].attributes = cur_le32(&c);
	f[0].flags = cur_u8(&c) & 8 ? 0x800 : 0;
	s = cur_rest(&c);
	f[0].name = slice_sub(slice_split(&s, 0xfe), 0, 60000);
	f[0].local_extra = slice_sub(slice_split(&s, 0xfe), 0, 60000);
	f[0].central_extra = slice_sub(slice_split(&s, 0xfe), 0, 60000);
	f[0].content = s;
	f[0].method = s.n % 2 ? 8 : 0;
	zip_all(b, f, 2);
}

static void run(const uint8_t *data, size_t size)
{
	/* An exact copy, so that reading beyond the end is noticed. */
	uint8_t *copy = malloc(size ? size : 1);
	struct unpack_job *job;
	enum err e;

	if (dir_fd < 0) open_directory();
	job = unpack_job_new(dir_fd, clock_mono_us() + 20000000);
	FUZZ_ASSERT(copy && job);
	if (size) memcpy(copy, data, size);
	fix_checksums(copy, size);
	e = unpack_archive(slice_of(copy, size), job);
	found_bytes = 0;
	nftw(dir, look_at, 16, FTW_DEPTH | FTW_PHYS);
	check_result(job, e);
	unpack_job_free(&job);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b = buf_heap(ARCHIVE_MAX);
	struct slice rest = slice_from(slice_of(data, size), 1);

	if (size && data[0] == INPUT_PAX) make_pax(&b, rest);
	if (size && data[0] == INPUT_ZIP) make_zip(&b, rest);
	if (b.n)
		run(b.p, b.n);
	else
		run(data, size);
	buf_drop(&b);
	return 0;
}
