/* SPDX-License-Identifier: MIT */
/* ECDSA on P-384 through BearSSL. Runs in unpack; pure. */
#include "base/p384.h"

#include <bearssl.h>

bool p384_verify_raw(struct slice point, const uint8_t digest[SHA384_LEN], struct slice sig)
{
	uint8_t q[1 + P384_POINT_LEN] = {0x04};
	br_ec_public_key pk = {.curve = BR_EC_secp384r1, .q = q, .qlen = sizeof q};

	if (sig.n != P384_SIG_LEN || !slice_copy_exact(q + 1, P384_POINT_LEN, point)) return false;
	return br_ecdsa_i31_vrfy_raw(&br_ec_prime_i31, digest, SHA384_LEN, &pk, sig.p, sig.n) == 1;
}
