/* SPDX-License-Identifier: MIT */
/*
 * Which system calls a test may make, as data: groups of numbers with the
 * reason why they are there, and guards on arguments (specs/sandbox.md 7).
 * errno for what programs probe, death for what only an exploit does; and which
 * calls of it are asked when somebody watches (specs/sandbox.md 15).
 * Runs in runner and the command line; pure.
 */
#ifndef RUNNER_SANDBOX_CALLS_H
#define RUNNER_SANDBOX_CALLS_H

#include "proc/filter.h"

/* The filter of the payload. */
extern const struct filter_spec calls_payload;
/* The same without memory files and System V memory, for a job that no control group counts. */
extern const struct filter_spec calls_payload_uncounted;
/* What of them is asked for MONITOR_CALLS and MONITOR_FILES (struct filter_spec.watch). */
extern const struct filter_watch calls_watch, calls_watch_files;
/*
 * Calls of the first group that no test has a use for: their refusals are worth a
 * line. label: what one argument is called, whose low half is shown to a base;
 * NULL: none is worth it.
 */
struct tripwire {
	int nr;
	const char *name, *label;
	uint8_t base, arg;
};
/* NULL for a call that is none. */
const struct tripwire *calls_tripwire(int nr);
/* The filter of a job's init process. */
extern const struct filter_spec calls_job_init;
/* The filter of an observed job's sinkhole. */
extern const struct filter_spec calls_sinkhole;
/*
 * The filter of the runner and all its children. It stacks below the payload's,
 * so it allows what that allows, and mounts, namespaces and ids beside it. What
 * it refuses is refused to everything that the runner starts (C18).
 */
extern const struct filter_spec calls_runner;
/*
 * The filter of a child of the command line that only reads a package: what of
 * that takes mounts and helpers, and no way to come by a socket, shared memory
 * or a host name. So it needs no network, IPC or UTS namespace, which take the
 * kernel longer to make than all the rest.
 */
extern const struct filter_spec calls_reader;

#endif
