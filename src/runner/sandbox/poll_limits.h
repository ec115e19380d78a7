/* SPDX-License-Identifier: MIT */
/*
 * Counting through /proc what no control group counts: descriptors on every
 * machine, and memory, processes and processor time of a job where there are no
 * groups (specs/sandbox.md 10.4). Late by up to one interval, and said so in
 * the statement ("accounting": "rlimit"). Runs in runner and the command line.
 */
#ifndef RUNNER_SANDBOX_POLL_LIMITS_H
#define RUNNER_SANDBOX_POLL_LIMITS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/slice.h"

struct poll_counts {
	uint64_t rss_bytes, cpu_us;
	uint32_t max_pids;
	uint32_t max_files; /* open in the process that has most */
};

/* Sums over a process and all its descendants; pid is its number in this procfs. */
void poll_limits_count(int proc, pid_t pid, struct poll_counts *out);

/*
 * Members of the job that are alive, without its init: calls back with the name
 * of each one's program, as the kernel has it (any bytes, 15 at most).
 */
typedef void poll_limits_member(void *whom, struct slice name);
void poll_limits_members(int proc, pid_t pid, poll_limits_member *seen, void *whom);

#endif
