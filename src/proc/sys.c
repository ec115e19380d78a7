/* SPDX-License-Identifier: MIT */
/* System calls without a wrapper in musl. Runs in init, runner, role start, cli. */
#include "proc/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Numbers that old headers lack; the same on every 64-bit architecture. */
#define NR_PIDFD_SEND_SIGNAL 424
#define NR_PIDFD_OPEN        434
#define NR_CLONE3            435
#define NR_CLOSE_RANGE       436
#define NR_OPENAT2           437
#define NR_PIDFD_GETFD       438

struct open_how_v0 {
	uint64_t flags, mode, resolve;
};
_Static_assert(sizeof(struct open_how_v0) == 24, "OPEN_HOW_SIZE_VER0");

int sys_default_signal(int sig)
{
	/* The kernel's struct sigaction of x86-64: handler, flags, restorer, mask. */
	const struct {
		unsigned long handler, flags, restorer, mask;
	} none = {0};

	return (int)syscall(SYS_rt_sigaction, sig, &none, NULL, sizeof none.mask);
}

/* What CLONE_CLEAR_SIGHAND does: handlers go, ignored signals stay ignored. */
static void clear_handlers(void)
{
	struct sigaction a;
	int sig;

	for (sig = 1; sig < NSIG; sig++) {
		if (sigaction(sig, NULL, &a) < 0 || a.sa_handler == SIG_IGN) continue;
		a = (struct sigaction){.sa_handler = SIG_DFL};
		sigaction(sig, &a, NULL);
	}
}

/* Profiles that cannot look into clone3's argument say that it does not exist. */
static pid_t old_fork(uint64_t flags, int *pidfd)
{
	unsigned long low = (flags & ~SV_CLONE_CLEAR_SIGHAND) | SIGCHLD;
	long pid = syscall(SYS_clone, low, NULL, pidfd, NULL, NULL);

	if (pid == 0) clear_handlers();
	return (pid_t)pid;
}

int sys_has_clone3(void)
{
	/* No such size of arguments exists: the kernel says so before it does anything. */
	return syscall(NR_CLONE3, NULL, 0) < 0 && errno == ENOSYS ? -1 : 0;
}

pid_t sys_fork(uint64_t flags, int *pidfd, int cgroup_fd)
{
	int fd = -1;
	struct clone_args_v2 args = {
		.flags = flags | SV_CLONE_CLEAR_SIGHAND | SV_CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&fd,
		.exit_signal = SIGCHLD,
	};
	long pid;

	if (cgroup_fd >= 0) {
		args.flags |= SV_CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup_fd;
	}
	pid = syscall(NR_CLONE3, &args, sizeof args);
	if (pid < 0 && errno == ENOSYS && cgroup_fd < 0) pid = old_fork(args.flags, &fd);
	if (pid > 0) {
		if (pidfd)
			*pidfd = fd;
		else
			close(fd);
	}
	return (pid_t)pid;
}

int sys_pidfd_send_signal(int pidfd, int sig)
{
	return (int)syscall(NR_PIDFD_SEND_SIGNAL, pidfd, sig, NULL, 0);
}

int sys_pidfd_getfd(int pidfd, int fd)
{
	return (int)syscall(NR_PIDFD_GETFD, pidfd, fd, 0);
}

int sys_pidfd_open(pid_t pid)
{
	return (int)syscall(NR_PIDFD_OPEN, pid, 0);
}

int sys_close_range(unsigned first, unsigned last, unsigned flags)
{
	return (int)syscall(NR_CLOSE_RANGE, first, last, flags);
}

int sys_execveat(int fd, char *const argv[], char *const envp[])
{
	return (int)syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
}

int sys_pivot_root(const char *old)
{
	return (int)syscall(SYS_pivot_root, ".", old);
}

int sys_openat2(int dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
	struct open_how_v0 how = {flags | O_CLOEXEC, mode, resolve};
	int fd, tries;

	/* EAGAIN: a rename raced with a BENEATH look-up; the kernel asks to try again. */
	for (tries = 0; tries < 8; tries++) {
		fd = (int)syscall(NR_OPENAT2, dir, path, &how, sizeof how);
		if (fd >= 0 || errno != EAGAIN) return fd;
	}
	return -1;
}

void sys_start_random(uint8_t out[SYS_START_RANDOM])
{
	const void *random = (const void *)(uintptr_t)getauxval(AT_RANDOM);

	memset(out, 0, SYS_START_RANDOM);
	if (random) memcpy(out, random, SYS_START_RANDOM);
}
