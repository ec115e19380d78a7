/* SPDX-License-Identifier: MIT */
/*
 * The event log of the pretended guest: a boot part for registers 0 to 2 and
 * runtime events for register 3 (specs/dstack.md 2), its replay, and the forms
 * in which the agent shows it. Runs in the simulator; pure.
 */
#ifndef SIM_EVENTS_H
#define SIM_EVENTS_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/json_write.h"

/* 20 boot events, at most 11 of a launch, and what applications emit. */
#define EVLOG_MAX 300

struct measured {
	uint8_t imr;
	bool v2; /* digest over canonical JSON */
	uint32_t type;
	uint8_t digest[SHA384_LEN];
	struct slice name, payload; /* live as long as whoever added them says */
};

struct evlog {
	struct measured ev[EVLOG_MAX];
	size_t n;
};

/* Begins the log with the boot events; acpi: the three ACPI events have names (0.6). */
void evlog_boot(struct evlog *log, bool acpi);
/* Appends a runtime event; E_TOO_LARGE when the log is full. */
enum err evlog_runtime(struct evlog *log, bool v2, struct slice name, struct slice payload);
void evlog_replay(const struct evlog *log, uint8_t rtmr[4][SHA384_LEN]);

enum evlog_form {
	EVLOG_FULL,     /* all that was measured: GetQuote up to 0.5.5 */
	EVLOG_STRIPPED, /* no boot payloads, no runtime digests: GetQuote from 0.5.6 */
	EVLOG_SORTED,   /* all, member names sorted: tcb_info */
};

/* The log as a JSON array. */
void evlog_json(const struct evlog *log, enum evlog_form form, struct jw *w);
/*
 * The two lists of a SCALE V0 attestation, stripped: events and runtime events
 * (specs/dstack.md 2.6); only_runtime leaves out boot events without a name or
 * ACPI payload, as certificates do. V0 cannot tell V2 events.
 */
void evlog_scale(const struct evlog *log, bool only_runtime, struct buf *out);
/* SCALE compact integer, and bytes with their compact length. */
void scale_compact(struct buf *out, uint64_t v);
void scale_bytes(struct buf *out, struct slice s);

#endif
