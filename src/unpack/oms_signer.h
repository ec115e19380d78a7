/* SPDX-License-Identifier: MIT */
/*
 * Who made an OMS signature: the chain of certificates, the signature over the
 * statement, and whether the chain leads to an anchor of the operator.
 * Runs in unpack; no I/O; input is attacker controlled.
 */
#ifndef UNPACK_OMS_SIGNER_H
#define UNPACK_OMS_SIGNER_H

#include "base/x509.h"
#include "proc/signature.h"
#include "unpack/oms_bundle.h"

struct oms_chain {
	size_t n;
	struct x509 cert[LIMIT_SIGNATURE_CERTS]; /* leaf first */
};

/*
 * Judges everything but whose chain it is, in the order of the codes:
 * E_SIGNATURE_CERTIFICATE, _WRONG, _CHAIN, _NOT_YET_VALID, _EXPIRED. Fills the
 * leaf of f as soon as that certificate can be read; its subject's text goes
 * to name, which needs LIMIT_SIGNER_BYTES. now in seconds since 1970.
 */
enum err oms_signer_check(const struct oms_bundle *b, uint64_t now, struct oms_chain *chain,
	struct buf *name, struct signature_facts *f);

/*
 * Which anchor the chain, found right by oms_signer_check, leads to: one of
 * its CA certificates is the anchor, or the anchor signed the last one. Fills
 * the anchor of f. E_SIGNATURE_NO_ANCHOR when there is none to compare with,
 * E_SIGNATURE_ANCHOR, or a date's code when the anchor itself was not valid.
 */
enum err oms_anchor_find(const struct oms_chain *chain, const struct anchors *anchors, uint64_t now,
	struct signature_facts *f);

#endif
