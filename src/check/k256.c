/* SPDX-License-Identifier: MIT */
/* Signatures on secp256k1. Runs in the command line; pure. */
#include "check/k256.h"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

/* The library's context for everything that needs no secret. */
#define CTX secp256k1_context_static

/* True when s is above half the order: the twin of another signature. */
static bool high_s(const secp256k1_ecdsa_signature *sig)
{
	return secp256k1_ecdsa_signature_normalize(CTX, NULL, sig) == 1;
}

bool k256_recover(const uint8_t digest[32], struct slice sig, uint8_t point[K256_POINT_LEN])
{
	secp256k1_ecdsa_recoverable_signature rsig;
	secp256k1_ecdsa_signature plain;
	secp256k1_pubkey key;
	uint8_t out[K256_POINT_LEN];
	size_t n = sizeof out;

	/* The library ends the process when the recovery id is out of range. */
	if (sig.n != K256_RECOVERABLE_LEN || sig.p[64] > 3) return false;
	if (!secp256k1_ecdsa_recoverable_signature_parse_compact(CTX, &rsig, sig.p, sig.p[64]))
		return false;
	secp256k1_ecdsa_recoverable_signature_convert(CTX, &plain, &rsig);
	if (high_s(&plain) || !secp256k1_ecdsa_recover(CTX, &key, &rsig, digest)) return false;
	secp256k1_ec_pubkey_serialize(CTX, out, &n, &key, SECP256K1_EC_COMPRESSED);
	return slice_copy_exact(point, K256_POINT_LEN, slice_of(out, n));
}

bool k256_verify(struct slice point, const uint8_t digest[32], struct slice sig)
{
	secp256k1_ecdsa_signature plain;
	secp256k1_pubkey key;

	if (point.n != K256_POINT_LEN || sig.n != 64) return false;
	if (!secp256k1_ec_pubkey_parse(CTX, &key, point.p, point.n)) return false;
	if (!secp256k1_ecdsa_signature_parse_compact(CTX, &plain, sig.p)) return false;
	return secp256k1_ecdsa_verify(CTX, &plain, digest, &key) == 1;
}
