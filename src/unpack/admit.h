/* SPDX-License-Identifier: MIT */
/*
 * Decides about members before anything of them is written: number, type,
 * name, declared sizes, ratio, litter, collisions, warnings (specs/skills.md
 * 2.1 and 2.2). The same for archives and directories. Counts into the
 * unpack_result and owns the memory to which that result points.
 * Runs in unpack; no I/O; members are attacker controlled.
 */
#ifndef UNPACK_ADMIT_H
#define UNPACK_ADMIT_H

#include "proc/unpack_result.h"
#include "unpack/member.h"
#include "unpack/path.h"
#include "unpack/pathset.h"

/* What is to be done with a member that passed. */
struct admitted {
	struct slice path; /* normalised; part of the member's name */
	bool file;         /* else a directory */
	bool skip;         /* the top or litter: nothing is written */
	bool executable;
	unsigned known; /* leading components of path that exist already */
	uint64_t size;
	uint64_t position; /* struct member */
};

struct admission {
	struct unpack_result result; /* entries, ignored, warnings; rest is the caller's */
	struct pathset *paths;
	uint64_t packed;                     /* size of the archive, for the ratio; 0: no ratio */
	uint64_t declared;                   /* sum of sizes */
	char name[4 * LIMIT_PATH_BYTES + 1]; /* of the member refused last, escaped */
	char ignored[RECORD_IGNORED][LIMIT_PATH_BYTES + 1];
};

/* E_NO_MEMORY. a is zeroed memory of the caller. */
enum err admission_init(struct admission *a, uint64_t packed, const uint8_t key[PATHSET_KEY_LEN]);
void admission_drop(struct admission *a);

/*
 * Applies every rule to the next member. On refusal the code of specs/skills.md
 * 2.9 comes back, why->member is set and a->name holds the escaped name.
 */
enum err admit(struct admission *a, const struct member *m, struct admitted *out, struct why *why);

/* E_PKG_BOMB when so many unpacked bytes are too many for the archive's size. */
enum err admit_ratio(uint64_t packed, uint64_t unpacked, struct why *why);

#endif
