/* SPDX-License-Identifier: MIT */
/* Facts of a package for people. Runs on the command line. */
#ifndef CLI_FACTS_H
#define CLI_FACTS_H

#include "base/json.h"
#include "proc/inspection.h"

/* The member "inspection" of a report; null says that nothing is known, NULL (no tree) nothing. */
void facts_text(const struct cJSON *inspection);

/* The same as part of a page; nothing without an object. */
void facts_html(struct buf *b, const struct cJSON *inspection);

/*
 * The member "declare" of a row: what SKILL.md, or a list of dependencies, would
 * say to declare exactly this value; null where it is declared or nothing can.
 */
void facts_declare(struct jw *w, const struct fact *row);

#endif
