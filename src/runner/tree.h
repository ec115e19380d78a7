/* SPDX-License-Identifier: MIT */
/*
 * The unpacked package, read by the runner after the unpack process is gone
 * (C11): every file with its digest, where the skill root is, which file is
 * the manifest, and the tree digests (specs/skills.md 2.3, 1.6).
 *
 * The tree was written by a process that parsed hostile bytes: nothing is
 * followed, every limit is checked again.
 * Runs in runner workers and the command line.
 */
#ifndef RUNNER_TREE_H
#define RUNNER_TREE_H

#include "proc/record.h"

struct tree_file {
	struct slice path; /* relative to the skill root once that is known */
	uint64_t size;
	bool executable;
	uint8_t sha256[SHA256_LEN];
};

struct tree {
	struct tree_file *files; /* sorted bytewise by path */
	size_t n, cap;
	struct buf paths;
	struct slice top_directory; /* absent when the root is the top */
	struct slice manifest;      /* path of the manifest below the skill root */
	unsigned top_entries;       /* files and directories at the top */
	bool top_is_dir;            /* the only one is a directory */
};

#define TREE_INIT                                                                                  \
	{                                                                                          \
		0                                                                                  \
	}

/*
 * Walks the tree below the directory root, digests every file and gives all of
 * it to owner. E_INTERNAL when it holds what no honest unpack process writes.
 */
enum err tree_read(struct tree *t, int root, uint32_t owner, struct why *why);
/*
 * Finds skill root and manifest and makes paths relative to the root; adds the
 * warnings manifest-name and manifest-extra. name is the directory's own name
 * for a package that was a directory (its top folder), else empty.
 * E_NO_MANIFEST, E_PKG_MULTIPLE or E_MANIFEST_AMBIGUOUS.
 */
enum err tree_find_skill(struct tree *t, struct slice name, struct slice *warnings,
	unsigned *n_warnings, struct why *why);
/* The file with this path below the skill root; NULL when there is none. */
const struct tree_file *tree_find(const struct tree *t, struct slice path);
/* True when a directory of this path holds a file. */
bool tree_has_dir(const struct tree *t, struct slice path);
/* Fills the digests, counts and sizes that follow from the tree. */
enum err tree_facts(const struct tree *t, struct package_facts *facts, struct buf *list);
void tree_drop(struct tree *t);

#endif
