/* SPDX-License-Identifier: MIT */
/*
 * What an observed test may do, one act for each name: the suite and the benchmark
 * run it inside jobs and compare what the watcher says with what was done here.
 * Usage: acts ACT [NUMBER]. Prints what it counted; exits 1 when the act itself
 * did not go as it goes without a watcher.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/types.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* The arguments of a program, NULL behind them. */
#define ARGV(name, ...)                                                                            \
	const char *const name##_list[] = {__VA_ARGS__, NULL};                                     \
	char *const *name = (char *const *)(uintptr_t)name##_list

static int wrong;
static int number;

static void must(int is_so, const char *what)
{
	if (is_so) return;
	printf("not so: %s (%s)\n", what, strerror(errno));
	wrong = 1;
}

static struct sockaddr_in place(const char *addr, unsigned port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

	inet_pton(AF_INET, addr, &in.sin_addr);
	return in;
}

/* Nobody listens there: refused at once. */
static int refused(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int r = connect(fd, (const struct sockaddr *)to, sizeof *to);

	close(fd);
	return r < 0 && errno == ECONNREFUSED;
}

static void connects(void)
{
	struct sockaddr_in to = place("127.0.0.1", 1);
	int i, n = 0;

	for (i = 0; i < number; i++)
		n += refused(&to);
	must(n == number, "every connect is refused");
}

/* As quick as a watched call can be. */
static void flood(void)
{
	struct sockaddr_in to = place("127.0.0.1", 9);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), i, n = 0;

	for (i = 0; i < number; i++)
		n += connect(fd, (const struct sockaddr *)&to, sizeof to) == 0;
	must(n == number, "every connect succeeds");
}

static int ended(pid_t pid)
{
	int status = -1;

	return pid > 0 && waitpid(pid, &status, 0) == pid ? status : -1;
}

/* In a function of its own: what the child changes of our memory is not used here. */
static int runs_by_vfork(const char *path, char *const *argv)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execve(path, argv, environ);
		_exit(1);
	}
	return ended(pid) == 0;
}

static void execs(void)
{
	ARGV(argv, "t", "nothing");
	int i, n = 0;

	for (i = 0; i < number; i++) {
		n += runs_by_vfork("/skill/t", argv);
	}
	must(n == number, "every program runs");
}

#include "served.h"

/* What the benchmark times. */
static void mixed(void)
{
	execs();
	served();
}

/* Connects that go outside: refused, or taken by the sinkhole. */
static void outside(void)
{
	struct sockaddr_in to = place("203.0.113.7", 443);
	int i;

	for (i = 0; i < number; i++)
		refused(&to);
}

/* All ways of starting one. */
static void starts(void)
{
	ARGV(a, "t", "nothing", "fork");
	ARGV(b, "t", "nothing", "vfork");
	ARGV(c, "t", "nothing", "spawn");
	ARGV(d, "t", "nothing", "at");
	int dir = open("/skill", O_PATH | O_DIRECTORY);
	pid_t pid = fork();

	if (pid == 0) _exit(execve("t", a, environ));
	must(ended(pid) == 0, "fork");
	pid = vfork();
	if (pid == 0) {
		execve("/skill/../skill/./t", b, environ);
		_exit(1);
	}
	must(ended(pid) == 0, "vfork");
	must(posix_spawn(&pid, "/skill/t", NULL, NULL, c, environ) == 0 && ended(pid) == 0,
		"posix_spawn");
	pid = fork();
	if (pid == 0) _exit((int)syscall(SYS_execveat, dir, "t", d, environ, 0));
	must(ended(pid) == 0, "execveat");
	pid = fork();
	if (pid == 0) _exit(execve("/no/such/program", a, environ) < 0 && errno == ENOENT ? 0 : 1);
	must(ended(pid) == 0, "a program that is not there");
}

static int copy_to(int out)
{
	char part[65536];
	int in = open("/skill/t", O_RDONLY);
	ssize_t n = 0;

	while (in >= 0 && (n = read(in, part, sizeof part)) > 0)
		if (write(out, part, (size_t)n) != n) return 0;
	close(in);
	return n == 0;
}

/* A file of its own, one that is gone, one that never had a name. */
static void files(void)
{
	ARGV(a, "own", "nothing");
	ARGV(b, "gone", "nothing");
	ARGV(c, "nameless", "nothing");
	char name[64];
	int out = open("/tmp/own", O_CREAT | O_WRONLY, 0755), fd, mem;
	pid_t pid;

	must(copy_to(out) && close(out) == 0, "copy");
	pid = fork();
	if (pid == 0) _exit(execve("/tmp/own", a, environ));
	must(ended(pid) == 0, "own");
	fd = open("/tmp/own", O_RDONLY | O_CLOEXEC);
	unlink("/tmp/own");
	pid = fork();
	if (pid == 0) _exit((int)syscall(SYS_execveat, fd, "", b, environ, AT_EMPTY_PATH));
	must(ended(pid) == 0, "gone");
	mem = (int)syscall(SYS_memfd_create, "x", 0);
	must(copy_to(mem), "copy to memory");
	snprintf(name, sizeof name, "/proc/self/fd/%d", mem);
	pid = fork();
	if (pid == 0) {
		/* Open for writing it is "text file busy". */
		int again = open(name, O_RDONLY | O_CLOEXEC);

		close(mem);
		snprintf(name, sizeof name, "/proc/self/fd/%d", again);
		execve(name, c, environ);
		_exit(1);
	}
	close(mem);
	ended(pid);
}

/* The same path, another content. */
static void changed(void)
{
	ARGV(a, "x", "nothing");
	int i;

	for (i = 0; i < 2; i++) {
		int out = open("/tmp/x", O_CREAT | O_TRUNC | O_WRONLY, 0755);
		pid_t pid;

		must(copy_to(out) && write(out, "more", i ? 4 : 0) >= 0 && close(out) == 0, "copy");
		pid = fork();
		if (pid == 0) _exit(execve("/tmp/x", a, environ));
		must(ended(pid) == 0, "runs");
	}
}

static void *some_connects(void *unused)
{
	struct sockaddr_in to = place("127.0.0.1", 1);
	int i;

	(void)unused;
	for (i = 0; i < number; i++)
		must(refused(&to), "refused");
	return NULL;
}

static void *thread_exec(void *unused)
{
	ARGV(a, "t", "nothing", "thread");

	(void)unused;
	execve("/skill/t", a, environ);
	return NULL;
}

static void threads(void)
{
	pthread_t t[4];
	pid_t pid;
	int i;

	for (i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, some_connects, NULL);
	for (i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	pid = fork();
	if (pid == 0) {
		pthread_create(&t[0], NULL, thread_exec, NULL);
		for (;;)
			pause();
	}
	must(ended(pid) == 0, "a thread's exec");
}

/* The process ends while its threads ask. */
static void exits(void)
{
	int i, n;

	n = number;
	number = 1 << 20;
	for (i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			pthread_t t[2];

			pthread_create(&t[0], NULL, some_connects, NULL);
			pthread_create(&t[1], NULL, some_connects, NULL);
			usleep(2000);
			_exit(0);
		}
		must(ended(pid) == 0, "ends");
	}
}

static volatile struct sockaddr_in *flipped;
static volatile char *flipped_path;
static volatile int stop;

static void *flip_address(void *unused)
{
	(void)unused;
	while (!stop) {
		flipped->sin_port = htons(1111);
		flipped->sin_port = htons(2222);
	}
	return NULL;
}

/* 74: the address is another by the time that the kernel reads it. */
static void race_connect(void)
{
	static struct sockaddr_in to;
	pthread_t t;
	int i, n = 0;

	to = place("127.0.0.1", 1111);
	flipped = &to;
	pthread_create(&t, NULL, flip_address, NULL);
	for (i = 0; i < number; i++)
		n += refused(&to);
	stop = 1;
	pthread_join(t, NULL);
	must(n == number, "refused wherever it went");
}

static void *flip_path(void *unused)
{
	(void)unused;
	while (!stop) {
		flipped_path[7] = 'a';
		flipped_path[7] = 'b';
	}
	return NULL;
}

/* 75: the same with a path; /skill/a and /skill/b are links to the program. */
static void race_exec(void)
{
	static char path[] = "/skill/a";
	ARGV(argv, "t", "nothing");
	pthread_t t;
	int i, n = 0;

	must(link("/skill/t", "/skill/a") == 0 && link("/skill/t", "/skill/b") == 0, "links");
	flipped_path = path;
	pthread_create(&t, NULL, flip_path, NULL);
	for (i = 0; i < number; i++) {
		n += runs_by_vfork(path, argv);
	}
	stop = 1;
	pthread_join(t, NULL);
	must(n == number, "runs, whichever it was");
}

static volatile int alarms;

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

/* 77: signals while a call waits for its answer. */
static void signals(void)
{
	struct itimerval every = {{0, 100}, {0, 100}};
	struct sigaction a = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};

	sigaction(SIGALRM, &a, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	flood();
	every = (struct itimerval){{0, 0}, {0, 0}};
	setitimer(ITIMER_REAL, &every, NULL);
	must(alarms > 0, "there were signals");
}

/* 79: strings at the end of a page, pointers to nothing. */
static void garbage(void)
{
	char *mem = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ARGV(a, "t");
	char **argv, *end = mem + 4096, *long_path = malloc(5000);
	struct sockaddr_in to = place("127.0.0.1", 1);
	int fd = socket(AF_INET, SOCK_STREAM, 0), dgram = socket(AF_INET, SOCK_DGRAM, 0);
	void *volatile nothing_at = (void *)16;
	void *nothing = nothing_at;
	struct msghdr m = {.msg_name = nothing, .msg_namelen = 16};

	munmap(end, 4096);
	/* The path, its arguments and an address, each up to the last byte that there is. */
	strcpy(end - 15, "/no/such/file\n");
	argv = (char **)(void *)(end - 16 - 2 * sizeof *argv);
	argv[0] = end - 15;
	argv[1] = NULL;
	must(execve(end - 15, argv, environ) < 0 && errno == ENOENT, "a path at the end of a page");
	must(execve(nothing, a, environ) < 0 && errno == EFAULT, "no path");
	must(execve("/skill/t", nothing, environ) < 0 && errno == EFAULT, "no arguments");
	memset(end - 100, 'x', 100);
	must(execve(end - 100, a, environ) < 0, "a path without an end");
	memset(long_path, 'y', 4999);
	long_path[0] = '/';
	long_path[4999] = 0;
	must(execve(long_path, a, environ) < 0 && errno == ENAMETOOLONG, "a path of 4999 bytes");
	memcpy(end - sizeof to, &to, sizeof to);
	must(connect(fd, (void *)(end - sizeof to), sizeof to) < 0 && errno == ECONNREFUSED,
		"an address at the end of a page");
	must(connect(fd, (void *)(end - 8), sizeof to) < 0 && errno == EFAULT, "half an address");
	must(connect(fd, nothing, sizeof to) < 0 && errno == EFAULT, "no address");
	must(connect(fd, (void *)&to, 4096) < 0 && errno == EINVAL, "an address of 4096 bytes");
	must(connect(fd, (void *)&to, (socklen_t)-1) < 0 && errno == EINVAL, "one of -1 bytes");
	must(connect(-1, (void *)&to, sizeof to) < 0 && errno == EBADF, "no socket");
	must(connect(0, (void *)&to, sizeof to) < 0 && errno == ENOTSOCK, "a file");
	must(syscall(SYS_sendmsg, dgram, &m, 0) < 0 && errno == EFAULT, "a message to nowhere");
	must(syscall(SYS_sendmsg, dgram, nothing, 0) < 0 && errno == EFAULT, "no message");
	must(syscall(SYS_execveat, 99, "x", a, environ, 0) < 0 && errno == EBADF, "no directory");
	must(sendto(dgram, "", 1, 0, nothing, 16) < 0 && errno == EFAULT, "sent to nowhere");
}

/* Whom one speaks to, in all ways. */
static void speaks(void)
{
	struct sockaddr_in to = place("127.0.0.1", 2001), a = place("127.0.0.1", 2002);
	struct sockaddr_in b = place("127.0.0.1", 2003), at = place("127.0.0.1", 2004);
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(2005)};
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/tmp/socket"};
	struct sockaddr_un abstract = {.sun_family = AF_UNIX, .sun_path = "\0name"};
	char byte[] = "x";
	struct iovec part = {byte, 1};
	struct mmsghdr two[2] = {
		{{.msg_name = &a, .msg_namelen = sizeof a, .msg_iov = &part, .msg_iovlen = 1}, 0},
		{{.msg_name = &b, .msg_namelen = sizeof b, .msg_iov = &part, .msg_iovlen = 1}, 0}};
	int dgram = socket(AF_INET, SOCK_DGRAM, 0), fd;

	must(bind(dgram, (void *)&at, sizeof at) == 0, "bind");
	must(sendto(dgram, "x", 1, 0, (void *)&to, sizeof to) == 1, "sendto");
	syscall(SYS_sendmmsg, dgram, two, 2, 0);
	six.sin6_addr = (struct in6_addr)IN6ADDR_LOOPBACK_INIT;
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	must(connect(fd, (void *)&six, sizeof six) < 0, "IPv6");
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	must(connect(fd, (void *)&un, sizeof un) < 0 && errno == ENOENT, "a local socket");
	must(connect(fd, (void *)&abstract, 7) < 0, "an abstract one");
	/* Connected: it goes where it was said to, and nobody is asked. */
	connect(dgram, (void *)&to, sizeof to);
	send(dgram, "x", 1, 0);
}

/* Calls that no test needs; each has the errno that it has unwatched. */
static void tripwires(void)
{
	must(unshare(CLONE_NEWNET) < 0 && errno == EPERM, "unshare");
	must(syscall(SYS_mount, "a", "/tmp", "tmpfs", 0, 0) < 0 && errno == EPERM, "mount");
	must(chroot("/tmp") < 0 && errno == EPERM, "chroot");
	must(syscall(SYS_pidfd_getfd, 0, 0, 0) < 0 && errno == EPERM, "pidfd_getfd");
	must(syscall(SYS_keyctl, 1, 0) < 0 && errno == ENOSYS, "keyctl");
	must(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) < 0 && errno == EPERM,
		"clone with a namespace");
	must(syscall(SYS_setns, 0, 0) < 0 && errno == EPERM, "setns");
	must(socket(40 /* AF_VSOCK */, SOCK_STREAM, 0) < 0 && errno == EAFNOSUPPORT, "AF_VSOCK");
}

/* The listener is not here, another cannot be had, and what is here is three descriptors. */
static void listener(void)
{
	struct sock_filter all[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
	struct sock_fprog prog = {1, all};
	uint64_t id = 1;
	unsigned i;

	for (i = 0; i < 1024; i++) {
		must((i < 3) == (fcntl((int)i, F_GETFD) >= 0), "three descriptors");
		must(syscall(SYS_ioctl, (int)i, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) < 0 &&
				(errno == EBADF || errno == ENOTTY || errno == EINVAL),
			"no listener");
	}
	must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		     &prog) < 0 &&
			errno == EPERM,
		"a listener of its own");
	must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "closed to others");
	flood();
	/* A filter of its own may refuse, and what it refuses is not asked. */
	all[0].k = SECCOMP_RET_ALLOW;
	must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0, "a filter of its own");
	flood();
}

static void survivors(void)
{
	int i, named[2];
	char byte;

	must(pipe(named) == 0, "pipe");
	for (i = 0; i < number; i++)
		if (fork() == 0) {
			prctl(PR_SET_NAME, i % 2 ? "odd" : "even", 0, 0, 0);
			setsid();
			must(write(named[1], "", 1) == 1, "said");
			for (;;)
				pause();
		}
	for (i = 0; i < number; i++)
		must(read(named[0], &byte, 1) == 1, "named");
}

static void opens(void)
{
	char name[32];
	int fd = open("/skill/SKILL.md", O_RDONLY);

	must(fd >= 0, "the package");
	must(open("/var/tmp/none/id", O_RDONLY) < 0 && errno == ENOENT, "nothing");
	must(chdir("/tmp") == 0, "chdir");
	must(open("new/../file", O_CREAT | O_WRONLY, 0644) < 0 && errno == ENOENT, "no folder");
	must(open("./file", O_CREAT | O_WRONLY, 0644) >= 0, "a file");
	fd = open("/skill", O_PATH | O_DIRECTORY);
	must(openat(fd, "t", O_RDONLY) >= 0, "by its folder");
	must(rename("file", "other") == 0 && unlink("other") == 0, "rename, unlink");
	must(readlink("/proc/self/cwd", name, sizeof name) > 0, "a link");
}

static void nothing(void)
{
}

static const struct {
	const char *name;
	void (*act)(void);
} acts[] = {
	{"nothing", nothing},
	{"connects", connects},
	{"flood", flood},
	{"execs", execs},
	{"mixed", mixed},
	{"becomes", becomes},
	{"served", served},
	{"served-tcp", served_tcp},
	{"outside", outside},
	{"starts", starts},
	{"files", files},
	{"changed", changed},
	{"threads", threads},
	{"exits", exits},
	{"race-connect", race_connect},
	{"race-exec", race_exec},
	{"signals", signals},
	{"garbage", garbage},
	{"speaks", speaks},
	{"tripwires", tripwires},
	{"listener", listener},
	{"survivors", survivors},
	{"opens", opens},
};

int main(int argc, char **argv)
{
	size_t i;

	/* As a program without a name of its own too. */
	if (argc < 2) return 0;
	number = argc > 2 ? atoi(argv[2]) : 1;
	for (i = 0; i < sizeof acts / sizeof *acts; i++)
		if (strcmp(acts[i].name, argv[1]) == 0) {
			acts[i].act();
			return wrong;
		}
	return 2;
}
