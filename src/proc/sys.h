/* SPDX-License-Identifier: MIT */
/*
 * System calls that musl 1.2.3 does not wrap, with their kernel constants.
 * Layouts are the Linux user-space interface of x86-64; sizes are asserted.
 * All return what the system call returns: -1 with errno on failure.
 * Runs in init, runner, the role start and the command line.
 */
#ifndef PROC_SYS_H
#define PROC_SYS_H

#include <stdint.h>
#include <sys/types.h>

/* include/uapi/linux/sched.h */
#define SV_CLONE_NEWTIME       0x00000080ULL
#define SV_CLONE_PIDFD         0x00001000ULL
#define SV_CLONE_NEWNS         0x00020000ULL
#define SV_CLONE_NEWCGROUP     0x02000000ULL
#define SV_CLONE_NEWUTS        0x04000000ULL
#define SV_CLONE_NEWIPC        0x08000000ULL
#define SV_CLONE_NEWUSER       0x10000000ULL
#define SV_CLONE_NEWPID        0x20000000ULL
#define SV_CLONE_NEWNET        0x40000000ULL
#define SV_CLONE_CLEAR_SIGHAND 0x100000000ULL /* 5.5 */
#define SV_CLONE_INTO_CGROUP   0x200000000ULL /* 5.7 */
/* The namespace flags as clone(2) and unshare(2) see them. */
#define SV_CLONE_NAMESPACES 0x7e020000ULL

struct clone_args_v2 {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
		set_tid_size, cgroup;
};
_Static_assert(sizeof(struct clone_args_v2) == 88, "CLONE_ARGS_SIZE_VER2");

/*
 * clone3 used like fork: returns 0 in the child, its pid in the parent. pidfd
 * may be NULL; cgroup_fd < 0 means the caller's group. The child has all signal
 * handlers reset. Only a single-threaded process may call it. Where clone3 is
 * absent clone does the same, but for a group of its own.
 */
pid_t sys_fork(uint64_t flags, int *pidfd, int cgroup_fd);
/*
 * A signal's default action, asked of the kernel: a libc keeps two or three
 * signals to itself (32 to 34), and glibc's posix_spawn leaves those ignored.
 */
int sys_default_signal(int sig);
int sys_has_clone3(void); /* 0, or -1 with ENOSYS */

int sys_pidfd_send_signal(int pidfd, int sig);
/* A descriptor like that of another process, close-on-exec (5.6). */
int sys_pidfd_getfd(int pidfd, int fd);
int sys_pidfd_open(pid_t pid);
int sys_close_range(unsigned first, unsigned last, unsigned flags);
#define SV_CLOSE_RANGE_CLOEXEC 4U /* 5.11 */
int sys_execveat(int fd, char *const argv[], char *const envp[]);
/* The working directory becomes the root; the old root moves to a directory below it. */
int sys_pivot_root(const char *old);

/* openat2 with RESOLVE_ flags; how a path below dir is opened without surprises. */
#define SV_RESOLVE_NO_XDEV       1U
#define SV_RESOLVE_NO_MAGICLINKS 2U
#define SV_RESOLVE_NO_SYMLINKS   4U
#define SV_RESOLVE_BENEATH       8U
#define SV_RESOLVE_IN_ROOT       16U
int sys_openat2(int dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);

/* Sixteen random bytes that the kernel gives every process: no system call needed. */
#define SYS_START_RANDOM 16
void sys_start_random(uint8_t out[SYS_START_RANDOM]);

/* include/uapi/linux/mount.h */
#define SV_ATTR_RDONLY      0x00000001U
#define SV_ATTR_NOSUID      0x00000002U
#define SV_ATTR_NODEV       0x00000004U
#define SV_ATTR_NOEXEC      0x00000008U
#define SV_ATTR_STRICTATIME 0x00000020U
#define SV_ATTR_NOSYMFOLLOW 0x00200000U

#endif
