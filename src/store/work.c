/* SPDX-License-Identifier: MIT */
/*
 * The way of a job through runner and attest (C28). Runs in store; a record is
 * carried as bytes with its MAC and never read.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/log.h"
#include "store/store.h"

/* ---- work for runner and attest ------------------------------------------- */

static bool send_job(struct store *s, struct active *a)
{
	struct msg_run m = {
		.at.attempt = a->attempt,
		.reason = slice_str(a->reason),
		.has_nonce = a->has_nonce,
		.submitted_ms = a->submitted_ms,
	};
	int package = db_blob_file(&s->jobs.db, a->package, "package");
	enum err e = E_SYSTEM;

	memcpy(m.at.job_id, a->id, JOB_ID_LEN);
	memcpy(m.nonce, a->nonce, NONCE_LEN);
	if (package >= 0) e = MSG_SEND(&s->runner, MSG_RUN, 0, run, &m, &package, 1);
	fd_close(&package);
	return e == E_OK;
}

void store_dispatch(struct store *s)
{
	while (!s->stopping && s->slots && chan_open(&s->runner) &&
		jobs_in(&s->jobs, JOB_RUNNING, false) < s->slots) {
		struct active *a = jobs_next_pending(&s->jobs);

		if (!a) return;
		/* The attempt counts from here, whatever happens to it. */
		if (jobs_start(&s->jobs, a, clock_wall_ms())) {
			log_event(LOG_ERROR, "store.cannot-start-job", "%s", "");
			return;
		}
		if (!send_job(s, a)) {
			log_event(LOG_ERROR, "store.cannot-send-job", "%s", "");
			jobs_requeue(&s->jobs, a, "not-sent", true, clock_wall_ms());
			return;
		}
	}
}

static void ask_attest(struct store *s, struct active *a)
{
	struct msg_result m = {.at.attempt = a->attempt, .parts = PART_RECORD};

	memcpy(m.at.job_id, a->id, JOB_ID_LEN);
	memcpy(m.mac, a->mac, sizeof m.mac);
	if (MSG_SEND(&s->attest, MSG_ATTEST, 0, result, &m, &a->record, 1)) return;
	a->asked = true;
	a->asks++;
}

static void attestation_gave_up(struct store *s, struct active *a)
{
	struct refusal r = {.code = E_ATTESTATION_UNAVAILABLE,
		.name = SLICE(""),
		.text = slice_str(a->waiting_for)};

	log_event(LOG_ERROR, "job.unattested", "waiting_for=\"%s\"", a->waiting_for);
	/* Not durable: once more after a pause. */
	if (jobs_failed(&s->jobs, a, &r, clock_wall_ms()))
		a->recorded_ms += LIMIT_AGENT_RETRY_MAX_MS;
}

/* Asks for what is due; returns the time of the next thing to do. */
int64_t store_attest_due(struct store *s)
{
	int64_t now = clock_mono_us() / 1000, next = now + 60000;
	uint32_t i;

	for (i = 0; i < s->jobs.max; i++) {
		struct active *a = &s->jobs.list[i];

		if (!a->seq || a->phase != PHASE_ATTEST || a->state != JOB_RUNNING) continue;
		if (!a->asked && now - a->recorded_ms > s->conf.attest_ms) {
			attestation_gave_up(s, a);
			continue;
		}
		if (!a->asked && s->attest_ready && now >= a->next_ask_ms) ask_attest(s, a);
		/* While attest works its answer is the next thing; nothing is due. */
		if (a->asked) continue;
		if (s->attest_ready && a->next_ask_ms < next) next = a->next_ask_ms;
		if (a->recorded_ms + s->conf.attest_ms < next)
			next = a->recorded_ms + s->conf.attest_ms + 1;
	}
	return next;
}

/* ---- messages from runner -------------------------------------------------- */

static void runner_hello(struct store *s, struct message *m)
{
	struct msg_runner hello = {0};

	if (MSG_READ(runner, m, &hello)) return;
	s->slots = hello.slots;
	fd_close(&s->runner_info);
	s->runner_info = message_fd(m, 0);
}

static void job_result(struct store *s, struct message *m)
{
	struct msg_result res = {0};
	struct active *a;
	enum err e;

	if (MSG_READ(result, m, &res) || parts_count(res.parts) != m->n_fds) return;
	a = jobs_find_attempt(&s->jobs, &res.at);
	if (!a || a->phase == PHASE_ATTEST || !(res.parts & PART_RECORD)) return;
	e = jobs_recorded(&s->jobs, a, &res, m->fds);
	if (e) {
		/* Not durable, so it has not happened: another attempt when there is room. */
		log_event(LOG_ERROR, "store.cannot-record", "error=%s", err_name(e));
		jobs_requeue(&s->jobs, a, "not-recorded", true, clock_wall_ms());
		return;
	}
	a->record = message_fd(m, 0);
	a->recorded_ms = a->next_ask_ms = clock_mono_us() / 1000;
	if (!s->attest_ready)
		snprintf(a->waiting_for, sizeof a->waiting_for,
			"the guest agent has not answered yet");
}

static void job_refused(struct store *s, struct message *m)
{
	struct msg_refused ref = {0};
	struct active *a;

	if (MSG_READ(refused, m, &ref)) return;
	a = jobs_find_attempt(&s->jobs, &ref.at);
	if (!a) return;
	log_event(LOG_INFO, "job.refused", "code=%s", err_name(ref.refusal.code));
	if (jobs_failed(&s->jobs, a, &ref.refusal, clock_wall_ms()))
		jobs_requeue(&s->jobs, a, "not-recorded", true, clock_wall_ms());
}

static void job_phase(struct store *s, struct message *m)
{
	struct msg_phase phase = {0};
	struct active *a;

	if (MSG_READ(phase, m, &phase)) return;
	a = jobs_find_attempt(&s->jobs, &phase.at);
	if (a && a->phase != PHASE_ATTEST) a->phase = phase.phase;
}

static void job_crashed(struct store *s, struct message *m)
{
	struct msg_attempt at = {0};
	struct active *a;

	if (MSG_READ(attempt, m, &at)) return;
	a = jobs_find_attempt(&s->jobs, &at);
	if (a) jobs_requeue(&s->jobs, a, "worker-died", true, clock_wall_ms());
}

void store_from_runner(struct store *s, struct message *m)
{
	switch (m->type) {
	case MSG_RUNNER: runner_hello(s, m); break;
	case MSG_PHASE: job_phase(s, m); break;
	case MSG_RESULT: job_result(s, m); break;
	case MSG_REFUSED: job_refused(s, m); break;
	case MSG_CRASHED: job_crashed(s, m); break;
	default: log_event(LOG_ERROR, "store.odd-message", "from=runner type=%u", m->type);
	}
}

/* The runner is gone: what it worked on runs again. */
void store_runner_gone(struct store *s)
{
	uint32_t i;

	chan_drop(&s->runner);
	s->slots = 0;
	fd_close(&s->runner_info);
	for (i = 0; i < s->jobs.max; i++) {
		struct active *a = &s->jobs.list[i];

		if (a->seq && a->state == JOB_RUNNING && a->phase != PHASE_ATTEST)
			jobs_requeue(&s->jobs, a, s->stopping ? "orderly-stop" : "runner-died",
				!s->stopping, clock_wall_ms());
	}
}

/* ---- messages from attest -------------------------------------------------- */

static void attest_hello(struct store *s, struct message *m)
{
	struct msg_attester hello = {0};

	if (MSG_READ(attester, m, &hello)) return;
	s->attest_ready = hello.ready;
	s->tee = hello.tee;
	fd_close(&s->attest_info);
	s->attest_info = message_fd(m, 0);
}

static void job_signed(struct store *s, struct message *m)
{
	struct msg_evidence ev = {0};
	struct active *a;
	enum err e;

	if (MSG_READ(evidence, m, &ev) || parts_count(ev.parts) != m->n_fds) return;
	a = jobs_find_attempt(&s->jobs, &ev.at);
	if (!a || !a->asked) return;
	if (!(ev.parts & PART_STATEMENT) || ev.signature.n == 0) return;
	e = jobs_signed(&s->jobs, a, &ev, m->fds, clock_wall_ms());
	if (!e) return;
	/* The same record may be signed again: same key, same bytes (C28). */
	log_event(LOG_ERROR, "store.cannot-complete", "error=%s", err_name(e));
	a->asked = false;
	a->next_ask_ms = clock_mono_us() / 1000 + LIMIT_AGENT_RETRY_MAX_MS;
	snprintf(a->waiting_for, sizeof a->waiting_for, "the result cannot be stored: %s",
		err_text(e));
}

static void job_retry(struct store *s, struct message *m)
{
	struct msg_retry retry = {0};
	struct active *a;
	int64_t pause;

	if (MSG_READ(retry, m, &retry)) return;
	a = jobs_find_attempt(&s->jobs, &retry.at);
	if (!a || !a->asked) return;
	a->asked = false;
	pause = (int64_t)LIMIT_AGENT_RETRY_MIN_MS << (a->asks < 8 ? a->asks - 1 : 7);
	if (pause > LIMIT_AGENT_RETRY_MAX_MS) pause = LIMIT_AGENT_RETRY_MAX_MS;
	a->next_ask_ms = clock_mono_us() / 1000 + pause;
	slice_text(a->waiting_for, sizeof a->waiting_for,
		slice_sub(retry.text, 0, sizeof a->waiting_for - 1));
}

void store_from_attest(struct store *s, struct message *m)
{
	switch (m->type) {
	case MSG_ATTESTER: attest_hello(s, m); break;
	case MSG_SIGNED: job_signed(s, m); break;
	case MSG_RETRY: job_retry(s, m); break;
	case MSG_QUOTED:
		s->identity_busy = false;
		chan_send(&s->http, MSG_IDENTITY_IS, m->id, message_body(m), m->fds, m->n_fds);
		break;
	default: log_event(LOG_ERROR, "store.odd-message", "from=attest type=%u", m->type);
	}
}

void store_attest_gone(struct store *s)
{
	uint32_t i;

	chan_drop(&s->attest);
	s->attest_ready = s->identity_busy = false;
	for (i = 0; i < s->jobs.max; i++)
		s->jobs.list[i].asked = false;
}
