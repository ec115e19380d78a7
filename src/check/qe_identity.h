/* SPDX-License-Identifier: MIT */
/*
 * Identity of a quoting enclave, version 2, and the comparison of a QE report
 * with it (specs/dcap.md 2.3 J, 3.1). Read only after its signature was found
 * right. Also the constants that stand in for it while no collateral is at
 * hand (C3).
 * Runs in the command line; pure; input is signed by Intel, and bounded anyway.
 */
#ifndef CHECK_QE_IDENTITY_H
#define CHECK_QE_IDENTITY_H

#include "check/quote.h"
#include "check/tcb_level.h"

struct qe_identity {
	struct cJSON *tree;              /* owned; advisories of the levels live in it */
	uint32_t version;                /* 2 in what we can use: the caller judges */
	bool td_qe, qe;                  /* id is "TD_QE" or "QE"; neither: for nobody */
	int64_t issue_date, next_update; /* seconds since 1970, both inclusive */
	uint32_t evaluation;             /* tcbEvaluationDataNumber */
	uint8_t miscselect[4], miscselect_mask[4];
	uint8_t attributes[16], attributes_mask[16];
	uint8_t mrsigner[32];
	uint16_t isvprodid;
	size_t n_levels;
	struct isv_level level[LIMIT_TCB_LEVELS];
};

/*
 * Reads the text of an enclaveIdentity object. E_QE_IDENTITY_FORMAT or
 * E_NO_MEMORY; out is to be dropped after success.
 */
enum err qe_identity_read(struct slice text, struct qe_identity *out, struct why *why);
void qe_identity_drop(struct qe_identity *q);

/* E_QE_IDENTITY_MISMATCH, then E_QE_DEBUG whatever the mask says. */
enum err qe_identity_matches(
	const struct qe_identity *id, const struct sgx_report *qe, struct why *why);
/*
 * The same against Intel's well-known MRSIGNER and ISVPRODID of the TD quoting
 * enclave or the SGX one. Never waivable (C3).
 */
enum err qe_pinned_matches(bool tdx, const struct sgx_report *qe, struct why *why);

#endif
