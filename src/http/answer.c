/* SPDX-License-Identifier: MIT */
/* Answers: status, header fields, errors. Runs in http. */
#include <string.h>

#include "base/json_write.h"
#include "http/server.h"

/* Head of an answer; the body comes on top. */
#define HEAD_BYTES 2048

static const char *phrase(unsigned status)
{
	switch (status) {
	case 200: return "OK";
	case 202: return "Accepted";
	case 204: return "No Content";
	case 303: return "See Other";
	case 304: return "Not Modified";
	case 400: return "Bad Request";
	case 401: return "Unauthorized";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 408: return "Request Timeout";
	case 410: return "Gone";
	case 411: return "Length Required";
	case 413: return "Content Too Large";
	case 414: return "URI Too Long";
	case 415: return "Unsupported Media Type";
	case 429: return "Too Many Requests";
	case 431: return "Request Header Fields Too Large";
	case 500: return "Internal Server Error";
	case 503: return "Service Unavailable";
	case 507: return "Insufficient Storage";
	default: return "";
	}
}

/* HTTP status of a code. */
static unsigned answer_status(enum err e)
{
	switch (e) {
	case E_NOT_FOUND:
	case E_JOB_NOT_FOUND:
	case E_NO_ATTESTATION:
	case E_NOT_AVAILABLE: return 404;
	case E_METHOD_NOT_ALLOWED: return 405;
	case E_REQUEST_TIMEOUT: return 408;
	case E_GONE: return 410;
	case E_LENGTH_REQUIRED: return 411;
	case E_PKG_TOO_LARGE: return 413;
	case E_URI_TOO_LONG: return 414;
	case E_PKG_FORMAT:
	case E_UNSUPPORTED_MEDIA: return 415;
	case E_RATE_LIMITED:
	case E_QUEUE_FULL: return 429;
	case E_HEADER_TOO_LARGE: return 431;
	case E_UNAUTHORIZED: return 401;
	case E_FORBIDDEN: return 403;
	case E_INTERNAL:
	case E_NO_MEMORY: return 500;
	case E_TOO_MANY_CONNECTIONS:
	case E_DRAINING:
	case E_NOT_READY: return 503;
	case E_STORAGE_FULL: return 507;
	default: return 400;
	}
}

static void put_head(struct server *s, struct conn *c, const struct answer_head *h, size_t length)
{
	bool close = c->close || s->stopping || c->requests + 1 >= LIMIT_HTTP_REQUESTS;

	buf_fmt(&c->out, "HTTP/1.1 %u %s\r\n", h->status, phrase(h->status));
	if (h->type) buf_fmt(&c->out, "Content-Type: %s\r\n", h->type);
	if (h->status != 204 && h->status != 304)
		buf_fmt(&c->out, "Content-Length: %zu\r\n", length);
	buf_fmt(&c->out, "Connection: %s\r\n", close ? "close" : "keep-alive");
	if (h->etag.n) {
		buf_str(&c->out, "ETag: \"");
		buf_put(&c->out, h->etag);
		buf_str(&c->out, "\"\r\n");
	}
	buf_str(&c->out, h->immutable ? "Cache-Control: public, max-age=31536000, immutable\r\n"
				      : "Cache-Control: no-store\r\n");
	buf_str(&c->out, "X-Content-Type-Options: nosniff\r\n"
			 "Access-Control-Allow-Origin: *\r\n"
			 "Access-Control-Allow-Headers: Content-Type, Authorization\r\n"
			 "Access-Control-Allow-Methods: GET, POST, DELETE\r\n");
	if (h->more) buf_str(&c->out, h->more);
	buf_str(&c->out, "\r\n");
	c->close = close;
}

void answer(struct server *s, struct conn *c, const struct answer_head *h, struct slice body)
{
	c->out = buf_heap(body.n + HEAD_BYTES);
	c->sent = 0;
	put_head(s, c, h, body.n);
	if (!c->head_only && h->status != 304) buf_put(&c->out, body);
	c->state = CONN_WRITE;
}

void answer_error(struct server *s, struct conn *c, enum err e, const char *detail)
{
	uint8_t mem[1024];
	struct buf b = buf_on(mem, sizeof mem);
	struct jw w = jw_to(&b, false);
	struct answer_head h = {
		.status = answer_status(e),
		.type = "application/json; charset=utf-8",
	};

	if (e == E_QUEUE_FULL || e == E_STORAGE_FULL || e == E_NOT_READY || e == E_DRAINING)
		h.more = "Retry-After: 5\r\n";
	if (e == E_RATE_LIMITED) h.more = "Retry-After: 2\r\n";
	if (e == E_METHOD_NOT_ALLOWED) h.more = detail;
	jw_object(&w);
	jw_key_cstr(&w, "error", err_text(e));
	jw_key_cstr(&w, "errorCode", err_name(e));
	jw_key(&w, "detail");
	jw_object(&w);
	if (detail && detail[0] && e != E_METHOD_NOT_ALLOWED) jw_key_cstr(&w, "reason", detail);
	jw_object_end(&w);
	jw_object_end(&w);
	answer(s, c, &h, buf_slice(&b));
}

bool answer_not_modified(struct server *s, struct conn *c, struct slice etag)
{
	struct answer_head h = {.status = 304, .immutable = true, .etag = etag};
	struct slice list = slice_str(c->etag);

	while (list.n) {
		struct slice tag = slice_trim(slice_split(&list, ','));

		if (slice_starts(tag, "W/")) tag = slice_from(tag, 2);
		if (!slice_is(tag, "*") &&
			!(tag.n == etag.n + 2 && slice_eq(slice_sub(tag, 1, etag.n), etag)))
			continue;
		answer(s, c, &h, SLICE_NONE);
		return true;
	}
	return false;
}
