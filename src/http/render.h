/* SPDX-License-Identifier: MIT */
/*
 * Bodies of answers about jobs, from what store keeps: the record, outputs and
 * evidence. Nothing is believed beyond its bounds: a record that does not
 * decode gives an error, text from outside goes through the JSON writer.
 * Runs in http; pure.
 */
#ifndef HTTP_RENDER_H
#define HTTP_RENDER_H

#include "base/buf.h"
#include "proc/msg.h"

/* Mapped parts of a job, by bit position; empty when absent. */
struct parts {
	struct slice part[PART_COUNT];
	uint32_t have;
};

struct slice part_of(const struct parts *p, uint32_t part);

/* GET /verify/:id */
enum err render_job(struct buf *out, const uint8_t id[JOB_ID_LEN], const struct job_view *job,
	const struct parts *p);
/* GET /verify/:id/attestation */
enum err render_attestation(struct buf *out, const uint8_t id[JOB_ID_LEN],
	const struct job_view *job, const struct parts *p);
/* GET /attestation/:id: the bundle that `check` takes. */
enum err render_bundle(struct buf *out, const struct job_view *job, const struct parts *p);
/* The DSSE envelope alone. */
enum err render_envelope(struct buf *out, const struct job_view *job, const struct parts *p);
/* GET /quote */
enum err render_identity(struct buf *out, const uint8_t nonce[NONCE_LEN],
	const struct msg_evidence *m, const struct parts *p);
/* File name of a bundle: "<slug>-<id8>.attestation.json". */
enum err render_bundle_name(struct buf *out, const uint8_t id[JOB_ID_LEN], const struct parts *p);

#endif
