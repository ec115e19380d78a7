/* SPDX-License-Identifier: MIT */
/*
 * Faults on demand (C16, C50): which are switched on for which method and for
 * how many answers. README.md says what an honest client does on each.
 * Runs in the simulator; pure.
 */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "base/err.h"
#include "base/json_write.h"
#include "base/slice.h"

/* Methods of the agent, in the order of the statistics. */
#define METHOD_LIST(X)                                                                             \
	X(METHOD_INFO, "Info")                                                                     \
	X(METHOD_GET_QUOTE, "GetQuote")                                                            \
	X(METHOD_GET_KEY, "GetKey")                                                                \
	X(METHOD_GET_TLS_KEY, "GetTlsKey")                                                         \
	X(METHOD_VERSION, "Version")                                                               \
	X(METHOD_ATTEST, "Attest")                                                                 \
	X(METHOD_EMIT_EVENT, "EmitEvent")

/* Faults: how an answer travels, what kind of answer it is, what evidence says. */
#define FAULT_LIST(X)                                                                              \
	X(FAULT_SLOW, "slow")                                                                      \
	X(FAULT_SILENT, "silent")                                                                  \
	X(FAULT_CLOSE_MID_BODY, "close-mid-body")                                                  \
	X(FAULT_SHORT_BODY, "short-body")                                                          \
	X(FAULT_WRONG_LENGTH, "wrong-content-length")                                              \
	X(FAULT_CHUNKED, "chunked")                                                                \
	X(FAULT_RESTART, "restart")                                                                \
	X(FAULT_REFUSE, "refuse")                                                                  \
	X(FAULT_HTTP_400, "http-400")                                                              \
	X(FAULT_HTTP_500, "http-500")                                                              \
	X(FAULT_HTML_ERROR, "html-error")                                                          \
	X(FAULT_NOT_JSON, "not-json")                                                              \
	X(FAULT_HUGE, "huge")                                                                      \
	X(FAULT_DUPLICATE_MEMBERS, "duplicate-members")                                            \
	X(FAULT_WRONG_REPORT_DATA, "wrong-report-data")                                            \
	X(FAULT_FIELD_MISMATCH, "report-data-field-mismatch")                                      \
	X(FAULT_FOREIGN_QUOTE, "foreign-quote")                                                    \
	X(FAULT_WRONG_COMPOSE_HASH, "wrong-compose-hash")                                          \
	X(FAULT_NO_REPLAY, "log-does-not-replay")                                                  \
	X(FAULT_WRONG_APP_ID, "wrong-app-id")                                                      \
	X(FAULT_WRONG_INSTANCE_ID, "wrong-instance-id")                                            \
	X(FAULT_SGX_QUOTE, "sgx-quote")                                                            \
	X(FAULT_BAD_SIGNATURE, "bad-signature")                                                    \
	X(FAULT_DEBUG_TD, "debug-td")

/* clang-format off */
enum method {
#define METHOD(id, name) id,
	METHOD_LIST(METHOD)
#undef METHOD
	METHODS
};
enum fault {
#define FAULT(id, name) id,
	FAULT_LIST(FAULT)
#undef FAULT
	FAULTS
};
/* clang-format on */

#define BIT(fault) (1U << (fault))
_Static_assert(FAULTS <= 32, "faults are bits of a uint32_t");

/* Until cleared. */
#define FAULT_FOREVER UINT32_MAX
/* What "slow" adds to an answer unless told otherwise. */
#define FAULT_SLOW_MS 5000

struct faults {
	uint32_t left[METHODS][FAULTS]; /* answers still to be affected */
	uint64_t slow_ms;
};

/* METHODS or FAULTS when there is none of this name. */
enum method method_by_name(struct slice name);
enum fault fault_by_name(struct slice name);
const char *method_name(enum method m);

void faults_init(struct faults *f);
/*
 * Switches a fault on for the next count answers of a method (0: off). The
 * name "all" with count 0 clears every fault. E_ABSENT for an unknown name.
 */
enum err faults_set(struct faults *f, struct slice name, enum method method, uint32_t count);
/* The command line's form NAME[:COUNT[:METHOD]]; E_USAGE when it is none. */
enum err faults_option(struct faults *f, const char *text);
/* Bits of the faults for the next answer of this method, counted down. */
uint32_t faults_take(struct faults *f, enum method method);
/* An array of what is switched on: {"fault","method","left"}; left -1 is "until cleared". */
void faults_json(const struct faults *f, struct jw *w);

#endif
