/* SPDX-License-Identifier: MIT */
/*
 * MRCONFIGID: what the host told the guest to be, set before it started and
 * quoted. The guest refuses to boot when it disagrees, so it is a way to the
 * compose hash that does not pass through the event log (specs/dstack.md 2.5).
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_MRCONFIG_H
#define CHECK_MRCONFIG_H

#include "base/err.h"
#include "base/eventlog.h"
#include "base/slice.h"

#define MRCONFIG_LEN            48
#define MRCONFIG_DOCUMENT_BYTES (64 * 1024) /* init script hashes are its longest part */

enum mrconfig_state {
	MRCONFIG_UNSET,   /* all zero */
	MRCONFIG_AGREES,  /* it follows from the launch events (and the document) */
	MRCONFIG_UNKNOWN, /* version 3, and its document was not given */
};

/*
 * Compares the register (48 bytes) with the launch events. document is the
 * text behind version 3, empty when nobody has it; its members must agree with
 * the launch events too. E_MRCONFIGID on any contradiction, and for versions
 * that are not known.
 */
enum err mrconfig_check(const struct launch *l, struct slice mrconfigid, struct slice document,
	enum mrconfig_state *out, struct why *why);

#endif
