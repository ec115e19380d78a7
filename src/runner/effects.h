/* SPDX-License-Identifier: MIT */
/*
 * What a run did, read off what it left behind instead of its calls: decoys that
 * were touched, files that were written, files of the package that were read,
 * tokens of decoys in what came out. One for a job; with monitor MONITOR_NONE it
 * does nothing.
 *
 *   effects_open                   once, when the package is accepted
 *   effects_begin, sandbox_run, effects_end    for each phase
 *   effects_renew                  between two that share nothing (probes)
 *   effects_drop                   once; ends all tokens
 * Runs in runner workers and the command line.
 */
#ifndef RUNNER_EFFECTS_H
#define RUNNER_EFFECTS_H

#include "runner/leaks.h"
#include "runner/package.h"
#include "runner/written.h"

struct effects {
	bool on;
	const struct job_env *env;
	const struct workspace *ws;
	const struct package *package;
	struct observer *observer;
	struct canaries canaries;
	struct written written; /* after the last phase */
	bool planted;
	/* Of workspaces that are gone: totals of what was written there. */
	uint32_t earlier_files;
	uint64_t earlier_bytes;
	uint8_t earlier_sha256[SHA256_LEN];
	struct reads *reads;          /* of the phase that runs */
	unsigned package_at;          /* where the package's files begin in it, behind the decoys */
	uint16_t file[LIMIT_MEMBERS]; /* which of the package they are */
	bool was_read[LIMIT_MEMBERS]; /* in test or probe, by number of the file */
	struct leak_search search;    /* of the phase that has ended */
	const uint8_t *searched;      /* path of the file that it is given */
};

/* Zeros are an empty one. */
enum err effects_open(struct effects *fx, const struct job_env *env, const struct workspace *ws,
	const struct package *package, struct observer *observer, struct why *why);
void effects_drop(struct effects *fx);
/*
 * The workspace was made anew: what earlier phases wrote is gone, and counts on in
 * the totals. Their digest is then SHA-256 over that of the workspaces before and
 * that of the last list.
 */
void effects_renew(struct effects *fx);
/* Before observer_finish: no row shows a token, not even as somebody's argument. */
void effects_mask(struct effects *fx);
/* The same in another text, which is in memory that can be written to. */
void effects_mask_text(const struct effects *fx, struct slice text);

/* "NAME=value", number i of the variables that belong into the environment; NULL behind the last. */
const char *effects_variable(const struct effects *fx, unsigned i);

/*
 * Before every phase: decoys in their places, p->reads. E_SANDBOX_SETUP: then
 * nothing may run.
 */
enum err effects_begin(struct effects *fx, struct sandbox_phase *p, struct why *why);
/*
 * After it: rows and totals into the observer. phase is that of the observer
 * (enum observed_phase); closes output->reads.
 */
void effects_end(struct effects *fx, uint8_t phase, const struct run_facts *run,
	struct sandbox_output *output);

#endif
