/* SPDX-License-Identifier: MIT */
/*
 * TCB info version 3: which security versions of a platform have which status
 * (specs/dcap.md 2.6). Read only after its signature was found right. Unknown
 * members are ignored, everything known must have its type and range.
 * Runs in the command line; pure; input is signed by Intel, and bounded anyway.
 */
#ifndef CHECK_TCB_INFO_H
#define CHECK_TCB_INFO_H

#include "base/tdx.h"
#include "check/sgx_ext.h"
#include "check/tcb_level.h"

/* What a TDX module must be; byte order of mrsigner as in the report. */
struct module_rule {
	uint8_t mrsigner[TDX_REG_LEN];
	uint64_t attributes, attributes_mask; /* as struct tdx_body has them */
};

struct module_identity {
	uint8_t version; /* of its id "TDX_<two hex digits>" */
	struct module_rule rule;
	size_t first, n; /* its levels in isv_level[] */
};

struct tcb_level {
	uint8_t sgx[SGX_COMPONENTS];
	uint16_t pcesvn;
	uint8_t tdx[SGX_COMPONENTS]; /* zero in SGX TCB info */
	struct tcb_verdict verdict;
};

struct tcb_info {
	struct cJSON *tree;              /* owned; advisories of the levels live in it */
	uint32_t version, tcb_type;      /* 3 and 0 in what we can use; judged by the caller */
	bool tdx;                        /* id is "TDX" */
	bool sgx;                        /* id is "SGX"; neither: for nobody */
	int64_t issue_date, next_update; /* seconds since 1970, both inclusive */
	uint8_t fmspc[6], pceid[2];
	uint32_t evaluation;       /* tcbEvaluationDataNumber */
	struct module_rule module; /* for TDX module version 0 */
	size_t n_identities;
	struct module_identity identity[LIMIT_TCB_IDENTITIES];
	struct isv_level isv_level[LIMIT_TCB_LEVELS];
	size_t n_levels;
	struct tcb_level level[LIMIT_TCB_LEVELS]; /* in the order of the text, no two alike */
};

/*
 * Reads the text of a tcbInfo object. E_TCB_INFO_FORMAT or E_NO_MEMORY; out is
 * to be dropped after success.
 */
enum err tcb_info_read(struct slice text, struct tcb_info *out, struct why *why);
void tcb_info_drop(struct tcb_info *t);

/* Order of levels: SGX components, PCESVN, TDX components; <0, 0, >0. */
int tcb_level_cmp(const struct tcb_level *a, const struct tcb_level *b);

#endif
