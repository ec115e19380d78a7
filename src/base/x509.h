/* SPDX-License-Identifier: MIT */
/*
 * Fields of an X.509 certificate, as far as DCAP chains (P-256, specs/dcap.md
 * 2.3 B, 6) and signers of packages (P-384, specs/skills.md 1.8) need them, and
 * the parts that revocation lists share. Reading decides nothing about trust: facts a chain rule has to judge (algorithm, key, CA
 * flag, unknown critical extensions) come out as fields. Slices point into the
 * DER bytes.
 * Runs in unpack and the command line; pure; input is attacker controlled.
 */
#ifndef BASE_X509_H
#define BASE_X509_H

#include "base/cur.h"

/* Named bits of keyUsage, RFC 5280 section 4.2.1.3. */
#define KEY_USAGE_DIGITAL_SIGNATURE (1U << 0)
#define KEY_USAGE_CERT_SIGN         (1U << 5)
#define KEY_USAGE_CRL_SIGN          (1U << 6)

struct x509 {
	struct slice der, tbs;
	unsigned version;             /* 1 to 3 */
	struct slice serial;          /* magnitude without leading zero byte, at most 20 bytes */
	bool ecdsa_sha256;            /* both algorithm fields say ecdsa-with-SHA256 */
	bool ecdsa_sha384;            /* both say ecdsa-with-SHA384 */
	bool p256, p384;              /* the key is an uncompressed point on this curve's field */
	struct slice issuer, subject; /* whole Name elements */
	struct slice cn; /* the subject's only common name; empty when none or several */
	int64_t not_before, not_after; /* seconds since 1970, both inclusive */
	struct slice point;            /* x || y: 64 bytes when p256, 96 when p384 */
	uint8_t sig[64];               /* r || s, when ecdsa_sha256 */
	uint8_t sig384[96];            /* r || s, when ecdsa_sha384 */
	bool has_basic_constraints, ca, has_path_len;
	uint64_t path_len;
	bool has_key_usage;
	uint16_t key_usage;    /* KEY_USAGE_* */
	struct slice aki, ski; /* key identifiers, p NULL when absent */
	struct slice sgx;      /* value of the SGX extension, p NULL when absent */
	bool unknown_critical;
};

/* E_FORMAT when der is not one well-formed certificate; the caller gives it a class. */
enum err x509_read(struct slice der, struct x509 *out);

/* True when now (seconds since 1970) lies in the window of the certificate. */
bool x509_started(const struct x509 *c, int64_t now);
bool x509_ended(const struct x509 *c, int64_t now);

/* Parts shared with revocation lists; the sticky error of c tells a fault. */

struct x509_ext {
	struct slice oid, value; /* content of the OID and of the OCTET STRING */
	bool critical;
};

/* OID of an AlgorithmIdentifier; empty when parameters stand beside it. */
struct slice x509_algorithm(struct cur *c);
/* The BIT STRING of an ECDSA signature, as r || s of n bytes, at most 96. */
void x509_signature(struct cur *c, uint8_t *out, size_t n);
/* SEQUENCE { r, s } as r || s of n bytes: the form that other formats sign with. E_FORMAT. */
enum err x509_ecdsa(struct slice der, uint8_t *out, size_t n);
/* The next Extension of a list. */
void x509_extension(struct cur *list, struct x509_ext *out);
/* keyIdentifier of an AuthorityKeyIdentifier value; p NULL when it holds none. */
struct slice x509_aki(struct slice value, struct cur *c);

#endif
