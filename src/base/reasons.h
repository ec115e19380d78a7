/* SPDX-License-Identifier: MIT */
/*
 * The words behind a verdict: every reason that a result can give, what it says
 * to a person, and what would change it. One table for record, statement, page,
 * SARIF and command line; src/base/README.md shows it, a test compares.
 *
 * The headline is computed from the reasons that are listed and from nothing
 * else, so that no page can say other than the statement below it; and the
 * colour of a result is one rule (C25).
 * Runs in runner, attest, http and the command line; pure.
 */
#ifndef BASE_REASONS_H
#define BASE_REASONS_H

#include "base/buf.h"
#include "base/verdict.h"

/* Gravest first: a headline names the first that is listed. */
enum reason {
	/* what the program did, as it was observed (proc/behaviour.h) */
	REASON_CANARY_LEAKED,
	REASON_CANARY_CHANGED,
	REASON_CANARY_READ,
	REASON_DNS_LONG_LABEL,
	REASON_UNDECLARED_NETWORK,
	REASON_EXEC_WRITTEN,
	REASON_WRITE_OUTSIDE,
	REASON_PACKAGE_MODIFIED,
	REASON_DENIED_CALL,
	REASON_FLOOD,
	/* why the verdict is what it is (verdict.c) */
	REASON_SANDBOX_SETUP,
	REASON_INTERNAL,
	REASON_NETWORK,
	REASON_SETUP_FAILED,
	REASON_COMMAND_NOT_FOUND,
	REASON_EXEC_FAILED,
	REASON_MEMORY,
	REASON_OUTPUT,
	REASON_WALL_TIME,
	REASON_CPU_TIME,
	REASON_SIGSYS,
	REASON_SIGNAL,
	REASON_EXIT_STATUS,
	/* how little was shown, and what is only said */
	REASON_MONITOR_INCOMPLETE,
	REASON_NOTHING_READ,
	REASON_SURVIVOR,
	REASON_LIMIT_DISK,
	REASON_LIMIT_FILES,
	REASON_LIMIT_PIDS,
	REASON_COUNT
};

#define REASON_BIT(r) (UINT64_C(1) << (r))
/* An act of the program stands before the verdict in a headline. */
#define REASON_IS_ACT(r) ((r) <= REASON_FLOOD)

struct reason_text {
	const char *word;   /* stable; rule of SARIF */
	const char *level;  /* of SARIF: "error", "warning", "note" */
	bool alarm;         /* a result with it is never green */
	const char *did;    /* what stands behind "it": "read a planted decoy" */
	const char *change; /* what would change it */
};

const struct reason_text *reason_text(enum reason r);
/* -1 for a word that is none. */
int reason_by_word(struct slice word);

/* What stands behind a result when somebody reads it. */
enum standing {
	STANDING_ATTESTED,   /* a quote is there, and if it was judged it holds */
	STANDING_UNATTESTED, /* nobody vouches for it */
	STANDING_CLAIMED     /* judged, and not shown to be genuine */
};

struct headline_facts {
	enum verdict verdict;
	uint64_t reasons; /* REASON_BIT of each that is listed */
	bool observed;    /* somebody watched, whether or not to the end */
	enum standing standing;
};

/*
 * One or two sentences. Names the gravest listed reason with its word in
 * parentheses and no other; always says that it was a single run.
 */
void headline(struct buf *out, const struct headline_facts *f);
#define HEADLINE_MAX 400 /* and NUL; the longest has under 300 */

enum colour { COLOUR_GREY, COLOUR_RED, COLOUR_AMBER, COLOUR_GREEN, COLOUR_COUNT };

/*
 * C25: green is a PASSED that was watched from start to end, whose test read at
 * least one file of the package, and no listed reason of which is an alarm.
 * Whoever shows it must know the result to be genuine.
 */
enum colour result_colour(
	enum verdict verdict, uint64_t reasons, bool monitor_complete, uint64_t package_read);
/* "grey", "red", "amber", "green" */
const char *colour_text(enum colour c);

#endif
