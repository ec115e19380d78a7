/* SPDX-License-Identifier: MIT */
/*
 * Verification of an SGX or TDX quote: every check of specs/dcap.md 2.3 in its
 * order, A to O, so that the first fault names the error class. Whether a
 * status other than UpToDate is good enough is not decided here but by
 * dcap_policy_check (2.9, C40).
 *
 * Without collateral, and only when the caller says so, TCB levels, revocation
 * lists and signed identities stay "not evaluated" (C3); all else is checked,
 * the quoting enclave and the TDX module against constants.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_DCAP_H
#define CHECK_DCAP_H

#include "check/quote.h"
#include "check/sgx_ext.h"
#include "check/sig.h"
#include "check/tcb_level.h"

struct dcap_input {
	struct slice quote;
	struct slice collateral;   /* bundle text (check/collateral.h); empty: none */
	struct slice trusted_root; /* DER; empty: Intel's */
	int64_t now;               /* seconds since 1970, one value for the whole run */
	bool accept_unevaluated;   /* go without collateral when there is none (C3) */
	bool allow_debug;          /* TDATTRIBUTES bit 0, or an enclave's DEBUG */
	bool allow_service_td;     /* MRSERVICETD other than zero */
	uint32_t min_qe_auth_data; /* bytes (C40) */
	uint32_t min_tcb_eval;     /* of TCB info and of QE identity (C41) */
	struct sig_memo *memo;     /* signatures known from earlier runs; may be NULL */
};

/* What was looked at, in order. */
enum dcap_step {
	STEP_QUOTE_FORM,
	STEP_PCK_CHAIN,
	STEP_PCK_EXTENSION,
	STEP_REVOCATION,
	STEP_TCB_INFO,
	STEP_QE_IDENTITY,
	STEP_BINDINGS,
	STEP_QE_REPORT_SIGNATURE,
	STEP_QE_REPORT_DATA,
	STEP_QE_REPORT,
	STEP_QUOTE_SIGNATURE,
	STEP_TDX_MODULE,
	STEP_TCB_LEVEL,
	STEP_REPORT_POLICY,
	STEP_COUNT
};

enum dcap_done {
	DONE_NOT_EVALUATED, /* collateral would be needed */
	DONE_NOT_APPLICABLE,
	DONE_PINNED,   /* compared with constants instead of signed collateral */
	DONE_COMPARED, /* done in full */
};

/* Slices point into the quote that was given. Filled only on success. */
struct dcap_result {
	struct quote quote; /* the parsed report: quote.td or quote.sgx */
	struct sgx_ext pck; /* fmspc, ppid and security versions of the machine */
	char pck_ca[32];    /* "Intel SGX PCK Platform CA" or "... Processor CA" */
	bool evaluated;     /* false: accept_unevaluated was used */
	enum tcb_status status, platform_status, qe_status;
	enum tcb_status module_status; /* TCB_NOT_EVALUATED: none (SGX, module version 0) */
	struct advisories advisories;  /* platform, module, QE; no doubles */
	uint32_t tcb_info_evaluation, qe_identity_evaluation;
	int64_t tcb_date;           /* of the platform's level, seconds since 1970 */
	int64_t tcb_date_min;       /* the oldest of platform, module and QE level */
	int64_t valid_from;         /* latest start of anything that was used */
	int64_t valid_until;        /* earliest end of anything that was used */
	const char *valid_until_of; /* its name, for people */
	uint8_t root_sha256[32];
	bool intel_root; /* false: a test root (C4) */
	enum dcap_done done[STEP_COUNT];
};

/*
 * Verifies in->quote. A DCAP class of base/err_list.h, or E_NO_MEMORY; why says
 * which item failed. No field of the report may be used after a refusal.
 */
enum err dcap_verify(const struct dcap_input *in, struct dcap_result *out, struct why *why);

/* Which machines collateral is for. */
struct dcap_scope {
	bool tdx;
	uint8_t fmspc[6];
};

/*
 * Looks at a bundle without a quote: both revocation lists, TCB info and QE
 * identity are of this scope, current, not older than in->min_tcb_eval, and
 * signed under the root; no signer is revoked. in->quote is not read. out has
 * pck_ca, the two evaluation numbers, the window and the root, nothing else.
 */
enum err dcap_collateral(const struct dcap_input *in, const struct dcap_scope *scope,
	struct dcap_result *out, struct why *why);

/* Stable name of a step, for example "tcb-level", and of how far it went. */
const char *dcap_step_name(enum dcap_step s);
const char *dcap_done_name(enum dcap_done d);

/* The Intel SGX Root CA, 659 bytes of DER (specs/dcap.md 2.1). */
struct slice intel_root_der(void);

/* What a relying party accepts beyond a verified quote. */
struct dcap_policy {
	uint32_t statuses;       /* bit (1U << enum tcb_status); UpToDate is always in */
	bool accept_unevaluated; /* a result without collateral (C3) */
	bool limit_advisories;   /* only those of allowed may be open */
	size_t n_allowed, n_denied;
	const struct slice *allowed, *denied; /* advisory identifiers */
	int64_t min_date;                     /* of the oldest level, seconds since 1970; 0: any */
};

/*
 * UpToDate passes; another status when the policy names it, Revoked never.
 * A denied advisory refuses in any case. E_TCB_POLICY.
 */
enum err dcap_policy_check(
	const struct dcap_policy *p, const struct dcap_result *r, struct why *why);

#endif
