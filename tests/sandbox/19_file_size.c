/* SPDX-License-Identifier: MIT */
/*
 * A file larger than one may be: refused, or the end of whoever goes on without asking.
 * Limits: file-bytes=1048576
 * Outcome: PASSED:
 */
#include <sys/resource.h>

#include "hostile.h"

int main(void)
{
	struct rlimit most = {0, 0};
	int fd = open("/tmp/big", O_CREAT | O_RDWR, 0600), status = 0;
	pid_t pid;

	holds("getrlimit", getrlimit(RLIMIT_FSIZE, &most) == 0);
	holds("a limit", most.rlim_max <= 256U << 20);
	pid = fork();
	if (pid == 0) {
		if (pwrite(fd, "xx", 2, (off_t)most.rlim_max) > 0) _exit(1);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	holds("SIGXFSZ", WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
	signal(SIGXFSZ, SIG_IGN);
	fails_with("beyond the limit", pwrite(fd, "xx", 2, (off_t)most.rlim_max), EFBIG);
	holds("up to the limit", pwrite(fd, "xx", 2, (off_t)most.rlim_max - 1) == 1);
	return ending();
}
