/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a package without a test (specs/skills.md 2.8, C23): each of
 * its scripts is started once with `--help`, and parsed first where that can be
 * done without running it. Here is which files are scripts, by what and in which
 * runtime they are started, and when to stop; whoever runs one is passed in.
 *
 * A probe never changes a verdict. No two probes share anything that one of
 * them could have written.
 * Runs in runner workers and the command line.
 */
#ifndef RUNNER_PROBES_H
#define RUNNER_PROBES_H

#include "runner/runtime.h"
#include "runner/tree.h"

/* Interpreters whose versions are asked for in one job. */
#define PROBE_INTERPRETERS 8

/* One program to be run in a sandbox of its own. */
struct probe_run {
	char *const *argv; /* ended by NULL; argv[0] is looked up along PATH */
	const struct runtime *runtime;
	/* A program of the runtime that runs nothing of the package: nothing to observe. */
	bool parser;
	uint32_t timeout_ms;
};

/* How it ended. Both texts are mapped, at most LIMIT_PROBE_KEPT bytes each. */
struct probe_end {
	struct run_facts facts;
	struct slice out, err;
};

/* Runs it and fills end. False when nothing more is to be run: the job was ended. */
typedef bool (*probe_runner)(void *ctx, const struct probe_run *run, struct probe_end *end);

struct probe_interpreter {
	const struct runtime *runtime;
	char name[LIMIT_PROBE_WORD + 1];
	struct slice version; /* absent when it does not say */
};

struct probes {
	const struct runtimes *runtimes;
	bool host; /* the machine's own /usr is the only runtime */
	const struct tree *tree;
	int skill; /* the skill's root, for reading */
	probe_runner run;
	void *ctx;
	/* what follows is filled */
	struct trials *trials;
	struct buf text; /* of versions and details */
	unsigned n_looked;
	struct runtime looked[TRIAL_RUNTIMES]; /* copies, compared with their manifests */
	const struct runtime *used[TRIAL_RUNTIMES];
	unsigned n_known;
	struct probe_interpreter known[PROBE_INTERPRETERS];
	int64_t end_us;
	bool over; /* no time is left, or the job was ended */
};

/*
 * Tries every script of p->tree and fills *trials, whose texts live as long as
 * p. The members above "what follows is filled" are set. E_NO_MEMORY. Dropped with probes_drop.
 */
enum err probes_try(struct probes *p, struct trials *trials);
void probes_drop(struct probes *p);

/* Limits of one probe: those of a test, lowered. */
void probe_limits(const struct limit_facts *test, struct limit_facts *out);

#endif
