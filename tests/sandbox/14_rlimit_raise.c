/* SPDX-License-Identifier: MIT */
/*
 * Limits of the process: all set, none can be raised, no core file.
 * Outcome: PASSED:
 */
#include <sys/resource.h>

#include "hostile.h"

static void at_most(const char *what, int which, rlim_t most)
{
	struct rlimit r, up;

	if (getrlimit(which, &r) < 0) {
		holds("getrlimit", 0);
		return;
	}
	holds(what, r.rlim_cur == r.rlim_max && r.rlim_max <= most);
	up = (struct rlimit){r.rlim_max + 1, r.rlim_max + 1};
	fails(what, setrlimit(which, &up));
	fails(what, syscall(SYS_prlimit64, 0, which, &up, NULL));
}

int main(void)
{
	at_most("core", RLIMIT_CORE, 1);
	at_most("file size", RLIMIT_FSIZE, 256 << 20);
	at_most("files", RLIMIT_NOFILE, 1024);
	at_most("processes", RLIMIT_NPROC, 256);
	at_most("stack", RLIMIT_STACK, 8 << 20);
	at_most("locked memory", RLIMIT_MEMLOCK, 64 << 10);
	at_most("message queues", RLIMIT_MSGQUEUE, 0);
	at_most("pending signals", RLIMIT_SIGPENDING, 256);
	at_most("real-time priority", RLIMIT_RTPRIO, 0);
	at_most("nice", RLIMIT_NICE, 0);
	at_most("processor time", RLIMIT_CPU, 1202);
	return ending();
}
