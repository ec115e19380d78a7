/* SPDX-License-Identifier: MIT */
/*
 * What a package holds and uses: asked of a throw-away process that searches
 * its files (src/facts). Runs in runner workers and the command line.
 */
#ifndef RUNNER_INSPECTION_H
#define RUNNER_INSPECTION_H

#include "runner/helper.h"
#include "runner/package.h"

/* A search that goes on beside the processes that read signature and manifest. */
struct inspection_search {
	bool started;
	struct helper helper;
};

void inspection_start(struct inspection_search *s, const struct package *p,
	const struct job_env *env, const struct workspace *ws);
/*
 * Waits for its end and fills p->facts.inspection. Never a refusal: when the
 * process fails nothing is shown, and the warning inspection-unread says so.
 */
void inspection_end(struct inspection_search *s, struct package *p);

#endif
