/* SPDX-License-Identifier: MIT */
/*
 * TDX quotes (specs/dcap.md 1): version 4 with a TD report 1.0, or version 5
 * with a TD report 1.5, signed with the attestation key that a quoting
 * enclave's report binds, that report signed with the PCK key.
 * Runs in the simulator; pure.
 */
#ifndef SIM_QUOTE_H
#define SIM_QUOTE_H

#include "base/hash.h"
#include "base/tdx.h"
#include "pki.h"

#define REPORT_DATA_LEN 64
/* Zero bytes behind the signature section, as Intel's quote service leaves them. */
#define QUOTE_PADDING 70
#define QUOTE_MAX     16384

/* The quoting enclave's SVN and the TDX module's version and SVN, as collateral rates them. */
#define QE_ISVSVN         4
#define QE_ISVPRODID      2
#define TDX_MODULE_ISVSVN 11
#define TDX_MODULE_MAJOR  1
#define TDX_LOADER_SVN    4
#define TD_QE_MRSIGNER    "DC9E2A7C6F948F17474E34A7FC43ED030F7C1563F1BABDDF6340C82E0E54A8C5"

#define TD_SEPT_VE_DISABLE 0x10000000ULL
#define TD_DEBUG           0x00000001ULL

/* Letters in the first 16 bytes of the header's user data, where real quotes have the QE id. */
#define QUOTE_USER_DATA "NOT-A-TEE sim QE"

struct quoting {
	struct p256_key att_key;
	struct buf tail; /* all behind the quote signature: key, QE report, PCK chain, padding */
};

struct quote_spec {
	unsigned version; /* 4 or 5 */
	uint32_t tee_type;
	uint64_t td_attributes;
	struct slice mrconfigid; /* 48 bytes */
	uint8_t rtmr[4][SHA384_LEN];
	uint8_t report_data[REPORT_DATA_LEN];
	bool break_signature;
};

enum err quoting_init(struct slice seed, const struct pki *pki, struct quoting *q);
void quoting_drop(struct quoting *q);
/* Appends a quote. */
void quote_build(const struct quoting *q, const struct quote_spec *spec, struct buf *out);
/* The fixed, made-up measurement of this thing ("mrtd", "mrseam"). */
void quote_measurement(const char *what, uint8_t out[SHA384_LEN]);

#endif
