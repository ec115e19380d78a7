/* SPDX-License-Identifier: MIT */
/*
 * More spinning processes than there are processors.
 * Timeout: 1s
 * Outcome: TIMEOUT:wall-time
 */
#include "hostile.h"

int main(void)
{
	int i;

	for (i = 0; i < 63; i++)
		if (fork() == 0) break;
	for (;;)
		;
}
