/* SPDX-License-Identifier: MIT */
/* HTTP/1.1 requests and answers. Runs in the simulator; pure. */
#include "http.h"

#include "base/clock.h"
#include "base/num.h"

/* Bytes that the fault short-body keeps back and wrong-content-length denies. */
#define MISSING_BYTES 16
/* Size of the chunks of the fault chunked. */
#define CHUNK_BYTES 1000

/* What the head says about the body. */
struct framing {
	bool chunked, has_length;
	uint64_t length;
};

static struct slice take_line(struct slice *rest)
{
	struct slice line = slice_split(rest, '\n');

	if (slice_ends(line, "\r")) line.n--;
	return line;
}

static enum err read_header(struct slice line, struct http_request *q, struct framing *f)
{
	struct slice value = line, name = slice_split(&value, ':');

	value = slice_trim(value);
	if (name.n == 0 || name.n == line.n || slice_trim(name).n != name.n) return E_FORMAT;
	if (slice_is_nocase(name, "content-type")) q->r.content_type = value;
	if (slice_is_nocase(name, "accept")) q->r.accept = value;
	if (slice_is_nocase(name, "connection") && slice_is_nocase(value, "close"))
		q->keep_alive = false;
	if (slice_is_nocase(name, "connection") && slice_is_nocase(value, "keep-alive"))
		q->keep_alive = true;
	if (slice_is_nocase(name, "expect"))
		q->expects_continue = slice_is_nocase(value, "100-continue");
	if (slice_is_nocase(name, "transfer-encoding")) {
		if (!slice_is_nocase(value, "chunked")) return E_FORMAT;
		f->chunked = true;
	}
	if (slice_is_nocase(name, "content-length")) {
		if (f->has_length || parse_u64(value, INT64_MAX, &f->length)) return E_FORMAT;
		f->has_length = true;
	}
	return E_OK;
}

static enum err read_head(struct slice head, struct http_request *q, struct framing *f)
{
	struct slice line = take_line(&head), target;
	enum err e = E_OK;

	q->r.method = slice_split(&line, ' ');
	target = slice_split(&line, ' ');
	if (!slice_is(line, "HTTP/1.1") && !slice_is(line, "HTTP/1.0")) return E_FORMAT;
	if (q->r.method.n == 0 || target.n == 0 || target.p[0] != '/') return E_FORMAT;
	q->keep_alive = slice_is(line, "HTTP/1.1");
	q->r.path = slice_split(&target, '?');
	q->r.query = target;
	while (head.n && !e)
		e = read_header(take_line(&head), q, f);
	if (f->chunked && f->has_length) e = E_FORMAT;
	return e;
}

/*
 * Walks over a chunked body: E_AGAIN until its last byte is there. Copies the
 * content when body is not NULL.
 */
static enum err read_chunks(struct slice in, struct buf *body, size_t *used)
{
	struct slice rest = in, line;
	uint64_t total = 0, size;
	size_t i;

	do {
		if (slice_find(rest, 0, '\n') == rest.n) return E_AGAIN;
		line = take_line(&rest);
		line = slice_trim(slice_split(&line, ';'));
		if (line.n == 0 || line.n > 8) return E_FORMAT;
		for (size = 0, i = 0; i < line.n; i++) {
			int d = hex_digit(line.p[i]);

			if (d < 0) return E_FORMAT;
			size = size << 4 | (unsigned)d;
		}
		total += size;
		if (total > AGENT_BODY_MAX) return E_TOO_LARGE;
		if (size == 0) break;
		if (rest.n < size + 2) return E_AGAIN;
		if (body) buf_put(body, slice_sub(rest, 0, size));
		rest = slice_from(rest, size);
		if (take_line(&rest).n != 0) return E_FORMAT;
	} while (true);
	/* Trailer lines up to an empty one. */
	do {
		if (slice_find(rest, 0, '\n') == rest.n) return E_AGAIN;
		line = take_line(&rest);
	} while (line.n);
	*used = in.n - rest.n;
	return E_OK;
}

enum err http_parse(struct slice in, struct buf *body, struct http_request *out)
{
	size_t end = slice_search(in, 0, SLICE("\r\n\r\n"));
	struct framing f = {false, false, 0};
	struct slice behind;
	size_t used = 0;
	enum err e;

	*out = (struct http_request){.used = 0};
	if (end == in.n || end > HTTP_HEAD_MAX) return in.n > HTTP_HEAD_MAX ? E_RANGE : E_AGAIN;
	e = read_head(slice_sub(in, 0, end + 2), out, &f);
	if (e) return e;
	behind = slice_from(in, end + 4);
	out->used = end + 4;
	if (f.chunked) {
		buf_reset(body);
		e = read_chunks(behind, NULL, &used);
		if (!e) e = read_chunks(behind, body, &used);
		out->r.body = buf_slice(body);
		if (!e) e = body->err;
	} else {
		if (f.length > AGENT_BODY_MAX) e = E_TOO_LARGE;
		if (!e && behind.n < f.length) e = E_AGAIN;
		used = (size_t)f.length;
		out->r.body = slice_sub(behind, 0, used);
	}
	if (!e) out->used += used;
	return e;
}

static const char *reason_of(unsigned status)
{
	switch (status) {
	case 200: return "OK";
	case 400: return "Bad Request";
	case 404: return "Not Found";
	case 413: return "Content Too Large";
	case 431: return "Request Header Fields Too Large";
	case 500: return "Internal Server Error";
	default: return "Service Unavailable";
	}
}

/* IMF-fixdate of RFC 9110 5.6.7. */
static void put_date(struct buf *out, int64_t now)
{
	static const char *const day[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
	static const char month[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char iso[ISO_LEN];
	struct slice s = slice_str(clock_iso(iso, now * 1000));
	uint64_t m = 1;

	if (s.n != ISO_LEN - 1 || now < 0) return;
	/* "2026-11-20T09:00:00.000Z"; a month below ten keeps its zero out of the parser's way. */
	parse_u64(s.p[5] == '0' ? slice_sub(s, 6, 1) : slice_sub(s, 5, 2), 12, &m);
	buf_fmt(out, "date: %s, %.2s %.3s %.4s %.8s GMT\r\n", day[now / 86400 % 7], iso + 8,
		month + 3 * (m - 1), iso, iso + 11);
}

static void put_head(struct buf *out, unsigned status, const char *type, const char *framing,
	const struct http_send *send)
{
	buf_fmt(out, "HTTP/1.1 %u %s\r\n", status, reason_of(status));
	buf_fmt(out, "content-type: %s\r\n", type);
	buf_str(out, "server: dstack Simulator NOT-A-TEE\r\n"
		     "x-content-type-options: nosniff\r\n"
		     "permissions-policy: interest-cohort=()\r\n"
		     "x-frame-options: SAMEORIGIN\r\n");
	buf_str(out, framing);
	if (!send->keep_alive) buf_str(out, "connection: close\r\n");
	put_date(out, send->now);
	buf_str(out, "\r\n");
}

static void put_chunks(struct buf *out, struct slice body)
{
	while (body.n) {
		struct slice piece = slice_sub(body, 0, CHUNK_BYTES);

		buf_fmt(out, "%zx\r\n", piece.n);
		buf_put(out, piece);
		buf_str(out, "\r\n");
		body = slice_from(body, piece.n);
	}
	buf_str(out, "0\r\n\r\n");
}

void http_write(struct buf *out, const struct answer *a, const struct http_send *send, bool *stall,
	bool *end)
{
	struct slice body = buf_slice(&a->body);
	size_t missing = body.n < MISSING_BYTES ? body.n : MISSING_BYTES, stated = body.n;
	char framing[64];
	struct buf f = buf_on(framing, sizeof framing);

	*stall = *end = false;
	if (a->faults & BIT(FAULT_WRONG_LENGTH)) stated -= missing;
	if (a->faults & BIT(FAULT_CHUNKED))
		buf_str(&f, "transfer-encoding: chunked\r\n");
	else
		buf_fmt(&f, "content-length: %zu\r\n", stated);
	put_head(out, a->status, a->content_type, buf_text(&f), send);
	if (a->faults & BIT(FAULT_CLOSE_MID_BODY)) {
		buf_put(out, slice_sub(body, 0, body.n / 2));
		*end = true;
	} else if (a->faults & BIT(FAULT_SHORT_BODY)) {
		buf_put(out, slice_sub(body, 0, body.n - missing));
		*stall = true;
	} else if (a->faults & BIT(FAULT_CHUNKED)) {
		put_chunks(out, body);
	} else {
		buf_put(out, body);
	}
}

void http_refuse(struct buf *out, unsigned status, int64_t now)
{
	struct http_send send = {.keep_alive = false, .now = now};

	put_head(out, status, "text/plain", "content-length: 0\r\n", &send);
}
