/* SPDX-License-Identifier: MIT */
/* System calls of a test, as data. Runs in runner and the command line; pure. */
#include "runner/sandbox/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "proc/sys.h"

/* Numbers newer than our headers; the same on every architecture. */
enum {
	NR_CACHESTAT = 451,
	NR_FCHMODAT2 = 452,
	NR_MAP_SHADOW_STACK = 453,
	NR_FUTEX_WAKE = 454,
	NR_FUTEX_WAIT = 455,
	NR_FUTEX_REQUEUE = 456,
	NR_MSEAL = 462,
};
/* The newest number we have judged; later ones answer ENOSYS so that a libc falls back. */
#define NR_NEWEST NR_MSEAL

/* clang-format off */
#define S(name) SCMP_SYS(name)

/* Reading, writing, naming files: mounts and Landlock decide which. */
static const int files[] = {
	S(read), S(write), S(open), S(openat), S(openat2), S(close), S(close_range), S(creat),
	S(stat), S(fstat), S(lstat), S(newfstatat), S(statx), S(statfs), S(fstatfs),
	S(access), S(faccessat), S(faccessat2), S(readlink), S(readlinkat),
	S(getdents), S(getdents64), S(lseek), S(pread64), S(pwrite64),
	S(readv), S(writev), S(preadv), S(pwritev), S(preadv2), S(pwritev2),
	S(mkdir), S(mkdirat), S(rmdir), S(unlink), S(unlinkat),
	S(rename), S(renameat), S(renameat2), S(link), S(linkat), S(symlink), S(symlinkat),
	S(chmod), S(fchmod), S(fchmodat), NR_FCHMODAT2, S(chown), S(fchown), S(lchown), S(fchownat),
	S(utime), S(utimes), S(utimensat), S(futimesat), S(truncate), S(ftruncate), S(fallocate),
	S(fsync), S(fdatasync), S(sync_file_range), S(msync), S(fadvise64), S(readahead),
	S(copy_file_range), S(sendfile), S(splice), S(tee), S(vmsplice),
	S(dup), S(dup2), S(dup3), S(flock), S(umask), S(getcwd), S(chdir), S(fchdir),
	S(getxattr), S(lgetxattr), S(fgetxattr), S(listxattr), S(llistxattr), S(flistxattr),
	S(setxattr), S(lsetxattr), S(fsetxattr), S(removexattr), S(lremovexattr), S(fremovexattr),
	S(pipe), S(pipe2), S(eventfd), S(eventfd2), S(signalfd), S(signalfd4),
	S(timerfd_create), S(timerfd_settime), S(timerfd_gettime), S(memfd_create),
	S(inotify_init), S(inotify_init1), S(inotify_add_watch), S(inotify_rm_watch),
};

/* Own address space. */
static const int memory[] = {
	S(brk), S(mmap), S(munmap), S(mremap), S(mprotect), S(madvise), S(mincore),
	S(mlock), S(mlock2), S(munlock), S(mlockall), S(munlockall), S(membarrier),
	S(pkey_alloc), S(pkey_free), S(pkey_mprotect), NR_MAP_SHADOW_STACK, NR_MSEAL,
};

/* Processes, signals, identity: the PID namespace and the empty capability sets confine them. */
static const int processes[] = {
	S(fork), S(vfork), S(execve), S(execveat), S(exit), S(exit_group), S(wait4), S(waitid),
	S(kill), S(tkill), S(tgkill), S(pidfd_open), S(pidfd_send_signal),
	S(rt_sigaction), S(rt_sigprocmask), S(rt_sigreturn), S(rt_sigpending), S(rt_sigsuspend),
	S(rt_sigtimedwait), S(rt_sigqueueinfo), S(rt_tgsigqueueinfo), S(sigaltstack), S(pause),
	S(restart_syscall), S(getpid), S(getppid), S(gettid), S(getpgid), S(getpgrp), S(getsid),
	S(setsid), S(setpgid), S(getuid), S(geteuid), S(getgid), S(getegid), S(getresuid),
	S(getresgid), S(getgroups), S(setuid), S(setgid), S(setreuid), S(setregid), S(setresuid),
	S(setresgid), S(setfsuid), S(setfsgid), S(setgroups), S(capget), S(capset),
	S(getrlimit), S(setrlimit), S(prlimit64), S(getrusage), S(times),
	S(getpriority), S(setpriority), S(sched_yield), S(sched_getaffinity), S(sched_setaffinity),
	/* The one priority of the policies below, 0, may be set again: posix_spawn does. */
	S(sched_setparam), S(sched_getparam), S(sched_getscheduler), S(sched_getattr), S(sched_get_priority_max),
	S(sched_get_priority_min), S(sched_rr_get_interval), S(getcpu),
	S(set_tid_address), S(set_robust_list), S(get_robust_list), S(rseq), S(arch_prctl),
	S(futex), NR_FUTEX_WAIT, NR_FUTEX_WAKE, NR_FUTEX_REQUEUE, S(futex_waitv),
	S(landlock_create_ruleset), S(landlock_add_rule), S(landlock_restrict_self),
};

/* Time: reading clocks and waiting, never setting. */
static const int clocks[] = {
	S(clock_gettime), S(clock_getres), S(clock_nanosleep), S(nanosleep), S(gettimeofday), S(time),
	S(timer_create), S(timer_settime), S(timer_gettime), S(timer_getoverrun), S(timer_delete),
	S(alarm), S(getitimer), S(setitimer), S(getrandom), S(uname), S(sysinfo),
};

/* Waiting for descriptors. */
static const int polling[] = {
	S(poll), S(ppoll), S(select), S(pselect6), S(epoll_create), S(epoll_create1), S(epoll_ctl),
	S(epoll_wait), S(epoll_pwait), S(epoll_pwait2),
};

/* Sockets that exist already; socket(2) itself is below. The network namespace is empty. */
static const int sockets[] = {
	S(connect), S(accept), S(accept4), S(bind), S(listen), S(getsockname), S(getpeername),
	S(getsockopt), S(setsockopt), S(sendto), S(recvfrom), S(sendmsg), S(recvmsg), S(sendmmsg),
	S(recvmmsg), S(shutdown),
};

/* System V IPC: the IPC namespace is the job's own. */
static const int sysv[] = {
	S(shmget), S(shmat), S(shmdt), S(shmctl), S(semget), S(semop), S(semctl), S(semtimedop),
	S(msgget), S(msgsnd), S(msgrcv), S(msgctl),
};

/* Calls whose absence programs cope with: they fall back on ENOSYS. */
static const int absent[] = {
	S(clone3) /* its flags lie in memory where no filter sees them */,
	S(io_uring_setup), S(io_uring_enter), S(io_uring_register),
	/* Early kernels tell of any readable file how much is in memory: what other jobs ran. */
	NR_CACHESTAT,
	S(add_key), S(keyctl), S(request_key),
	S(io_setup), S(io_destroy), S(io_getevents), S(io_submit), S(io_cancel), S(io_pgetevents),
	S(mq_open), S(mq_unlink), S(mq_timedsend), S(mq_timedreceive), S(mq_notify), S(mq_getsetattr),
};

static const int flushes[] = {S(sync), S(syncfs)};

static const struct filter_group groups[] = {
	FILTER_ALLOWS("files: mounts and Landlock decide which", files),
	FILTER_ALLOWS("own address space", memory),
	FILTER_ALLOWS("processes and signals: the PID namespace and empty capability sets confine them", processes),
	FILTER_ALLOWS("reading clocks and waiting, never setting", clocks),
	FILTER_ALLOWS("waiting for descriptors", polling),
	FILTER_ALLOWS("sockets that exist: the network namespace is empty", sockets),
	FILTER_ALLOWS("System V IPC of the job's own namespace", sysv),
	{"libraries fall back when these are absent", ENOSYS, FILTER_COUNT(absent), absent},
	{"flushing the whole machine is a denial of service", FILTER_PRETEND, FILTER_COUNT(flushes), flushes},
};

/* One to three conditions on the low 32 bits of arguments. */
#define IF(answer, i, m, v)               {answer, 1, {{i, m, v}}}
#define IF2(answer, i, m, v, i2, m2, v2)  {answer, 2, {{i, m, v}, {i2, m2, v2}}}
#define IF3(answer, i, m, v, i2, m2, v2, i3, m3, v3)  {answer, 3, {{i, m, v}, {i2, m2, v2}, {i3, m3, v3}}}

/* Threads and processes, but no namespace. */
static const struct filter_case clone_cases[] = {
	IF(FILTER_ALLOW, 0, (uint32_t)SV_CLONE_NAMESPACES, 0),
};

/*
 * Address families: local ones, and TCP and UDP. SCTP, MPTCP, L2TP and the like
 * are asked for as streams or datagrams of another protocol: nobody's test needs
 * them, and asking makes the kernel load their modules. libc lists interfaces
 * over NETLINK_ROUTE (protocol 0). AF_VSOCK would reach the host of the machine
 * through any network namespace; AF_ALG, AF_PACKET and the rest are kernel
 * attack surface. Bits 0-3 of the type are its kind.
 */
#define SOCK_KIND 0xf
#define IP(family, kind, protocol) IF3(FILTER_ALLOW, 0, 0, family, 1, SOCK_KIND, kind, 2, 0, protocol)
static const struct filter_case socket_cases[] = {
	IF(FILTER_ALLOW, 0, 0, AF_UNIX),
	IP(AF_INET, SOCK_STREAM, 0), IP(AF_INET, SOCK_STREAM, IPPROTO_TCP),
	IP(AF_INET, SOCK_DGRAM, 0), IP(AF_INET, SOCK_DGRAM, IPPROTO_UDP),
	IP(AF_INET6, SOCK_STREAM, 0), IP(AF_INET6, SOCK_STREAM, IPPROTO_TCP),
	IP(AF_INET6, SOCK_DGRAM, 0), IP(AF_INET6, SOCK_DGRAM, IPPROTO_UDP),
	IF2(FILTER_ALLOW, 0, 0, AF_NETLINK, 2, 0, 0),
};
static const struct filter_case socketpair_cases[] = {IF(FILTER_ALLOW, 0, 0, AF_UNIX)};

/* Asking for the persona, and the ordinary one; no READ_IMPLIES_EXEC, no ADDR_NO_RANDOMIZE. */
static const struct filter_case personality_cases[] = {
	IF(FILTER_ALLOW, 0, 0, 0), IF(FILTER_ALLOW, 0, 0, 0xffffffffU),
};
/* SCHED_OTHER and SCHED_BATCH. */
static const struct filter_case scheduler_cases[] = {IF(FILTER_ALLOW, 1, 0, 0), IF(FILTER_ALLOW, 1, 0, 3)};

/* Files, FIFOs and sockets, no devices; the mode is argument 1 or 2. */
#define NODE_CASES(i) { \
	IF(FILTER_ALLOW, i, S_IFMT, S_IFREG), IF(FILTER_ALLOW, i, S_IFMT, 0), \
	IF(FILTER_ALLOW, i, S_IFMT, S_IFIFO), IF(FILTER_ALLOW, i, S_IFMT, S_IFSOCK)}
static const struct filter_case mknod_cases[] = NODE_CASES(1);
static const struct filter_case mknodat_cases[] = NODE_CASES(2);

/* A filter of its own, but no listener (flag 8) that could answer for us. */
static const struct filter_case seccomp_cases[] = {IF(FILTER_ALLOW, 1, 8, 0)};

/* Typing into a terminal, line disciplines, and sealing files we must be able to drop. */
static const struct filter_case ioctl_cases[] = {
	IF(EPERM, 1, 0, 0x5412 /* TIOCSTI */), IF(EPERM, 1, 0, 0x541c /* TIOCLINUX */),
	IF(EPERM, 1, 0, 0x541d /* TIOCCONS */), IF(EPERM, 1, 0, 0x5423 /* TIOCSETD */),
	IF(EPERM, 1, 0, 0x5457 /* TIOCSLCKTRMIOS */), IF(EPERM, 1, 0, 0x40806685 /* FS_IOC_ENABLE_VERITY */),
};
/* Leases and directory notices on files that jobs share are signals between them. */
static const struct filter_case fcntl_cases[] = {
	IF(EPERM, 1, 0, 1024 /* F_SETLEASE */), IF(EPERM, 1, 0, 1026 /* F_NOTIFY */),
};

/* O_EXCL would make the pipe a queue of kernel notices (CVE-2022-0995). */
static const struct filter_case pipe2_cases[] = {IF(FILTER_ALLOW, 1, O_EXCL, 0)};

#define PRCTL(option) IF(FILTER_ALLOW, 0, 0, option)
static const struct filter_case prctl_cases[] = {
	PRCTL(PR_SET_PDEATHSIG), PRCTL(PR_GET_PDEATHSIG), PRCTL(PR_GET_DUMPABLE), PRCTL(PR_SET_DUMPABLE),
	PRCTL(PR_GET_KEEPCAPS), PRCTL(PR_SET_NAME), PRCTL(PR_GET_NAME), PRCTL(PR_GET_SECCOMP),
	PRCTL(PR_SET_SECCOMP), PRCTL(PR_CAPBSET_READ), PRCTL(PR_GET_SECUREBITS),
	PRCTL(PR_SET_TIMERSLACK), PRCTL(PR_GET_TIMERSLACK), PRCTL(PR_SET_CHILD_SUBREAPER),
	PRCTL(PR_GET_CHILD_SUBREAPER), PRCTL(PR_SET_NO_NEW_PRIVS), PRCTL(PR_GET_NO_NEW_PRIVS),
	PRCTL(PR_SET_THP_DISABLE), PRCTL(PR_GET_THP_DISABLE), PRCTL(PR_GET_SPECULATION_CTRL),
	PRCTL(0x53564d41 /* PR_SET_VMA: naming mappings */),
	IF2(FILTER_ALLOW, 0, 0, PR_CAP_AMBIENT, 1, 0, PR_CAP_AMBIENT_IS_SET),
};

#define GUARD(name, otherwise, cases) {S(name), otherwise, FILTER_COUNT(cases), cases}
#define PAYLOAD_GUARDS \
	GUARD(ioctl, FILTER_ALLOW, ioctl_cases), \
	GUARD(fcntl, FILTER_ALLOW, fcntl_cases), \
	GUARD(pipe2, ENOPKG, pipe2_cases), \
	GUARD(clone, EPERM, clone_cases), \
	GUARD(socket, EAFNOSUPPORT, socket_cases), \
	GUARD(socketpair, EAFNOSUPPORT, socketpair_cases), \
	GUARD(prctl, EINVAL, prctl_cases), \
	GUARD(seccomp, EPERM, seccomp_cases), \
	GUARD(mknod, EPERM, mknod_cases), \
	GUARD(mknodat, EPERM, mknodat_cases), \
	GUARD(personality, EPERM, personality_cases), \
	GUARD(sched_setscheduler, EPERM, scheduler_cases)
static const struct filter_guard guards[] = {PAYLOAD_GUARDS};

/*
 * Where no control group counts memory, memory that belongs to no process
 * would have no limit at all: there it is absent.
 */
static const struct filter_guard uncounted_guards[] = {
	PAYLOAD_GUARDS, {S(memfd_create), ENOSYS, 0, NULL}, {S(shmget), ENOSYS, 0, NULL},
};

/*
 * What is watched. The calls below are refused, as a whole or with the arguments
 * of their guard: each line is a call, and what of its arguments is shown.
 *
 * They are those that the runner may make itself. What calls_runner refuses it
 * refuses to tests too (it stacks below), and the kernel prefers a refusal of any
 * filter to a question of another: of ptrace, bpf, setns or a socket of a strange
 * family nobody is ever asked. Were the runner's filter to ask instead, a runner
 * that was taken over could load a listener of its own and say yes to itself.
 */
#define TRIPWIRES(X) \
	X(pidfd_getfd, NULL, 0, 0) X(clone, "flags", 16, 0) X(unshare, "flags", 16, 0) \
	X(mount, "flags", 16, 3) X(umount2, "flags", 16, 1) X(pivot_root, NULL, 0, 0) \
	X(chroot, NULL, 0, 0) X(open_tree, NULL, 0, 0) X(move_mount, NULL, 0, 0) \
	X(fsopen, NULL, 0, 0) X(fsconfig, "command", 10, 1) X(fsmount, NULL, 0, 0) \
	X(mount_setattr, NULL, 0, 0) X(keyctl, "command", 10, 0) X(sethostname, NULL, 0, 0) \
	X(setdomainname, NULL, 0, 0) X(seccomp, "flags", 16, 1)
#define TRIPWIRE_NR(name, label, base, arg) S(name),
#define TRIPWIRE(name, label, base, arg)    {S(name), #name, label, base, arg},
static const int tripwire_calls[] = {TRIPWIRES(TRIPWIRE_NR)};
static const struct tripwire tripwires[] = {TRIPWIRES(TRIPWIRE)};

/* Programs and addresses. */
static const int effects[] = {S(execve), S(execveat), S(connect), S(bind), S(sendmsg), S(sendmmsg)};
/* Files by path; looking at one without opening it is not among them. */
static const int paths[] = {
	S(open), S(openat), S(openat2), S(creat), S(readlink), S(readlinkat), S(truncate),
	S(unlink), S(unlinkat), S(rename), S(renameat), S(renameat2),
};

/* Without an address it sends where connect has said. */
static const struct filter_case sendto_cases[] = {
	IF2(FILTER_ALLOW, 4, 0, 0, 4 | FILTER_HIGH, 0, 0),
};
static const struct filter_guard watch_guards[] = {GUARD(sendto, FILTER_NOTIFY, sendto_cases)};

#define WATCHED(reason, nrs) {reason, FILTER_NOTIFY, FILTER_COUNT(nrs), nrs}
static const struct filter_group watch_groups[] = {
	WATCHED("refused: no test has a use for it", tripwire_calls),
	WATCHED("what runs, and what is spoken to", effects),
	WATCHED("files by path", paths),
};
/* clang-format on */

const struct filter_watch calls_watch = {
	.groups = watch_groups,
	.n_groups = 2,
	.guards = watch_guards,
	.n_guards = FILTER_COUNT(watch_guards),
};

const struct filter_watch calls_watch_files = {
	.groups = watch_groups,
	.n_groups = 3,
	.guards = watch_guards,
	.n_guards = FILTER_COUNT(watch_guards),
};

const struct tripwire *calls_tripwire(int nr)
{
	size_t i;

	for (i = 0; i < FILTER_COUNT(tripwires); i++)
		if (tripwires[i].nr == nr) return &tripwires[i];
	return NULL;
}

const struct filter_spec calls_payload = {
	.groups = groups,
	.n_groups = FILTER_COUNT(groups),
	.guards = guards,
	.n_guards = FILTER_COUNT(guards),
	.otherwise = EPERM,
	.newest = NR_NEWEST,
};

const struct filter_spec calls_payload_uncounted = {
	.groups = groups,
	.n_groups = FILTER_COUNT(groups),
	.guards = uncounted_guards,
	.n_guards = FILTER_COUNT(uncounted_guards),
	.otherwise = EPERM,
	.newest = NR_NEWEST,
};

/* A job's init process waits for children, reports one status and exits. */
static const int init_calls[] = {
	SCMP_SYS(wait4),
	SCMP_SYS(waitid),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(exit_group),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(restart_syscall),
};
static const struct filter_group init_groups[] = {FILTER_ALLOWS("wait, report, exit", init_calls)};

const struct filter_spec calls_job_init = {
	.groups = init_groups,
	.n_groups = 1,
	.otherwise = FILTER_KILL,
};

/* clang-format off */
/* What waits, receives, answers; no file, no memory, no process. */
static const int sink[] = {
	S(poll), S(accept4), S(recvfrom), S(sendto), S(sendmsg), S(close), S(clock_gettime),
	S(exit_group), S(rt_sigreturn), S(restart_syscall),
};
static const struct filter_group sink_groups[] = {FILTER_ALLOWS("wait, receive, answer, exit", sink)};

/* TCP and UDP, as in the payload's; not yet bound, for S. */
static const struct filter_case sink_socket_cases[] = {
	IP(AF_INET, SOCK_STREAM, IPPROTO_TCP), IP(AF_INET, SOCK_DGRAM, IPPROTO_UDP),
	IP(AF_INET6, SOCK_STREAM, IPPROTO_TCP), IP(AF_INET6, SOCK_DGRAM, IPPROTO_UDP),
};
/* A foreign address may be bound, and again while old connections to it close. */
static const struct filter_case sink_option_cases[] = {
	IF2(FILTER_ALLOW, 1, 0, SOL_SOCKET, 2, 0, SO_REUSEADDR),
	IF2(FILTER_ALLOW, 1, 0, IPPROTO_IPV6, 2, 0, IPV6_V6ONLY),
	IF2(FILTER_ALLOW, 1, 0, IPPROTO_IPV6, 2, 0, 78 /* IPV6_FREEBIND */),
};
static const struct filter_guard sink_guards[] = {
	GUARD(socket, FILTER_KILL, sink_socket_cases),
	GUARD(setsockopt, FILTER_KILL, sink_option_cases),
};

const struct filter_spec calls_sinkhole = {
	.groups = sink_groups,
	.n_groups = FILTER_COUNT(sink_groups),
	.guards = sink_guards,
	.n_guards = FILTER_COUNT(sink_guards),
	.otherwise = FILTER_KILL,
};

/* Mounts by descriptor, roots, names, ids, filters: what building a sandbox takes. */
static const int building[] = {
	S(clone), S(clone3), S(unshare), S(chroot), S(pivot_root), S(mount), S(umount2),
	S(fsopen), S(fsconfig), S(fsmount), S(open_tree), S(move_mount), S(mount_setattr),
	S(sethostname), S(setdomainname), S(keyctl), S(prctl), S(seccomp),
	S(pidfd_getfd) /* the listener of a test's filter, out of the test */,
};
/* clang-format on */

#define ALLOWED_GROUPS 7
static const struct filter_group runner_groups[ALLOWED_GROUPS + 1] = {
	FILTER_ALLOWS("what a test may do", files),
	FILTER_ALLOWS("", memory),
	FILTER_ALLOWS("", processes),
	FILTER_ALLOWS("", clocks),
	FILTER_ALLOWS("", polling),
	FILTER_ALLOWS("", sockets),
	FILTER_ALLOWS("", sysv),
	FILTER_ALLOWS("building sandboxes", building),
};

static const struct filter_guard runner_guards[] = {
	GUARD(ioctl, FILTER_ALLOW, ioctl_cases),
	GUARD(fcntl, FILTER_ALLOW, fcntl_cases),
	GUARD(socket, EAFNOSUPPORT, socket_cases),
	GUARD(socketpair, EAFNOSUPPORT, socketpair_cases),
	GUARD(mknod, EPERM, mknod_cases),
	GUARD(mknodat, EPERM, mknodat_cases),
	GUARD(personality, EPERM, personality_cases),
	GUARD(sched_setscheduler, EPERM, scheduler_cases),
};

const struct filter_spec calls_runner = {
	.groups = runner_groups,
	.n_groups = FILTER_COUNT(runner_groups),
	.guards = runner_guards,
	.n_guards = FILTER_COUNT(runner_guards),
	.otherwise = EPERM,
	.newest = NR_NEWEST,
};

/* clang-format off */
static const int reading[] = {
	S(clone3), S(chroot), S(mount), S(umount2),
	S(fsopen), S(fsconfig), S(fsmount), S(move_mount),
	S(prctl), S(seccomp), S(sendmsg) /* on the one socket that exists */,
};
/* clang-format on */

static const struct filter_group reader_groups[] = {
	FILTER_ALLOWS("what a test may do with files", files),
	FILTER_ALLOWS("", memory),
	FILTER_ALLOWS("", processes),
	FILTER_ALLOWS("", clocks),
	FILTER_ALLOWS("", polling),
	FILTER_ALLOWS("unpacking and reading in processes of its own", reading),
};

static const struct filter_guard reader_guards[] = {
	GUARD(ioctl, FILTER_ALLOW, ioctl_cases),
	GUARD(fcntl, FILTER_ALLOW, fcntl_cases),
};

const struct filter_spec calls_reader = {
	.groups = reader_groups,
	.n_groups = FILTER_COUNT(reader_groups),
	.guards = reader_guards,
	.n_guards = FILTER_COUNT(reader_guards),
	.otherwise = EPERM,
	.newest = NR_NEWEST,
};
