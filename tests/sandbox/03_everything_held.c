/* SPDX-License-Identifier: MIT */
/*
 * At the deadline everything is there that could put it off: as many processes as
 * permitted, forking on; daemons in sessions of their own, deaf to signals; a
 * stopped tree; children that keep their parents waiting in vfork; full pipes and
 * the output held by all of them (H66).
 * Timeout: 1s
 * Outcome: TIMEOUT:wall-time
 */
#include "hostile.h"

static void deaf(void)
{
	int sig;

	for (sig = 1; sig < 65; sig++)
		signal(sig, SIG_IGN);
}

static _Noreturn void hold(int kind)
{
	static char page[1 << 16];
	int pipes[2];

	switch (kind) {
	case 0: /* a daemon */
		setsid();
		if (fork() > 0) _exit(0);
		deaf();
		for (;;)
			pause();
	case 1: /* stopped, with a stopped child */
		fork();
		for (;;)
			raise(SIGSTOP);
	case 2: /* blocked in a pipe that is full */
		if (pipe(pipes) < 0) _exit(1);
		for (;;)
			if (write(pipes[1], page, sizeof page) < 0) _exit(1);
	case 3: /* waiting for a child that never execs */
		if (vfork() == 0)
			for (;;)
				pause();
		_exit(0);
	case 4: /* a tracee's life: job control inside an orphaned group */
		setpgid(0, 0);
		kill(0, SIGTSTP);
		for (;;)
			pause();
	default: /* forks whenever there is room */
		for (;;) {
			pid_t pid = fork();

			if (pid == 0) _exit(0);
			if (pid > 0) waitpid(pid, NULL, WNOHANG);
		}
	}
}

int main(void)
{
	int i;

	for (i = 0; i < 60; i++)
		if (fork() == 0) hold(i % 6);
	deaf();
	for (;;)
		pause();
}
