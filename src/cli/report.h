/* SPDX-License-Identifier: MIT */
/*
 * The report of one proof in its three forms: lines on a terminal, JSON, and a
 * page. All three say the same words; they are those of struct link. Text out
 * of evidence is printable ASCII with escapes when it arrives here (C10), and
 * escaped once more for the form in question.
 * Runs on the command line.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "check/behaviour.h"
#include "check/policy.h"
#include "cli/html.h"

#define REPORT_OVERRIDES 10 /* options that a policy has a key for */

/* What is reported, and what it was judged with. All borrowed. */
struct report {
	const struct proof *proof;
	const struct expect *want;
	struct slice bundle; /* the text that was judged */
	/* Of a running application: "https://host:port", and its guest's information. */
	const char *asked;
	struct slice info;
	bool evidence_only;
	const struct policy *policy; /* NULL: none was named */
	size_t n_overridden;
	const char *overridden[REPORT_OVERRIDES]; /* options that went before the policy */
};

/* To standard output, coloured on a terminal unless NO_COLOR is set. */
void report_text(const struct report *r);
/* To standard output; the members are those of src/check/README.md. */
void report_json(const struct report *r);
/*
 * One page that needs nothing else, as a file that is there whole or not at
 * all. Says on standard error why it could not.
 */
enum err report_html(const struct report *r, const char *path);

void report_findings(const struct findings *f);

/* ---- shared by the forms ------------------------------------------------------------ */

/* "OK", "FAIL" or "SKIP" */
const char *report_state(enum link_state s);
/* "note", "look" or "open": what a person should do about a finding. */
const char *report_weight(enum finding_weight w);
/* The verdict whose colour the PROOF line has: under a test root nothing is green (C4). */
enum proof_verdict report_colour(const struct proof *p);
/* How a result is read after the proof was judged. */
enum standing report_standing(const struct proof *p);
/* C25; grey unless the proof is genuine, and green only under a root that proves something. */
enum colour report_result_colour(const struct proof *p);
/* What stands behind "RESULT ", appended to b. */
void report_result(struct buf *b, const struct proof *p);
/* The picture of the chain as SVG: for narrow screens, or for wide ones. */
void report_picture(struct buf *b, const struct report *r, bool wide);

#endif
