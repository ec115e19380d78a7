/* SPDX-License-Identifier: MIT */
/*
 * 124, CVE-2022-0185 (kernel): a parameter of fsconfig longer than a page ran over its
 * buffer, in reach of any new user namespace. 125, CVE-2021-4154 (kernel): fsconfig of
 * a version 1 control group freed a file twice. 126, CVE-2021-41133 (flatpak): a list
 * of forbidden mount calls did not know the newer ones. Here all of them are refused,
 * with a namespace of one's own out of reach, and numbers that nobody has judged do
 * not exist.
 * Outcome: PASSED:
 */
#include <sched.h>

#include "hostile.h"

enum { FSOPEN = 430, FSCONFIG = 431, SET_STRING = 1, SET_FD = 5 };

int main(void)
{
	/* From open_tree to mount_setattr, statmount, listmount, open_tree_attr and what comes. */
	static const int calls[] = {428, 429, 430, 431, 432, 433, 442, 457, 458, 459, 460, 461, 463,
		464, 465, 466, 467, 468, 469, 470, 471, 472};
	static const char *const types[] = {
		"ext4", "xfs", "cgroup", "cgroup2", "overlay", "fuse", "9p", "nfs", "tmpfs"};
	static char longer[8192];
	size_t i;
	long pid;
	int fd;

	memset(longer, 'A', sizeof longer - 1);
	fails_with("unshare", unshare(CLONE_NEWUSER | CLONE_NEWNS), EPERM);
	pid = syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0) _exit(0);
	fails_with("clone", pid, EPERM);
	for (i = 0; i < sizeof types / sizeof *types; i++) {
		fd = (int)syscall(FSOPEN, types[i], 0);
		fails_with(types[i], fd, EPERM);
		fails_with("a long parameter", syscall(FSCONFIG, fd, SET_STRING, "\0", longer, 0),
			EPERM);
		fails_with("a file as source", syscall(FSCONFIG, fd, SET_FD, "source", NULL, 0),
			EPERM);
	}
	for (i = 0; i < sizeof calls / sizeof *calls; i++) {
		long r = syscall(calls[i], AT_FDCWD, "/", 0, 0, 0, 0);

		holds("a call about mounts or attributes",
			r < 0 && (errno == EPERM || errno == ENOSYS));
	}
	return ending();
}
