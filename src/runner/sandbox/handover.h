/* SPDX-License-Identifier: MIT */
/*
 * How the listener of P's filter gets to S, where the phase is observed: P loads
 * the filter and says the descriptor's number, I takes it out of P and sends it
 * to S, P closes its own. Only then comes the command, so nothing that is watched
 * happens before S can answer, and the command has no descriptor that could
 * answer in S's place. Steps of inner.c: 0, or -1 with errno.
 * Runs in a job's init and payload; nothing here allocates.
 */
#ifndef RUNNER_SANDBOX_HANDOVER_H
#define RUNNER_SANDBOX_HANDOVER_H

#include <sys/types.h>

#include "base/slice.h"
#include "runner/sandbox/inner.h"

/* The phase is watched from outside. */
bool handover_observed(const struct inner *in);

/* I: waits until P has loaded its filter, then gives S all that there is to watch. */
int handover_send(struct inner *in);
/* P, as its step of system calls: the filter that asks. */
int handover_load(struct inner *in);
/*
 * P, behind the change of ids: closes its copy, and lets S read in our memory
 * what the command is called, which that change has closed. Nobody else is in
 * this user namespace yet.
 */
int handover_close(struct inner *in);

/* One message over a socket, with at most HANDOVER_FDS descriptors. */
ssize_t handover_message(int sock, struct slice body, const int *fds, size_t n);

#endif
