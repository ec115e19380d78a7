/* SPDX-License-Identifier: MIT */
/*
 * Answers of a guest agent, made here: Info, and a quote whose register follows
 * from its event log. Nothing is signed: attest looks at no signature. A test
 * starts from evidence_default(), changes one thing, and asks for the answer.
 */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "attest/guest.h"

struct evidence {
	struct slice compose;                                          /* app-compose text */
	uint8_t app_id[20], instance_id[20], compose_hash[SHA256_LEN]; /* as measured */
	size_t instance_len;
	uint8_t report_data[REPORT_DATA_LEN];
	uint32_t tee_type;
	uint16_t version;
	uint8_t mrconfigid[48];
	struct slice extra_event; /* name of one more before system-ready, or empty */
	bool no_ready;            /* the log ends before system-ready */
};

void evidence_default(struct evidence *e);
/* All kept until the process ends. */
struct slice evidence_log(const struct evidence *e);
struct slice evidence_quote(const struct evidence *e);
/* JSON answers; members may be replaced by raw JSON text, NULL leaves them right. */
struct slice evidence_info(const struct evidence *e, const char *tcb_info);
struct slice evidence_answer(
	const struct evidence *e, const char *quote, const char *log, const char *report_data);
/* Info as attest takes it. */
void evidence_guest(const struct evidence *e, struct guest *g);

#endif
