/* SPDX-License-Identifier: MIT */
/*
 * A child runs out of memory, then the test waits for its deadline: memory was
 * the reason, and comes first.
 * Timeout: 15s
 * Limits: memory-bytes=67108864
 * Outcome: LIMIT:memory
 * Outcome without control groups: TIMEOUT:wall-time or LIMIT:memory
 * (RLIMIT_DATA refuses memory to each process before a count of all of them ends
 * the job; the program does not mind.)
 */
#include "hostile.h"

int main(void)
{
	pid_t pid = fork();
	size_t i;

	if (pid == 0) {
		for (i = 0; i < 4096; i++) {
			char *p = malloc(1 << 20);

			if (p) memset(p, 1, 1 << 20);
		}
		_exit(0);
	}
	for (;;)
		pause();
}
