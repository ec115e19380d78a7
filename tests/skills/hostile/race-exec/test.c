/* SPDX-License-Identifier: MIT */
/* A child shares this memory and executes a path that the parent changes meanwhile. */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRIES 50

static char path[32] = "/bin/true";
static atomic_int started;
static char stack[64 * 1024];

static int helper(void *unused)
{
	char name[] = "true", mark[] = "race", *argv[] = {name, mark, NULL}, *envp[] = {NULL};

	(void)unused;
	atomic_store(&started, 1);
	execve(path, argv, envp);
	_exit(127);
}

int main(void)
{
	volatile char *last = &path[strlen("/bin/t")];
	int i, status, started_as = 0;

	for (i = 0; i < TRIES; i++) {
		atomic_store(&started, 0);
		pid_t child = clone(helper, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);

		if (child < 0) return 1;
		while (waitpid(child, &status, WNOHANG) == 0) {
			*last = 'x'; /* no such program */
			*last = 'r';
		}
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0) started_as++;
	}
	printf("started %d of %d\n", started_as, i);
	return 0;
}
