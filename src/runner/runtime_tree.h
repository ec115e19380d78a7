/* SPDX-License-Identifier: MIT */
/*
 * Is a tree what its manifest says? Every file with mode, size and digest, every
 * link with its target, and nothing beside them but folders. Found by walking the
 * tree, never through a link, so what stands in a folder's place is seen too.
 * Folders are not listed: one that is empty may come or go.
 * Runs in runner, its workers and the command line.
 */
#ifndef RUNNER_RUNTIME_TREE_H
#define RUNNER_RUNTIME_TREE_H

#include "base/err.h"
#include "base/json.h"

/* A manifest line has about 150 bytes; 16 MiB are far beyond any runtime. */
#define MANIFEST_BYTES (16 * MIB)

/* E_OK, or E_RUNTIME_CHANGED with the first difference in why. */
enum err runtime_tree_check(const char *root, const struct cJSON *manifest, struct why *why);

#endif
