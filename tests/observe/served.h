/* SPDX-License-Identifier: MIT */
/* Acts that connect to a server of their own, or become another program; part of acts.c alone. */
#ifndef TESTS_OBSERVE_SERVED_H
#define TESTS_OBSERVE_SERVED_H

/*
 * Connects to a server of the test's own, each of which succeeds and is taken by the
 * server. By a local socket: the only one that a test has whether it is watched or not.
 */
static void served(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "/tmp/server"};
	int server = socket(AF_UNIX, SOCK_STREAM, 0), i, n = 0;

	must(bind(server, (void *)&at, sizeof at) == 0 && listen(server, 1) == 0, "a server");
	for (i = 0; i < number; i++) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0), taken;

		n += connect(fd, (void *)&at, sizeof at) == 0;
		taken = accept(server, NULL, NULL);
		close(taken);
		close(fd);
	}
	must(n == number, "every connect succeeds");
}

/*
 * The same by TCP; prints its time in microseconds, to stand beside that of the same
 * outside of a sandbox: unwatched a test has no TCP.
 */
static void served_tcp(void)
{
	struct sockaddr_in at = place("127.0.0.1", 0);
	socklen_t bytes = sizeof at;
	int server = socket(AF_INET, SOCK_STREAM, 0), i, n = 0;
	struct timespec begin, end;

	must(bind(server, (void *)&at, sizeof at) == 0 && listen(server, 1) == 0 &&
			getsockname(server, (void *)&at, &bytes) == 0,
		"a server");
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (i = 0; i < number; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0), taken;

		n += connect(fd, (void *)&at, sizeof at) == 0;
		taken = accept(server, NULL, NULL);
		close(taken);
		close(fd);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	must(n == number, "every connect succeeds");
	printf("%lld\n", (long long)(end.tv_sec - begin.tv_sec) * 1000000 +
				 (end.tv_nsec - begin.tv_nsec) / 1000);
}

/*
 * The same task with one memory and then another, both alive, and in both an address at
 * the same place: NUMBER goes to port 3000 + NUMBER, and with 1 it becomes the other.
 */
static int becomes_by_vfork(const struct sockaddr_in *to)
{
	ARGV(argv, "t", "becomes", "2");
	pid_t pid = vfork();

	if (pid == 0) {
		refused(to);
		execve("/skill/t", argv, environ);
		_exit(1);
	}
	return ended(pid) == 0;
}

static void becomes(void)
{
	uintptr_t at = 0x10000000;
	struct sockaddr_in *to = mmap((void *)at, 4096, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	*to = place("127.0.0.1", 3000 + (unsigned)number);
	if (number == 2)
		must(refused(to), "refused");
	else
		must(becomes_by_vfork(to), "becomes");
}

#endif
