/* SPDX-License-Identifier: MIT */
/*
 * Certificates that the guest agent gives to applications (specs/dstack.md
 * 4.2), with a TDX attestation inside on request, and their private keys.
 * Runs in the simulator; pure.
 */
#ifndef SIM_TLS_H
#define SIM_TLS_H

#include "guest.h"

struct cJSON;

/* Leaf, app CA, and the key server's CA when there is one. */
#define TLS_CHAIN_MAX 3
#define TLS_CERT_MAX  (1024 * 1024)

struct tls_spec {
	struct slice subject;
	const struct cJSON *alt_names; /* an array of strings, or NULL */
	bool ra_tls, server_auth, client_auth;
	int64_t from, to; /* seconds since 1970 */
	uint32_t faults;  /* for the evidence inside */
};

struct tls_chain {
	struct buf der[TLS_CHAIN_MAX]; /* leaf first */
	size_t n;
};

/*
 * A chain for this public key. E_FORMAT: alt_names is no array of ASCII texts.
 * E_RANGE: the evidence has no attestation form. Drop it in any case.
 */
enum err tls_chain_make(const struct guest *g, const uint8_t point[P256_POINT_LEN],
	const struct tls_spec *spec, struct tls_chain *chain);
void tls_chain_drop(struct tls_chain *chain);
/* Appends the private key as PKCS#8 PEM. */
void tls_key_pem(const struct p256_key *key, struct buf *out);

#endif
