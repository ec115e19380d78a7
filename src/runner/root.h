/* SPDX-License-Identifier: MIT */
/*
 * What the runner sees: a read-only tree of its own with processes, device
 * nodes for jobs, the runtimes and one mount point for workers. Neither the
 * data directory nor the agent's socket is in it (C18).
 * Runs in runner and in the confined child of the command line.
 */
#ifndef RUNNER_ROOT_H
#define RUNNER_ROOT_H

#include "base/err.h"

#define ROOT_RUNTIMES "/runtimes"
#define ROOT_JOBDEV   "/jobdev"
/* Where `run --runtime host` puts the machine's own /usr. */
#define ROOT_HOST "/hostroot"

/*
 * Builds that tree and makes it the root. The process has a private mount
 * namespace and a PID namespace. runtimes may be NULL; with host the tree of
 * `--runtime host` is built too. E_SANDBOX_SETUP.
 */
enum err runner_root_enter(const char *runtimes, bool host, struct why *why);
/* The same for a process that only reads a package: nothing but the place for it. */
enum err reader_root_enter(struct why *why);

#endif
