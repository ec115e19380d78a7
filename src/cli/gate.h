/* SPDX-License-Identifier: MIT */
/*
 * `gate`: whether a skill may be installed, and what an operator approved. What is
 * decided stands in src/gate; here files, folders and one URL are read.
 * Runs on the command line.
 */
#ifndef CLI_GATE_H
#define CLI_GATE_H

#include "check/policy.h"
#include "gate/decide.h"
#include "gate/request.h"

struct gate_options {
	const char *policy, *state;
};

/* What is known before a candidate is looked at. Large, and not to be moved. */
struct gate_setup {
	struct policy policy;
	struct expect want;
	struct buf root, collateral;
	const char *state; /* folder of approvals; NULL: none is known */
	char state_mem[4096];
};

/* Reads policy and what it names. E_CONFIG with why; to be dropped in any case. */
enum err gate_setup(const struct gate_options *o, struct gate_setup *s, struct why *why);
void gate_setup_drop(struct gate_setup *s);

/* What is known about a candidate; slices of the tree point into the report. */
struct gate_candidate;
struct gate_candidate *gate_candidate_read(const char *path);
void gate_candidate_drop(struct gate_candidate *c);
/* NULL for a package that is refused or could not be read. */
const struct gate_tree *gate_candidate_tree(const struct gate_candidate *c);
/* Of one without a tree: the code, and whether the package rules refused it. */
enum err gate_candidate_code(const struct gate_candidate *c, bool *refused);

/* Every reason for and against this candidate. */
void gate_judge(struct gate_setup *s, const struct gate_candidate *c, struct gate_reasons *l);
/* The same for the candidate of a request, which is read here. */
void gate_judge_request(struct gate_setup *s, const struct gate_request *r, struct gate_reasons *l);

/* Evidence of the policy's folder and URL. */
void gate_evidence(struct gate_setup *s, const struct gate_tree *t, struct gate_reasons *l);

/* The approval of this skill; E_OK with an empty one when there is none. E_CONFIG, why. */
enum err gate_state_read(
	const char *folder, struct slice skill, struct gate_approval *a, struct why *why);
/* Makes the folder when needed and replaces the approval as a whole. */
enum err gate_state_write(
	const char *folder, struct slice skill, struct slice text, struct why *why);

#endif
