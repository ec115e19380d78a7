/* SPDX-License-Identifier: MIT */
/*
 * What the guest agent says, believed only as far as it proves itself (C16):
 * who this appliance is (read once), and quotes that are checked before they
 * are used. Pure functions over answers; input is attacker controlled.
 * Runs in attest.
 */
#ifndef ATTEST_GUEST_H
#define ATTEST_GUEST_H

#include "base/buf.h"
#include "base/dsse.h"
#include "base/hash.h"

/* Identity out of Info. */
struct guest {
	uint8_t app_id[20], instance_id[20];
	size_t instance_len;
	uint8_t compose_hash[SHA256_LEN];
	struct buf app_compose; /* the exact text of app-compose.json */
};

/* E_FORMAT with a reason when Info is not consistent with itself. */
enum err guest_from_info(struct slice json, struct guest *g, struct why *why);
void guest_drop(struct guest *g);

/* An accepted quote with what belongs to it. */
struct guest_quote {
	struct buf quote;     /* binary */
	struct buf event_log; /* JSON text of the array */
	struct buf vm_config; /* JSON text, or empty */
};

/*
 * Takes a GetQuote answer and requires: a TD's quote that holds exactly this
 * report_data, an event log whose replay gives its RTMR3, and launch events
 * that name the same compose hash, app id and instance id as Info did. Any of
 * the evidence classes of base/err_list.h, with a reason.
 */
enum err guest_take_quote(struct slice json, const struct guest *g,
	const uint8_t report_data[REPORT_DATA_LEN], struct guest_quote *out, struct why *why);
void guest_quote_drop(struct guest_quote *q);

#endif
