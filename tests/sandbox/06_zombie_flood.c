/* SPDX-License-Identifier: MIT */
/*
 * Children that nobody waits for.
 * Outcome: PASSED:limit-hit:pids
 * Outcome without control groups: PASSED: or PASSED:limit-hit:pids
 * (RLIMIT_NPROC refuses as well; that it did shows only when a count, every 20 ms,
 * finds all processes alive.)
 */
#include "hostile.h"

int main(void)
{
	int i;

	for (i = 0; i < 100000; i++) {
		pid_t pid = fork();

		if (pid == 0) _exit(0);
		if (pid < 0) break;
	}
	holds("bounded", i < 256);
	return ending();
}
