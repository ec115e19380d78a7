/* SPDX-License-Identifier: MIT */
/*
 * What it means that a script ended as it did: from the facts of its end and
 * from the texts that it and its interpreter wrote. The texts are a stranger's
 * and may say anything; they decide words in a row of `probe[]` and nothing
 * else. Work is linear in their bytes.
 * Runs in runner workers and the command line; pure.
 */
#ifndef RUNNER_OUTCOME_H
#define RUNNER_OUTCOME_H

#include "proc/trial.h"

/* How a script ended, and what it wrote as far as that was kept. */
struct outcome_facts {
	uint8_t exit; /* enum exit_kind */
	uint32_t value;
	struct slice stage;
	struct slice out, err;
};

/*
 * Sets t->exit, value, outcome and detail of a start with --help. The detail is
 * a slice of the texts or constant, as it was written: not escaped, not cut.
 */
void outcome_of_start(struct trial *t, const struct outcome_facts *f);
/*
 * The same of a parse check. False when the parser found nothing wrong. made is
 * empty and has room for OUTCOME_MADE bytes; a detail may stand in it.
 */
bool outcome_of_parse(struct trial *t, const struct outcome_facts *f, struct buf *made);
#define OUTCOME_MADE (LIMIT_PROBE_KEPT + LIMIT_PROBE_DETAIL + 16)

/* What stands in an interpreter's words about itself as its version; empty when nothing does. */
struct slice outcome_version(struct slice said);

#endif
