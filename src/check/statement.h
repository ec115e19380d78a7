/* SPDX-License-Identifier: MIT */
/*
 * The relying party's reading of a statement (specs/skills.md 4, C26): strict
 * JSON in canonical form, every member of the schema, no contradiction, and
 * the verdict computed once more from the signed facts (C13).
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_STATEMENT_H
#define CHECK_STATEMENT_H

#include "base/dsse.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/p256.h"
#include "base/verdict.h"

/* Slices live as long as the tree. */
struct statement {
	struct cJSON *tree;            /* owned */
	const struct cJSON *predicate; /* inside the tree */
	uint8_t spki[P256_SPKI_LEN], keyid[SHA256_LEN];
	bool tee;                         /* "tdx"; false: "none" */
	uint8_t app_id[20];               /* with tee only, as the next two */
	uint8_t instance_id[20];          /* instance_len bytes of it */
	size_t instance_len;              /* 0 or 20 */
	uint8_t compose_hash[SHA256_LEN]; /* as the statement says */
	bool has_nonce;
	uint8_t nonce[NONCE_LEN];
	bool has_archive; /* false: the package was a directory */
	uint8_t archive_sha256[SHA256_LEN], files_sha256[SHA256_LEN], dir_hash1[SHA256_LEN];
	uint8_t binary_sha256[SHA256_LEN], boot_id[16];
	uint64_t seq, attempt;
	struct slice skill_id, tier, submitted_at;
	struct slice monitor;
	bool monitor_complete;
	unsigned n_warnings;
	enum verdict verdict;     /* as the statement says */
	unsigned expect_exit;     /* above 255: none, the verdict does not follow */
	const struct cJSON *argv; /* array; NULL when no test is declared */
	struct slice runtime_uri; /* of the runtime that was used; p NULL when none ran */
	uint8_t runtime_sha256[SHA256_LEN];
};

#define STATEMENT_INIT                                                                             \
	{                                                                                          \
		0                                                                                  \
	}

/*
 * Is payload canonical JSON of a statement with a predicate of ours?
 * E_STATEMENT_FORMAT, E_STATEMENT_NOT_CANONICAL, E_STATEMENT_SCHEMA (foreign
 * type or predicate) or E_NO_MEMORY. *tree is to be dropped after success.
 */
enum err statement_parse(struct slice payload, struct cJSON **tree, struct why *why);

/*
 * Reads a parsed statement by the schema. E_STATEMENT_SCHEMA; takes the tree
 * over in any case: out is to be dropped.
 */
enum err statement_read(struct cJSON *tree, struct statement *out, struct why *why);
void statement_drop(struct statement *s);

/* Do the members agree with each other? E_STATEMENT_INCONSISTENT. */
enum err statement_consistent(const struct statement *s, struct why *why);

/* Verdict, reasons and result follow from the facts. E_VERDICT_MISMATCH. */
enum err statement_verdict(const struct statement *s, struct why *why);

#endif
