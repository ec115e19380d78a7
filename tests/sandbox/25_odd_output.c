/* SPDX-License-Identifier: MIT */
/*
 * Escape sequences, zeros and bytes that are no text; standard input is empty (case 24).
 * Outcome: PASSED:
 */
#include "hostile.h"

int main(void)
{
	static char line[1 << 19];
	char byte;

	memset(line, '"', sizeof line);
	holds("standard input is empty", read(0, &byte, 1) == 0);
	if (write(1, "\033[2J\0\377\376\\\"\n\302", 12) != 12) return 2;
	return write(1, line, sizeof line) == (ssize_t)sizeof line ? ending() : 2;
}
