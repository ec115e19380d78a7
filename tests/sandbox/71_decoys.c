/* SPDX-License-Identifier: MIT */
/*
 * Reads decoys of a watched run in ways that leave no time of access behind; where
 * nobody watches there are none. tests/blackbox/effects.sh looks at what was seen.
 * With an argument it also floods whoever takes notice.
 * Outcome: PASSED:
 */
#include <sys/mman.h>

#include "hostile.h"

static int open_decoy(const char *name, int flags)
{
	char path[300];

	snprintf(path, sizeof path, "%s/%s", getenv("HOME"), name);
	return open(path, flags | O_CLOEXEC);
}

int main(int argc, char **argv)
{
	char text[64];
	struct timespec t[2];
	struct stat st;
	loff_t from = 0;
	volatile char c = 0;
	const char *p;
	int fd = open_decoy(".aws/credentials", O_RDWR | O_NOATIME), i, to;

	(void)argv;
	if (fd < 0) return ending();
	/* A mapping of a file that is open for both. */
	p = mmap(NULL, 64, PROT_READ, MAP_SHARED, fd, 0);
	if (p != MAP_FAILED) c = p[20];
	close(fd);
	/* One that is never closed. */
	p = mmap(NULL, 64, PROT_READ, MAP_PRIVATE, open_decoy(".npmrc", O_RDONLY | O_NOATIME), 0);
	if (p != MAP_FAILED) c = p[5];
	/* Through a descriptor that is no open file. */
	snprintf(text, sizeof text, "/proc/self/fd/%d", open_decoy(".kube/config", O_PATH));
	holds("read again", read(open(text, O_RDONLY | O_NOATIME), text, 10) == 10);
	/* And with its times put back. */
	fd = open_decoy(".netrc", O_RDONLY | O_NOATIME);
	holds("times", fstat(fd, &st) == 0 && pread(fd, text, 50, 0) == 50);
	t[0] = st.st_atim;
	t[1] = st.st_mtim;
	holds("times are put back", futimens(fd, t) == 0);
	/* Copied by the kernel. */
	to = open("/tmp/copy", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	fd = open_decoy(".pypirc", O_RDONLY | O_NOATIME);
	holds("copied", syscall(SYS_copy_file_range, fd, &from, to, NULL, 20, 0) == 20);
	for (i = 0; argc > 1 && i < 20000; i++) {
		fd = open_decoy(i & 1 ? ".bash_history" : ".git-credentials", O_RDONLY);
		close(fd);
	}
	(void)c;
	return ending();
}
