/* SPDX-License-Identifier: MIT */
/*
 * Touches more memory than a test may have.
 * Limits: memory-bytes=67108864
 * Outcome: LIMIT:memory
 * Outcome without control groups: PASSED: or LIMIT:memory
 * (RLIMIT_DATA refuses memory to each process before a count of all of them ends
 * the job; the program does not mind.)
 */
#include "hostile.h"

int main(void)
{
	size_t i;

	for (i = 0; i < 4096; i++) {
		char *p = malloc(1 << 20);

		if (p) memset(p, 1, 1 << 20);
	}
	return 0;
}
