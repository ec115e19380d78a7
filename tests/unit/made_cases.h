/* SPDX-License-Identifier: MIT */
/*
 * Cases on a made-up platform (made.h): a valid one with the given changes,
 * which are assignments to members of m, divided by commas.
 */
#ifndef MADE_CASES_H
#define MADE_CASES_H

#include "made.h"

/* Builds, verifies and compares; a failure is reported for this line of a test. */
void made_refused(const char *file, int line, struct made *m, enum err want);
void made_accepted(
	const char *file, int line, struct made *m, enum tcb_status want, struct dcap_result *r);

#define REFUSES(code, ...)                                                                         \
	do {                                                                                       \
		struct made m;                                                                     \
		made_default(&m);                                                                  \
		__VA_ARGS__;                                                                       \
		made_refused(__FILE__, __LINE__, &m, code);                                        \
	} while (0)
/* The result comes back in a variable r of the test. */
#define ACCEPTS(status, ...)                                                                       \
	do {                                                                                       \
		struct made m;                                                                     \
		made_default(&m);                                                                  \
		__VA_ARGS__;                                                                       \
		made_accepted(__FILE__, __LINE__, &m, status, &r);                                 \
	} while (0)

/* Without collateral, as C3 permits it. */
#define BARE(...) m.no_collateral = m.in.accept_unevaluated = true, __VA_ARGS__
/* An edit of a signed text. */
#define TCB_EDIT(a, b) m.tcb_edit[0].find = a, m.tcb_edit[0].put = b
#define QE_EDIT(a, b)  m.qe_edit[0].find = a, m.qe_edit[0].put = b

#endif
