/* SPDX-License-Identifier: MIT */
/*
 * What a test is born with: three descriptors, the documented environment, no
 * signal blocked or ignored, its own directory, nothing of the appliance.
 * Outcome: PASSED:
 * Watched: a watched test has decoys among its variables
 */
#include <sys/prctl.h>

#include "hostile.h"

extern char **environ;

int main(void)
{
	static const char *const want[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/home/skill", "USER=skill", "PWD=/skill", "TMPDIR=/tmp", "LANG=C.UTF-8",
		"TZ=UTC"};
	unsigned long action[4];
	sigset_t mask;
	char text[256];
	size_t i, j;
	int fd, sig;

	for (fd = 3; fd < 4096; fd++)
		fails("an inherited descriptor", fcntl(fd, F_GETFD));
	for (i = 0; environ[i]; i++) {
		for (j = 0; j < sizeof want / sizeof *want && strcmp(environ[i], want[j]); j++)
			;
		holds(environ[i], j < sizeof want / sizeof *want);
	}
	holds("all of the environment", i == sizeof want / sizeof *want);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (sig = 1; sig < NSIG; sig++) {
		holds("no signal is blocked", sigismember(&mask, sig) != 1);
		/* The kernel's own struct: a libc says nothing about its signals. */
		if (syscall(SYS_rt_sigaction, sig, NULL, action, 8) == 0)
			holds("no signal is ignored", action[0] == 0);
	}
	holds("directory", getcwd(text, sizeof text) && strcmp(text, "/skill") == 0);
	holds("not init, and its child", getpid() > 1 && getppid() == 1);
	holds("host name", gethostname(text, sizeof text) == 0 && strcmp(text, "skill") == 0);
	holds("mode of new files", (umask(0) & 07777) == 022);
	holds("filtered", prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2);
	fails("standard input is for reading only", write(0, "x", 1));
	return ending();
}
