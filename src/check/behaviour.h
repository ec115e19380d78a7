/* SPDX-License-Identifier: MIT */
/*
 * predicate.behaviour of a statement that follows the schema, read back into
 * what it was written from, so that its reasons are computed by the function
 * that the appliance used (proc/behaviour.h).
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_BEHAVIOUR_H
#define CHECK_BEHAVIOUR_H

#include "check/statement.h"
#include "proc/behaviour.h"

/* All of it that there is room for; texts point into the tree. */
void behaviour_read(const struct statement *s, struct observation *out);

/*
 * Rows beyond the bounds of a record, in the wrong order, of a phase that did
 * not run, or members that do not fit the monitor: E_STATEMENT_INCONSISTENT.
 */
enum err behaviour_consistent(const struct statement *s, struct why *why);

/* REASON_BIT of what was observed. */
uint64_t behaviour_of_statement(const struct statement *s);

/* The sentence about it from the reasons that it lists, into out of HEADLINE_MAX bytes. */
const char *statement_headline(const struct statement *s, enum standing standing, char *out);
/* C25, from what the statement says of itself. */
enum colour statement_colour(const struct statement *s);

#endif
