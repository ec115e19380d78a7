/* SPDX-License-Identifier: MIT */
/* Inside check/governance*.c: what is asked, as a table. Runs in the command line; pure. */
#ifndef CHECK_GOVERNANCE_TABLE_H
#define CHECK_GOVERNANCE_TABLE_H

#include "check/governance.h"

enum gov_whom { WHOM_NOBODY, WHOM_APP, WHOM_OWNER, WHOM_KMS, WHOM_KMS_OWNER };
enum gov_how { HOW_CHAIN, HOW_BLOCK, HOW_CODE, HOW_SLOT, HOW_CALL, HOW_OPTIONAL, HOW_LOGS };
enum gov_arg {
	ARG_NONE,
	ARG_INTERFACE,
	ARG_COMPOSE,
	ARG_APP_ADDRESS,
	ARG_OS_IMAGE,
	ARG_DEVICE,
	ARG_KMS_MR,
	ARG_BOOT,
};
enum gov_type {
	TYPE_NUMBER,
	TYPE_BOOL,
	TYPE_ADDRESS,
	TYPE_WORD,
	TYPE_DIGEST,
	TYPE_TEXT,     /* a string */
	TYPE_REASONED, /* (bool, string) */
	TYPE_KMS_INFO, /* (bytes, bytes, bytes, bytes) */
	TYPE_HISTORY,  /* events */
};

struct gov_row {
	const char *name;
	enum gov_whom whom;
	enum gov_how how;
	const char *text;
	enum gov_arg arg;
	enum gov_type type;
};
extern const struct gov_row gov_row[GOV_COUNT];

/* What the history is made of: the first topic of each event is the hash of its text. */
enum gov_event { EVENT_ADDED, EVENT_UPGRADED, EVENTS };
extern const char *const gov_event[EVENTS];

#endif
