/* SPDX-License-Identifier: MIT */
/*
 * A network namespace with a sinkhole: K as jobs have it, the test as S, and a
 * client of the test's choice.
 */
#ifndef SINKHOLE_RUN_H
#define SINKHOLE_RUN_H

#include <sys/types.h>

#include "runner/sandbox/sinkhole.h"
#include "test.h"

struct network {
	struct sinkhole s;
	struct observer *o;
	struct observation seen;
	uint8_t said[8192]; /* by the client */
	size_t n_said;
	pid_t init;
};

/* In the client: questions to S, and what it has to say. */
extern int to_s, said;
void log_line(const char *what, long result, struct slice detail);

typedef void client_fn(void);
/* What S does when K is there and before the client starts. */
typedef void before_fn(struct network *n);

/* Runs a client and tells what was seen; 0 or init's exit status, -1 when it was killed. */
int network_run(struct network *n, client_fn *client, before_fn *before);
void network_drop(struct network *n);
/* Process id of K, 0 when there is none yet. */
pid_t keeper_of(const struct network *n);

/* A row, or NULL. */
const struct observed *row(
	const struct network *n, enum observed_kind kind, const char *value, const char *detail);
/* True when a whole stream of the traffic file is exactly that. */
bool traffic_has(const struct network *n, enum traffic_channel channel, const char *place,
	struct slice bytes);

#define NEEDS_ROOT                                                                                 \
	if (getuid() != 0) SKIP("needs root")

#endif
