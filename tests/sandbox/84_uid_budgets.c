/* SPDX-License-Identifier: MIT */
/*
 * What the kernel counts for each user (watches, pipes, pending signals,
 * processes): there is some for this job, and all of it is used up, while
 * another job may be doing the same.
 * Outcome: PASSED:
 */
#include <sys/inotify.h>

#include "hostile.h"

int main(void)
{
	int pipes[2], n, fd, large = 0;

	for (n = 0; n < 600; n++) {
		fd = inotify_init1(IN_CLOEXEC);
		if (fd < 0) break;
	}
	/*
	 * Its own share of what the machine has (LIMIT_TEST_INOTIFY), whatever neighbours
	 * do; in tier T3 nobody can set it, as the probe says (user-limits).
	 */
	holds("inotify instances of its own", n == 8 || (n > 8 && access("/proc/self", F_OK) < 0));
	for (n = 0; n < 100; n++) {
		if (pipe(pipes) < 0) break;
		if (fcntl(pipes[0], F_SETPIPE_SZ, 1 << 20) == 1 << 20) large++;
	}
	holds("large pipes of its own", large >= 8);
	usleep(500000);
	return ending();
}
