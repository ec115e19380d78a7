/* SPDX-License-Identifier: MIT */
/*
 * Asking a throw-away process whether tokens of decoys are in what a job gave out:
 * output, written files, traffic. Everything of it goes there as it is, one place
 * after the other; this side reads none of it. What comes back is which token, in
 * which place, in what disguise; a process that was taken over can lie about that
 * and do nothing else.
 * Runs in runner workers and the command line.
 */
#ifndef RUNNER_LEAKS_H
#define RUNNER_LEAKS_H

#include "proc/leaks.h"
#include "runner/canary.h"
#include "runner/helper.h"

struct leak_place {
	const char *channel; /* "stdout", "file", "dns", ... */
	struct slice name;   /* absent where the channel says it all */
};

struct leak_search {
	bool started;
	bool cut; /* not all was searched */
	struct helper helper;
	int to;
	uint64_t left; /* bytes that are still searched */
	unsigned n, cap;
	struct leak_place *places;
};

/* Zeros are none. When it cannot be started, s->cut says so at the end. */
void leak_search_begin(struct leak_search *s, const struct helper_env *env,
	const struct workspace *ws, uint32_t uid, const struct canaries *c);
/* What is added from here on belongs there. The name must live until the end. */
void leak_search_place(struct leak_search *s, const char *channel, struct slice name);
void leak_search_add(struct leak_search *s, struct slice bytes);
/*
 * Waits for the answer and makes rows of it. A token in its own decoy's place is no
 * leak: `npm config set` writes its file anew. What was not searched is dropped, a
 * search that failed is broken.
 */
void leak_search_end(struct leak_search *s, const struct canaries *c, struct observer *o);

#endif
