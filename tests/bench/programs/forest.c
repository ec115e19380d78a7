/* SPDX-License-Identifier: MIT */
/*
 * Starts as many processes as its argument says, all of them deaf to signals,
 * prints the time on the monotonic clock in microseconds, and ends: what is left
 * is somebody else's to end.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1000, i, alive[2];
	struct timespec t;
	char byte;

	if (pipe(alive) < 0) return 3;
	for (i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0) return 2;
		if (pid == 0) {
			signal(SIGTERM, SIG_IGN);
			if (write(alive[1], "", 1) != 1) return 4;
			for (;;)
				pause();
		}
	}
	/* Each of them has run. */
	for (i = 0; i < n; i++)
		if (read(alive[0], &byte, 1) != 1) return 5;
	clock_gettime(CLOCK_MONOTONIC, &t);
	printf("%lld\n", (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000);
	return fflush(stdout) ? 6 : 0;
}
