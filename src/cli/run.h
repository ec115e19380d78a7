/* SPDX-License-Identifier: MIT */
/* `run`: forms of its result that stand in files of their own. Runs on the command line. */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "proc/record.h"

/* SARIF 2.1.0 to standard output; returns what cli_put makes of the exit status. */
int run_sarif(const struct record *r, int status);
/* The same of a package that was not run, with the sentence that says why. */
int run_sarif_refused(const char *sentence, int status);

#endif
