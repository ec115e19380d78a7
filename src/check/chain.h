/* SPDX-License-Identifier: MIT */
/*
 * The two kinds of certificate chains of DCAP under one trusted root: the PCK
 * chain of a quote, and the chain of whoever signs TCB info and QE identity
 * (specs/dcap.md 2.3 B, E, F). Revocation is judged elsewhere.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_CHAIN_H
#define CHECK_CHAIN_H

#include "check/pem.h"
#include "check/sig.h"
#include "base/x509.h"

/* Subject of the chain's last word: which rules apply. */
enum chain_kind {
	CHAIN_PCK,         /* leaf, platform or processor CA, root; E_PCK_CHAIN */
	CHAIN_TCB_INFO,    /* TCB signing certificate, root; E_TCB_INFO_CHAIN */
	CHAIN_QE_IDENTITY, /* the same; E_QE_IDENTITY_CHAIN */
	CHAIN_PCK_CA,      /* platform or processor CA, root; E_PCK_CHAIN */
};

struct chain {
	size_t n;            /* 2 or 3 */
	struct x509 cert[3]; /* leaf first, root last; point into the buffer given to chain_check */
};

/*
 * Decodes and judges a chain in the order of specs/dcap.md 2.3 B: number of
 * certificates, last one identical to root (DER), names and signatures, CA
 * rules, subject names, dates around now (seconds since 1970). mem needs
 * PEM_ROOM(pem.n) more bytes. The class of the kind, E_CERT_FORMAT,
 * E_CERT_NOT_YET_VALID or E_CERT_EXPIRED.
 */
enum err chain_check(enum chain_kind kind, struct slice pem, struct slice root, int64_t now,
	struct sig_memo *memo, struct buf *mem, struct chain *out, struct why *why);

#endif
