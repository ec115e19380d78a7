/* SPDX-License-Identifier: MIT */
/* unpack/: packages that are directories. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/limits.h"
#include "proc/record.h"
#include "test.h"
#include "unpack_run.h"

/* A directory to copy; names below it. */
struct source {
	char dir[64];
	int fd;
};

static struct source source_new(void)
{
	struct source s;

	fresh_directory(s.dir);
	s.fd = open(s.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s.fd < 0) abort();
	return s;
}

static void source_drop(struct source *s)
{
	fd_close(&s->fd);
	remove_tree(s->dir);
}

static void put(const struct source *s, const char *name, const char *content, mode_t mode)
{
	int fd = openat(s->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || fd_write_all(fd, slice_str(content)) || fchmod(fd, mode) < 0) abort();
	fd_close(&fd);
}

static void put_directory(const struct source *s, const char *name)
{
	if (mkdirat(s->fd, name, 0700) < 0) abort();
}

/* Copying the directory ends with this code; drops it. */
static void check(struct source *s, enum err want, const char *name, int line)
{
	struct unpacked u = run_directory(s->dir);

	if (u.code != want) test_err(__FILE__, line, u.code, want);
	if (name && strcmp(u.name, name) != 0) test_fail(__FILE__, line, u.name);
	if (u.code && !u.text[0]) test_fail(__FILE__, line, "a refusal without a text");
	unpacked_drop(&u);
	source_drop(s);
}

TEST(unpack_directory_plain)
{
	struct source s = source_new();
	struct unpacked u;

	put(&s, "SKILL.md", "---\nname: x\n---\n", 0400);
	put_directory(&s, "sub");
	put(&s, "sub/run.sh", "#!/bin/sh\n", 04711);
	put_directory(&s, "sub/deep");
	put_directory(&s, "empty");
	put(&s, "sub/deep/e\xcc\x81", "x", 0666);
	put_directory(&s, "__MACOSX");
	put(&s, "__MACOSX/y", "litter", 0600);
	put(&s, ".DS_Store", "litter", 0600);
	put(&s, ".hidden", "h", 0600);
	u = run_directory(s.dir);
	CHECK_ERR(u.code, E_OK);
	CHECK(u.format == PACKAGE_DIRECTORY && u.entries == 10 && u.ignored == 3);
	CHECK(strcmp(u.first_ignored, ".DS_Store") == 0);
	CHECK(strcmp(u.warnings, "mode-bits-dropped path-decomposed") == 0);
	CHECK(has_file(&u, "SKILL.md", "---\nname: x\n---\n", false));
	CHECK(has_file(&u, "sub/run.sh", "#!/bin/sh\n", true));
	CHECK(has_file(&u, "sub/deep/e\xcc\x81", "x", false));
	CHECK(has_file(&u, ".hidden", "h", false));
	CHECK(has_directory(&u, "empty") && has_directory(&u, "sub/deep"));
	CHECK(count_tree(&u) == 7 && u.bytes == 16 + 10 + 1 + 1);
	unpacked_drop(&u);
	source_drop(&s);
}

TEST(unpack_directory_refuses_what_is_no_file)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	struct source s = source_new();
	int fd;

	put(&s, "a", "x", 0600);
	if (symlinkat("a", s.fd, "b")) abort();
	check(&s, E_PKG_MEMBER_TYPE, "b", __LINE__);
	s = source_new();
	if (symlinkat("/tmp", s.fd, "d")) abort();
	check(&s, E_PKG_MEMBER_TYPE, "d", __LINE__);
	s = source_new();
	if (mkfifoat(s.fd, "pipe", 0600)) abort();
	check(&s, E_PKG_MEMBER_TYPE, "pipe", __LINE__);
	s = source_new();
	snprintf(name.sun_path, sizeof name.sun_path, "%s/sock", s.dir);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof name)) abort();
	fd_close(&fd);
	check(&s, E_PKG_MEMBER_TYPE, "sock", __LINE__);
	s = source_new();
	if (mknodat(s.fd, "null", S_IFCHR | 0600, 0x103) == 0)
		check(&s, E_PKG_MEMBER_TYPE, "null", __LINE__);
	else
		source_drop(&s);
}

TEST(unpack_directory_names)
{
	struct source s = source_new();
	char name[300];
	unsigned i;

	put(&s, "a\\b", "x", 0600);
	check(&s, E_PATH_INVALID, "a\\\\b", __LINE__);
	s = source_new();
	put(&s, "a\xff", "x", 0600);
	check(&s, E_PATH_INVALID, "a\\xff", __LINE__);
	s = source_new();
	put(&s, "a\n", "x", 0600);
	check(&s, E_PATH_INVALID, "a\\x0a", __LINE__);
	s = source_new();
	put(&s, "A", "x", 0600);
	put_directory(&s, "a");
	put(&s, "a/b", "x", 0600);
	check(&s, E_PATH_COLLISION, "a", __LINE__);
	s = source_new();
	for (name[0] = '\0', i = 0; i < 16; i++) {
		strcat(name, i ? "/d" : "d");
		put_directory(&s, name);
	}
	strcat(name, "/f");
	put(&s, name, "x", 0600);
	check(&s, E_PATH_TOO_LONG, name, __LINE__);
}

/* In order, so that the same package is always refused for the same reason. */
TEST(unpack_directory_order_is_bytewise)
{
	struct source s = source_new();
	struct unpacked u;

	put(&s, "b\n", "x", 0600);
	put(&s, "a\n", "x", 0600);
	put(&s, "\xc3\xa9\n", "x", 0600);
	put_directory(&s, "Z");
	put(&s, "Z/y\n", "x", 0600);
	put(&s, "Z/a", "x", 0600);
	u = run_directory(s.dir);
	CHECK_ERR(u.code, E_PATH_INVALID);
	CHECK(u.member == 3 && strcmp(u.name, "Z/y\\x0a") == 0);
	unpacked_drop(&u);
	source_drop(&s);
}

TEST(unpack_directory_limits)
{
	struct source s = source_new();
	char name[16];
	int i, fd;

	for (i = 0; i < LIMIT_MEMBERS - 1; i++) {
		snprintf(name, sizeof name, "%d", i);
		put(&s, name, "", 0600);
	}
	put_directory(&s, "d");
	{
		struct unpacked u = run_directory(s.dir);

		CHECK_ERR(u.code, E_OK);
		CHECK(u.entries == LIMIT_MEMBERS);
		unpacked_drop(&u);
	}
	put(&s, "d/one", "", 0600);
	check(&s, E_PKG_ENTRIES, NULL, __LINE__);
	s = source_new();
	fd = openat(s.fd, "big", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, LIMIT_FILE_BYTES + 1)) abort();
	fd_close(&fd);
	check(&s, E_PKG_BOMB, "big", __LINE__);
	s = source_new();
	for (i = 0; i < 5; i++) {
		snprintf(name, sizeof name, "%d", i);
		fd = openat(s.fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || ftruncate(fd, 13 << 20)) abort();
		fd_close(&fd);
	}
	check(&s, E_PKG_BOMB, "4", __LINE__);
}

TEST(unpack_directory_late)
{
	struct source s = source_new();
	struct unpacked u;

	put(&s, "a", "x", 0600);
	u = run_directory_late(s.dir);
	CHECK_ERR(u.code, E_PKG_TIMEOUT);
	unpacked_drop(&u);
	source_drop(&s);
}

/* Files of /proc say that they are empty and are not: like files that grow. */
TEST(unpack_directory_notices_changes)
{
	struct unpacked u;

	if (access("/proc/sys/kernel/random/boot_id", R_OK)) SKIP("no /proc/sys/kernel/random");
	u = run_directory("/proc/sys/kernel/random");
	CHECK_ERR(u.code, E_PKG_FORMAT);
	CHECK(strcmp(u.name, "boot_id") == 0 && strstr(u.text, "changed") != NULL);
	unpacked_drop(&u);
}

/* And files of /sys say that they have 4096 bytes: like files that shrink. */
TEST(unpack_directory_notices_shrinking)
{
	struct unpacked u;

	if (access("/sys/class/net/lo/statistics/tx_bytes", R_OK)) SKIP("no /sys/class/net/lo");
	u = run_directory("/sys/class/net/lo/statistics");
	CHECK_ERR(u.code, E_PKG_FORMAT);
	CHECK(u.member == 1 && strstr(u.text, "changed") != NULL);
	unpacked_drop(&u);
}

/* Runs f in a child; its exit status, or -1 when it died. */
static int in_child(int (*f)(const char *dir), const char *dir)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) _exit(f(dir));
	if (pid < 0 || waitpid(pid, &status, 0) < 0) abort();
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define CHILD_SKIP 77

static int copy_without_openat2(const char *dir)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	struct unpacked u;
	int r;

	if (!ctx || seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0) ||
		seccomp_load(ctx))
		return CHILD_SKIP;
	u = run_directory(dir);
	r = u.code == E_OK && has_file(&u, "d/f", "x", false) ? 0 : 1;
	unpacked_drop(&u);
	return r;
}

TEST(unpack_directory_without_openat2)
{
	struct source s = source_new();
	int r;

	put_directory(&s, "d");
	put(&s, "d/f", "x", 0600);
	r = in_child(copy_without_openat2, s.dir);
	source_drop(&s);
	if (r == CHILD_SKIP) SKIP("no seccomp filter can be loaded");
	CHECK(r == 0);
}

static int mount_below(const char *dir)
{
	char path[100];

	snprintf(path, sizeof path, "%s/d", dir);
	if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS)) return CHILD_SKIP;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		mount("none", path, "tmpfs", 0, NULL))
		return CHILD_SKIP;
	return 0;
}

static int copy_mount(const char *dir)
{
	struct unpacked u;
	int r = mount_below(dir);

	if (r) return r;
	u = run_directory(dir);
	r = u.code == E_PKG_MEMBER_TYPE && strstr(u.text, "mount") ? 0 : 1;
	unpacked_drop(&u);
	return r;
}

static int copy_mount_without_openat2(const char *dir)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	struct unpacked u;
	int r = mount_below(dir);

	if (r) return r;
	if (!ctx || seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(openat2), 0) ||
		seccomp_load(ctx))
		return CHILD_SKIP;
	u = run_directory(dir);
	r = u.code == E_PKG_MEMBER_TYPE && strstr(u.text, "mount") ? 0 : 1;
	unpacked_drop(&u);
	return r;
}

TEST(unpack_directory_refuses_mount_points)
{
	struct source s = source_new();
	int a, b;

	put_directory(&s, "d");
	a = in_child(copy_mount, s.dir);
	b = in_child(copy_mount_without_openat2, s.dir);
	source_drop(&s);
	if (a == CHILD_SKIP || b == CHILD_SKIP) SKIP("nothing can be mounted here");
	CHECK(a == 0 && b == 0);
}

/* An entry that may not be read is the machine's fault, not the package's. */
static int copy_unreadable(const char *dir)
{
	struct unpacked u;
	int r;

	/* Root reads everything: become somebody else. */
	if (geteuid() == 0 && (setegid(65534) || seteuid(65534))) return CHILD_SKIP;
	u = run_directory(dir);
	r = u.code == E_SYSTEM && strcmp(u.name, "f") == 0 ? 0 : 1;
	unpacked_drop(&u);
	return r;
}

TEST(unpack_directory_unreadable)
{
	struct source s = source_new();
	int r;

	put(&s, "f", "x", 0);
	if (chmod(s.dir, 0755)) abort();
	r = in_child(copy_unreadable, s.dir);
	source_drop(&s);
	if (r == CHILD_SKIP) SKIP("the user cannot be changed");
	CHECK(r == 0);
}
