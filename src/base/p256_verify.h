/* SPDX-License-Identifier: MIT */
/*
 * ECDSA verification on P-256, written for speed: everything in it is public,
 * so it takes different times for different inputs and must never see a secret.
 * Arithmetic of field, order and points is OpenSSL's (vendor/README.md); the
 * rules of SEC 1 section 4.1.4 are here. BearSSL, which signs, says the same
 * in a unit test. Runs in the command line, in init's self-test and in attest;
 * pure.
 */
#ifndef BASE_P256_VERIFY_H
#define BASE_P256_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * True when (r, s) signs this digest under the key with this point, x || y. All
 * numbers are big endian. False as well for r or s that is zero or not below
 * the order, and for a point with a coordinate that is not below the prime or
 * that is not on the curve.
 */
bool p256_signature_holds(const uint8_t point[64], const uint8_t digest[32], const uint8_t r[32],
	const uint8_t s[32]);

#endif
