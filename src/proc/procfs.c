/* SPDX-License-Identifier: MIT */
/* Processes by a descriptor. Runs in init, runner and the command line. */
#include "proc/procfs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/num.h"

int procfs_open(void)
{
	return open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static pid_t pid_of(struct slice text)
{
	uint64_t v;

	return parse_u64(slice_trim(text), INT32_MAX, &v) == E_OK ? (pid_t)v : 0;
}

pid_t procfs_self(int proc)
{
	char text[24];
	ssize_t n = readlinkat(proc, "self", text, sizeof text);

	return n > 0 ? pid_of(slice_of(text, (size_t)n)) : 0;
}

static int open_file(int proc, pid_t pid, const char *file, int flags)
{
	char path[64];

	snprintf(path, sizeof path, "%d/%s", (int)pid, file);
	return openat(proc, path, flags | O_CLOEXEC | O_NOFOLLOW);
}

pid_t procfs_pid(int proc, int pidfd)
{
	uint8_t mem[1024];
	struct buf b = buf_on(mem, sizeof mem);
	struct slice text;
	char file[32];

	snprintf(file, sizeof file, "fdinfo/%d", pidfd);
	if (procfs_read(proc, procfs_self(proc), file, &b)) return 0;
	text = buf_slice(&b);
	while (text.n) {
		struct slice line = slice_split(&text, '\n');

		if (slice_is(slice_split(&line, ':'), "Pid")) return pid_of(line);
	}
	return 0;
}

int procfs_write(int proc, pid_t pid, const char *file, const char *text)
{
	int fd = open_file(proc, pid, file, O_WRONLY), r;

	if (fd < 0) return -1;
	r = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
	close(fd);
	return r;
}

enum err procfs_read(int proc, pid_t pid, const char *file, struct buf *b)
{
	int fd = open_file(proc, pid, file, O_RDONLY);
	enum err e;

	if (fd < 0) return E_ABSENT;
	e = fd_read_all(fd, b);
	fd_close(&fd);
	return e;
}
