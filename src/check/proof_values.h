/* SPDX-License-Identifier: MIT */
/*
 * What a link compared, as people want to see it: both values whole, and where
 * each comes from. Made for reports from what proof_run() left; decides nothing.
 * Runs in the command line; pure; values out of evidence are printable ASCII.
 */
#ifndef CHECK_PROOF_VALUES_H
#define CHECK_PROOF_VALUES_H

#include "check/proof.h"

#define PROOF_VALUES    40  /* facts of a contract; images are cut here */
#define PROOF_VALUE_LEN 200 /* 64 bytes as hex, or an image reference */

enum value_relation {
	VALUE_SHOWN, /* nothing to compare with */
	VALUE_EQUAL,
	VALUE_DIFFERENT,
	VALUE_BOUND, /* expected is a bound, not the same value */
};

struct proof_value {
	char what[64];
	const char *expected_from, *found_from; /* NULL when there is no such value */
	char expected[PROOF_VALUE_LEN], found[PROOF_VALUE_LEN];
	enum value_relation relation;
};

/* Values of one link; returns how many. want is what proof_run() was given. */
size_t proof_values(const struct proof *p, const struct expect *want, enum link_id id,
	struct proof_value out[PROOF_VALUES]);

#endif
