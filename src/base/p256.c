/* SPDX-License-Identifier: MIT */
/* ECDSA on P-256: keys and signing through BearSSL. Runs in attest, command line, simulator. */
#include "base/p256.h"

#include <bearssl.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/ct.h"
#include "base/num.h"
#include "base/p256_verify.h"

/*
 * BearSSL 0.6 has no 64-bit code for this curve; m31 is its fastest here
 * (vendor/README.md).
 */
#define EC (&br_ec_p256_m31)

/* SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING 04 || x || y } */
static const uint8_t spki_head[P256_SPKI_LEN - P256_POINT_LEN] = {
	0x30,
	0x59,
	0x30,
	0x13,
	0x06,
	0x07,
	0x2a,
	0x86,
	0x48,
	0xce,
	0x3d,
	0x02,
	0x01,
	0x06,
	0x08,
	0x2a,
	0x86,
	0x48,
	0xce,
	0x3d,
	0x03,
	0x01,
	0x07,
	0x03,
	0x42,
	0x00,
	0x04,
};

enum err p256_from_secret(const uint8_t secret[P256_SCALAR_LEN], struct p256_key *key)
{
	/* Order of the group, SEC 2 section 2.4.2. */
	static const uint8_t order[P256_SCALAR_LEN] = {
		0xff,
		0xff,
		0xff,
		0xff,
		0x00,
		0x00,
		0x00,
		0x00,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xbc,
		0xe6,
		0xfa,
		0xad,
		0xa7,
		0x17,
		0x9e,
		0x84,
		0xf3,
		0xb9,
		0xca,
		0xc2,
		0xfc,
		0x63,
		0x25,
		0x51,
	};
	static const uint8_t zero[P256_SCALAR_LEN];
	uint8_t q[1 + P256_POINT_LEN];

	if (memcmp(secret, zero, sizeof zero) == 0 || memcmp(secret, order, sizeof order) >= 0)
		return E_RANGE;
	if (EC->mulgen(q, secret, P256_SCALAR_LEN, BR_EC_secp256r1) != sizeof q) return E_INTERNAL;
	memcpy(key->secret, secret, sizeof key->secret);
	memcpy(key->point, q + 1, sizeof key->point);
	return E_OK;
}

enum err p256_generate(struct p256_key *key)
{
	uint8_t secret[P256_SCALAR_LEN];
	enum err e;

	/* Scalars outside the range are rarer than 2^-32; draw again. */
	do {
		if (getentropy(secret, sizeof secret) < 0) return E_SYSTEM;
		e = p256_from_secret(secret, key);
	} while (e == E_RANGE);
	wipe(secret, sizeof secret);
	return e;
}

static br_ec_private_key private_key(const struct p256_key *key)
{
	br_ec_private_key sk = {
		.curve = BR_EC_secp256r1,
		/* BearSSL's type lacks const; it does not write. */
		.x = (unsigned char *)(uintptr_t)key->secret,
		.xlen = sizeof key->secret,
	};

	return sk;
}

size_t p256_sign(const struct p256_key *key, const uint8_t digest[32], uint8_t sig[P256_SIG_MAX])
{
	br_ec_private_key sk = private_key(key);

	return br_ecdsa_i31_sign_asn1(EC, &br_sha256_vtable, digest, &sk, sig);
}

void p256_sign_raw(const struct p256_key *key, const uint8_t digest[32], uint8_t sig[64])
{
	br_ec_private_key sk = private_key(key);

	br_ecdsa_i31_sign_raw(EC, &br_sha256_vtable, digest, &sk, sig);
}

bool p256_verify(struct slice point, const uint8_t digest[32], struct slice sig)
{
	uint8_t parts[P256_SIG_MAX], raw[2 * P256_SCALAR_LEN] = {0};
	size_t half;

	if (sig.n > sizeof parts || !slice_copy_exact(parts, sig.n, sig)) return false;
	/* Two numbers of one length, as long as the longer one needs. */
	half = br_ecdsa_asn1_to_raw(parts, sig.n) / 2;
	if (half == 0 || half > P256_SCALAR_LEN) return false;
	memcpy(raw + P256_SCALAR_LEN - half, parts, half);
	memcpy(raw + sizeof raw - half, parts + half, half);
	return p256_verify_raw(point, digest, SLICE_OF(raw));
}

bool p256_verify_raw(struct slice point, const uint8_t digest[32], struct slice sig)
{
	if (point.n != P256_POINT_LEN || sig.n != 2 * P256_SCALAR_LEN) return false;
	return p256_signature_holds(point.p, digest, sig.p, sig.p + P256_SCALAR_LEN);
}

void p256_spki(const uint8_t point[P256_POINT_LEN], uint8_t out[P256_SPKI_LEN])
{
	memcpy(out, spki_head, sizeof spki_head);
	memcpy(out + sizeof spki_head, point, P256_POINT_LEN);
}

enum err p256_spki_point(struct slice spki, uint8_t point[P256_POINT_LEN])
{
	if (spki.n != P256_SPKI_LEN ||
		!slice_eq(slice_sub(spki, 0, sizeof spki_head), SLICE_OF(spki_head)))
		return E_FORMAT;
	slice_copy_exact(point, P256_POINT_LEN, slice_from(spki, sizeof spki_head));
	return E_OK;
}

void buf_pem(struct buf *b, const char *label, struct slice der)
{
	struct slice rest = der;

	buf_fmt(b, "-----BEGIN %s-----\n", label);
	while (rest.n) {
		/* 48 bytes make the 64 characters of a PEM line (RFC 7468). */
		buf_base64(b, slice_sub(rest, 0, 48));
		buf_u8(b, '\n');
		rest = slice_from(rest, 48);
	}
	buf_fmt(b, "-----END %s-----\n", label);
}
