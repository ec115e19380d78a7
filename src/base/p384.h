/* SPDX-License-Identifier: MIT */
/*
 * ECDSA on P-384 with SHA-384: signers of packages (specs/skills.md 1.8). Only
 * verification: no key of this curve is ever ours.
 * Runs in unpack; pure; input is attacker controlled.
 */
#ifndef BASE_P384_H
#define BASE_P384_H

#include <stdbool.h>

#include "base/hash.h"
#include "base/slice.h"

#define P384_POINT_LEN 96 /* x || y, big endian, without the 0x04 */
#define P384_SIG_LEN   96 /* r || s */

/* False also for points off the curve and for other lengths. */
bool p384_verify_raw(struct slice point, const uint8_t digest[SHA384_LEN], struct slice sig);

#endif
