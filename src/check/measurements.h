/* SPDX-License-Identifier: MIT */
/*
 * Registers of operating systems that a relying party knows (C2), from a file
 * of its own:
 *   {"images":[{"name":"...","mrtd":HEX48,"rtmr0":HEX48,"rtmr1":HEX48,"rtmr2":HEX48,
 *               "mrseam":HEX48 (optional)}], "note":"..." (optional)}
 * An entry matches whole or not at all, so that parts of two systems cannot be
 * put together. Runs in the command line; pure.
 */
#ifndef CHECK_MEASUREMENTS_H
#define CHECK_MEASUREMENTS_H

#include "base/err.h"
#include "base/json.h"
#include "base/tdx.h"

#define MEASUREMENTS_BYTES (1024 * 1024) /* thousands of images */

/*
 * Looks for the registers of td. E_OS_MISMATCH when no entry has them (why
 * says which register is closest to the point), E_FORMAT for a file that is
 * not of this form. On success name is printable ASCII.
 */
enum err measurements_match(
	struct slice text, const struct tdx_body *td, char name[64], struct why *why);

#endif
