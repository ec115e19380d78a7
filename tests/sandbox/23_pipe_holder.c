/* SPDX-License-Identifier: MIT */
/*
 * Grandchildren in sessions of their own that keep the output open, and keep it
 * full, after the test has ended.
 * Outcome: PASSED:
 */
#include "hostile.h"

int main(void)
{
	static char page[1 << 16];
	int i;

	for (i = 0; i < 8; i++) {
		if (fork() != 0) continue;
		setsid();
		signal(SIGPIPE, SIG_IGN);
		if (fork() != 0) _exit(0);
		/* Half of them fill what is not read any more, half only hold it. */
		while (i & 1)
			if (write(1, page, sizeof page) < 0) break;
		for (;;)
			pause();
	}
	return 0;
}
