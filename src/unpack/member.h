/* SPDX-License-Identifier: MIT */
/*
 * One member of an archive as our own scan reads it, and where a scan hands
 * its members to, in archive order.
 * Runs in unpack; data only.
 */
#ifndef UNPACK_MEMBER_H
#define UNPACK_MEMBER_H

#include "base/err.h"
#include "base/slice.h"

enum member_type { MEMBER_FILE, MEMBER_DIRECTORY, MEMBER_OTHER };

struct member {
	struct slice name; /* as stored, valid during the call only */
	enum member_type type;
	const char *what;  /* of MEMBER_OTHER: "a symbolic link" */
	uint64_t size;     /* of the content, as declared; 0 unless MEMBER_FILE */
	uint32_t mode;     /* permission bits, 07777 */
	uint64_t position; /* of its first header: the key by which readers are compared */
};

/* Called once a member; an error ends the scan and is its result. */
struct member_sink {
	enum err (*take)(void *ctx, const struct member *m, struct why *why);
	void *ctx;
};

#endif
