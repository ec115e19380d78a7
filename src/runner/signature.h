/* SPDX-License-Identifier: MIT */
/*
 * The signature of a package, from the runner's side: hands the file, unread,
 * and the tree's digests to a throw-away process and believes what comes back
 * as far as it can be true (C11).
 * Runs in runner workers and the command line.
 */
#ifndef RUNNER_SIGNATURE_H
#define RUNNER_SIGNATURE_H

#include "runner/package.h"

/*
 * Fills p->facts.signature when the package is signed, and adds its warnings.
 * Never a refusal: whatever goes wrong is a reason not to call it verified.
 */
void signature_read(struct package *p, const struct job_env *env, const struct job *job,
	const struct workspace *ws);

#endif
