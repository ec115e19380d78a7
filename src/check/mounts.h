/* SPDX-License-Identifier: MIT */
/*
 * What a path of the machine gives to a container that mounts it
 * (specs/dstack.md 3.4, specs/trust-chain.md 7).
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_MOUNTS_H
#define CHECK_MOUNTS_H

#include "base/slice.h"

enum mount_kind {
	MOUNT_HARMLESS, /* an ordinary directory of data */
	MOUNT_HOST,     /* part of the machine: to be audited */
	MOUNT_SYSTEM, /* where the system finds its programs and settings: writable, it is all rights */
	MOUNT_AGENT,    /* the socket of the guest agent */
	MOUNT_ENGINE,   /* the container engine's socket or data, or a directory around them */
	MOUNT_VARIABLE, /* not known before start */
};

/*
 * Classifies the source of a bind mount. Relative paths start in the directory
 * of the compose file, which holds keys and the compose file itself.
 */
enum mount_kind mount_classify(struct slice source);
/* True when the directory or socket holds, or is, the guest agent's socket. */
bool mount_has_agent(struct slice source);
/* True when a volume in short form names a path instead of a volume. */
bool mount_is_path(struct slice source);

#endif
