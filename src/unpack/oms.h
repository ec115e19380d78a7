/* SPDX-License-Identifier: MIT */
/*
 * The signature of a package, read and judged (specs/skills.md 1.8): bundle,
 * statement, files, signer, anchor.
 * Runs in unpack; no I/O; input is attacker controlled.
 */
#ifndef UNPACK_OMS_H
#define UNPACK_OMS_H

#include "proc/signature.h"

/*
 * Fills *out but for the file's own digest, which is not ours to tell (C11).
 * Whatever the bytes are there is an answer: out->reason is E_OK or the first
 * code, in the order of err_list.h, for what does not hold. Slices in *out
 * point into name, which needs LIMIT_SIGNER_BYTES. Only E_NO_MEMORY fails.
 */
enum err oms_check(
	const struct signature_request *r, struct buf *name, struct signature_facts *out);

#endif
