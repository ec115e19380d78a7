/* SPDX-License-Identifier: MIT */
/*
 * From what was observed to the reasons that it gives (base/reasons.h). Runner,
 * attest and http compute them from the record, check from the statement, all
 * with this one function (C13).
 * Runs in runner, attest, http and the command line; pure.
 */
#ifndef PROC_BEHAVIOUR_H
#define PROC_BEHAVIOUR_H

#include "base/reasons.h"
#include "proc/observation.h"

/* More than this of a name's label, or of a name, is more than names of services have. */
#define NAME_LABEL_MAX 40 /* a SHA-1 in hexadecimal, as previews of commits have it */
#define NAME_MAX_BYTES 100

struct behaviour_facts {
	const struct observation *observed;
	bool test_ran; /* there is a phase of the test, however it ended */
	/* Hosts that the package declares, "host" or "host:port": every port of a host is meant. */
	unsigned n_hosts;
	struct slice hosts[LIMIT_ENV + LIMIT_FACTS_KIND];
};

/* REASON_BIT of all that was observed; 0 without a monitor. */
uint64_t behaviour_reasons(const struct behaviour_facts *f);

/* What one row gives. */
uint64_t behaviour_of_row(const struct behaviour_facts *f, const struct observed *row);

/*
 * What one row gives whatever is declared. The observer keeps such rows where
 * there is not room for all.
 */
uint64_t observed_reasons(const struct observed *row);

#endif
