/* SPDX-License-Identifier: MIT */
/*
 * References to container images, and whether they pin content: name, optional
 * tag, and a SHA-256 digest, entirely (specs/trust-chain.md 7).
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_IMAGE_REF_H
#define CHECK_IMAGE_REF_H

#include "base/slice.h"

/*
 * True when ref is [host[:port]/]path[:tag]@sha256:<64 lower-case hex digits>
 * and nothing else; digest is filled then. A "$" makes any other text of it.
 */
bool image_ref_pinned(struct slice ref, uint8_t digest[32]);

#endif
