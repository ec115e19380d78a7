/* SPDX-License-Identifier: MIT */
/*
 * The public half of an Ed25519 key (RFC 8032 5.1.5): all that the key chain of
 * GetKey needs. Not constant time: the simulator's keys are public anyway.
 * Runs in the simulator and its tests; pure.
 */
#ifndef SIM_ED25519_H
#define SIM_ED25519_H

#include <stdint.h>

#define ED25519_LEN 32

void ed25519_public(const uint8_t secret[ED25519_LEN], uint8_t out[ED25519_LEN]);

#endif
