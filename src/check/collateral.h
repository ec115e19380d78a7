/* SPDX-License-Identifier: MIT */
/*
 * Offline collateral: one JSON object of texts, as dcap-qvl writes it
 * (specs/dcap.md 3.2). Nothing in it is trusted; it is only taken apart here.
 * Unknown members are ignored. pck_crl_issuer_chain serves only to look at a
 * bundle without a quote (dcap_collateral): beside a quote, the list is checked
 * with the authority of the quote's own chain.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_COLLATERAL_H
#define CHECK_COLLATERAL_H

#include "base/err.h"
#include "base/slice.h"

struct cJSON;

/* Slices live as long as the tree. */
struct collateral {
	struct cJSON *tree;                                     /* owned */
	struct slice root_ca_crl, pck_crl;                      /* hex of DER */
	struct slice tcb_info_chain, qe_identity_chain;         /* PEM */
	struct slice tcb_info, qe_identity;                     /* the signed bytes */
	struct slice tcb_info_signature, qe_identity_signature; /* hex of r || s */
	struct slice pck_chain;                                 /* PEM; p NULL when absent */
	struct slice pck_crl_chain;                             /* PEM; p NULL when absent */
};

/* E_COLLATERAL_FORMAT or E_NO_MEMORY; out is to be dropped after success. */
enum err collateral_read(struct slice text, struct collateral *out, struct why *why);
void collateral_drop(struct collateral *c);

#endif
