/* SPDX-License-Identifier: MIT */
/*
 * What a relying party expects and accepts: the options that a proof of a result
 * and the proof of a running application share, read into struct expect.
 * Runs on the command line.
 */
#ifndef CLI_EXPECT_H
#define CLI_EXPECT_H

#include "cli/governance.h"
#include "cli/report.h"

struct expect_options {
	const char *policy;
	const char *root, *collateral, *at, *min_tcb, *compose_hash, *app_compose, *measurements;
	const char *mr_config, *key_chain, *kms_key, *key_purpose;
	const char *image, *package, *sha256, *nonce, *tier;
	bool unevaluated_tcb, unevaluated_os, prior;
	struct governance_options gov;
};

/* Memory behind struct expect. */
struct expect_inputs {
	struct buf root, collateral, app_compose, measurements, paths, key_chain, mr_config;
	struct filelist files;
	struct policy policy;
	struct expect want;
};

/* clang-format off */
/* Lines of a struct cli_option table. */
#define EXPECT_OPTIONS(o) \
	{"--policy", &(o).policy, NULL, "FILE", "what you accept, as a file; see policy --help"}, \
	{"--compose-hash", &(o).compose_hash, NULL, "HEX", "the application that you expect"}, \
	{"--app-compose", &(o).app_compose, NULL, "FILE", "the same, by its reviewed text"}, \
	{"--image", &(o).image, NULL, "DIGEST", "the container image that you expect in it"}, \
	{"--measurements", &(o).measurements, NULL, "FILE", "registers of known systems"}, \
	{"--mr-config", &(o).mr_config, NULL, "FILE", "the document behind MRCONFIGID of version 3"}, \
	{"--key-chain", &(o).key_chain, NULL, "FILE", "one of its keys, with the chain to its KMS"}, \
	{"--kms-key", &(o).kms_key, NULL, "HEX", "the secp256k1 key of the KMS that you expect"}, \
	{"--key-purpose", &(o).key_purpose, NULL, "TEXT", "what that key must be for"}, \
	{"--collateral", &(o).collateral, NULL, "FILE", "Intel's collateral, one bundle"}, \
	{"--min-tcb-eval", &(o).min_tcb, NULL, "N", "oldest TCB evaluation to accept"}, \
	{"--at", &(o).at, NULL, "TIME", "judge dates at this time instead of now"}, \
	{"--root", &(o).root, NULL, "FILE", "another root than Intel's, for tests only"}, \
	{"--accept-unevaluated-tcb", NULL, &(o).unevaluated_tcb, NULL, "go without collateral"}, \
	{"--accept-unevaluated-os", NULL, &(o).unevaluated_os, NULL, "go without known registers"}, \
	{"--accept-prior-versions", NULL, &(o).prior, NULL, "earlier versions may have left something"}
/* clang-format on */

/* Reads files and values. Not E_OK after a message. in is to be dropped in any case. */
enum err expect_read(const char *name, const struct expect_options *o, struct expect_inputs *in);
void expect_drop(struct expect_inputs *in);
/*
 * The end of a proof that was run: asks the nodes of --rpc, names the policy and
 * what went before it, and reports. html: file of the page, or NULL. The exit
 * status of the command.
 */
int expect_conclude(const struct expect_options *o, const struct expect_inputs *in, struct proof *p,
	struct report *r, bool json, const char *html);

#endif
