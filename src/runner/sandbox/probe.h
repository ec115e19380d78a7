/* SPDX-License-Identifier: MIT */
/*
 * What this machine can do, found out by doing it, each thing in a child of its
 * own that may fail or hang without harm (specs/sandbox.md 2). Capability masks
 * and version numbers are not asked: they say what ought to work.
 * Runs in runner, doctor and the command line.
 */
#ifndef RUNNER_SANDBOX_PROBE_H
#define RUNNER_SANDBOX_PROBE_H

#include "runner/sandbox/sandbox.h"

/* One line of what was found, for log, doctor and /info. */
struct probe_line {
	const char *item; /* stable word */
	bool ok;
	bool needed;      /* without it nothing runs, or only by --allow-tier */
	char text[96];    /* what was found */
	const char *mend; /* what to change on the machine or in the compose file, or NULL */
};
#define PROBE_LINES 40

struct probe {
	struct probe_line line[PROBE_LINES];
	unsigned n;
};

/* Adds a line; err is an errno or 0. The text may be written over. */
struct probe_line *probe_add(struct probe *p, const char *item, int err, const char *mend);

/*
 * Fills env, of which cgroup, proc and nested are set already. Without a probe
 * to write to, only what decides is tried. allow is the weakest tier that may
 * run: E_SANDBOX_SETUP when only a weaker one holds, with what is missing and
 * how to mend it; env and the probe are whole then as well.
 */
enum err sandbox_probe(struct sandbox_env *env, struct probe *p, uint8_t allow, struct why *why);
/*
 * How closely jobs of this machine are watched: as asked for, or not at all where
 * that cannot be (env->monitor says which, a line of the probe why). Compiles the
 * filter that asks. E_SANDBOX_SETUP.
 */
enum err sandbox_observe(
	struct sandbox_env *env, struct probe *p, uint8_t monitor, struct why *why);

#endif
