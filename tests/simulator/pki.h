/* SPDX-License-Identifier: MIT */
/*
 * The throw-away provisioning PKI: root, platform CA, PCK leaf and TCB signer
 * with Intel's names and extensions (specs/dcap.md 2.1, 2.4), and the one
 * made-up platform that they describe. Everything but the signer names depends
 * on the seed; validity runs to the end of 2049 so that tests do not expire.
 * Runs in the simulator; pure.
 */
#ifndef SIM_PKI_H
#define SIM_PKI_H

#include "base/buf.h"
#include "base/err.h"
#include "base/p256.h"

/* The platform, as PCK certificate, TCB info and QE report must agree on it. */
#define PLATFORM_FMSPC  "4E4F54544545" /* the letters NOTTEE */
#define PLATFORM_PCEID  "0000"
#define PLATFORM_PCESVN 13
extern const uint8_t platform_svn[16]; /* SGX TCB components, which are also the CPUSVN */

struct pki {
	struct p256_key root_key, platform_key, pck_key, tcb_key;
	struct buf root_name, platform_name;
	struct buf root, platform, pck, tcb; /* DER certificates */
};

enum err pki_init(struct slice seed, struct pki *pki);
void pki_drop(struct pki *pki);
/* PEM of leaf, platform CA and root, as a quote carries it. */
void pki_pck_chain(const struct pki *pki, struct buf *out);
/* PEM of the platform CA and the root; of the TCB signer and the root. */
void pki_crl_chain(const struct pki *pki, struct buf *out);
void pki_tcb_chain(const struct pki *pki, struct buf *out);

#endif
