/* SPDX-License-Identifier: MIT */
/*
 * Arguments of a call, out of a JSON body or a query string, under the agent's
 * lenient rules (specs/dstack.md 1.2): unknown members are ignored, missing
 * ones have their default. Runs in the simulator; pure; input is outside data.
 */
#ifndef SIM_ARGS_H
#define SIM_ARGS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

struct args {
	struct cJSON *json; /* an object, or NULL: all defaults */
	bool from_query;    /* every value is a string */
};

#define ARGS_INIT                                                                                  \
	{                                                                                          \
		NULL, false                                                                        \
	}

/* E_FORMAT with a reason in why; drop in any case. An empty body means all defaults. */
enum err args_from_json(struct slice body, struct args *out, struct why *why);
enum err args_from_query(struct slice query, struct args *out, struct why *why);
void args_drop(struct args *a);

/* A member or its default ("" / false / absent); E_FORMAT when it has another type. */
enum err args_str(const struct args *a, const char *name, struct slice *out);
enum err args_bool(const struct args *a, const char *name, bool *out);
/* *given tells whether the member is there and not null. */
enum err args_u64(const struct args *a, const char *name, bool *given, uint64_t *out);
/*
 * A bytes member, appended to out: hex of either case, any number of "0x" in
 * front. E_FORMAT, or E_TOO_LARGE when out is full.
 */
enum err args_bytes(const struct args *a, const char *name, struct buf *out);

#endif
