/* SPDX-License-Identifier: MIT */
/* Bodies of all messages between processes. Runs in every role; pure. */
#include "proc/msg.h"

#include "base/p256.h"
#include "proc/role.h"

/* Short words and details inside messages. */
#define REASON_MAX 64
#define DETAIL_MAX 240

void codec_msg_peer(struct codec *c, struct msg_peer *m)
{
	codec_u8(c, &m->role, ROLE_COUNT - 1);
}

void codec_msg_stop(struct codec *c, struct msg_stop *m)
{
	codec_bool(c, &m->now);
}

void codec_msg_health(struct codec *c, struct msg_health *m)
{
	codec_bool(c, &m->degraded);
	codec_text(c, &m->reason, TEXT_ASCII, DETAIL_MAX);
}

void codec_msg_submit(struct codec *c, struct msg_submit *m)
{
	codec_bool(c, &m->has_nonce);
	codec_bytes(c, m->nonce, sizeof m->nonce);
	codec_u64(c, &m->size, LIMIT_PACKAGE_BYTES);
	codec_bytes(c, m->sha256, sizeof m->sha256);
}

void codec_msg_submitted(struct codec *c, struct msg_submitted *m)
{
	codec_u32(c, &m->code, E_COUNT - 1);
	codec_bytes(c, m->job_id, sizeof m->job_id);
	codec_bytes(c, m->delete_token, sizeof m->delete_token);
	codec_time(c, &m->submitted_ms);
}

void codec_msg_get(struct codec *c, struct msg_get *m)
{
	codec_bytes(c, m->job_id, sizeof m->job_id);
	codec_u32(c, &m->parts, PART_ALL);
}

static void codec_job_view(struct codec *c, struct job_view *j)
{
	codec_u8(c, &j->state, JOB_STATE_COUNT - 1);
	codec_u8(c, &j->phase, PHASE_JOB_COUNT - 1);
	codec_u32(c, &j->attempt, 1000);
	codec_u32(c, &j->queue_position, UINT32_MAX);
	codec_time(c, &j->submitted_ms);
	codec_time(c, &j->started_ms);
	codec_time(c, &j->completed_ms);
	codec_u64(c, &j->package_bytes, LIMIT_PACKAGE_BYTES);
	codec_bytes(c, j->package_sha256, sizeof j->package_sha256);
	codec_bool(c, &j->has_nonce);
	codec_bytes(c, j->nonce, sizeof j->nonce);
	codec_refusal(c, &j->refusal);
	codec_text(c, &j->waiting_for, TEXT_ASCII, DETAIL_MAX);
	codec_text(c, &j->signature, TEXT_BYTES, P256_SIG_MAX);
	codec_text(c, &j->spki, TEXT_BYTES, P256_SPKI_LEN);
}

void codec_msg_job(struct codec *c, struct msg_job *m)
{
	codec_u32(c, &m->code, E_COUNT - 1);
	codec_u32(c, &m->parts, PART_ALL);
	codec_job_view(c, &m->job);
}

void codec_msg_status(struct codec *c, struct msg_status *m)
{
	unsigned i;

	codec_bool(c, &m->runner_up);
	codec_bool(c, &m->attest_ready);
	codec_bool(c, &m->tee);
	codec_bool(c, &m->storage_ok);
	for (i = 0; i < JOB_STATE_COUNT; i++)
		codec_u64(c, &m->jobs[i], UINT64_MAX >> 1);
	codec_u32(c, &m->queued, UINT32_MAX);
	codec_u32(c, &m->queue_max, UINT32_MAX);
	codec_u32(c, &m->slots, UINT32_MAX);
	codec_u32(c, &m->running, UINT32_MAX);
	codec_u32(c, &m->attesting, UINT32_MAX);
	codec_u64(c, &m->disk_free, UINT64_MAX >> 1);
}

void codec_msg_info(struct codec *c, struct msg_info *m)
{
	codec_bool(c, &m->runner);
	codec_bool(c, &m->attest);
}

void codec_msg_identity(struct codec *c, struct msg_identity *m)
{
	codec_bytes(c, m->nonce, sizeof m->nonce);
}

void codec_msg_attempt(struct codec *c, struct msg_attempt *m)
{
	codec_bytes(c, m->job_id, sizeof m->job_id);
	codec_u32(c, &m->attempt, 1000);
}

void codec_msg_run(struct codec *c, struct msg_run *m)
{
	codec_msg_attempt(c, &m->at);
	codec_text(c, &m->reason, TEXT_WORD, REASON_MAX);
	codec_bool(c, &m->has_nonce);
	codec_bytes(c, m->nonce, sizeof m->nonce);
	codec_time(c, &m->submitted_ms);
}

void codec_msg_runner(struct codec *c, struct msg_runner *m)
{
	codec_u32(c, &m->slots, 4096);
}

void codec_msg_phase(struct codec *c, struct msg_phase *m)
{
	codec_msg_attempt(c, &m->at);
	codec_u8(c, &m->phase, PHASE_JOB_COUNT - 1);
}

void codec_msg_result(struct codec *c, struct msg_result *m)
{
	codec_msg_attempt(c, &m->at);
	codec_bytes(c, m->mac, sizeof m->mac);
	codec_u32(c, &m->parts, PART_ALL);
}

void codec_msg_refused(struct codec *c, struct msg_refused *m)
{
	codec_msg_attempt(c, &m->at);
	codec_refusal(c, &m->refusal);
}

void codec_msg_attester(struct codec *c, struct msg_attester *m)
{
	codec_bool(c, &m->ready);
	codec_bool(c, &m->tee);
	codec_text(c, &m->spki, TEXT_BYTES, P256_SPKI_LEN);
}

void codec_msg_evidence(struct codec *c, struct msg_evidence *m)
{
	codec_msg_attempt(c, &m->at);
	codec_u32(c, &m->code, E_COUNT - 1);
	codec_u32(c, &m->parts, PART_ALL);
	codec_text(c, &m->signature, TEXT_BYTES, P256_SIG_MAX);
	codec_text(c, &m->spki, TEXT_BYTES, P256_SPKI_LEN);
	codec_bytes(c, m->report_data, sizeof m->report_data);
}

void codec_msg_retry(struct codec *c, struct msg_retry *m)
{
	codec_msg_attempt(c, &m->at);
	codec_u32(c, &m->code, E_COUNT - 1);
	codec_text(c, &m->text, TEXT_ASCII, DETAIL_MAX);
}

unsigned parts_count(uint32_t parts)
{
	return (unsigned)__builtin_popcount(parts);
}

const char *job_state_name(uint8_t state)
{
	static const char *const names[JOB_STATE_COUNT] = {
		"pending", "running", "completed", "failed"};

	return names[state];
}

const char *job_phase_name(uint8_t phase)
{
	static const char *const names[PHASE_JOB_COUNT] = {
		"none", "unpack", "manifest", "setup", "test", "attest", "probe"};

	return names[phase];
}
