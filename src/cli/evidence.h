/* SPDX-License-Identifier: MIT */
/*
 * Quotes and event logs in the forms in which people have them: raw bytes, hex
 * with or without 0x, answers of the guest agent, JSON arrays of numbers,
 * versioned attestations. Runs on the command line.
 */
#ifndef CLI_EVIDENCE_H
#define CLI_EVIDENCE_H

#include "base/eventlog.h"
#include "check/attestation.h"

struct evidence {
	struct buf file, mem;
	struct cJSON *tree;
	struct attestation attestation;
	bool has_attestation;
	struct slice quote;
	struct eventlog own_log;
	struct eventlog *log; /* own_log or the attestation's */
};

#define EVIDENCE_INIT                                                                              \
	{                                                                                          \
		.quote = { NULL, 0 }                                                               \
	}

/* Each says on standard error why it could not; drop in any case. */
enum err evidence_quote(const char *path, struct evidence *ev);
/*
 * The log, read by the rules; a refusal by a rule comes back with why and says
 * nothing by itself.
 */
enum err evidence_log(const char *path, struct evidence *ev, struct why *why);
void evidence_drop(struct evidence *ev);

#endif
