/* SPDX-License-Identifier: MIT */
/* Output streams of a test. Runs in runner and the command line. */
#include "runner/sandbox/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/limits.h"
#include "proc/memfd.h"

/* Fewer wake-ups for tests that print a lot; refused beyond the user's pipe budget. */
#define PIPE_BYTES (256 * KIB)
#define READ_BYTES (64 * KIB)

enum err capture_open(struct capture *c, uint64_t keep, int *write_end)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0) return E_SYSTEM;
	fcntl(p[0], F_SETPIPE_SZ, PIPE_BYTES);
	c->fd = p[0];
	c->keep = keep;
	c->memory = memfd_open("output");
	sha256_init(&c->hash);
	*write_end = p[1];
	return c->memory < 0 || fd_nonblock(c->fd) ? E_SYSTEM : E_OK;
}

void capture_read(struct capture *c)
{
	uint8_t mem[READ_BYTES];
	ssize_t n;

	while (c->fd >= 0) {
		struct slice got;

		n = read(c->fd, mem, sizeof mem);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0 && errno == EAGAIN) return;
		if (n <= 0) {
			fd_close(&c->fd);
			return;
		}
		c->total += (uint64_t)n;
		got = slice_sub(slice_of(mem, (size_t)n), 0, (size_t)(c->keep - c->kept));
		c->kept += got.n;
		sha256_add(&c->hash, got);
		if (fd_write_all(c->memory, got)) c->failed = true;
		/* One turn of the loop is enough: the caller watches other things too. */
		if ((size_t)n < sizeof mem) return;
	}
}

int capture_finish(struct capture *c, struct stream_facts *facts)
{
	int fd = c->memory;

	facts->bytes = c->kept;
	facts->total = c->total;
	sha256_out(&c->hash, facts->sha256);
	if (c->failed || memfd_seal(fd)) return -1;
	c->memory = -1;
	return fd;
}

void capture_drop(struct capture *c)
{
	fd_close(&c->fd);
	fd_close(&c->memory);
}
