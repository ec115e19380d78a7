/* SPDX-License-Identifier: MIT */
/*
 * From the answers of Intel's PCS or of a PCCS to one collateral bundle
 * (specs/dcap.md 3). Signed texts keep their exact bytes; nothing is verified
 * here, the bundle's reader and dcap_collateral do that.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_PCS_H
#define CHECK_PCS_H

#include "base/buf.h"
#include "base/err.h"

/* Chains are header values as sent, percent-encoded; the rest are bodies. */
struct pcs_answers {
	struct slice pck_crl, pck_crl_chain;
	struct slice root_crl;
	struct slice tcb_info, tcb_info_chain;
	struct slice qe_identity, qe_identity_chain;
};

/*
 * Writes the bundle. Lists come as DER, hex of DER, or PEM. E_COLLATERAL_FORMAT,
 * E_CRL_FORMAT, E_TOO_LARGE or E_NO_MEMORY; why names the answer.
 */
enum err pcs_bundle(const struct pcs_answers *a, struct buf *out, struct why *why);

/*
 * The exact bytes of the object that is the member name of text, which is an
 * object and strict JSON. E_COLLATERAL_FORMAT else.
 */
enum err pcs_cut(struct slice text, const char *name, struct slice *out);

#endif
