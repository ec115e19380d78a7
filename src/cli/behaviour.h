/* SPDX-License-Identifier: MIT */
/*
 * What a run did, for people: rows by kind, and the reasons with what would
 * change them. `run` has them from its record, `check` from a statement; texts
 * are escaped here whoever wrote them (C10).
 * Runs on the command line.
 */
#ifndef CLI_BEHAVIOUR_H
#define CLI_BEHAVIOUR_H

#include "base/reasons.h"
#include "proc/observation.h"

/* "read 3 of 9 package files", or that nobody watched. */
void behaviour_summary(struct buf *b, const struct observation *o);
/* To standard output; few rows of each kind. */
void behaviour_print(const struct observation *o);
void reasons_print(uint64_t reasons);
/* A section of a page with all rows; nothing without a monitor. */
void behaviour_html(struct buf *b, const struct observation *o);
/* One row in words: value, detail, how often, what came of it. */
void behaviour_row(struct buf *b, const struct observed *row);

#endif
