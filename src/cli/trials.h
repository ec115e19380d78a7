/* SPDX-License-Identifier: MIT */
/*
 * What came of trying a package without a test, for people: lines on a
 * terminal, and a section of the page. Runs on the command line.
 */
#ifndef CLI_TRIALS_H
#define CLI_TRIALS_H

#include "base/buf.h"
#include "base/json.h"
#include "proc/trial.h"

/* To standard output; nothing when nothing was tried. */
void trials_print(const struct trials *t);
/*
 * Appends the section of a page, out of a statement's predicate that follows the
 * schema; nothing when nothing was tried.
 */
void trials_html(struct buf *b, const struct cJSON *predicate);

#endif
