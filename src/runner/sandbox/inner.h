/* SPDX-License-Identifier: MIT */
/*
 * The two processes of a job that are not its watcher: I and P. The sequence
 * of specs/sandbox.md 3.2 stands in inner.c as two lists of steps; each step
 * has the name that a failure carries into the statement.
 * Runs in children of runner and of the command line.
 */
#ifndef RUNNER_SANDBOX_INNER_H
#define RUNNER_SANDBOX_INNER_H

#include "runner/sandbox/sandbox.h"

/* Everything I and P need, made by S before the clone. */
struct inner {
	const struct sandbox_env *env;
	const struct workspace *ws;
	const struct sandbox_phase *phase;
	const struct cgroup_job *group;
	int sync;     /* to S: a go byte in, one report out */
	int status;   /* write end: a failed step, or end of file when P executes */
	int out, err; /* write ends of the output pipes */
	/* made by I */
	int root;       /* the new root */
	int id_map[2];  /* pipe: P waits for its id maps */
	int payload_fd; /* pidfd of P */
	int payload;    /* pid of P in I's namespace */
};

/* What S reads from the status pipe when a step failed. */
struct inner_failure {
	char step[24];
	int32_t sys;
};

/* What I tells S when P has ended. */
struct inner_report {
	int32_t status; /* as wait(2) gives it */
	uint64_t cpu_us, max_rss_bytes;
};

/* Name of the step that is P's execve; its errno decides the verdict's reason. */
#define STEP_EXEC "exec"

/* Body of I; never returns. */
_Noreturn void inner_main(struct inner *in);

#endif
