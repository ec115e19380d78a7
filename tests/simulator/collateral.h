/* SPDX-License-Identifier: MIT */
/*
 * Collateral that rates the simulator's quotes UpToDate: TCB info, QE identity
 * and revocation lists, all signed, as one bundle (specs/dcap.md 2.5, 2.6, 3).
 * Runs in the simulator; pure.
 */
#ifndef SIM_COLLATERAL_H
#define SIM_COLLATERAL_H

#include "base/buf.h"
#include "pki.h"

/* Every date of the collateral: from a day before now to 30 days after it. */
#define COLLATERAL_BEFORE_S 86400
#define COLLATERAL_AFTER_S  (30 * 86400)

/* Appends the bundle as JSON; now is in seconds since 1970. out->err tells of failure. */
void collateral_bundle(const struct pki *pki, int64_t now, struct buf *out);

#endif
