/* SPDX-License-Identifier: MIT */
/*
 * Processor time spent by children that come and go, none of them for long: it
 * is the time of all that counts.
 * Timeout: 10s
 * Limits: cpu-ms=300
 * Outcome: TIMEOUT:cpu-time
 * Outcome with default limits: TIMEOUT:wall-time
 */
#include <time.h>

#include "hostile.h"

int main(void)
{
	for (;;) {
		pid_t pid = fork();

		if (pid == 0) {
			while (clock() < CLOCKS_PER_SEC / 50)
				;
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}
