/* SPDX-License-Identifier: MIT */
/*
 * SARIF 2.1.0, the form that code hosts and editors show: one run, its rules
 * and its results. Rules are words.
 * Runs on the command line.
 */
#ifndef CLI_SARIF_H
#define CLI_SARIF_H

#include "base/json_write.h"

struct sarif_rule {
	const char *id, *level, *what;
	const char *help; /* what would change it; NULL: nothing is known */
};

/* Everything before the first result. */
void sarif_begin(struct jw *w, const struct sarif_rule *rules, unsigned n);
/* One result. Line 0: the file as a whole. An empty path: no place. */
void sarif_result(struct jw *w, const struct sarif_rule *rules, unsigned rule, const char *text,
	struct slice path, uint64_t line);
/* Everything behind the last. A headline stands in the run's properties; NULL: none. */
void sarif_end(struct jw *w, const char *headline);
#define SARIF_MAX (16 * MIB)

#endif
