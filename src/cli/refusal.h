/* SPDX-License-Identifier: MIT */
/*
 * A refused package as `inspect` and `run` show it: the same members and the
 * same words in both. Text of the package is escaped (C10).
 * Runs on the command line.
 */
#ifndef CLI_REFUSAL_H
#define CLI_REFUSAL_H

#include "base/json_write.h"
#include "proc/unpack_result.h"

/* The members code, error and detail, into an object that the caller has opened. */
void refusal_json(struct jw *w, const struct refusal *r);
/* To standard output: the sentence with its code behind word, then where it is. */
void refusal_print(const char *word, const struct refusal *r);

#endif
