/* SPDX-License-Identifier: MIT */
/*
 * Keccak-256 with the original padding (0x01), which the key chains of dstack
 * and Ethereum use; not SHA3-256. Runs in the simulator and its tests; pure.
 */
#ifndef SIM_KECCAK_H
#define SIM_KECCAK_H

#include "base/slice.h"

#define KECCAK256_LEN 32

void sim_keccak256(struct slice s, uint8_t out[KECCAK256_LEN]);

#endif
