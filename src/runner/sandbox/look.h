/* SPDX-License-Identifier: MIT */
/*
 * What a watched call that will be allowed says: which program, which address,
 * which path. Read out of the task that makes it, noted in the observer.
 * Runs in S; nothing here allocates.
 */
#ifndef RUNNER_SANDBOX_LOOK_H
#define RUNNER_SANDBOX_LOOK_H

#include <linux/seccomp.h>

#include "runner/observer.h"
#include "runner/sandbox/program.h"
#include "runner/sandbox/remote.h"
#include "runner/sandbox/sinkhole.h"

struct look {
	struct observer *observer;
	struct sinkhole *sinkhole;
	const struct tree *files; /* of the package, or NULL */
	struct remote remote;
	struct programs programs;
	bool begun; /* the command's own execve came: what was before it is ours */
	/* The call still waits for its answer: what was read of its task was its own. */
	bool (*waits)(const void *whom, uint64_t id);
	const void *whom;
};

/*
 * Looks at a call, with a procfs that has our own numbers as working directory. Gives an errno when it is certain that the call could only
 * fail, and answering it so is what the kernel would have done: 0 otherwise.
 */
int look_at(struct look *l, const struct seccomp_notif *n);

#endif
