/* SPDX-License-Identifier: MIT */
/*
 * What is signed and what is quoted: DSSE pre-authentication encoding of a
 * statement, and the closed set of contents that report_data may have (C15).
 * Runs in attest, the command line and tests; pure.
 */
#ifndef BASE_DSSE_H
#define BASE_DSSE_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/slice.h"

#define DSSE_TYPE "application/vnd.in-toto+json"

/* predicateType of our statements; a constant until the project owns a domain (C26). */
#define PREDICATE_TYPE "https://example.org/skill-verifier/skill-test/v1"

#define NONCE_LEN       32
#define REPORT_DATA_LEN 64

/* What stands before a payload of this length in its PAE. */
void buf_pae_head(struct buf *b, struct slice type, size_t payload_len);
/* "DSSEv1 <len> <type> <len> <payload>" (in-toto DSSE v1). */
void buf_pae(struct buf *b, struct slice type, struct slice payload);
/* SHA-256 of the PAE of a statement, without building it. */
void dsse_digest(struct slice payload, uint8_t out[SHA256_LEN]);

/*
 * The kinds of report_data. A new kind needs a new NUL-ended tag that is no
 * prefix of another tag nor of "DSSEv1 ".
 */
enum report_kind {
	REPORT_RESULT,   /* subject = statement payload: SHA-256(PAE) || nonce */
	REPORT_IDENTITY, /* subject = SPKI DER: SHA-256(tag NUL SPKI) || nonce */
};

/* The only maker of report_data. nonce NULL means 32 zero bytes. */
void report_data(enum report_kind kind, struct slice subject, const uint8_t nonce[NONCE_LEN],
	uint8_t out[REPORT_DATA_LEN]);

#endif
