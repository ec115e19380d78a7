/* SPDX-License-Identifier: MIT */
/*
 * The boot event log of a dstack guest: reading, digests, replay, and the six
 * rules under which its launch events say who runs (specs/dstack.md 2, C39).
 * Runs in attest (before a quote is accepted, C16) and in the command line;
 * pure; input is attacker controlled.
 */
#ifndef BASE_EVENTLOG_H
#define BASE_EVENTLOG_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/slice.h"

#define EVENT_RUNTIME_TYPE 0x08000001U

/* An event; slices point into the memory of its log. */
struct event {
	uint8_t imr; /* 0-3 */
	bool v2;     /* digest over canonical JSON instead of the plain form */
	bool has_digest;
	bool unknown; /* set by eventlog_launch: before system-ready, a name we do not know */
	uint32_t type;
	uint8_t digest[SHA384_LEN]; /* as given when has_digest; recomputed for runtime events */
	struct slice name, payload;
};

/* Launch events, read only from before system-ready (rule 4). */
struct launch {
	struct slice app_id;                             /* 20 bytes */
	struct slice compose_hash;                       /* 32 bytes */
	struct slice instance_id;                        /* 0 or 20 bytes */
	struct slice key_provider;                       /* JSON text */
	struct slice key_provider_name, key_provider_id; /* its members, id as hex text */
	struct slice os_image_hash;                      /* 32 bytes or absent (p NULL) */
	struct slice storage_fs, mr_kms;                 /* or absent */
	unsigned unknown_before_ready; /* events before system-ready with names we do not know */
	unsigned after_ready;          /* application events, never trusted */
};

struct eventlog {
	struct event *events; /* heap, n of them */
	size_t n;
	struct buf mem;              /* decoded names and payloads */
	struct buf key_json;         /* decoded members of the key-provider event */
	uint8_t rtmr[4][SHA384_LEN]; /* replayed registers */
	bool replayable[4];          /* every digest of that register is known */
};

/* An event as a binary carrier brings it (specs/dstack.md 2.6); raw bytes. */
struct event_in {
	uint32_t imr, type;
	bool v2;
	struct slice digest; /* 48 bytes, or empty: not given */
	struct slice name, payload;
	struct slice preimage; /* of a V2 event, or empty: not given */
};

#define EVENTLOG_INIT                                                                              \
	{                                                                                          \
		0                                                                                  \
	}

/*
 * Reads a log given as JSON array, or as a JSON string that holds the array
 * (both occur). Rules 1 and 2 but for the register: register numbers, type
 * 0x08000001 exactly in register 3, no ":" in names, digests of runtime events
 * recomputed and equal to the given ones. E_LOG_FORMAT, E_LOG_DECOY, E_LOG_NAME
 * or E_LOG_DIGEST; drop the log in any case.
 */
enum err eventlog_read(struct slice text, struct eventlog *log, struct why *why);
enum err eventlog_from_json(const struct cJSON *array, struct eventlog *log, struct why *why);
/* The same rules over events that are taken apart already; text is copied. */
enum err eventlog_from_events(
	const struct event_in *events, size_t n, struct eventlog *log, struct why *why);
void eventlog_drop(struct eventlog *log);

/* Rule 2: the replayed register equals the quoted one (48 bytes). E_LOG_REPLAY. */
enum err eventlog_matches(
	const struct eventlog *log, unsigned reg, struct slice quoted, struct why *why);

/*
 * Rules 3 to 6: the launch events, each once, in order, with valid payloads.
 * E_LOG_ORDER or E_LOG_PAYLOAD. Slices of out live as long as the log.
 */
enum err eventlog_launch(struct eventlog *log, struct launch *out, struct why *why);

/*
 * MRCONFIGID (48 bytes) against the launch events: all zero is "not set" and
 * fine; version 1 holds the compose hash; versions 2 and 3 are left to check
 * (they need Keccak or a document). E_MRCONFIGID when it contradicts.
 */
enum err eventlog_mrconfigid(const struct launch *l, struct slice mrconfigid, struct why *why);

/* Digest of a runtime event (specs/dstack.md 2.2). */
void event_digest(bool v2, struct slice name, struct slice payload, uint8_t out[SHA384_LEN]);

#endif
