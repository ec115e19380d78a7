/* SPDX-License-Identifier: MIT */
/*
 * Watching a job's system calls from outside (specs/sandbox.md 15.2 to 15.4).
 * The payload's filter asks about some calls instead of answering them; S reads
 * what they are, notes it in the job's observer and lets them go on, or refuses
 * them with what the filter would have said (calls.c has the one table).
 *
 * Nothing is permitted for what it says: what stands behind a pointer may have
 * changed between our look and the kernel's, so such rows are advisory, and the
 * walls are the same whether somebody watches or not. A refusal needs no memory
 * of the program at all.
 *
 * Nothing here allocates. A call that cannot be looked at goes on and is counted
 * as lost (observer_broken, observer_dropped).
 * Runs in S: workers of the runner, and the command line.
 */
#ifndef RUNNER_SANDBOX_LISTENER_H
#define RUNNER_SANDBOX_LISTENER_H

#include <linux/seccomp.h>

#include "runner/sandbox/look.h"
#include "runner/sandbox/sandbox.h"

/* Calls that were taken and not answered: the same one comes again when a signal was the reason. */
#define LISTENER_RETRIES 16

struct listener {
	int fd; /* -1: not open yet, or nobody is left to ask */
	const struct sandbox_env *env;
	const struct sandbox_phase *phase;
	struct look look;
	uint32_t owner; /* id that made the payload's user namespace */
	bool acting;    /* we act as that id */
	bool opened;    /* the listener arrived */
	unsigned next_retry;
	struct {
		uint32_t pid;
		struct seccomp_data call;
	} retries[LISTENER_RETRIES];
};

#define LISTENER_INIT                                                                              \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/* Before the phase begins. */
void listener_prepare(struct listener *l, const struct sandbox_env *env, const struct workspace *ws,
	const struct sandbox_phase *phase, struct sinkhole *sinkhole);
/*
 * Takes the descriptor. From here to listener_drop this process acts as the
 * owner of the payload's user namespace, who may read what is inside (and
 * nothing else: capabilities stay as they are). -1 with errno.
 */
int listener_open(struct listener *l, int fd);
/* Answers one call, or lets go of the descriptor: revents is what poll said of it. */
void listener_serve(struct listener *l, short revents);
/* More calls than LIMIT_OBSERVED_CALLS: the job has to end. */
bool listener_flooded(const struct listener *l);
void listener_drop(struct listener *l);

#endif
