/* SPDX-License-Identifier: MIT */
/*
 * The SGX extension of a PCK certificate: which machine, which security
 * versions (specs/dcap.md 2.4). Entries are found by OID, not by position.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_SGX_EXT_H
#define CHECK_SGX_EXT_H

#include "base/err.h"
#include "base/slice.h"

#define SGX_COMPONENTS 16

enum sgx_type { SGX_STANDARD, SGX_SCALABLE, SGX_SCALABLE_INTEGRITY };

struct sgx_ext {
	uint8_t ppid[16];
	uint8_t component[SGX_COMPONENTS]; /* TCB component SVNs, what levels are compared with */
	uint16_t pcesvn;
	uint8_t cpusvn[16]; /* informational: the components decide */
	uint8_t pceid[2];
	uint8_t fmspc[6];
	uint8_t sgx_type; /* enum sgx_type */
	bool has_instance_id;
	uint8_t instance_id[16]; /* platform CA only */
};

/*
 * Reads the value of the extension. PPID, TCB with all 18 entries, PCEID, FMSPC
 * and type must be there exactly once, with their type and length; other
 * entries of Intel's arc are skipped. E_PCK_EXTENSION.
 */
enum err sgx_ext_read(struct slice value, struct sgx_ext *out);

#endif
