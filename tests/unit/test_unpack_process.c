/* SPDX-License-Identifier: MIT */
/* unpack/: the two process bodies, their results, and their system calls. */
#include <fcntl.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/hash.h"
#include "make_archive.h"
#include "proc/inspection.h"
#include "proc/memfd.h"
#include "proc/unpack_result.h"
#include "test.h"
#include "unpack/unpack.h"
#include "unpack_run.h"

/* The table on top of src/unpack/unpack.c. */
static const int calls[] = {SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(close), SCMP_SYS(openat),
	SCMP_SYS(openat2), SCMP_SYS(getdents64), SCMP_SYS(newfstatat), SCMP_SYS(fstat),
	SCMP_SYS(fcntl), SCMP_SYS(mkdirat), SCMP_SYS(fchmodat), SCMP_SYS(fchmod),
	SCMP_SYS(utimensat), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect),
	SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(clock_gettime), SCMP_SYS(exit_group)};
static const int manifest_calls[] = {SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(mmap),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(brk),
	SCMP_SYS(exit_group)};
static const int inspect_calls[] = {SCMP_SYS(write), SCMP_SYS(close), SCMP_SYS(openat),
	SCMP_SYS(fstat), SCMP_SYS(fcntl), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(exit_group)};

static void confine(const int *list, size_t n)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	size_t i;

	if (!ctx) _exit(90);
	for (i = 0; i < n; i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, list[i], 0)) _exit(91);
	if (seccomp_load(ctx)) _exit(92);
}

struct outcome {
	bool ended; /* by itself, with status 0 and a result */
	struct unpack_result unpack;
	struct manifest_result manifest;
	long max_rss_kib;
	struct buf bytes; /* to which the results point */
};

enum body { BODY_UNPACK, BODY_MANIFEST };

/* Runs a body in a child, confined where filtered is set. */
static struct outcome run_body(enum body body, int source, int dst, struct slice top, bool filtered)
{
	struct outcome o = {.bytes = buf_heap(1 << 20)};
	struct codec c;
	struct rusage usage;
	int result = memfd_open("result"), status;
	pid_t pid = fork();

	if (pid == 0) {
		if (filtered && body == BODY_UNPACK) confine(calls, sizeof calls / sizeof *calls);
		if (filtered && body == BODY_MANIFEST)
			confine(manifest_calls, sizeof manifest_calls / sizeof *manifest_calls);
		_exit(body == BODY_UNPACK ? unpack_process(result, source, dst)
					  : manifest_process(result, source, top));
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) abort();
	o.ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	o.max_rss_kib = usage.ru_maxrss;
	if (lseek(result, 0, SEEK_SET) < 0 || fd_read_all(result, &o.bytes)) abort();
	c = codec_reader(buf_slice(&o.bytes));
	if (body == BODY_UNPACK)
		codec_unpack_result(&c, &o.unpack);
	else
		codec_manifest_result(&c, &o.manifest);
	if (o.ended) CHECK_ERR(codec_end(&c), E_OK);
	fd_close(&result);
	return o;
}

/* Takes source. */
static struct outcome unpack_source(int source, bool filtered)
{
	struct outcome o;
	char dir[64];
	int dst;

	fresh_directory(dir);
	dst = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	o = run_body(BODY_UNPACK, source, dst, SLICE_NONE, filtered);
	fd_close(&source);
	fd_close(&dst);
	remove_tree(dir);
	return o;
}

static struct outcome unpack_bytes(struct slice archive, bool filtered)
{
	return unpack_source(memfd_of("archive", archive), filtered);
}

static struct outcome read_bytes(struct slice file, const char *top, bool filtered)
{
	int source = memfd_open("SKILL.md");
	struct outcome o;

	if (fd_write_all(source, file) || lseek(source, 0, SEEK_SET) < 0) abort();
	o = run_body(BODY_MANIFEST, source, -1, slice_str(top), filtered);
	fd_close(&source);
	return o;
}

static void outcome_drop(struct outcome *o)
{
	buf_drop(&o->bytes);
}

TEST(unpack_process_reports)
{
	struct buf b = buf_heap(1 << 20);
	struct outcome o;
	unsigned i;
	char name[32];

	tar_file(&b, "SKILL.md", "---\nname: x\n---\n");
	tar_head(&b, &(struct tar_head){.name = "s", .mode = 04755});
	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "\xc3\xa9%u/.DS_Store", i);
		tar_file(&b, name, "");
	}
	tar_end(&b);
	o = unpack_bytes(buf_slice(&b), false);
	CHECK(o.ended);
	CHECK_ERR(o.unpack.refusal.code, E_OK);
	CHECK(o.unpack.entries == 42 && o.unpack.ignored_total == 40);
	CHECK(o.unpack.n_ignored == RECORD_IGNORED && o.unpack.unpacked_bytes == 16);
	CHECK_SLICE(o.unpack.ignored[1], SLICE("\\u{e9}1/.DS_Store"));
	CHECK(o.unpack.n_warnings == 1);
	outcome_drop(&o);
	b.n = 0;
	tar_file(&b, "../\xff", "x");
	tar_end(&b);
	o = unpack_bytes(buf_slice(&b), false);
	CHECK(o.ended && o.unpack.refusal.code == E_PATH_INVALID && o.unpack.refusal.member == 1);
	CHECK_SLICE(o.unpack.refusal.name, SLICE("../\\xff"));
	CHECK(o.unpack.refusal.text.n > 0);
	outcome_drop(&o);
	o = unpack_bytes(SLICE(""), false);
	CHECK(o.ended && o.unpack.refusal.code == E_NO_PACKAGE);
	outcome_drop(&o);
	buf_drop(&b);
}

/* What the caller should not have given is not called the package's fault. */
TEST(unpack_process_wrong_sources)
{
	int unsealed = memfd_open("unsealed"), zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	struct outcome o;

	o = run_body(BODY_UNPACK, unsealed, -1, SLICE_NONE, false);
	CHECK(o.ended && o.unpack.refusal.code == E_INTERNAL);
	outcome_drop(&o);
	o = run_body(BODY_UNPACK, -1, -1, SLICE_NONE, false);
	CHECK(o.ended && o.unpack.refusal.code == E_INTERNAL);
	outcome_drop(&o);
	o = run_body(BODY_MANIFEST, -1, -1, SLICE_NONE, false);
	CHECK(o.ended && o.manifest.refusal.code == E_SYSTEM);
	outcome_drop(&o);
	o = run_body(BODY_MANIFEST, zero, -1, SLICE_NONE, false);
	CHECK(o.ended && o.manifest.refusal.code == E_MANIFEST_TOO_LARGE);
	outcome_drop(&o);
	fd_close(&unsealed);
	fd_close(&zero);
}

TEST(unpack_process_manifest_reports)
{
	struct outcome o = read_bytes(
		SLICE("---\nname: x\nversion: 1.0.0\ndescription: d\ntest_command: '[\"a\"]'\n---\n"),
		"x", false);

	CHECK(o.ended && o.manifest.refusal.code == E_OK);
	CHECK_SLICE(o.manifest.manifest.name, SLICE("x"));
	CHECK(o.manifest.manifest.command.n == 1 && o.manifest.manifest.n_warnings == 0);
	outcome_drop(&o);
	o = read_bytes(SLICE("---\r\nname: x\r\nname: y\r\n---\r\n"), "x", false);
	CHECK(o.ended && o.manifest.refusal.code == E_YAML_DUPLICATE_KEY);
	CHECK(o.manifest.refusal.line == 3 && o.manifest.refusal.column == 1);
	CHECK(o.manifest.manifest.n_warnings == 1);
	outcome_drop(&o);
}

/* The largest of everything still fits into the encoded result. */
TEST(unpack_process_manifest_at_its_limits)
{
	struct buf b = buf_heap(1 << 20);
	struct outcome o;
	size_t i, n;

	buf_str(&b, "---\nname: x\nversion: 1.0.0\ndescription: ");
	for (n = 0; n < LIMIT_DESCRIPTION_BYTES; n++)
		buf_u8(&b, 'd');
	buf_str(&b, "\ntest:\n  command: [");
	for (n = 0; n < LIMIT_ARGS; n++)
		buf_str(&b, "aaaaaaaaaaaaaaa,");
	buf_str(&b, "]\n  environment:\n");
	for (i = 0; i < LIMIT_ENV; i++) {
		buf_fmt(&b, "  - E%zu=", i);
		for (n = 0; n < 480; n++)
			buf_u8(&b, 'v');
		buf_str(&b, "\n");
	}
	buf_str(&b, "---\n");
	o = read_bytes(buf_slice(&b), "x", false);
	CHECK(o.ended && o.manifest.refusal.code == E_OK);
	CHECK(o.manifest.manifest.n_env == LIMIT_ENV &&
		o.manifest.manifest.command.n == LIMIT_ARGS);
	outcome_drop(&o);
	buf_drop(&b);
}

/* A tar that needs long names, extended headers and enough memory to make malloc work. */
static void rich_tar(struct buf *b)
{
	struct buf body = buf_heap(1 << 20), big = buf_heap(1 << 21);

	tar_dir(b, "top/");
	tar_file(b, "top/SKILL.md", "---\nname: x\n---\n");
	tar_long(b, SLICE("top/a/b/c/d/e"), "deep");
	buf_zeros(&big, 700000);
	memset(big.p, 'v', big.n);
	pax_record(&body, "comment", buf_slice(&big));
	tar_extended(b, 'x', buf_slice(&body));
	tar_file(b, "top/\xc3\xa9", "x");
	tar_head(b, &(struct tar_head){.name = "top/big", .size = big.n});
	tar_content(b, buf_slice(&big));
	tar_end(b);
	buf_drop(&body);
	buf_drop(&big);
}

static void check_confined(struct slice archive, enum err want, int line)
{
	struct outcome o = unpack_bytes(archive, true);

	if (!o.ended) test_fail(__FILE__, line, "the confined process died");
	if (o.ended) test_err(__FILE__, line, o.unpack.refusal.code, want);
	outcome_drop(&o);
}

TEST(unpack_process_confined)
{
	struct buf t = buf_heap(ARCHIVE_MAX), z = buf_heap(ARCHIVE_MAX);
	struct zip_file files[] = {
		{.name = SLICE("a/b"), .content = SLICE("x"), .method = 8, .system = 3},
		{.name = SLICE("a/\xc3\xa9"), .content = SLICE("y"), .flags = 0x800}};
	struct outcome o;
	char dir[64], path[100], to[64];
	int source, dst;

	NEEDS_MUSL();
	rich_tar(&t);
	check_confined(buf_slice(&t), E_OK, __LINE__);
	gzip_member(&z, buf_slice(&t), 8);
	check_confined(buf_slice(&z), E_OK, __LINE__);
	z.n = 0;
	zstd_frame(&z, buf_slice(&t));
	check_confined(buf_slice(&z), E_OK, __LINE__);
	check_confined(slice_sub(buf_slice(&t), 0, 3000), E_PKG_TRUNCATED, __LINE__);
	z.n = 0;
	zip_all(&z, files, 2);
	check_confined(buf_slice(&z), E_OK, __LINE__);
	check_confined(SLICE("---\nname: x\n---\n"), E_OK, __LINE__);
	check_confined(SLICE("not an archive"), E_PKG_FORMAT, __LINE__);
	fresh_directory(dir);
	fresh_directory(to);
	snprintf(path, sizeof path, "%s/SKILL.md", dir);
	CHECK(!file_write(path, SLICE("---\nname: x\n---\n")));
	source = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	dst = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	o = run_body(BODY_UNPACK, source, dst, SLICE_NONE, true);
	CHECK(o.ended && o.unpack.refusal.code == E_OK && o.unpack.entries == 1);
	outcome_drop(&o);
	fd_close(&source);
	fd_close(&dst);
	remove_tree(dir);
	remove_tree(to);
	o = read_bytes(SLICE("---\nname: x\nmetadata: '{\"a\": \"b\"}'\nd: a: b\n---\n"), "", true);
	CHECK(o.ended && o.manifest.refusal.code == E_OK);
	outcome_drop(&o);
	o = read_bytes(buf_slice(&t), "", true);
	CHECK(o.ended && o.manifest.refusal.code == E_MANIFEST_TOO_LARGE);
	outcome_drop(&o);
	buf_drop(&t);
	buf_drop(&z);
}

/* Sends a request for two files below dir and reads the answer into *out, which points into b. */
static bool inspect_body(int dir, struct slice missing, struct buf *b, struct inspection *out)
{
	struct inspected_file files[] = {
		{SLICE("SKILL.md"), false}, {SLICE("a/b.sh"), true}, {missing, false}};
	struct inspection_request r = {
		.manifest = SLICE("SKILL.md"), .n_files = missing.n ? 3 : 2, .files = files};
	struct buf q = buf_heap(INSPECTION_REQUEST_BYTES);
	struct codec c = codec_writer(&q);
	int source, result = memfd_open("result"), status = -1;
	pid_t pid;

	codec_inspection_request(&c, &r);
	CHECK_ERR(codec_end(&c), E_OK);
	source = memfd_of("request", buf_slice(&q));
	pid = fork();
	if (pid == 0) {
		confine(inspect_calls, sizeof inspect_calls / sizeof *inspect_calls);
		_exit(inspect_process(result, source, dir));
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0) abort();
	if (lseek(result, 0, SEEK_SET) < 0 || fd_read_all(result, b)) abort();
	c = codec_reader(buf_slice(b));
	codec_inspection(&c, out);
	fd_close(&source);
	fd_close(&result);
	buf_drop(&q);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 && !codec_end(&c);
}

TEST(unpack_process_inspect_confined)
{
	static struct inspection found;
	struct buf b = buf_heap(INSPECTION_BYTES), text = buf_heap(4 * MIB);
	char dir[64], path[100];
	unsigned i;
	int fd;

	NEEDS_MUSL();
	fresh_directory(dir);
	snprintf(path, sizeof path, "%s/SKILL.md", dir);
	CHECK(!file_write(path, SLICE("---\nname: x\nmetadata: {openclaw: {requires: {bins: [jq]}}}"
				      "\nallowed-tools: Bash(git:*)\n---\n")));
	snprintf(path, sizeof path, "%s/a", dir);
	CHECK(mkdir(path, 0755) == 0);
	/* Enough to make buffers grow. */
	buf_str(&text, "#!/bin/sh\njq . | git x | curl https://a.b.io\n");
	for (i = 0; i < 100000; i++)
		buf_str(&text, "echo a line of text\n");
	snprintf(path, sizeof path, "%s/a/b.sh", dir);
	CHECK(!file_write(path, buf_slice(&text)));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(inspect_body(fd, SLICE_NONE, &b, &found) && found.present && found.n == 6);
	for (i = 0; i < found.n; i++) {
		const struct fact *row = &found.rows[i];
		bool of_manifest = slice_is(row->value, "jq") || slice_is(row->value, "git");

		CHECK(row->declared == of_manifest);
		CHECK(slice_is(row->path, "a/b.sh"));
		CHECK(row->kind != FACT_HOST || (row->line == 2 && slice_is(row->value, "a.b.io")));
	}
	/* A file that is not there is nobody's fault but the caller's: no result at all. */
	buf_reset(&b);
	CHECK(!inspect_body(fd, SLICE("c"), &b, &found) && b.n == 0);
	fd_close(&fd);
	remove_tree(dir);
	buf_drop(&b);
	buf_drop(&text);
}

/* Digests of a counter: bytes that do not compress. */
static void put_noise(struct buf *b, size_t n)
{
	uint8_t digest[SHA256_LEN];
	size_t i;

	for (i = 0; i < n; i += sizeof digest) {
		sha256(slice_of(&i, sizeof i), digest);
		buf_put(b, SLICE_OF(digest));
	}
}

/* An archive of nearly the largest size, as a sealed memory file. */
static int large_archive(enum package_compression kind, bool zip)
{
	struct buf t = buf_heap(ARCHIVE_MAX), z = buf_heap(ARCHIVE_MAX);
	struct zip_file f[] = {{.name = SLICE("x")}};
	int fd;

	if (!zip) tar_head(&t, &(struct tar_head){.name = "x", .size = 15 << 20});
	put_noise(&t, 15 << 20);
	if (!zip) tar_end(&t);
	f[0].content = buf_slice(&t);
	if (zip) zip_all(&z, f, 1);
	if (kind == COMPRESSION_ZSTD) {
		zstd_frame(&z, buf_slice(&t));
		z.p[5] = 0x68; /* the widest window, 8 MiB */
	}
	fd = memfd_of("archive", z.n ? buf_slice(&z) : buf_slice(&t));
	buf_drop(&t);
	buf_drop(&z);
	return fd;
}

/* Resident memory of this process, which a copy of it begins with. */
static long resident_kib(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f && fscanf(f, "%*d %ld", &pages) != 1) pages = 0;
	if (f) fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/*
 * Memory is bounded whatever comes in, beside what this process holds, of
 * which the other is a copy; the sanitizers' own memory would not fit.
 */
TEST(unpack_process_memory)
{
	static const enum package_compression kinds[] = {
		COMPRESSION_NONE, COMPRESSION_ZSTD, COMPRESSION_NONE};
	int i;

#ifdef __GLIBC__
	SKIP("the sanitizers take memory of their own");
#endif
	for (i = 0; i < 3; i++) {
		int archive = large_archive(kinds[i], i == 2);
		long before = resident_kib();
		struct outcome o = unpack_source(archive, false);

		CHECK(o.ended && o.unpack.refusal.code == E_OK);
		CHECK(o.unpack.unpacked_bytes == 15 << 20);
		CHECK(o.max_rss_kib - before < 48 * 1024);
		if (getenv("V")) printf("# %d: %ld KiB\n", i, o.max_rss_kib - before);
		outcome_drop(&o);
	}
}
