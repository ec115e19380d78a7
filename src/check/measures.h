/* SPDX-License-Identifier: MIT */
/*
 * Digests over the registers of a TD report: the names that KMS, gateway and
 * contracts have for what was measured (specs/dstack.md 2.5).
 * Runs in the command line; pure.
 */
#ifndef CHECK_MEASURES_H
#define CHECK_MEASURES_H

#include "base/hash.h"
#include "base/tdx.h"

/* SHA-256 of MRTD, RTMR0-2 and the hash of the key-provider event (empty: none). */
void mr_system(const struct tdx_body *td, struct slice key_provider, uint8_t out[SHA256_LEN]);
/*
 * SHA-256 of MRTD and RTMR0-3, and of MRCONFIGID, MROWNER and MROWNERCONFIG
 * when one of these is not zero.
 */
void mr_aggregated(const struct tdx_body *td, uint8_t out[SHA256_LEN]);

#endif
