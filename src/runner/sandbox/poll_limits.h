/* SPDX-License-Identifier: MIT */
/*
 * Counting through /proc what no control group counts: descriptors on every
 * machine, and memory, processes and processor time of a job where there are no
 * groups (specs/sandbox.md 10.4). Late by up to one interval, and said so in
 * the statement ("accounting": "rlimit"). Runs in runner and the command line.
 */
#ifndef RUNNER_SANDBOX_POLL_LIMITS_H
#define RUNNER_SANDBOX_POLL_LIMITS_H

#include <sys/types.h>

#include <stdint.h>

struct poll_counts {
	uint64_t rss_bytes, cpu_us;
	uint32_t max_pids;
	uint32_t max_files; /* open in the process that has most */
};

/* Sums over a process and all its descendants; pid is its number in this procfs. */
void poll_limits_count(int proc, pid_t pid, struct poll_counts *out);

#endif
