/* SPDX-License-Identifier: MIT */
/*
 * A verification in JSON, with the member names of vectors/dcap/expected.json:
 * verdict, status, advisory_ids, platform_status, qe_status, tdx_module_status
 * and error_class, and the parsed values as `fields`. Each function writes
 * members into an object that the caller has opened.
 * Runs in the command line; pure.
 */
#ifndef CHECK_DCAP_JSON_H
#define CHECK_DCAP_JSON_H

#include "base/json_write.h"
#include "check/dcap.h"

/* Of an accepted quote: verdict "accept", statuses (null: not evaluated), sorted advisory_ids. */
void dcap_json_accept(struct jw *w, const struct dcap_result *r);
/* Of a refused one: verdict "reject", error_class. */
void dcap_json_reject(struct jw *w, enum err code);
/* What the quote says; pck may be NULL when its chain was not read. */
void dcap_json_fields(
	struct jw *w, const struct quote *q, const struct sgx_ext *pck, const char *pck_ca);

#endif
