/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the store role share. main.c owns it and runs the loop;
 * work.c moves jobs through runner and attest; replies.c answers http.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "proc/role.h"
#include "store/jobs.h"

struct store {
	struct conf conf;
	struct jobs jobs;
	struct chan *control, http, runner, attest;
	uint32_t slots; /* 0: no runner, or it has not said hello */
	bool attest_ready, tee;
	int runner_info, attest_info; /* JSON texts for /info, -1 when absent */
	int64_t identity_ms;          /* when the next identity quote may be asked for */
	bool identity_busy;
	bool stopping; /* an orderly stop: what ends now was told to */
};

/* Hands waiting jobs to the runner while it has free slots. */
void store_dispatch(struct store *s);

/*
 * Asks attest for the quotes that are due, and fails results whose time is up.
 * Returns the time of the next such event, in ms of the monotonic clock.
 */
int64_t store_attest_due(struct store *s);

/*
 * One message of a peer, which may be compromised: what does not fit a job's
 * state or does not parse is ignored. The message stays the caller's.
 */
void store_from_runner(struct store *s, struct message *m);
void store_from_attest(struct store *s, struct message *m);
void store_from_http(struct store *s, struct message *m);

/* The peer's channel is closed: what it worked on is taken back. */
void store_runner_gone(struct store *s);
void store_attest_gone(struct store *s);

#endif
