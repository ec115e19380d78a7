/* SPDX-License-Identifier: MIT */
/*
 * The only assembler of statements (C13): from a typed record, the verifier's
 * identity and nothing else to canonical in-toto bytes. It parses nothing.
 * The members it writes are tabulated in src/attest/README.md; a test compares
 * table, bytes and what check requires.
 * Runs in attest and, for unattested statements of `run --out`, in the command
 * line; pure.
 */
#ifndef ATTEST_STATEMENT_H
#define ATTEST_STATEMENT_H

#include "base/p256.h"
#include "proc/record.h"

#define BOOT_ID_LEN 16

/* Who made the statement. */
struct verifier_id {
	bool tee;                         /* a quote will stand behind it */
	uint8_t app_id[20];               /* with tee only */
	uint8_t instance_id[20];          /* with tee only; n bytes of it */
	size_t instance_len;              /* 0 or 20 */
	uint8_t compose_hash[SHA256_LEN]; /* with tee only */
	uint8_t binary_sha256[SHA256_LEN];
	uint8_t boot_id[BOOT_ID_LEN];
	uint8_t spki[P256_SPKI_LEN];
};

/*
 * Appends the canonical statement. seq is the number of this statement in the
 * lifetime of the key. E_TOO_LARGE above LIMIT_STATEMENT_BYTES.
 */
enum err statement_write(
	const struct record *r, const struct verifier_id *who, uint64_t seq, struct buf *out);

#endif
