/* SPDX-License-Identifier: MIT */
/* Files that are read in a job. Runs in runner workers, the command line and a job's init. */
#include "runner/sandbox/reads.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cur.h"
#include "runner/sandbox/inner.h"

#define READING (IN_ACCESS | IN_CLOSE_NOWRITE)
#define OPENING (IN_OPEN | IN_CLOSE_WRITE)

enum err reads_new(struct reads **out)
{
	void *p = mmap(NULL, sizeof **out, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED) return E_NO_MEMORY;
	*out = p;
	return E_OK;
}

void reads_drop(struct reads **r)
{
	if (*r) munmap(*r, sizeof **r);
	*r = NULL;
}

bool reads_add(struct reads *r, const char *below, struct slice path, bool all)
{
	size_t n = strlen(below);

	if (r->n == READS_MAX || n + path.n + 1 > sizeof r->text - r->used) return false;
	r->list[r->n].all = all;
	r->list[r->n++].path = (uint32_t)r->used;
	memcpy(r->text + r->used, below, n);
	memcpy(r->text + r->used + n, path.p, path.n);
	r->used += n + path.n + 1;
	return true;
}

/* Gone or no longer a file: a set-up command did that, and nobody can read it. */
static bool is_gone(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

int reads_watch(struct inner *in)
{
	struct reads *r = in->phase->reads;
	unsigned i;

	if (!r) return 0;
	in->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	/* Kernels without it, and machines that have no more of them, still run jobs. */
	r->broken = in->watch < 0;
	if (r->broken) return 0;
	if (fchdir(in->root) < 0) return -1;
	for (i = 0; i < r->n; i++) {
		int watch = inotify_add_watch(in->watch, r->text + r->list[i].path,
			IN_DONT_FOLLOW | READING | (r->list[i].all ? OPENING : IN_ONESHOT));

		if (watch < 0 && !is_gone(errno)) r->broken = true;
		r->list[i].watch = watch < 0 ? 0 : watch;
	}
	return 0;
}

static void note(struct reads *r, int32_t watch, uint32_t mask)
{
	unsigned i;

	if (mask & IN_Q_OVERFLOW) r->broken = true;
	if (!(mask & (READING | OPENING))) return;
	/* Numbers rise with the list, so the place is found without a search, but for gaps. */
	for (i = watch > 0 && (unsigned)watch <= r->n ? (unsigned)watch - 1 : 0; i < r->n; i++)
		if (r->list[i].watch == watch) {
			if (mask & READING) r->list[i].read = true;
			if (mask & OPENING) r->list[i].opened = true;
			return;
		}
}

void reads_end(struct reads *r, int fd)
{
	uint8_t mem[4096];
	ssize_t n;

	if (fd < 0) r->broken = true;
	while (fd >= 0 && (n = read(fd, mem, sizeof mem)) > 0) {
		struct cur c = cur_of(slice_of(mem, (size_t)n));

		while (cur_left(&c)) {
			uint32_t watch = cur_le32(&c), mask = cur_le32(&c), name;

			cur_le32(&c); /* cookie */
			name = cur_le32(&c);
			cur_take(&c, name);
			note(r, (int32_t)watch, mask);
		}
	}
}
