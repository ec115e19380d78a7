/* SPDX-License-Identifier: MIT */
/*
 * Runtimes: read-only trees that tests run in, found by name (specs/skills.md
 * 2.7, C32). A runtime is a folder <name>/ with root/ and manifest.json; its
 * digest is that of the manifest, read at start. Before anything runs in a runtime
 * every file of it is compared with that manifest, once in the life of a runner.
 * A changed runtime is refused.
 * Runs in runner and the command line.
 */
#ifndef RUNNER_RUNTIME_H
#define RUNNER_RUNTIME_H

#include "proc/record.h"

#define RUNTIMES_MAX 16

struct runtime {
	char name[32];
	char path[256]; /* of root/ in the worker's view */
	char uri[128];  /* package URL of where it comes from */
	bool ok;        /* has a manifest, and nothing is known to differ from it */
	bool checked;   /* every file was found to be as the manifest says */
	bool host;      /* the machine's own /usr, for `run --runtime host` */
	char trouble[160];
	uint8_t digest[SHA256_LEN];
};

struct runtimes {
	unsigned n;
	struct runtime list[RUNTIMES_MAX];
};

/*
 * Reads the manifests of all runtimes below dir; no file of theirs is looked at.
 * Broken ones stay in the list, not ok.
 */
void runtimes_load(struct runtimes *r, const char *dir);

/*
 * Compares every file, unless that was done: E_OK, or E_RUNTIME_CHANGED with the
 * runtime not ok any more and the reason in its trouble.
 */
enum err runtime_check(struct runtime *rt);

/*
 * The runtime for a declared name (absent: the default). Adds the warnings
 * runtime-substituted and runtime-mutable-tag where they apply.
 * E_RUNTIME_UNKNOWN (why lists what there is), E_RUNTIME_DIGEST or
 * E_RUNTIME_CHANGED.
 */
enum err runtime_find(const struct runtimes *r, struct slice declared, const struct runtime **out,
	struct slice *warnings, unsigned *n_warnings, struct why *why);
/* The runtime with this name of ours, to be checked yet; NULL when there is none. */
const struct runtime *runtime_named(const struct runtimes *r, const char *name);
/*
 * Whether a program of this name is on the PATH of a test in it (C31). name is a
 * word without a slash; links are followed inside the tree only.
 */
bool runtime_has(const struct runtime *rt, const char *name);

#endif
