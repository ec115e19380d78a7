/* SPDX-License-Identifier: MIT */
/*
 * Records of a pax extended header ("27 path=some/long/name\n" ...), read
 * strictly: exact lengths, no duplicate key, no NUL in a text, and nothing
 * that would make the member something else than a plain file.
 * Runs in unpack; pure; input is attacker controlled.
 */
#ifndef UNPACK_SCAN_PAX_H
#define UNPACK_SCAN_PAX_H

#include "base/err.h"
#include "base/slice.h"

struct pax {
	struct slice path; /* part of the body; absent when p == NULL */
	bool has_size;
	uint64_t size;
	const char *other; /* "a sparse file": the member is refused for it; NULL when none */
};

/* E_PKG_HEADER with the reason in why. */
enum err pax_read(struct slice body, struct pax *out, struct why *why);

#endif
