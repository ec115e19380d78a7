/* SPDX-License-Identifier: MIT */
/*
 * SGX and TDX quotes to the last byte (specs/dcap.md 1): header, body,
 * signature section, zero padding. Accepted: TDX version 4, TDX version 5 with
 * TD report 1.0 or 1.5, SGX version 3. Nothing is verified here; slices point
 * into the quote.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_QUOTE_H
#define CHECK_QUOTE_H

#include "base/err.h"
#include "base/tdx.h"

#define SGX_REPORT_LEN 384

/* Bits of the first byte of an enclave's ATTRIBUTES. */
#define SGX_FLAG_DEBUG 0x02

/* Types of certification data that a quote may end in. */
enum cert_data { CERT_DATA_PPID_2048 = 2, CERT_DATA_PPID_3072 = 3, CERT_DATA_CHAIN = 5 };

/* Enclave report: the body of an SGX quote, and the report of every quoting enclave. */
struct sgx_report {
	struct slice raw;                 /* 384, what its signature covers */
	struct slice cpusvn;              /* 16 */
	struct slice miscselect;          /* 4 */
	struct slice attributes;          /* 16 */
	struct slice mrenclave, mrsigner; /* 32 each */
	uint16_t isvprodid, isvsvn;
	struct slice report_data; /* 64 */
};

struct quote {
	uint16_t version;         /* 3, 4, 5 */
	uint32_t tee_type;        /* TEE_TYPE_SGX or TEE_TYPE_TDX */
	struct slice user_data;   /* 20, informational */
	struct slice signed_part; /* header, descriptor and body */
	bool has_15;              /* TD report 1.5 */
	struct tdx_body td;       /* of a TDX quote */
	struct sgx_report sgx;    /* of an SGX quote */
	struct slice signature;   /* r || s, 64 */
	struct slice att_key;     /* x || y, 64 */
	struct sgx_report qe;
	struct slice qe_signature; /* r || s, 64 */
	struct slice qe_auth_data; /* 0 to 65535 */
	uint16_t cert_type;        /* enum cert_data */
	struct slice cert_data;
	size_t padding; /* zero bytes behind the signature section */
};

/*
 * E_QUOTE_FORMAT, E_QUOTE_VERSION, E_ATT_KEY_TYPE, E_TEE_TYPE (SGX in versions
 * 4 and 5 included), E_QE_VENDOR, E_CERT_DATA_TYPE. QE authentication data
 * shorter than min_qe_auth_data is E_QUOTE_FORMAT (C40).
 */
enum err quote_read(
	struct slice bytes, uint32_t min_qe_auth_data, struct quote *out, struct why *why);

#endif
