/* SPDX-License-Identifier: MIT */
/*
 * From what was found to reasons: the package, evidence for it, approvals.
 * Runs on the command line; pure.
 */
#ifndef GATE_DECIDE_H
#define GATE_DECIDE_H

#include "check/proof.h"
#include "gate/approval.h"
#include "gate/match.h"
#include "gate/rules.h"

/* What text search found and SKILL.md does not declare; hidden text; what was not looked at. */
void gate_package(struct gate_reasons *l, const struct cJSON *report);
/* A refused package, with the place in SKILL.md where one is known. */
void gate_refused(struct gate_reasons *l, const struct cJSON *report);

/* One bundle that was judged with the candidate's files; name says where it was found. */
void gate_proof(
	struct gate_reasons *l, const struct proof *p, enum gate_match match, struct slice name);

/*
 * What the operator approved of this skill: of exactly these files, warnings that
 * an approval accepts become notes; of an earlier version, those become notes that
 * were there then, and what is new is listed, since the last approval and since
 * the first. To be called after all of the above.
 */
void gate_approval(
	struct gate_reasons *l, const struct gate_approval *a, const struct gate_tree *t);

#endif
