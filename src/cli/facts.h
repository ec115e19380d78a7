/* SPDX-License-Identifier: MIT */
/* Facts of a package for people. Runs on the command line. */
#ifndef CLI_FACTS_H
#define CLI_FACTS_H

#include "base/json.h"

/* The member "inspection" of a report; null says that nothing is known, NULL (no tree) nothing. */
void facts_text(const struct cJSON *inspection);

#endif
