/* SPDX-License-Identifier: MIT */
/*
 * What the runner sees: a read-only tree of its own with processes, device
 * nodes for jobs, the runtimes and one mount point for workers. Neither the
 * data directory nor the agent's socket is in it (C18), and root in it is root
 * of a user namespace only (C45).
 * Runs in runner and in the confined child of the command line.
 */
#ifndef RUNNER_ROOT_H
#define RUNNER_ROOT_H

#include "base/err.h"

#define ROOT_RUNTIMES "/runtimes"
#define ROOT_JOBDEV   "/jobdev"
/* Where `run --runtime host` puts the machine's own /usr. */
#define ROOT_HOST "/hostroot"

/* What remains of the way there, for whoever runs jobs. */
struct runner_root {
	int proc;   /* procfs that may be written to, for maps of ids; in no tree */
	int counts; /* limits of what the kernel counts for users; in no tree; -1: not to be had */
	int proc_error; /* 0, or why no procfs can be mounted: proc is the container's own then */
	bool nested;    /* the user namespace was entered */
};

#define RUNNER_ROOT_INIT                                                                           \
	{                                                                                          \
		-1, -1, 0, false                                                                   \
	}

/*
 * Builds that tree, makes it the root and enters a user namespace of its own
 * (userns_nest): mounts first, user namespace last. The process has a private
 * mount namespace and a PID namespace. runtimes may be NULL; with host the tree
 * of `--runtime host` is built too. E_SANDBOX_SETUP.
 */
enum err runner_root_enter(
	const char *runtimes, bool host, struct runner_root *out, struct why *why);
/* The same for a process that only reads a package: nothing but the place for it. */
enum err reader_root_enter(struct why *why);

#endif
