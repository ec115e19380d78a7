/* SPDX-License-Identifier: MIT */
/*
 * Memory that belongs to no process: memory files and System V segments.
 * Outcome: LIMIT:memory
 * Outcome without control groups: PASSED:
 * (Both calls are absent there: nobody would count what they give.)
 */
#include <sys/mman.h>
#include <sys/shm.h>

#include "hostile.h"

int main(void)
{
	static char page[1 << 20];
	int i, j, fd;

	signal(SIGXFSZ, SIG_IGN);
	for (i = 0; i < 8; i++) {
		int id = shmget(IPC_PRIVATE, 64 << 20, IPC_CREAT | 0600);
		char *p = id < 0 ? NULL : shmat(id, NULL, 0);

		if (p && p != (char *)-1) memset(p, 1, 64 << 20);
		fd = memfd_create("hog", 0);
		for (j = 0; j < 128; j++)
			if (write(fd, page, sizeof page) < 0) break;
	}
	/* Only where both calls are absent does anybody come this far. */
	fails_with("segment", shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600), ENOSYS);
	fails_with("memory file", memfd_create("hog", 0), ENOSYS);
	return ending();
}
