/* SPDX-License-Identifier: MIT */
/*
 * X.509 version 2 revocation lists (specs/dcap.md 2.5). A list that cannot be
 * used is a refusal, never "nothing revoked". Slices point into the DER bytes.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_CRL_H
#define CHECK_CRL_H

#include "base/err.h"
#include "check/sig.h"
#include "base/x509.h"

struct crl {
	struct slice tbs;
	struct slice issuer;              /* whole Name element */
	int64_t this_update, next_update; /* seconds since 1970, both inclusive */
	struct slice entries;             /* content of revokedCertificates; empty when absent */
	struct slice aki;                 /* keyIdentifier of the signing key */
	uint8_t sig[64];
};

/*
 * Reads a list whole, every entry included. nextUpdate, CRL number and
 * authority key identifier must be there, the algorithm must be
 * ecdsa-with-SHA256, no critical extension may be unknown. E_CRL_FORMAT.
 */
enum err crl_read(struct slice der, struct crl *out);

/*
 * The list is the current one of this authority: names equal byte for byte
 * (E_CRL_ISSUER), signature (E_CRL_SIGNATURE), key identifier that of the
 * authority (E_CRL_ISSUER), window around now in seconds since 1970
 * (E_CRL_NOT_YET_VALID, E_CRL_EXPIRED). name is put into why.
 */
enum err crl_check(const struct crl *crl, const struct x509 *issuer, int64_t now,
	struct sig_memo *memo, const char *name, struct why *why);

/* True when the serial number (as in struct x509) is on the list. */
bool crl_revokes(const struct crl *crl, struct slice serial);

#endif
