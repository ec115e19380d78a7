/* SPDX-License-Identifier: MIT */
/*
 * ECDSA on P-256 with SHA-256: the statement key (C14) and every signature of
 * the evidence chain. Signing is deterministic (RFC 6979), so the same key and
 * message give the same bytes (C28). Runs in attest, the command line and the
 * simulator; pure but for p256_generate.
 */
#ifndef BASE_P256_H
#define BASE_P256_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define P256_SCALAR_LEN 32
#define P256_POINT_LEN  64 /* x || y, big endian, without the 0x04 */
#define P256_SPKI_LEN   91 /* DER SubjectPublicKeyInfo, uncompressed point */
#define P256_SIG_MAX    72 /* DER SEQUENCE of two INTEGERs */

struct p256_key {
	uint8_t secret[P256_SCALAR_LEN];
	uint8_t point[P256_POINT_LEN];
};

/* A fresh key from the system's generator. E_SYSTEM when there is no randomness. */
enum err p256_generate(struct p256_key *key);
/* The key with this scalar; E_RANGE unless 0 < scalar < order. */
enum err p256_from_secret(const uint8_t secret[P256_SCALAR_LEN], struct p256_key *key);
/* DER signature over a SHA-256 digest; returns its length. */
size_t p256_sign(const struct p256_key *key, const uint8_t digest[32], uint8_t sig[P256_SIG_MAX]);
/* r || s, 64 bytes. */
void p256_sign_raw(const struct p256_key *key, const uint8_t digest[32], uint8_t sig[64]);

/* True when sig (DER, or r || s) is valid; false also for points off the curve. */
bool p256_verify(struct slice point, const uint8_t digest[32], struct slice sig);
bool p256_verify_raw(struct slice point, const uint8_t digest[32], struct slice sig);

void p256_spki(const uint8_t point[P256_POINT_LEN], uint8_t out[P256_SPKI_LEN]);
/* The point inside a SubjectPublicKeyInfo of exactly the form of p256_spki; E_FORMAT else. */
enum err p256_spki_point(struct slice spki, uint8_t point[P256_POINT_LEN]);
/* PEM text of DER bytes under a label such as "PUBLIC KEY". */
void buf_pem(struct buf *b, const char *label, struct slice der);

#endif
