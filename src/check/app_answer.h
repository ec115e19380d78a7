/* SPDX-License-Identifier: MIT */
/*
 * What a running application answers when it is asked for evidence: our
 * appliance's /quote, or the answer of a dstack agent that another program
 * passes on, with the public information of its guest beside it. It is only
 * taken apart here; one source per fact, the rest must agree (C38).
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_APP_ANSWER_H
#define CHECK_APP_ANSWER_H

#include "base/buf.h"
#include "base/json.h"
#include "base/p256.h"

/* Slices live as long as the answer. */
struct app_answer {
	struct cJSON *tree, *log_tree, *info, *tcb; /* owned */
	struct buf mem;
	struct slice quote;
	const struct cJSON *event_log; /* array */
	struct slice app_compose;      /* p NULL: neither answer has it */
	struct slice vm_config;        /* empty: none */
	bool texts_differ;             /* both answers have a compose text, and not the same */
	struct slice report_data;      /* hex, a copy; p NULL: none */
	bool has_key;
	uint8_t spki[P256_SPKI_LEN];
};

/*
 * Members: quote (hex); eventLog or event_log (array, or text of one);
 * appCompose or app_compose; vmConfig or vm_config; reportData or report_data;
 * publicKey. E_APP_FORMAT,
 * classes of the readers, or E_NO_MEMORY. out is to be dropped in any case.
 */
enum err app_answer_read(struct slice text, struct app_answer *out, struct why *why);
/*
 * Adds what the guest's public information has: tcb_info.app_compose (or
 * app_compose itself) and vm_config, where the first answer has none. Classes
 * as above.
 */
enum err app_answer_info(struct slice text, struct app_answer *a, struct why *why);
void app_answer_drop(struct app_answer *a);

#endif
