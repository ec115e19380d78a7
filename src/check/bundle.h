/* SPDX-License-Identifier: MIT */
/*
 * The attestation bundle of one job as `GET /attestation/:id` serves it, or a
 * bare DSSE envelope. It is only taken apart here: one source per fact (C38),
 * a closed set of members, strict hex, base64 and PEM. Nothing is verified.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_BUNDLE_H
#define CHECK_BUNDLE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/p256.h"

#define BUNDLE_MEDIA_TYPE "application/vnd.skill-verifier.attestation+json"

/* Slices live as long as the bundle. */
struct bundle {
	struct cJSON *tree; /* owned */
	struct buf mem;     /* decoded bytes */
	bool bare;          /* an envelope alone: all below signature is empty */
	struct slice payload, signature;
	uint8_t keyid[SHA256_LEN];
	struct slice quote; /* empty: made without a TEE (C20) */
	const struct cJSON *event_log;
	struct slice app_compose, vm_config;
	uint8_t report_data[64]; /* a copy; the quote is the source */
	uint8_t spki[P256_SPKI_LEN];
	const struct cJSON *files;
};

/*
 * E_BUNDLE_FORMAT, E_ENVELOPE_FORMAT (the envelope inside, C38: exactly one
 * signature, exactly our payload type) or E_NO_MEMORY. out is to be dropped in
 * any case.
 */
enum err bundle_read(struct slice text, struct bundle *out, struct why *why);
void bundle_drop(struct bundle *b);
/* The PEM text that we write ourselves for a key, and no other (C38). */
bool bundle_public_key(struct slice pem, uint8_t spki[P256_SPKI_LEN]);

#endif
