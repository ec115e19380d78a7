/* SPDX-License-Identifier: MIT */
/*
 * What readers of the wild take for a declaration of needs: metadata.openclaw
 * and its older names, allowed-tools (specs/skills.md 1.1 and 1.2), and the flat
 * texts requires.bins, requires.env and requires.network in metadata, which a
 * strict Agent Skills manifest may hold and `inspect --suggest` writes. Nothing
 * of it has an effect; inspection compares it with what it finds.
 * Runs in unpack; no I/O; input is attacker controlled.
 */
#ifndef UNPACK_REQUIRES_H
#define UNPACK_REQUIRES_H

#include "unpack/matter.h"

/* Entries beyond this many are left out: what they name then counts as not declared. */
#define REQUIRES_MAX 64

struct needs {
	unsigned n_binaries, n_environment, n_hosts;
	struct slice binaries[REQUIRES_MAX], environment[REQUIRES_MAX], hosts[REQUIRES_MAX];
	bool macos_only; /* os lists darwin and neither linux nor win32 */
};

/* metadata may be NULL. Texts of other forms than those known are passed over. */
void requires_read(const struct matter *y, const struct matter_node *metadata, struct needs *out);

#endif
