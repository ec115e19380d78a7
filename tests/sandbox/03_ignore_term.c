/* SPDX-License-Identifier: MIT */
/*
 * Ignores every signal and loops.
 * Timeout: 500ms
 * Outcome: TIMEOUT:wall-time
 */
#include "hostile.h"

int main(void)
{
	int sig;

	for (sig = 1; sig < 65; sig++)
		signal(sig, SIG_IGN);
	for (;;)
		;
}
