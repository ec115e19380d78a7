/* SPDX-License-Identifier: MIT */
/*
 * Steps of I for the sinkhole, in the order of inner.c. Each does nothing in a
 * phase that nobody watches. 0, or -1 with errno.
 * Runs in a job's init; nothing here allocates.
 */
#ifndef RUNNER_SANDBOX_SINKHOLE_STEPS_H
#define RUNNER_SANDBOX_SINKHOLE_STEPS_H

#include "runner/sandbox/inner.h"

/* The loopback interface up, and every other address local too. */
int sinkhole_network(struct inner *in);
/* Opens the resolver's sockets, while we may, and clones K. */
int sinkhole_start(struct inner *in);
/* Waits until K has dropped all rights; before that P must not run. */
int sinkhole_ready(struct inner *in);
/* The command has ended: K takes what is unread and ends. Waits for it. Allowed by I's filter. */
void sinkhole_stop(struct inner *in);

#endif
