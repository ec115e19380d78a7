/* SPDX-License-Identifier: MIT */
/*
 * Between the two encodings of an attestation and what is made of it: a plain
 * list of parts. Only for attestation*.c.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_ATTESTATION_PARTS_H
#define CHECK_ATTESTATION_PARTS_H

#include "base/buf.h"
#include "base/cur.h"
#include "base/eventlog.h"

/* A list of events in a bounded buffer. */
struct event_list {
	struct buf mem; /* struct event_in, one behind the other */
	size_t n;
};

struct attestation_parts {
	struct slice quote, report_data, config, payload;
	bool pod;                          /* payload belongs to report_data */
	struct event_list events, runtime; /* of the platform, of the stack */
	struct buf bytes;                  /* byte strings that came as arrays of numbers */
};

/* A new, empty event at the end of the list; NULL after LIMIT_EVENTS or without memory. */
struct event_in *event_list_add(struct event_list *l);
const struct event_in *event_list_view(const struct event_list *l);

/*
 * Both read everything or fail: E_ATTESTATION_FORMAT, E_ATTESTATION_KIND. The
 * parts are dropped by the caller in any case.
 */
enum err attestation_scale(struct slice bytes, struct attestation_parts *p);
enum err attestation_msgpack(struct slice bytes, struct attestation_parts *p);

#endif
