/* SPDX-License-Identifier: MIT */
/*
 * X.509 certificates and revocation lists of the simulator, ECDSA P-256 with
 * SHA-256 throughout, in the form that Intel's provisioning service gives them
 * (specs/dcap.md 2.1, 2.5), so that strict readers meet the real shape. Every
 * certificate carries a non-critical comment that says NOT-A-TEE.
 * Runs in the simulator and its tests; pure.
 */
#ifndef SIM_X509_H
#define SIM_X509_H

#include "base/buf.h"
#include "base/p256.h"
#include "base/slice.h"

#define X509_SKI_LEN 20

/* keyUsage bits of RFC 5280 4.2.1.3, first byte. */
#define KU_DIGITAL_SIGNATURE 0x80
#define KU_NON_REPUDIATION   0x40
#define KU_CERT_SIGN         0x04
#define KU_CRL_SIGN          0x02

struct x509_spec {
	struct slice issuer, subject; /* DER Names */
	const struct p256_key *signer;
	const uint8_t *point; /* the subject's public key, P256_POINT_LEN bytes */
	struct slice serial;  /* big endian; empty: the subject key identifier */
	int64_t from, to;     /* seconds since 1970 */
	int path_len;         /* below 0: no CA */
	uint8_t usage;        /* KU_ bits */
	const char *crl_url;  /* distribution point, or NULL */
	struct slice more;    /* DER of further extensions, appended as they are */
};

/* Appends the certificate to out; out->err tells of failure. */
void x509_cert(struct buf *out, const struct x509_spec *spec);

struct x509_crl_spec {
	struct slice issuer; /* DER Name of the signer */
	const struct p256_key *signer;
	int64_t this_update, next_update;
	const struct slice *revoked; /* serial numbers, big endian */
	size_t revoked_n;            /* none: the list is left out, as Intel's root does */
};

void x509_crl(struct buf *out, const struct x509_crl_spec *spec);

/* One extension: OID, criticality, DER of its value. */
void sim_x509_extension(struct buf *out, const char *oid, bool critical, struct slice value);
/* SHA-1 of the public key (RFC 5280 4.2.1.2 method 1). */
void x509_ski(const uint8_t point[P256_POINT_LEN], uint8_t out[X509_SKI_LEN]);
/* Intel's form: CN, O, L, ST, C in this order, UTF-8 but for the country. */
void x509_intel_name(struct buf *out, const char *common_name);
/* CN alone, behind an organization unless that is NULL: names below the guest agent. */
void x509_dstack_name(struct buf *out, const char *organization, struct slice common_name);

#endif
