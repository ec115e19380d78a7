/* SPDX-License-Identifier: MIT */
/*
 * Which package a bundle is about, compared with the candidate: what an index of
 * evidence is made of. Nothing is verified here; what a bundle claims only decides
 * whether it is judged.
 * Runs on the command line; pure; bundles are attacker controlled.
 */
#ifndef GATE_MATCH_H
#define GATE_MATCH_H

#include "check/filelist.h"

/* The candidate, as it was inspected. Slices live as long as its report. */
struct gate_tree {
	const struct cJSON *report; /* of `inspect`, with the file list */
	struct slice name, skill_id;
	bool has_archive; /* the candidate is a file */
	uint8_t archive_sha256[SHA256_LEN];
	uint8_t files_sha256[SHA256_LEN], dir_hash1[SHA256_LEN];
	struct filelist files;
};

/*
 * Takes the values of a report of an accepted package and checks its file list
 * against its digests. E_FORMAT, E_BUNDLE_FORMAT, E_COPY_MISMATCH or E_NO_MEMORY.
 * To be dropped in any case.
 */
enum err gate_tree_read(const struct cJSON *report, struct gate_tree *out, struct why *why);
void gate_tree_drop(struct gate_tree *t);

enum gate_match {
	MATCH_NONE,   /* about another package */
	MATCH_NAME,   /* the same name and version, and other files */
	MATCH_LIST,   /* the same files, but for what installers leave out or add (C27) */
	MATCH_DIGEST, /* archive sha256, filesSha256 or dirHash1 is the same */
};

/* E_FORMAT for what is no bundle or statement of this version, or E_NO_MEMORY. */
enum err gate_match(const struct gate_tree *t, struct slice bundle, enum gate_match *out);

#endif
