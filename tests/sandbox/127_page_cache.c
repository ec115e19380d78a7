/* SPDX-License-Identifier: MIT */
/*
 * 127, CVE-2022-0847 (kernel): a pipe that held pages of a read-only file by splice
 * could be written to, and the file's pages with it: for all who share the file.
 * Here the runtime's programs are shared and stay as they are.
 * Outcome: PASSED:
 */
#include "hostile.h"

int main(void)
{
	static const char *const files[] = {"/bin/sh", "/bin/busybox", "/etc/passwd"};
	char page[4096], before[64], after[64];
	size_t i;
	int done = 0;

	for (i = 0; i < sizeof files / sizeof *files; i++) {
		int fd = open(files[i], O_RDONLY | O_CLOEXEC), pipes[2], n;
		off_t from = 4;

		if (fd < 0 || pipe(pipes) < 0) continue;
		memset(page, 0, sizeof page);
		holds("read", pread(fd, before, sizeof before, 0) == sizeof before);
		/* Every slot of the pipe has been in use, so that its flags are of then. */
		fcntl(pipes[1], F_SETFL, O_NONBLOCK);
		while (write(pipes[1], page, sizeof page) > 0)
			;
		fcntl(pipes[0], F_SETFL, O_NONBLOCK);
		while ((n = (int)read(pipes[0], page, sizeof page)) > 0)
			;
		holds("splice", splice(fd, &from, pipes[1], NULL, 1, 0) == 1);
		holds("write behind it", write(pipes[1], "overwritten", 11) == 11);
		holds("read again", pread(fd, after, sizeof after, 0) == sizeof after);
		holds("the file is as it was", memcmp(before, after, sizeof after) == 0);
		fails("splice into the file", splice(pipes[0], NULL, fd, NULL, 1, 0));
		fails("vmsplice from it as a gift", write(fd, "x", 1));
		done++;
	}
	holds("there was a file to try", done > 0);
	return ending();
}
