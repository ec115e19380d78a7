/* SPDX-License-Identifier: MIT */
/*
 * Digests of a whole tree, as others define them (specs/skills.md 1.6): one
 * that identifies the package, and two that let its result be found under the
 * names that signers and registries use.
 * Runs in runner workers and the command line; pure.
 */
#ifndef RUNNER_DIGESTS_H
#define RUNNER_DIGESTS_H

#include "runner/tree.h"

/* in-toto's dirHash1: what sha256sum prints of all files, hashed. */
void digest_dir_hash1(const struct tree *t, uint8_t out[SHA256_LEN]);
/*
 * OMS: the files' digests behind each other, hashed, in the order of its own
 * tool, without the signature and without what that tool leaves out by habit
 * (proc/signature.h). Names are bound by the signed list only.
 */
void digest_oms(const struct tree *t, uint8_t out[SHA256_LEN]);
/*
 * ClawHub's fingerprint, advisory: "path:sha256" lines joined by LF, without
 * paths that have a part beginning with a dot. The registry sorts by a locale
 * and follows ignore files; here the order is bytewise and nothing is ignored.
 */
void digest_clawhub(const struct tree *t, uint8_t out[SHA256_LEN]);

#endif
