/* SPDX-License-Identifier: MIT */
/*
 * The path of a program changes in shared memory while exec reads it: between
 * this program and the binary of the job's init, which stays out of reach.
 * Outcome: PASSED:
 */
#include <sched.h>
#include <sys/mman.h>

#include "hostile.h"

int main(int argc, char **argv)
{
	char *path = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *again[] = {argv[0], (char[]){"again"}, NULL};
	int i, status, ran = 0, other = 0;
	pid_t flipper;

	if (argc > 1) return 42;
	if (path == MAP_FAILED) return 2;
	memcpy(path, "/skill/./././t", 15);
	flipper = fork();
	if (flipper == 0)
		for (;;) {
			memcpy(path, "/proc/1/exe\0\0\0", 15);
			/* A processor that is emulated changes processes only at such places. */
			sched_yield();
			memcpy(path, "/skill/./././t", 15);
			sched_yield();
		}
	/* Both are read sooner or later; a busy machine takes longer. */
	for (i = 0; i < 5000 && !(ran >= 20 && other >= 20); i++) {
		pid_t pid = fork();

		if (pid == 0) {
			execv(path, again);
			_exit(43);
		}
		waitpid(pid, &status, 0);
		holds("this program or none",
			WIFEXITED(status) &&
				(WEXITSTATUS(status) == 42 || WEXITSTATUS(status) == 43));
		ran += WEXITSTATUS(status) == 42;
		other += WEXITSTATUS(status) == 43;
	}
	kill(flipper, SIGKILL);
	holds("both were read", ran >= 20 && other >= 20);
	return ending();
}
