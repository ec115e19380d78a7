/* SPDX-License-Identifier: MIT */
/*
 * A daemon: forked twice, own session, deaf to signals, holding the output pipe.
 * Outcome: PASSED:
 */
#include "hostile.h"

int main(void)
{
	int sig;

	if (fork() > 0) return 0;
	setsid();
	if (fork() > 0) _exit(0);
	for (sig = 1; sig < 32; sig++)
		signal(sig, SIG_IGN);
	for (;;)
		pause();
}
