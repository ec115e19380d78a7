/* SPDX-License-Identifier: MIT */
/*
 * Forks until it may not, and leaves all of them behind.
 * Outcome: PASSED:limit-hit:pids
 * Outcome without control groups: PASSED: or PASSED:limit-hit:pids
 * (RLIMIT_NPROC refuses as well; that it did shows only when a count, every 20 ms,
 * finds all processes alive.)
 */
#include "hostile.h"

int main(void)
{
	int n = 0;

	for (;;) {
		pid_t pid = fork();

		if (pid == 0)
			for (;;)
				pause();
		if (pid < 0) break;
		n++;
	}
	holds("the limit answers EAGAIN", errno == EAGAIN);
	holds("at most 256 processes", n < 256);
	return ending();
}
