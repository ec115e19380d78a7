/* SPDX-License-Identifier: MIT */
/*
 * Waits for input that nobody gives: its end is there at once, and it is no terminal.
 * Timeout: 5s
 * Outcome: PASSED:
 */
#include <poll.h>

#include "hostile.h"

int main(void)
{
	struct pollfd p = {0, POLLIN, 0};
	char byte;
	int i;

	for (i = 0; i < 3; i++)
		holds("readable at once", poll(&p, 1, 0) == 1);
	holds("empty", read(0, &byte, 1) == 0 && getc(stdin) == EOF);
	holds("no terminal", !isatty(0) && !isatty(1) && !isatty(2));
	fails("writing to it", write(0, "x", 1));
	return ending();
}
