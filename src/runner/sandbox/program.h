/* SPDX-License-Identifier: MIT */
/*
 * Where an executed file comes from: the runtime, whose places nobody can write
 * to; the package, when it is what was submitted; or neither, then its digest
 * says what it was. Runs in S; nothing here allocates.
 */
#ifndef RUNNER_SANDBOX_PROGRAM_H
#define RUNNER_SANDBOX_PROGRAM_H

#include "proc/observation.h"
#include "runner/tree.h"

struct program {
	uint8_t origin; /* enum observed_origin */
	bool has_sha256;
	uint8_t sha256[SHA256_LEN];
};

/* Files that have not changed since; one for a phase. */
#define PROGRAMS_KNOWN 32

struct programs {
	unsigned next;
	struct known_program {
		uint64_t dev, ino, size, links;
		int64_t changed_ns;
		struct program is;
	} known[PROGRAMS_KNOWN];
};

/*
 * What the file at the descriptor (O_PATH) is. The working directory is a procfs
 * that has our own number; files is what the package was, or NULL. Reads regular files only, and no more than
 * LIMIT_FILE_BYTES: false when a digest would be due and there is none.
 */
bool program_find(struct programs *p, int fd, const struct tree *files, struct program *out);

#endif
