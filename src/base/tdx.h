/* SPDX-License-Identifier: MIT */
/*
 * The part of a TDX quote that says what was measured and what was bound:
 * header and TD report of quote versions 4 and 5 (specs/dcap.md 1.1-1.3).
 * No signature is looked at here. Runs in attest and the command line; pure;
 * input is attacker controlled.
 */
#ifndef BASE_TDX_H
#define BASE_TDX_H

#include "base/err.h"
#include "base/slice.h"

#define TDX_REG_LEN    48
#define TDX_HEADER_LEN 48
#define TDX_BODY_10    584 /* TD report 1.0 */
#define TDX_BODY_15    648 /* TD report 1.5 */

#define TEE_TYPE_SGX 0x00000000U
#define TEE_TYPE_TDX 0x00000081U

/* Every slice points into the quote. */
struct tdx_body {
	uint16_t version;
	size_t signed_len;    /* header, descriptor and body: what the quote signs */
	struct slice tcb_svn; /* 16 */
	struct slice mrseam, mrsignerseam, mrtd, mrconfigid, mrowner, mrownerconfig; /* 48 each */
	struct slice rtmr[4];                                                        /* 48 each */
	struct slice report_data;                                                    /* 64 */
	uint64_t seam_attributes, td_attributes, xfam;
	struct slice tcb_svn2, mrservicetd; /* 16 and 48 in a 1.5 body, else empty */
};

/*
 * E_QUOTE_FORMAT (too short, or a wrong body size), E_QUOTE_VERSION,
 * E_TEE_TYPE (not a TD).
 */
enum err tdx_body_read(struct slice quote, struct tdx_body *out);

#endif
