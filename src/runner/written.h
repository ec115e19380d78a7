/* SPDX-License-Identifier: MIT */
/*
 * What a job left behind: every file below its writable places that is not as it
 * was submitted, with its digest. Looked at when nobody of the job lives any more.
 *
 * The names and the tree are a stranger's: nothing is followed, nothing but plain
 * files is opened, and number, depth, bytes and time are bounded. What a bound
 * leaves out is counted as dropped, so that the run is not called complete.
 * Directories, modes, owners and times are not part of it.
 * Runs in runner workers and the command line.
 */
#ifndef RUNNER_WRITTEN_H
#define RUNNER_WRITTEN_H

#include "runner/canary.h"
#include "runner/tree.h"

enum written_state { WRITTEN_CREATED, WRITTEN_CHANGED, WRITTEN_REMOVED };

struct written_file {
	struct slice path; /* as the job saw it: "/tmp/x", "/skill/data.csv" */
	uint8_t state;     /* enum written_state */
	bool hashed;       /* plain files and links; else sha256 is zero */
	uint64_t size;
	uint8_t sha256[SHA256_LEN]; /* of content, or of a link's target */
};

struct written {
	struct written_file *files; /* sorted bytewise by path */
	size_t n, cap;
	struct buf paths;
	uint64_t bytes;
	uint32_t dropped; /* what a bound left out, at least */
};

#define WRITTEN_INIT                                                                               \
	{                                                                                          \
		.paths = BUF_INIT                                                                  \
	}

/* Gets the content of every plain file on the way, piece by piece; the path may be cut. */
struct written_reader {
	void (*read)(void *ctx, struct slice path, struct slice bytes);
	void *ctx;
};

struct written_job {
	const struct workspace *ws;
	const struct sandbox_env *env;
	const struct tree *package;
	const struct canaries *canaries; /* those that are as they were planted do not count */
};

/* Fills w, which is WRITTEN_INIT. Never fails: what could not be looked at is dropped. */
void written_find(
	struct written *w, const struct written_job *job, const struct written_reader *reader);
void written_drop(struct written *w);

/*
 * SHA-256 over the sorted list: for each file its state, a blank, the digest in hex
 * or "-", a blank, the size, a blank, the path, and a zero byte.
 */
void written_digest(const struct written *w, uint8_t out[SHA256_LEN]);
/* The entry of this path; NULL when there is none. */
const struct written_file *written_find_path(const struct written *w, struct slice path);
const char *written_state_text(uint8_t state); /* "created", "changed", "removed" */

#endif
