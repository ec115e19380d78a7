/* SPDX-License-Identifier: MIT */
/*
 * Known answers of everything that signatures and refusals rest on (C36). Run
 * before the service takes work; a failure refuses to serve.
 * Runs in init and the command line.
 */
#ifndef PROC_SELFTEST_H
#define PROC_SELFTEST_H

#include "base/err.h"

/* E_SELF_TEST with the name of the part that gave a wrong answer. */
enum err selftest(struct why *why);

#endif
