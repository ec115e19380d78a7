/* SPDX-License-Identifier: MIT */
/*
 * Ends by the signal whose number is its argument, or with an exit code ("e" and
 * a number), as if a limit had been hit. Without one: SIGXCPU, after a little work.
 * Outcome: FAILED:signal
 */
#include "hostile.h"

int main(int argc, char **argv)
{
	int sig = argc > 1 ? (int)strtol(argv[1], NULL, 10) : SIGXCPU;

	if (argc > 1 && argv[1][0] == 'e') return (int)strtol(argv[1] + 1, NULL, 10);
	if (sig < 32) signal(sig, SIG_DFL);
	kill(getpid(), sig);
	return 3;
}
