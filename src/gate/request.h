/* SPDX-License-Identifier: MIT */
/*
 * One request of the install-policy protocol, version 1 (specs/gate.md 2), read
 * strictly (C37): a member that is needed must be there in its form, a word that
 * is not known is refused, members that are not known are ignored.
 * Runs on the command line; pure. The host is the caller's own, but names and
 * origin in its request are a stranger's.
 */
#ifndef GATE_REQUEST_H
#define GATE_REQUEST_H

#include "base/err.h"
#include "base/json.h"

#define GATE_REQUEST_BYTES (256 * 1024) /* what a policy side reads at most */
#define GATE_PATH_BYTES    4095         /* PATH_MAX of Linux without its NUL */
#define GATE_PROTOCOL      1

/* Slices live as long as the tree. */
struct gate_request {
	struct cJSON *tree; /* owned */
	bool plugin;        /* a plugin, else a skill */
	bool directory;     /* the candidate is a directory, else a file */
	bool update;        /* replaces an installed one */
	struct slice name, origin;
	char path[GATE_PATH_BYTES + 1];
};

/* E_JSON, E_UTF8, E_TOO_LARGE, E_FORMAT or E_NO_MEMORY; why says what. out is to be dropped. */
enum err gate_request_read(struct slice text, struct gate_request *out, struct why *why);
void gate_request_drop(struct gate_request *r);

#endif
