/* SPDX-License-Identifier: MIT */
/*
 * Anchors of package signatures, out of files that the operator names. Their
 * bytes are his, not a stranger's, but are read as strictly.
 * Runs on the command line.
 */
#ifndef CLI_ANCHORS_H
#define CLI_ANCHORS_H

#include "proc/signature.h"

/*
 * Adds every certificate of a PEM file; one that is there already counts once.
 * E_CONFIG with the reason in why: no PEM, not a CA certificate of P-384, more
 * than LIMIT_ANCHORS.
 */
enum err anchors_add(struct anchors *a, const char *path, struct why *why);

#endif
