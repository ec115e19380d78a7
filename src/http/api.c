/* SPDX-License-Identifier: MIT */
/*
 * The HTTP API: which path means what, what store is asked, and how its answer
 * is given back (specs/skills.md 3.2). Runs in http.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/json_write.h"
#include "base/log.h"
#include "base/num.h"
#include "base/version.h"
#include "http/render.h"
#include "http/server.h"

#define JSON_TYPE "application/json; charset=utf-8"
#define STORE_MS  30000
/* A multipart body may be larger than the package in it by its headers. */
#define MULTIPART_EXTRA (64 * KIB)

/* Parts that each answer is made of; at most CHAN_FDS of them. */
#define PARTS_STATUS                                                                               \
	(PART_RECORD | PART_SETUP_OUT | PART_SETUP_ERR | PART_STDOUT | PART_STDERR |               \
		PART_STATEMENT | PART_QUOTE | PART_EVENTS)
#define PARTS_ATTESTATION (PART_RECORD | PART_STATEMENT | PART_QUOTE | PART_EVENTS)
#define PARTS_BUNDLE                                                                               \
	(PART_RECORD | PART_FILES | PART_STATEMENT | PART_QUOTE | PART_EVENTS | PART_COMPOSE |     \
		PART_VM)

/* ---- asking store ------------------------------------------------------------ */

static void ask(struct server *s, struct conn *c, enum want want, uint16_t type, struct slice body)
{
	c->want = want;
	if (chan_send(&s->store, type, conn_id(s, c), body, NULL, 0))
		answer_error(s, c, E_NOT_READY, "the store is starting");
}

static void ask_job(struct server *s, struct conn *c, enum want want, uint32_t parts)
{
	struct msg_get m = {.parts = parts};

	memcpy(m.job_id, c->job_id, JOB_ID_LEN);
	c->want = want;
	if (MSG_SEND(&s->store, MSG_GET, conn_id(s, c), get, &m, NULL, 0))
		answer_error(s, c, E_NOT_READY, "the store is starting");
}

/* 64 hex digits, not all zero (C7). */
static enum err read_nonce(struct slice text, uint8_t out[NONCE_LEN])
{
	static const uint8_t zero[NONCE_LEN];

	if (hex_exact(text, out, NONCE_LEN) || memcmp(out, zero, NONCE_LEN) == 0)
		return E_NONCE_INVALID;
	return E_OK;
}

/* ---- GET --------------------------------------------------------------------- */

static void get_quote(struct server *s, struct conn *c, const struct request *r)
{
	struct slice nonce = request_param(r, "nonce");
	struct msg_identity m = {0};

	if (!nonce.p || read_nonce(nonce, m.nonce)) {
		answer_error(s, c, E_NONCE_INVALID, NULL);
		return;
	}
	memcpy(c->nonce, m.nonce, NONCE_LEN);
	c->want = WANT_IDENTITY;
	if (MSG_SEND(&s->store, MSG_IDENTITY, conn_id(s, c), identity, &m, NULL, 0))
		answer_error(s, c, E_NOT_READY, "the store is starting");
}

/* A job id in a path: exactly 32 hex digits. */
static bool read_job_id(struct slice text, struct conn *c)
{
	return hex_exact(text, c->job_id, JOB_ID_LEN) == E_OK;
}

static void get_bundle(struct server *s, struct conn *c, const struct request *r, struct slice id)
{
	struct slice format = request_param(r, "format");

	if (!read_job_id(id, c))
		answer_error(s, c, E_JOB_NOT_FOUND, NULL);
	else if (request_param(r, "nonce").p)
		answer_error(
			s, c, E_NOT_AVAILABLE, "a statement is quoted once, under its own nonce");
	else if (!format.p)
		ask_job(s, c, WANT_BUNDLE, PARTS_BUNDLE);
	else if (slice_is(format, "dsse"))
		ask_job(s, c, WANT_DSSE, PART_STATEMENT);
	else if (slice_is(format, "statement"))
		ask_job(s, c, WANT_STATEMENT, PART_STATEMENT);
	else if (slice_is(format, "quote"))
		ask_job(s, c, WANT_QUOTE_BYTES, PART_QUOTE);
	else
		answer_error(s, c, E_NOT_AVAILABLE, "format is dsse, statement or quote");
}

static void get_verify(struct server *s, struct conn *c, struct slice rest)
{
	struct slice id = slice_split(&rest, '/');

	if (!read_job_id(id, c))
		answer_error(s, c, E_JOB_NOT_FOUND, NULL);
	else if (rest.n == 0 && rest.p == NULL)
		ask_job(s, c, WANT_STATUS, PARTS_STATUS);
	else if (slice_is(rest, "attestation"))
		ask_job(s, c, WANT_ATTESTATION, PARTS_ATTESTATION);
	else
		answer_error(s, c, E_NOT_FOUND, NULL);
}

/* Paths that answer GET; each is followed by its handler in get(). */
static bool is_get_path(struct slice path)
{
	return slice_is(path, "/health") || slice_is(path, "/info") || slice_is(path, "/quote") ||
	       slice_starts(path, "/verify/") || slice_starts(path, "/attestation/");
}

static void get(struct server *s, struct conn *c, const struct request *r)
{
	if (slice_is(r->path, "/health"))
		ask(s, c, WANT_HEALTH, MSG_STATUS, SLICE_NONE);
	else if (slice_is(r->path, "/info"))
		ask(s, c, WANT_INFO, MSG_INFO, SLICE_NONE);
	else if (slice_is(r->path, "/quote"))
		get_quote(s, c, r);
	else if (slice_starts(r->path, "/verify/"))
		get_verify(s, c, slice_from(r->path, sizeof "/verify/" - 1));
	else if (slice_starts(r->path, "/attestation/"))
		get_bundle(s, c, r, slice_from(r->path, sizeof "/attestation/" - 1));
	else if (slice_is(r->path, "/verify"))
		answer_error(s, c, E_METHOD_NOT_ALLOWED, "Allow: POST, OPTIONS\r\n");
	else
		answer_error(s, c, E_NOT_FOUND, NULL);
}

/* ---- POST /verify -------------------------------------------------------------- */

/* How the body of this type carries a package. */
static enum err body_kind(struct slice type, bool *multipart)
{
	static const char *const raw[] = {"application/gzip", "application/x-gzip",
		"application/x-tar", "application/zip", "application/zstd",
		"application/octet-stream", "text/markdown"};
	struct slice rest = type, name = slice_trim(slice_split(&rest, ';'));
	unsigned i;

	*multipart = slice_is_nocase(name, "multipart/form-data");
	if (*multipart) return E_OK;
	for (i = 0; i < sizeof raw / sizeof *raw; i++)
		if (slice_is_nocase(name, raw[i])) return E_OK;
	return E_UNSUPPORTED_MEDIA;
}

static enum err start_upload(struct server *s, struct conn *c, const struct request *r)
{
	struct upload *u;
	bool multipart;
	uint64_t max = LIMIT_PACKAGE_BYTES;
	struct slice nonce = request_param(r, "nonce");
	enum err e = body_kind(r->content_type, &multipart);

	if (e) return e;
	if (!r->has_length && !r->chunked) return E_LENGTH_REQUIRED;
	if (r->has_length && r->length == 0) return E_NO_PACKAGE;
	if (multipart) max += MULTIPART_EXTRA;
	if (r->has_length && r->length > max) return E_PKG_TOO_LARGE;
	if (s->n_uploads >= LIMIT_UPLOADS) return E_TOO_MANY_CONNECTIONS;
	u = calloc(1, sizeof *u);
	if (!u) return E_NO_MEMORY;
	u->fd = -1;
	c->upload = u;
	s->n_uploads++;
	sha256_init(&u->hash);
	if (r->chunked)
		framing_chunked(&u->framing, max);
	else
		framing_length(&u->framing, r->length, max);
	if (nonce.p) {
		e = read_nonce(nonce, u->nonce);
		u->has_nonce = true;
	}
	if (!e && multipart) {
		u->multipart = calloc(1, sizeof *u->multipart);
		e = u->multipart ? multipart_start(u->multipart, r->content_type) : E_NO_MEMORY;
	}
	return e;
}

static void post_verify(struct server *s, struct conn *c, const struct request *r)
{
	enum err e = s->stopping ? E_DRAINING : start_upload(s, c, r);

	if (!e && chan_send(&s->store, MSG_SPOOL, conn_id(s, c), SLICE_NONE, NULL, 0))
		e = E_NOT_READY;
	if (e) {
		/* The body is not read: what follows in the stream is not a request. */
		c->refused = c->close = true;
		answer_error(s, c, e, NULL);
		return;
	}
	c->expect = r->expect_continue;
	conn_wait(c, CONN_SPOOL, STORE_MS);
}

/* The first bytes of every kind of package that we take (C49). */
static bool looks_like_package(const struct upload *u)
{
	static const uint8_t zeros[512];
	struct slice b =
		slice_of(u->first, u->size < sizeof u->first ? (size_t)u->size : sizeof u->first);
	struct slice text = b;

	/* Too short to tell: the unpack process says what is wrong with it. */
	if (b.n < sizeof u->first) return true;
	if (slice_starts(text, "\xef\xbb\xbf")) text = slice_from(text, 3);
	return slice_starts(b, "\x1f\x8b") || slice_starts(b, "PK\x03\x04") ||
	       slice_starts(b, "PK\x05\x06") || slice_starts(b, "\x28\xb5\x2f\xfd") ||
	       slice_is(slice_sub(b, 257, 5), "ustar") || slice_starts(text, "---") ||
	       slice_eq(b, SLICE_OF(zeros));
}

void api_uploaded(struct server *s, struct conn *c)
{
	struct upload *u = c->upload;
	struct msg_submit m = {.size = u->size};
	enum err e = u->multipart ? multipart_end(u->multipart) : E_OK;

	if (!e && u->multipart && u->multipart->has_nonce) {
		e = u->has_nonce ? E_NONCE_INVALID
				 : read_nonce(slice_str(u->multipart->nonce), u->nonce);
		u->has_nonce = true;
	}
	if (!e && u->size == 0) e = E_NO_PACKAGE;
	if (!e && !looks_like_package(u)) e = E_PKG_FORMAT;
	m.has_nonce = u->has_nonce;
	memcpy(m.nonce, u->nonce, NONCE_LEN);
	sha256_out(&u->hash, m.sha256);
	c->want = WANT_SUBMIT;
	conn_wait(c, CONN_STORE, STORE_MS);
	if (!e && MSG_SEND(&s->store, MSG_SUBMIT, conn_id(s, c), submit, &m, &u->fd, 1))
		e = E_NOT_READY;
	if (e) answer_error(s, c, e, NULL);
}

/* ---- dispatch ------------------------------------------------------------------ */

static void options(struct server *s, struct conn *c)
{
	struct answer_head h = {.status = 204, .more = "Allow: GET, HEAD, POST, OPTIONS\r\n"};

	answer(s, c, &h, SLICE_NONE);
}

void api_request(struct server *s, struct conn *c, const struct request *r)
{
	bool verify = slice_is(r->path, "/verify");

	if (r->method == METHOD_POST && verify) {
		post_verify(s, c, r);
		return;
	}
	/* Nothing else has a body; one that comes is not read, so the stream ends here. */
	if (r->chunked || (r->has_length && r->length > 0)) c->refused = c->close = true;
	if (r->method == METHOD_GET || r->method == METHOD_HEAD)
		get(s, c, r);
	else if (r->method == METHOD_OPTIONS)
		options(s, c);
	else if (verify)
		answer_error(s, c, E_METHOD_NOT_ALLOWED, "Allow: POST, OPTIONS\r\n");
	else if (is_get_path(r->path))
		answer_error(s, c, E_METHOD_NOT_ALLOWED, "Allow: GET, HEAD, OPTIONS\r\n");
	else
		answer_error(s, c, E_NOT_FOUND, NULL);
}

/* ---- store's answers ------------------------------------------------------------ */

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

void api_message(struct server *s, struct message *m)
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
