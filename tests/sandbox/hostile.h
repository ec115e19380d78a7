/* SPDX-License-Identifier: MIT */
/*
 * What the hostile programs of this folder share: each tries what it must not
 * be able to do, says what worked, and exits 1 when anything did. Runs as the
 * payload of a job.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int escaped;

/* The attempt must have failed, whatever its errno. */
static inline void fails(const char *what, long result)
{
	if (result < 0) return;
	printf("worked: %s (%ld)\n", what, result);
	escaped = 1;
}

/* The attempt must have failed with this errno. */
static inline void fails_with(const char *what, long result, int want)
{
	if (result < 0 && errno == want) return;
	printf("%s: result %ld, %s; want %s\n", what, result, strerror(errno), strerror(want));
	escaped = 1;
}

static inline void holds(const char *what, int is_so)
{
	if (is_so) return;
	printf("not so: %s\n", what);
	escaped = 1;
}

/* Opens a path; the descriptor is closed again when that worked. */
static inline long try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0644), saved = errno;

	if (fd >= 0) close(fd);
	errno = saved;
	return fd;
}

/* What a file says, as text; empty when it cannot be read. */
static inline const char *text_of(const char *path, char *mem, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, mem, size - 1);

	if (fd >= 0) close(fd);
	mem[n < 0 ? 0 : n] = '\0';
	return mem;
}

/* This kernel has no such thing to attack: ends as skipped, with the reason. */
static inline _Noreturn void cannot_be_tried(const char *why)
{
	printf("SKIP: %s\n", why);
	fflush(stdout);
	_exit(77);
}

/* What is tried goes through /proc, and tier T3 has an empty one. */
static inline void needs_proc(void)
{
	if (access("/proc/self/status", F_OK) < 0) cannot_be_tried("there is no /proc here");
}

static inline int ending(void)
{
	return escaped;
}

#endif
