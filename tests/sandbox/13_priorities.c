/* SPDX-License-Identifier: MIT */
/*
 * Priorities above others, and clocks (case 16).
 * Outcome: PASSED:
 */
#include <sched.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

#include "hostile.h"

int main(void)
{
	struct sched_param param = {.sched_priority = 1};
	struct timespec ts = {1, 0};
	struct timeval tv = {1, 0};
	struct timex tx = {.modes = ADJ_OFFSET};

	fails("FIFO", syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param));
	fails("RR", syscall(SYS_sched_setscheduler, 0, SCHED_RR, &param));
	fails("sched_setparam", syscall(SYS_sched_setparam, 0, &param));
	fails("sched_setattr", syscall(SYS_sched_setattr, 0, &param, 0));
	fails("nice -20", setpriority(PRIO_PROCESS, 0, -20));
	fails("real-time input and output", syscall(SYS_ioprio_set, 1, 0, 1 << 13));
	fails("settimeofday", syscall(SYS_settimeofday, &tv, NULL));
	fails("clock_settime", syscall(SYS_clock_settime, CLOCK_REALTIME, &ts));
	fails("adjtimex", syscall(SYS_adjtimex, &tx));
	fails("clock_adjtime", syscall(SYS_clock_adjtime, CLOCK_REALTIME, &tx));
	return ending();
}
