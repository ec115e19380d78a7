/* SPDX-License-Identifier: MIT */
/*
 * What TCB info and QE identity have in common: statuses, advisories, and
 * levels by ISVSVN (specs/dcap.md 2.6).
 * Runs in the command line; pure; input is signed by Intel, and bounded anyway.
 */
#ifndef CHECK_TCB_LEVEL_H
#define CHECK_TCB_LEVEL_H

#include "base/json.h"
#include "base/limits.h"

enum tcb_status {
	TCB_NOT_EVALUATED,
	TCB_UP_TO_DATE,
	TCB_SW_HARDENING_NEEDED,
	TCB_CONFIGURATION_NEEDED,
	TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED,
	TCB_OUT_OF_DATE,
	TCB_OUT_OF_DATE_CONFIGURATION_NEEDED,
	TCB_REVOKED,
	TCB_TD_RELAUNCH_ADVISED, /* these two only come out of merging */
	TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED,
	TCB_STATUS_COUNT
};

/* Intel's spelling, for example "UpToDate"; NULL for TCB_NOT_EVALUATED. */
const char *tcb_status_name(enum tcb_status s);
/* The status with this name; TCB_NOT_EVALUATED when there is none. */
enum tcb_status tcb_status_by_name(struct slice name);

#define ADVISORY_LEN 32 /* "INTEL-SA-00289" and NUL fit twice */

/* A set of advisory identifiers, in order of arrival. */
struct advisories {
	size_t n;
	char id[LIMIT_ADVISORIES][ADVISORY_LEN];
};

/* What every level says besides its numbers. */
struct tcb_verdict {
	enum tcb_status status;
	int64_t date;                   /* tcbDate, seconds since 1970 */
	const struct cJSON *advisories; /* array of texts, or NULL; lives as long as the tree */
};

/* A level of a TDX module or of a quoting enclave. */
struct isv_level {
	uint16_t isvsvn;
	struct tcb_verdict verdict;
};

/* Dates are exactly YYYY-MM-DDTHH:MM:SSZ; seconds since 1970. E_FORMAT. */
enum err tcb_date(const struct cJSON *obj, const char *name, int64_t *out);
/* tcbDate, tcbStatus and advisoryIDs of a level. E_FORMAT. */
enum err tcb_verdict_read(const struct cJSON *level, struct tcb_verdict *out);
/*
 * A tcbLevels array of {tcb: {isvsvn}, ...} with statuses UpToDate, OutOfDate
 * or Revoked; at least one, at most cap, no isvsvn twice. E_FORMAT.
 */
enum err isv_levels_read(const struct cJSON *array, struct isv_level *out, size_t cap, size_t *n);
/* The highest level with isvsvn <= svn; NULL when there is none. Any order of levels. */
const struct isv_level *isv_level_find(const struct isv_level *level, size_t n, uint16_t svn);

/* Adds what is not there yet. array may be NULL. E_TOO_LARGE when the set is full. */
enum err advisories_add(struct advisories *set, const struct cJSON *array);
bool advisories_have(const struct advisories *set, const char *id);

#endif
