/* SPDX-License-Identifier: MIT */
/*
 * Compares all runtimes with their manifests in a process beside the runner, so
 * that the start waits for none of it. A job that comes earlier compares its own
 * runtime itself (runner/job.c); one that comes later need not. When this process
 * dies, each job goes on comparing for itself.
 * Runs in runner.
 */
#ifndef RUNNER_CHECKER_H
#define RUNNER_CHECKER_H

#include <sys/types.h>

#include "runner/runtime.h"

struct checker {
	int fd; /* readable with each runtime that was looked at; -1: it has ended */
	pid_t pid;
};
#define CHECKER_INIT                                                                               \
	{                                                                                          \
		-1, -1                                                                             \
	}

/*
 * Starts it, or leaves c as it is. keep_out is called in the new process first, to
 * let go of what it has no business with.
 */
void checker_start(struct checker *c, struct runtimes *r, void (*keep_out)(void *), void *arg);

/*
 * Takes in what was found, and logs it; reaps the process at its end. True when r
 * has changed.
 */
bool checker_read(struct checker *c, struct runtimes *r);

#endif
