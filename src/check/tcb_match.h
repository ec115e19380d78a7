/* SPDX-License-Identifier: MIT */
/*
 * Which levels a platform, its TDX module and its quoting enclave are at, and
 * the one status that follows (specs/dcap.md 2.6, 2.7; Intel's rules, where
 * dcap-qvl differs). Levels are found by comparing, never by their order.
 * Runs in the command line; pure.
 */
#ifndef CHECK_TCB_MATCH_H
#define CHECK_TCB_MATCH_H

#include "check/qe_identity.h"
#include "check/tcb_info.h"

struct tcb_match {
	const struct tcb_level *platform; /* the level taken */
	const struct isv_level *module;   /* NULL: SGX, or module version 0 */
	const struct isv_level *qe;
	enum tcb_status status; /* merged; never TCB_REVOKED */
};

/* J, second half: the level of the quoting enclave. E_QE_TCB_NOT_SUPPORTED. */
enum err tcb_match_qe(const struct qe_identity *id, const struct sgx_report *qe,
	struct tcb_match *m, struct why *why);
/* L: the TDX module is an identified one. E_TDX_MODULE_MISMATCH, E_TCB_NOT_SUPPORTED. */
enum err tcb_match_module(
	const struct tcb_info *t, const struct tdx_body *td, struct tcb_match *m, struct why *why);
/* L without collateral: what is true of every TDX module of Intel so far. */
enum err tcb_pinned_module(const struct tdx_body *td, struct why *why);
/* M: the level of the platform; td is NULL for SGX. E_TCB_NOT_SUPPORTED. */
enum err tcb_match_platform(const struct tcb_info *t, const struct sgx_ext *pck,
	const struct tdx_body *td, struct tcb_match *m, struct why *why);
/*
 * N: one status out of the three levels, TD relaunch included (only for a TD
 * report 1.5). E_TCB_REVOKED, E_TDX_MODULE_MISMATCH.
 */
enum err tcb_match_merge(const struct tcb_info *t, const struct sgx_ext *pck,
	const struct tdx_body *td, struct tcb_match *m, struct why *why);

#endif
