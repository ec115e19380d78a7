/* SPDX-License-Identifier: MIT */
/*
 * Client of the dstack guest agent: one HTTP/1.1 request at a time over a new
 * connection to its unix socket (the agent closes idle ones, C16). Nothing
 * blocks: the caller polls agent_fd for agent_events and calls agent_step.
 * Answers are bounded in size and time and are attacker controlled: the agent
 * may lie or be replaced.
 * Runs in attest.
 */
#ifndef ATTEST_AGENT_H
#define ATTEST_AGENT_H

#include "base/buf.h"
#include "base/err.h"

struct agent {
	const char *path; /* of the socket, in our root */
	int fd;           /* -1: no request in flight */
	bool connected;
	struct buf out; /* request, and how much of it went out */
	size_t sent;
	struct buf in;     /* raw answer */
	struct slice body; /* of a complete answer; points into in */
	int64_t deadline_us;
};

void agent_init(struct agent *a, const char *path);
/* Ends what is in flight and frees all memory. */
void agent_drop(struct agent *a);
bool agent_busy(const struct agent *a);
/* Starts a POST of a JSON body. E_ABSENT when nobody listens, E_SYSTEM else. */
enum err agent_post(struct agent *a, const char *method, struct slice json, struct why *why);
/* poll(2) events to wait for, and the latest time to call agent_step. */
short agent_events(const struct agent *a);
/*
 * Goes on with the request. E_AGAIN: not done. E_OK: a->body holds the answer
 * of status 200 until the next request. Anything else: the request failed and
 * why says how (E_TIMEOUT, E_CLOSED, E_TOO_LARGE, E_FORMAT, E_PROTOCOL for an
 * error status).
 */
enum err agent_step(struct agent *a, struct why *why);

#endif
