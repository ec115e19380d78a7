/* SPDX-License-Identifier: MIT */
/*
 * Stars over tokens of decoys in what a record says: rows of the observer and
 * words of probes. A token is known by its core (runner/canary.h); with it goes the
 * whole word that it stands in: letters, digits, "-" and "_".
 * Runs in runner workers and the command line; pure.
 */
#ifndef RUNNER_MASK_H
#define RUNNER_MASK_H

#include <stddef.h>
#include <stdint.h>

#include "runner/canary.h"

/*
 * Puts '*' in the place of every word with the core in it, whatever the case of its
 * letters: as it is, backwards, in hexadecimal, in base64; also when the text ends
 * in its middle. The length stays.
 */
void mask_token(uint8_t *text, size_t n, const uint8_t core[CANARY_CORE]);

#endif
