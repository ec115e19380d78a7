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
