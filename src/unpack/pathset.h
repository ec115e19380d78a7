/* SPDX-License-Identifier: MIT */
/*
 * The set of all paths of one package, to find those that collide
 * (specs/skills.md 2.2 rule 4): the same path twice, a file where a directory
 * is needed, and paths or leading directories that differ only in the case of
 * ASCII letters, because they merge on a disk that ignores case.
 *
 * Memory is one fixed block of about 3.5 MiB (touched as far as it is used),
 * enough for LIMIT_MEMBERS paths of LIMIT_PATH_DEPTH components. Adding a path
 * costs one look-up a component; the table is keyed with random bytes, so
 * nobody can choose names that meet in one bucket.
 * Runs in unpack; no I/O; paths are those that path_read() let through.
 */
#ifndef UNPACK_PATHSET_H
#define UNPACK_PATHSET_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

struct pathset;

#define PATHSET_KEY_LEN 16

/* NULL without memory. key is secret and random. */
struct pathset *pathset_new(const uint8_t key[PATHSET_KEY_LEN]);
void pathset_free(struct pathset **s);

/*
 * Adds a path. *known becomes the number of its leading components that were
 * there before, so that the caller creates only the others. E_PATH_COLLISION
 * names the other path in why; E_PKG_ENTRIES when the set is full.
 */
enum err pathset_add(
	struct pathset *s, struct slice path, bool directory, unsigned *known, struct why *why);

/*
 * The directories of the set, implied ones included, in the order in which
 * they came up: starting with *at = 0, each call appends the path of the next
 * one to out; false when there is none left.
 */
bool pathset_next_directory(const struct pathset *s, uint32_t *at, struct buf *out);

#endif
