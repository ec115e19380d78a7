/* SPDX-License-Identifier: MIT */
/* Executed files. Runs in S. */
#include "runner/sandbox/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/fdio.h"

/* A file's time of change stands still for a tick of the kernel's clock, 10 ms at most. */
#define TICK_NS 20000000LL

static int64_t nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Whether a change that comes now would show in the time of change. */
static bool settled(int64_t changed_ns)
{
	struct timespec now;

	return clock_gettime(CLOCK_REALTIME, &now) == 0 && nanoseconds(now) - changed_ns > TICK_NS;
}

static bool digest(int fd, uint64_t size, uint8_t out[SHA256_LEN])
{
	static uint8_t part[64 * KIB];
	struct sha256 h;
	uint64_t done = 0;
	ssize_t n;

	if (size > LIMIT_FILE_BYTES) return false;
	sha256_init(&h);
	/* It may grow while we read. */
	while ((n = read(fd, part, sizeof part)) != 0) {
		if (n < 0 && errno == EINTR) continue;
		if (n < 0 || (done += (uint64_t)n) > LIMIT_FILE_BYTES) return false;
		sha256_add(&h, slice_of(part, (size_t)n));
	}
	sha256_out(&h, out);
	return true;
}

static const struct program *known(const struct programs *p, const struct known_program *key)
{
	unsigned i;

	for (i = 0; i < PROGRAMS_KNOWN; i++) {
		const struct known_program *k = &p->known[i];

		if (k->ino == key->ino && k->dev == key->dev && k->size == key->size &&
			k->links == key->links && k->changed_ns == key->changed_ns)
			return &k->is;
	}
	return NULL;
}

/* It is one of the package's files and has the content that it came with. */
static bool is_submitted(
	const char *path, const struct tree *files, const uint8_t sha256[SHA256_LEN])
{
	static char name[4096];
	/* As its own mount namespace has it. */
	ssize_t n = readlink(path, name, sizeof name);
	const struct tree_file *file = NULL;
	struct slice where;

	if (n <= 0 || n == (ssize_t)sizeof name) return false;
	where = slice_of(name, (size_t)n);
	if (slice_starts(where, "/skill/")) file = tree_find(files, slice_from(where, 7));
	return file && memcmp(file->sha256, sha256, SHA256_LEN) == 0;
}

/* A file that can be written to: by its content. False when that cannot be had. */
static bool read_program(int fd, const struct tree *files, struct known_program *p)
{
	char path[48];
	int content;
	bool whole;

	snprintf(path, sizeof path, "%d/fd/%d", (int)getpid(), fd);
	content = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (content < 0) return false;
	whole = digest(content, p->size, p->is.sha256);
	close(content);
	if (!whole) return false;
	p->is.has_sha256 = true;
	if (p->links && files && is_submitted(path, files, p->is.sha256)) {
		p->is.origin = ORIGIN_PACKAGE;
		p->is.has_sha256 = false;
		memset(p->is.sha256, 0, SHA256_LEN);
	}
	return true;
}

bool program_find(struct programs *p, int fd, const struct tree *files, struct program *out)
{
	const struct program *before;
	struct known_program now;
	struct stat st;
	struct statvfs fs;

	memset(out, 0, sizeof *out);
	/*
	 * Nothing else can be executed. And it must not be read: who reads the files
	 * of the package, and the decoys, is watched too.
	 */
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111)) return true;
	now = (struct known_program){.dev = st.st_dev,
		.ino = st.st_ino,
		.size = (uint64_t)st.st_size,
		.links = st.st_nlink,
		.changed_ns = nanoseconds(st.st_ctim),
		.is = {.origin = ORIGIN_WRITTEN}};
	before = known(p, &now);
	if (before) {
		*out = *before;
		return true;
	}
	if (fstatvfs(fd, &fs) < 0) return false;
	if (fs.f_flag & ST_RDONLY)
		now.is.origin = ORIGIN_RUNTIME;
	else if (!read_program(fd, files, &now))
		return false;
	*out = now.is;
	if (settled(now.changed_ns)) p->known[p->next++ % PROGRAMS_KNOWN] = now;
	return true;
}
