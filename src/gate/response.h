/* SPDX-License-Identifier: MIT */
/*
 * The answer of the install-policy protocol (specs/gate.md 3): one JSON object and
 * a line feed. At most 100 findings, every text at most 1000 code points, control
 * characters replaced.
 * Runs on the command line; pure.
 */
#ifndef GATE_RESPONSE_H
#define GATE_RESPONSE_H

#include "base/buf.h"
#include "gate/rules.h"

#define GATE_TEXT_CHARS 1000

/* 101 findings of texts that are ASCII here; a host's maxOutputBytes has to allow as much. */
#define GATE_RESPONSE_BYTES (256 * KIB)

/* Appends the answer that follows from the reasons. Errors stick in b. */
void gate_response(struct buf *b, const struct gate_reasons *l);
/* One reason as a person reads it: sentence, detail, what would change it. */
void gate_reason_text(struct buf *b, const struct gate_reason *r);
/*
 * Appends text as the protocol allows it: bytes that are not UTF-8 and control
 * characters (also those that change direction) become U+FFFD, longer texts are cut.
 */
void gate_clean(struct buf *b, struct slice text);

#endif
