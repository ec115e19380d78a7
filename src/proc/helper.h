/* SPDX-License-Identifier: MIT */
/*
 * The contract between the runner, which starts helper processes, and the
 * unpack folder, which is what they run: fixed descriptors, the filter, the
 * entry point. A helper is started with its root, ids and limits set and
 * loads its filter before it reads the first byte of its source.
 */
#ifndef PROC_HELPER_H
#define PROC_HELPER_H

#include "proc/filter.h"

enum { HELPER_FD_RESULT = 3, HELPER_FD_SOURCE = 4, HELPER_FD_ROOT = 5, HELPER_FD_FILTER = 6 };

/* System calls of a helper; the table stands at the top of unpack/main.c. */
extern const struct filter_spec helper_calls;
/* Body of a helper ("unpack", "manifest", "inspect", "signature" or "leaks") after re-execution; its exit status. */
int helper_main(const char *name, const char *argument_hex);

#endif
