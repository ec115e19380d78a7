/* SPDX-License-Identifier: MIT */
/*
 * What a relying party accepts, as a file that is kept and reviewed: INI with
 * the sections and keys of src/cli/README.md. Anything unknown, twice or not
 * understood is refused with its line, since a policy that is half read
 * accepts what its author meant to refuse.
 * Runs in the command line; pure. The file is the caller's own.
 */
#ifndef CHECK_POLICY_H
#define CHECK_POLICY_H

#include "check/proof.h"

#define POLICY_BYTES   (256 * 1024) /* a hundred systems and as many hashes */
#define POLICY_ENTRIES 64           /* of one kind; then it is a list for a program */
#define POLICY_LINE    500          /* inih cuts longer ones in silence */
#define POLICY_WORD    40           /* a rule of the gate */
#define POLICY_SECTION 48           /* the same for names in brackets */

/* The section [gate]: what `skill-verifier gate` needs beside the rest. Empty texts: not said. */
enum policy_plugin { PLUGIN_WARN, PLUGIN_BLOCK, PLUGIN_ALLOW };

struct policy_gate {
	char evidence_dir[POLICY_LINE + 1], evidence_url[POLICY_LINE + 1];
	char collateral[POLICY_LINE + 1], root[POLICY_LINE + 1], state[POLICY_LINE + 1];
	enum policy_plugin plugin;
	size_t n_block; /* rules whose warnings block */
	char block[POLICY_ENTRIES][POLICY_WORD + 1];
};

struct policy {
	uint8_t sha256[SHA256_LEN]; /* of the file: its name in reports */
	struct dcap_policy tcb;     /* points into the lists below */
	char allowed[POLICY_ENTRIES][ADVISORY_LEN], denied[POLICY_ENTRIES][ADVISORY_LEN];
	struct slice allowed_list[POLICY_ENTRIES], denied_list[POLICY_ENTRIES];
	uint32_t min_evaluation;
	size_t n_compose, n_apps, n_images, n_scripts, n_launchers, n_kms, n_kms_keys, n_systems;
	struct accepted_hash compose[POLICY_ENTRIES];
	uint8_t app[POLICY_ENTRIES][APP_ID_LEN];
	uint8_t image[POLICY_ENTRIES][SHA256_LEN];
	uint8_t script[POLICY_ENTRIES][SHA256_LEN];
	uint8_t launcher[POLICY_ENTRIES][SHA256_LEN];
	struct accepted_key kms[POLICY_ENTRIES];
	uint8_t kms_key[POLICY_ENTRIES][K256_POINT_LEN];
	bool accept_prior_versions, accept_unevaluated_os;
	unsigned weakest_tier; /* 0: not said */
	struct policy_gate gate;
	struct buf systems; /* text for check/measurements.h; empty without any */
};

/*
 * Reads a policy. E_CONFIG with the line and the reason in why, or E_NO_MEMORY.
 * out is to be dropped in any case, large, and not to be moved afterwards.
 */
enum err policy_read(struct slice text, struct policy *out, struct why *why);
void policy_drop(struct policy *p);

/* Sets everything that the policy says; want points into the policy then. */
void policy_apply(const struct policy *p, struct expect *want);

/*
 * A commented policy that accepts what a judged bundle or answer shows, for a
 * person to read before it is used. No link fails; those left open are named.
 */
void policy_write(struct buf *b, const struct proof *p);

#endif
