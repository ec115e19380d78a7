/* SPDX-License-Identifier: MIT */
/*
 * What an operator approved of one skill: digests, files and facts of the tree
 * that he approved last, and of the one that he approved first, so that many small
 * steps are seen as the long way that they are. One JSON file for each name.
 * Runs on the command line; pure. The file is the operator's own, and read strictly.
 */
#ifndef GATE_APPROVAL_H
#define GATE_APPROVAL_H

#include "gate/match.h"

#define GATE_APPROVAL_BYTES (4 * MIB)            /* two lists of 4096 files */
#define GATE_APPROVAL_NAME  (2 * SHA256_LEN + 6) /* hex, ".json" and NUL */

struct gate_approval {
	struct cJSON *tree; /* owned; NULL: this name was never approved */
	const struct cJSON *first, *last;
};

/* The file's name follows from the skill's: its SHA-256. */
void gate_approval_name(struct slice skill, char out[GATE_APPROVAL_NAME]);
/* E_CONFIG (why says what is wrong) or E_NO_MEMORY. out is to be dropped in any case. */
enum err gate_approval_read(
	struct slice text, struct slice skill, struct gate_approval *out, struct why *why);
void gate_approval_drop(struct gate_approval *a);
/* The last approval is of exactly these files. */
bool gate_approval_exact(const struct gate_approval *a, const struct gate_tree *t);
/* The text of an approval of t after a, which may be empty. Errors stick in b. */
void gate_approval_write(
	struct buf *b, const struct gate_approval *a, const struct gate_tree *t, int64_t now_ms);

#endif
