/* SPDX-License-Identifier: MIT */
/* Where runtimes are looked for without being told (C51). Runs on the command line. */
#ifndef CLI_RUNTIMES_H
#define CLI_RUNTIMES_H

#include <stddef.h>

/* <exe>/../runtimes, else /usr/share/skill-verifier/runtimes, else "". */
void runtimes_default(char *out, size_t cap);

#endif
