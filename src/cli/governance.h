/* SPDX-License-Identifier: MIT */
/*
 * Asking chain nodes what an application's contract allows: the questions and
 * what follows stand in check/governance.h, here they are carried.
 * Runs on the command line.
 */
#ifndef CLI_GOVERNANCE_H
#define CLI_GOVERNANCE_H

#include "base/json_write.h"
#include "base/limits.h"
#include "check/proof.h"
#include "cli/cli.h"
#include "cli/net.h"

struct governance_options {
	cli_list rpc;
	const char *contract, *kms, *chain, *device;
	struct net_options net;
};

/* Lines of a struct cli_option table. */
#define GOVERNANCE_OPTIONS(o)                                                                      \
	{"--rpc", (o).rpc, CLI_MANY, "URL", "ask this chain node; repeat it, all must agree"},     \
		{"--contract", &(o).contract, NULL, "ADDR", "the application's contract"},         \
		{"--kms-contract", &(o).kms, NULL, "ADDR",                                         \
			"also that of its key service, for registration and OS"},                  \
		{"--device", &(o).device, NULL, "HEX",                                             \
			"the machine's id, where devices are listed"},                             \
	{                                                                                          \
		"--chain", &(o).chain, NULL, "ID", "the chain that is meant, for example 8453"     \
	}

/*
 * Asks about a proof that was run and sets its link. E_USAGE after a message
 * when the options cannot be read.
 */
enum err governance_link(
	const struct governance_options *o, const struct expect *want, struct proof *p);
/* One line for each fact that is known, below a heading. */
void governance_text(const struct gov_view *v);
/* What nodes said, as members of an object that is open. */
void governance_json(struct jw *w, const struct gov_view *v);

#endif
