/* SPDX-License-Identifier: MIT */
/*
 * Versioned attestations of dstack, as its agent's Attest method and RA-TLS
 * certificates carry them: SCALE "V0" and MessagePack version 1
 * (specs/dstack.md 2.6). They are taken apart into the quote and an event log
 * that has passed the rules of base/eventlog.h. Nothing is verified beyond
 * that the two lists of runtime events in one attestation agree.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_ATTESTATION_H
#define CHECK_ATTESTATION_H

#include "base/eventlog.h"

enum attestation_form { ATTESTATION_SCALE_V0, ATTESTATION_MSGPACK };

/* Slices point into the attestation, or into mem where it holds arrays of numbers. */
struct attestation {
	enum attestation_form form;
	struct slice quote;
	struct slice report_data; /* 64 bytes, as stated: compare with the quote */
	struct slice config;      /* JSON text, unverified */
	struct slice payload;     /* of "dstack-pod": what report_data is the hash of; else empty */
	struct eventlog log;      /* the platform's event list */
	struct buf mem;
};

/*
 * E_ATTESTATION_FORMAT; E_ATTESTATION_KIND for platforms other than bare TDX;
 * E_COPY_MISMATCH when the lists of runtime events differ, or the payload does
 * not give report_data; classes of the event log; E_NO_MEMORY. out is to be
 * dropped after success.
 */
enum err attestation_read(struct slice bytes, struct attestation *out, struct why *why);
void attestation_drop(struct attestation *a);

#endif
