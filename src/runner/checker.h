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

#include "runner/runtime.h"

/*
 * Starts it; -1 when there is none. The result is a pipe that becomes readable with
 * each runtime that was looked at. keep_out is called in the new process first, to
 * let go of what it has no business with.
 */
int checker_start(struct runtimes *r, void (*keep_out)(void *), void *arg);

/*
 * Takes in what was found, and logs it; closes *fd at the end. True when r has
 * changed.
 */
bool checker_read(int *fd, struct runtimes *r);

#endif
