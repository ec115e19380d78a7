/* SPDX-License-Identifier: MIT */
/*
 * Crashes with all it has; nothing is dumped.
 * Outcome: FAILED:signal
 */
#include <sys/prctl.h>
#include <sys/resource.h>

#include "hostile.h"

int main(void)
{
	struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

	if (setrlimit(RLIMIT_CORE, &all) == 0) return 7;
	prctl(PR_SET_DUMPABLE, 1);
	if (chdir("/tmp") < 0) return 7;
	abort();
}
