/* SPDX-License-Identifier: MIT */
/*
 * Children that nobody waits for.
 * Outcome: PASSED:limit-hit:pids
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
