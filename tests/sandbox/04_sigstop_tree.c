/* SPDX-License-Identifier: MIT */
/*
 * A tree whose members all stop themselves.
 * Timeout: 500ms
 * Outcome: TIMEOUT:wall-time
 */
#include "hostile.h"

int main(void)
{
	int i;

	for (i = 0; i < 20; i++)
		if (fork() == 0) {
			setsid();
			raise(SIGSTOP);
			_exit(0);
		}
	raise(SIGSTOP);
	return 1;
}
