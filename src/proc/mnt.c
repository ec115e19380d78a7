/* SPDX-License-Identifier: MIT */
/* Mounts by descriptor. Runs in the role start, runner and the command line. */
#include "proc/mnt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/limits.h"
#include "proc/sys.h"

/* include/uapi/linux/mount.h and the system call table of x86-64. */
#define NR_OPEN_TREE     428
#define NR_MOVE_MOUNT    429
#define NR_FSOPEN        430
#define NR_FSCONFIG      431
#define NR_FSMOUNT       432
#define NR_MOUNT_SETATTR 442

#define FSOPEN_CLOEXEC_FLAG  1
#define FSMOUNT_CLOEXEC_FLAG 1
#define FSCONFIG_FLAG        0
#define FSCONFIG_STRING      1
#define FSCONFIG_CREATE      6
#define OPEN_TREE_COPY       1
#define MOVE_F_EMPTY_PATH    4
#define AT_TREE              0x8000

struct mount_attrs {
	uint64_t attr_set, attr_clr, propagation, userns_fd;
};
_Static_assert(sizeof(struct mount_attrs) == 32, "MOUNT_ATTR_SIZE_VER0");

static int set_option(int fs, const char *option)
{
	char key[64];
	const char *eq = strchr(option, '=');

	if (!eq) return (int)syscall(NR_FSCONFIG, fs, FSCONFIG_FLAG, option, NULL, 0);
	if ((size_t)(eq - option) >= sizeof key) {
		errno = EINVAL;
		return -1;
	}
	memcpy(key, option, (size_t)(eq - option));
	key[eq - option] = '\0';
	return (int)syscall(NR_FSCONFIG, fs, FSCONFIG_STRING, key, eq + 1, 0);
}

int mnt_new(const char *type, const char *const *options, unsigned attrs)
{
	int fs = (int)syscall(NR_FSOPEN, type, FSOPEN_CLOEXEC_FLAG), fd = -1, saved;
	int ok = fs >= 0;

	for (; ok && options && *options; options++)
		ok = set_option(fs, *options) == 0;
	if (ok) ok = syscall(NR_FSCONFIG, fs, FSCONFIG_CREATE, NULL, NULL, 0) == 0;
	if (ok) fd = (int)syscall(NR_FSMOUNT, fs, FSMOUNT_CLOEXEC_FLAG, attrs);
	saved = errno;
	if (fs >= 0) close(fs);
	errno = saved;
	return fd;
}

int mnt_tmpfs(uint64_t size, uint64_t inodes, unsigned mode, uid_t uid, gid_t gid, unsigned attrs)
{
	char opt[5][40];
	const char *list[6] = {opt[0], opt[1], opt[2], opt[3], opt[4], NULL};

	snprintf(opt[0], sizeof opt[0], "size=%llu", (unsigned long long)(size ? size : MIB));
	snprintf(opt[1], sizeof opt[1], "nr_inodes=%llu",
		(unsigned long long)(inodes ? inodes : 1024));
	snprintf(opt[2], sizeof opt[2], "mode=%o", mode);
	snprintf(opt[3], sizeof opt[3], "uid=%u", (unsigned)uid);
	snprintf(opt[4], sizeof opt[4], "gid=%u", (unsigned)gid);
	return mnt_new("tmpfs", list, attrs);
}

int mnt_copy(int dir, const char *path, int recursive)
{
	return (int)syscall(NR_OPEN_TREE, dir, path,
		OPEN_TREE_COPY | O_CLOEXEC | (recursive ? AT_TREE : 0) |
			(*path ? 0 : AT_EMPTY_PATH));
}

int mnt_alone_of(int fd)
{
	int inside = fd < 0 ? -1 : openat(fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC), saved = errno;

	if (fd >= 0) close(fd);
	errno = saved;
	return inside;
}

int mnt_alone(int dir, const char *path, unsigned attrs, int recursive)
{
	int fd = mnt_copy(dir, path, recursive), saved;

	if (fd < 0 || mnt_attrs(fd, attrs, 0) == 0) return mnt_alone_of(fd);
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

int mnt_attrs(int fd, unsigned set, int recursive)
{
	struct mount_attrs a = {.attr_set = set, .propagation = MS_PRIVATE};

	return (int)syscall(
		NR_MOUNT_SETATTR, fd, "", AT_EMPTY_PATH | (recursive ? AT_TREE : 0), &a, sizeof a);
}

int mnt_attach(int fd, int dir, const char *path)
{
	return (int)syscall(NR_MOVE_MOUNT, fd, "", dir, path, MOVE_F_EMPTY_PATH);
}

int mnt_bind(const char *from, int dir, const char *path, unsigned attrs, int recursive)
{
	int fd = mnt_copy(AT_FDCWD, from, recursive), r, saved;

	if (fd < 0) return -1;
	r = mnt_attrs(fd, attrs, recursive);
	if (r == 0) r = mnt_attach(fd, dir, path);
	saved = errno;
	close(fd);
	errno = saved;
	return r;
}

int mnt_private(void)
{
	return mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

int mnt_stack_root(int fd)
{
	return mnt_attach(fd, AT_FDCWD, "/");
}

int mnt_leave_old_root(int fd)
{
	if (fchdir(fd) < 0 || sys_pivot_root(".") < 0 || umount2(".", MNT_DETACH) < 0) return -1;
	return chdir("/");
}

int mnt_enter_root(int fd, const char *at)
{
	return fchdir(fd) < 0 || sys_pivot_root(at) < 0 ? -1 : chdir("/");
}

int mnt_detach(const char *path)
{
	return umount2(path, MNT_DETACH);
}

int mnt_pivot(int fd)
{
	return mnt_stack_root(fd) < 0 ? -1 : mnt_leave_old_root(fd);
}

int mnt_point_file(int dir, const char *path)
{
	int fd = openat(dir, path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0444);

	if (fd < 0) return -1;
	return close(fd);
}

int mnt_point_dir(int dir, const char *path, unsigned mode)
{
	return mkdirat(dir, path, mode);
}
