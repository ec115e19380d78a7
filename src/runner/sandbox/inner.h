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
#include "runner/sandbox/sinkhole.h"

/* Everything I and P need, made by S before the clone. */
struct inner {
	const struct sandbox_env *env;
	const struct workspace *ws;
	const struct sandbox_phase *phase;
	const struct cgroup_job *group;
	int sync;     /* to S: a go byte in, one report out */
	int status;   /* write end: struct inner_status */
	int out, err; /* write ends of the output pipes */
	/*
	 * P waits at the first for I at the second. Sockets of S's network namespace
	 * like sync: the list of the job's own shows none (/proc/net/unix).
	 */
	int ready[2];
	/* made by I and given to S, -1 when there is none (struct inner_handover) */
	int listener;              /* where P's system calls are answered */
	int watch;                 /* which files of the package are opened */
	struct sinkhole *sinkhole; /* of an observed phase, else NULL */
	/* made by I */
	int root;         /* the new root */
	int mounts;       /* its mount namespace */
	int payload_fd;   /* pidfd of P */
	int payload;      /* pid of P in I's namespace */
	int resolvers[4]; /* sockets of K's, until it has them */
	int keeper;       /* pid of K there */
};

/* A step returns 0, or -1 with errno. */
struct step {
	const char *name;
	int (*run)(struct inner *in);
};

/* In order; the first that fails is said in the status pipe and ends the process. */
void inner_run_steps(struct inner *in, const struct step *steps, size_t n);
/* For good. 0, or -1 with errno. */
int inner_drop_capabilities(void);
int inner_drop_bounding_set(void);

/*
 * What S reads from the status pipe: when P calls execve, and which step failed
 * if one did. P executes when the first was said, the second was not, and the
 * pipe is at its end. S reads it when it has another reason to wake up: waking
 * it now would take the processor from P.
 */
struct inner_status {
	int64_t executing_us; /* 0: a step failed */
	char step[24];
	int32_t sys;
};

/*
 * What I sends over sync before P goes on, when the phase is observed: which of
 * the descriptors that come with it there are, in this order. Told from the
 * report by its size. A second one, behind the report and with HANDOVER_SURVIVORS,
 * says that processes of the job are alive: I waits for them until S has seen
 * which, and ends them.
 */
enum { HANDOVER_LISTENER = 1, HANDOVER_WATCH = 2, HANDOVER_FDS = 2, HANDOVER_SURVIVORS = 4 };

struct inner_handover {
	uint32_t has;
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
