/* SPDX-License-Identifier: MIT */
/*
 * The app-compose text of a dstack application: hashed as it stands, then read
 * strictly, since the guest reads it with two parsers that disagree about
 * doubles and unknown members (specs/dstack.md 3, C37). What an auditor must
 * see comes out as findings. The compose file inside is read by check/images.h.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_COMPOSE_H
#define CHECK_COMPOSE_H

#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "check/findings.h"

enum compose_runner { RUNNER_DOCKER_COMPOSE, RUNNER_NERDCTL_COMPOSE, RUNNER_BASH };

/* What a relying party has looked at and accepts. All SHA-256. */
struct compose_policy {
	bool allow_unknown_members; /* then they are findings only */
	size_t n_scripts, n_launchers;
	const uint8_t (*script)[SHA256_LEN];   /* texts of scripts */
	const uint8_t (*launcher)[SHA256_LEN]; /* images that may start others */
};

/* Slices live as long as the tree. */
struct compose {
	struct cJSON *tree;         /* owned */
	uint8_t sha256[SHA256_LEN]; /* of the exact text: the compose hash */
	enum compose_runner runner;
	struct slice name;
	struct slice compose_file;    /* YAML text; p NULL: the runner needs none */
	struct slice key_provider;    /* "none", "kms", "local" or "tpm" */
	struct slice key_provider_id; /* hex text; empty: any */
	bool public_tcbinfo, public_logs, no_instance_id, gateway;
	const struct cJSON *allowed_envs; /* array of texts, null or NULL */
};

/* SHA-256 of the text; E_COMPOSE_HASH when it is not the measured hash (32 bytes). */
enum err compose_hash_check(struct slice text, struct slice measured, struct why *why);

/*
 * Reads the text. E_COMPOSE_FORMAT (not strict JSON, wrong types),
 * E_COMPOSE_MEMBER (unknown top-level member, unless the policy allows it) or
 * E_NO_MEMORY. Findings are added to f; out is to be dropped after success.
 * policy may be NULL: nothing is accepted.
 */
enum err compose_read(struct slice text, const struct compose_policy *policy, struct compose *out,
	struct findings *f, struct why *why);
void compose_drop(struct compose *c);

/* True when the name is in allowed_envs. */
bool compose_allows_env(const struct compose *c, struct slice name);

#endif
