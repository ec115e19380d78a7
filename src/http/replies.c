/* SPDX-License-Identifier: MIT */
/*
 * Store's answers, made into answers for clients (specs/skills.md 3.2). Runs in
 * http; a message that does not fit what the connection waits for is dropped.
 */
#include <string.h>

#include "base/clock.h"
#include "base/json_write.h"
#include "base/log.h"
#include "base/version.h"
#include "http/render.h"
#include "http/server.h"
#include "proc/memfd.h"

#define JSON_TYPE "application/json; charset=utf-8"

/* The memory of an answer: a bundle is the largest. */
static struct buf body_buf(void)
{
	return buf_heap(LIMIT_BUNDLE_BYTES);
}

static void answer_json(
	struct server *s, struct conn *c, unsigned status, struct buf *body, enum err e)
{
	struct answer_head h = {.status = status, .type = JSON_TYPE};

	if (e)
		answer_error(s, c, E_INTERNAL, NULL);
	else
		answer(s, c, &h, buf_slice(body));
	buf_drop(body);
}

static void map_parts(struct message *m, uint32_t have, struct parts *p)
{
	unsigned bit, n = 0;

	memset(p, 0, sizeof *p);
	for (bit = 0; bit < PART_COUNT; bit++) {
		if (!(have >> bit & 1)) continue;
		if (n < m->n_fds &&
			map_sealed(m->fds[n], LIMIT_BUNDLE_BYTES, &p->part[bit]) == E_OK)
			p->have |= 1U << bit;
		n++;
	}
}

static void unmap_parts(struct parts *p)
{
	unsigned bit;

	for (bit = 0; bit < PART_COUNT; bit++)
		map_drop(&p->part[bit]);
}

/* Answers that never change once a job is completed. */
static void answer_immutable(
	struct server *s, struct conn *c, const struct msg_job *job, const struct parts *p)
{
	struct answer_head h = {.status = 200, .type = JSON_TYPE, .immutable = true};
	uint8_t tag_mem[2 * SHA256_LEN], name_mem[160], more_mem[256], digest[SHA256_LEN];
	struct buf tag = buf_on(tag_mem, sizeof tag_mem), name = buf_on(name_mem, sizeof name_mem),
		   more = buf_on(more_mem, sizeof more_mem), body = body_buf();
	enum err e = E_OK;

	sha256(part_of(p, PART_STATEMENT), digest);
	/* The tag names the statement; other formats of it are other answers. */
	buf_hex(&tag, slice_of(digest, 31));
	buf_hex(&tag, slice_of((uint8_t[]){(uint8_t)c->want}, 1));
	h.etag = buf_slice(&tag);
	if (answer_not_modified(s, c, h.etag)) return;
	switch (c->want) {
	case WANT_BUNDLE:
		h.type = "application/vnd.skill-verifier.attestation+json";
		e = render_bundle_name(&name, c->job_id, p);
		buf_fmt(&more, "Content-Disposition: attachment; filename=\"%s\"\r\n",
			buf_text(&name));
		h.more = buf_text(&more);
		if (!e) e = render_bundle(&body, &job->job, p);
		break;
	case WANT_DSSE:
		h.type = "application/vnd.dsse.envelope.v1+json";
		e = render_envelope(&body, &job->job, p);
		break;
	case WANT_STATEMENT:
		h.type = "application/vnd.in-toto+json";
		buf_put(&body, part_of(p, PART_STATEMENT));
		break;
	case WANT_QUOTE_BYTES:
		h.type = "application/octet-stream";
		buf_put(&body, part_of(p, PART_QUOTE));
		break;
	default: e = render_attestation(&body, c->job_id, &job->job, p);
	}
	if (!e) e = body.err;
	if (e)
		answer_error(s, c, E_INTERNAL, NULL);
	else
		answer(s, c, &h, buf_slice(&body));
	buf_drop(&body);
}

static void job_answer(struct server *s, struct conn *c, struct message *m)
{
	struct msg_job job = {0};
	struct parts p;
	struct buf body;

	if (MSG_READ(job, m, &job)) {
		answer_error(s, c, E_INTERNAL, NULL);
		return;
	}
	if (job.code) {
		answer_error(s, c, (enum err)job.code, NULL);
		return;
	}
	map_parts(m, job.parts, &p);
	if (c->want == WANT_STATUS) {
		body = body_buf();
		answer_json(s, c, 200, &body, render_job(&body, c->job_id, &job.job, &p));
	} else if (job.job.state == JOB_FAILED && c->want != WANT_ATTESTATION) {
		/* C29 */
		answer_error(s, c, E_NO_ATTESTATION, err_name(job.job.refusal.code));
	} else if (job.job.state != JOB_COMPLETED) {
		answer_error(s, c, E_JOB_NOT_COMPLETED, job_state_name(job.job.state));
	} else if (c->want == WANT_QUOTE_BYTES && !(p.have & PART_QUOTE)) {
		answer_error(s, c, E_NO_ATTESTATION, "this result was made without a TEE");
	} else {
		answer_immutable(s, c, &job, &p);
	}
	unmap_parts(&p);
}

static void submitted(struct server *s, struct conn *c, struct message *m)
{
	struct answer_head h = {.status = 202, .type = JSON_TYPE};
	uint8_t more_mem[96];
	struct buf body = buf_heap(2048), more = buf_on(more_mem, sizeof more_mem);
	struct jw w = jw_to(&body, false);
	uint8_t mem[64], sha[SHA256_LEN];
	struct buf url = buf_on(mem, sizeof mem);
	struct msg_submitted sub = {0};

	if (MSG_READ(submitted, m, &sub) || sub.code) {
		answer_error(s, c, sub.code ? (enum err)sub.code : E_INTERNAL, NULL);
		buf_drop(&body);
		return;
	}
	sha256_out(&c->upload->hash, sha);
	jw_object(&w);
	jw_key_hex(&w, "jobId", SLICE_OF(sub.job_id));
	jw_key_cstr(&w, "status", "pending");
	buf_str(&url, "/verify/");
	buf_hex(&url, SLICE_OF(sub.job_id));
	jw_key_str(&w, "statusUrl", buf_slice(&url));
	buf_fmt(&more, "Location: %s\r\n", buf_text(&url));
	buf_reset(&url);
	buf_str(&url, "/attestation/");
	buf_hex(&url, SLICE_OF(sub.job_id));
	jw_key_str(&w, "attestationUrl", buf_slice(&url));
	jw_key_hex(&w, "packageSha256", SLICE_OF(sha));
	jw_key_hex(&w, "deleteToken", SLICE_OF(sub.delete_token));
	jw_key_cstr(&w, "message", "Verification job created");
	jw_object_end(&w);
	h.more = buf_text(&more);
	answer(s, c, &h, buf_slice(&body));
	buf_drop(&body);
}

static void health(struct server *s, struct conn *c, struct message *m)
{
	struct buf body = buf_heap(4096);
	struct jw w = jw_to(&body, false);
	struct msg_status st = {0};
	bool ready;
	unsigned i;

	if (MSG_READ(status, m, &st)) {
		answer_error(s, c, E_INTERNAL, NULL);
		return;
	}
	ready = st.runner_up && st.storage_ok && !s->degraded && !s->stopping;
	jw_object(&w);
	jw_key_cstr(&w, "status", ready ? "ok" : "unavailable");
	jw_key_time(&w, "timestamp", clock_wall_ms());
	jw_key(&w, "jobs");
	jw_object(&w);
	jw_key_u64(&w, "total", st.jobs[0] + st.jobs[1] + st.jobs[2] + st.jobs[3]);
	for (i = 0; i < JOB_STATE_COUNT; i++)
		jw_key_u64(&w, job_state_name((uint8_t)i), st.jobs[i]);
	jw_object_end(&w);
	jw_key_bool(&w, "ready", ready);
	jw_key(&w, "reason");
	if (ready)
		jw_null(&w);
	else
		jw_cstr(&w, s->stopping      ? "the service is stopping"
			    : s->degraded    ? s->degraded_why
			    : !st.storage_ok ? "the disk is nearly full"
					     : "the runner is not ready");
	jw_key_cstr(&w, "selfTest", "ok");
	jw_key_cstr(&w, "version", SV_VERSION);
	jw_key_u64(&w, "uptimeMs", (uint64_t)(clock_mono_us() - s->boot_us) / 1000);
	jw_key(&w, "queue");
	jw_object(&w);
	jw_key_u64(&w, "depth", st.queued);
	jw_key_u64(&w, "max", st.queue_max);
	jw_key_u64(&w, "running", st.running);
	jw_key_u64(&w, "attesting", st.attesting);
	jw_object_end(&w);
	jw_key(&w, "disk");
	jw_object(&w);
	jw_key_u64(&w, "freeBytes", st.disk_free);
	jw_object_end(&w);
	jw_key_cstr(&w, "tee", st.tee ? "tdx" : "none");
	jw_key_bool(&w, "attestReady", st.attest_ready);
	jw_object_end(&w);
	answer_json(s, c, ready ? 200 : 503, &body, body.err);
}

static void info(struct server *s, struct conn *c, struct message *m)
{
	struct buf body = body_buf(), policy = buf_heap(4096);
	struct jw w = jw_to(&body, false);
	struct slice runner = SLICE_NONE, attest = SLICE_NONE;
	struct msg_info in = {0};

	if (MSG_READ(info, m, &in)) {
		answer_error(s, c, E_INTERNAL, NULL);
		return;
	}
	if (in.runner && m->n_fds > 0) map_sealed(m->fds[0], LIMIT_BUNDLE_BYTES, &runner);
	if (in.attest && m->n_fds > in.runner)
		map_sealed(m->fds[in.runner], LIMIT_BUNDLE_BYTES, &attest);
	conf_policy_json(&s->conf, &policy);
	jw_object(&w);
	jw_key_cstr(&w, "name", SV_NAME);
	jw_key_cstr(&w, "version", SV_VERSION);
	jw_key_hex(&w, "binarySha256", SLICE_OF(s->binary_sha256));
	jw_key_hex(&w, "policySha256", SLICE_OF(s->policy_sha256));
	jw_key(&w, "policy");
	jw_raw(&w, buf_slice(&policy));
	jw_key(&w, "runner");
	/* Written by our own roles with our own writer. */
	if (runner.n)
		jw_raw(&w, runner);
	else
		jw_null(&w);
	jw_key(&w, "attest");
	if (attest.n)
		jw_raw(&w, attest);
	else
		jw_null(&w);
	jw_object_end(&w);
	answer_json(s, c, 200, &body, body.err);
	buf_drop(&policy);
	map_drop(&runner);
	map_drop(&attest);
}

static void identity(struct server *s, struct conn *c, struct message *m)
{
	struct msg_evidence ev = {0};
	struct buf body;
	struct parts p;

	if (MSG_READ(evidence, m, &ev)) {
		answer_error(s, c, E_INTERNAL, NULL);
		return;
	}
	if (ev.code) {
		const char *text = NULL;

		if (ev.code == E_NOT_AVAILABLE) text = "this appliance runs without a TEE";
		if (ev.code == E_NOT_READY)
			text = "a result waits for its quote, or the guest agent does not answer";
		answer_error(s, c, (enum err)ev.code, text);
		return;
	}
	map_parts(m, ev.parts, &p);
	body = body_buf();
	answer_json(s, c, 200, &body, render_identity(&body, c->nonce, &ev, &p));
	unmap_parts(&p);
}

static void spooled(struct server *s, struct conn *c, struct message *m)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

	c->upload->fd = message_fd(m, 0);
	if (c->upload->fd < 0) {
		c->refused = c->close = true;
		answer_error(s, c, E_STORAGE_FULL, NULL);
		return;
	}
	conn_wait(c, CONN_BODY, LIMIT_HTTP_BODY_MS);
	/* A client that cannot take these few bytes now will not wait for them either. */
	if (c->expect && conn_send_now(c, slice_str(go_on)))
		log_event(LOG_DEBUG, "http.no-continue", "%s", "");
}

/* Is this the kind of answer that the connection waits for? */
static bool fits(const struct conn *c, const struct message *m)
{
	switch (m->type) {
	case MSG_SPOOLED: return c->state == CONN_SPOOL;
	case MSG_SUBMITTED: return c->want == WANT_SUBMIT && c->upload;
	case MSG_JOB: return c->want >= WANT_STATUS && c->want <= WANT_QUOTE_BYTES;
	case MSG_STATUS_IS: return c->want == WANT_HEALTH;
	case MSG_INFO_IS: return c->want == WANT_INFO;
	case MSG_IDENTITY_IS: return c->want == WANT_IDENTITY;
	default: return false;
	}
}

void replies_message(struct server *s, struct message *m)
{
	struct conn *c = conn_by_id(s, m->id);

	if (!c || (c->state != CONN_STORE && c->state != CONN_SPOOL)) return;
	if (!fits(c, m)) {
		log_event(LOG_ERROR, "http.odd-message", "type=%u", m->type);
		return;
	}
	switch (m->type) {
	case MSG_SPOOLED: spooled(s, c, m); break;
	case MSG_SUBMITTED: submitted(s, c, m); break;
	case MSG_JOB: job_answer(s, c, m); break;
	case MSG_STATUS_IS: health(s, c, m); break;
	case MSG_INFO_IS: info(s, c, m); break;
	default: identity(s, c, m);
	}
	conn_drive(s, c);
}
