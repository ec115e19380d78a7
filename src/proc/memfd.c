/* SPDX-License-Identifier: MIT */
/* Sealed memory files. Runs in every role. */
#include "proc/memfd.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "base/fdio.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* How much of a mapping is forgotten at once. */
#define FORGET_STEP (1 << 18)

int memfd_open(const char *name)
{
	return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

enum err memfd_seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS, SEALS) < 0 ? E_SYSTEM : E_OK;
}

bool memfd_sealed(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);
	int need = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

	return seals >= 0 && (seals & need) == need;
}

int memfd_of(const char *name, struct slice content)
{
	int fd = memfd_open(name);

	if (fd >= 0 && (fd_write_all(fd, content) || memfd_seal(fd))) fd_close(&fd);
	return fd;
}

enum err map_sealed(int fd, size_t max, struct slice *out)
{
	uint64_t size;
	void *p;

	if (!memfd_sealed(fd)) return E_FORMAT;
	if (fd_size(fd, &size)) return E_SYSTEM;
	if (size > max) return E_TOO_LARGE;
	if (size == 0) {
		*out = SLICE_NONE;
		return E_OK;
	}
	p = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) return E_SYSTEM;
	*out = slice_of(p, (size_t)size);
	return E_OK;
}

void map_forget(struct slice s, size_t *done, size_t used)
{
	if (used < *done + FORGET_STEP || used > s.n) return;
	used -= used % FORGET_STEP;
	/* Of a shared mapping of a file this drops page table entries and no data. */
	madvise((void *)(uintptr_t)(s.p + *done), used - *done, MADV_DONTNEED);
	*done = used;
}

void map_drop(struct slice *s)
{
	/* munmap does not write; the slice only borrows. */
	if (s->n) munmap((void *)(uintptr_t)s->p, s->n);
	*s = SLICE_NONE;
}
