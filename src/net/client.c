/* SPDX-License-Identifier: MIT */
/* One request. Runs on the command line. */
#include "net/client.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/tls.h"

#define READ_STEP    16384
#define REQUEST_ROOM (LIMIT_URL_BYTES + 1024)

/* One request on its way. */
struct flight {
	struct dial dial;
	struct tls *tls; /* NULL: plain */
};

static enum err load_anchors(struct client *c, struct why *why)
{
	if (c->anchors.n) return E_OK;
	return anchors_load(c->ca_file, &c->anchors, why);
}

static void put_request(struct buf *b, const struct call *call)
{
	buf_str(b, call->body.p ? "POST " : "GET ");
	buf_str(b, call->url->target);
	buf_str(b, " HTTP/1.1\r\nHost: ");
	url_put_host(b, call->url);
	buf_str(b, "\r\nUser-Agent: skill-verifier\r\nAccept: */*\r\nConnection: close\r\n");
	if (call->body.p) {
		buf_str(b, "Content-Type: application/json\r\nContent-Length: ");
		buf_u64_dec(b, call->body.n);
		buf_str(b, "\r\n");
	}
	buf_str(b, "\r\n");
	buf_put(b, call->body);
}

static enum err send_all(struct flight *f, struct slice s, struct why *why)
{
	if (f->tls) return tls_write(f->tls, s, why);
	while (s.n) {
		int r = dial_write(&f->dial, s.p, s.n);

		if (r < 0) return f->dial.err;
		s = slice_from(s, (size_t)r);
	}
	return E_OK;
}

static enum err receive(struct flight *f, uint8_t *p, size_t n, size_t *got, struct why *why)
{
	int r;

	if (f->tls) return tls_read(f->tls, p, n, got, why);
	r = dial_read(&f->dial, p, n);
	if (r < 0) return f->dial.err;
	*got = (size_t)r;
	return E_OK;
}

static enum err read_answer(struct flight *f, struct response *r, struct why *why)
{
	enum err e = E_OK;

	while (!e && !response_done(r)) {
		uint8_t part[READ_STEP];
		size_t got = 0;

		e = receive(f, part, sizeof part, &got, why);
		if (!e && got == 0)
			e = why_set(why, E_CLOSED, "before the end of its answer");
		else if (!e)
			e = response_feed(r, slice_of(part, got), why);
	}
	return e;
}

static enum err exchange(struct client *c, const struct call *call, struct flight *f,
	struct response *out, struct why *why)
{
	struct buf b = buf_heap(REQUEST_ROOM + call->body.n);
	enum err e = dial_open(&f->dial, call->url, !call->url->tls && !c->plain_anywhere, why);

	if (!e && call->url->tls) {
		f->tls = malloc(sizeof *f->tls);
		e = f->tls ? tls_start(f->tls, &f->dial, &c->anchors, call->url->host, why)
			   : E_NO_MEMORY;
	}
	put_request(&b, call);
	if (!e) e = b.err;
	if (!e) e = send_all(f, buf_slice(&b), why);
	if (!e) e = read_answer(f, out, why);
	buf_drop(&b);
	return e;
}

/* Puts the server's name in front of what went wrong. */
static enum err at_server(const struct url *u, enum err e, const struct why *inner, struct why *why)
{
	char name[URL_HOST_LEN + 24];
	struct buf b = buf_on(name, sizeof name);

	url_put_host(&b, u);
	return why_set(why, e, "%s%s%s", buf_text(&b), inner->text[0] ? ": " : "", inner->text);
}

enum err client_call(
	struct client *c, const struct call *call, struct response *out, struct why *why)
{
	unsigned ms = c->timeout_ms ? c->timeout_ms : LIMIT_NET_MS;
	struct flight f = {.dial = DIAL_INIT};
	struct why inner = WHY_INIT;
	enum err e = E_OK;

	*out = response_init(call->max_body);
	if (call->url->tls) e = load_anchors(c, &inner);
	if (e) {
		if (why) *why = inner;
		return e;
	}
	f.dial.deadline_us = clock_mono_us() + ms * 1000LL;
	e = exchange(c, call, &f, out, &inner);
	free(f.tls);
	dial_close(&f.dial);
	return e ? at_server(call->url, e, &inner, why) : E_OK;
}

enum err client_get(struct client *c, const struct url *u, size_t max_body, struct response *out,
	struct why *why)
{
	const struct call call = {.url = u, .max_body = max_body};
	struct why inner = WHY_INIT;
	enum err e = client_call(c, &call, out, why);

	if (e || out->status == 200) return e;
	why_set(&inner, E_STATUS, "%u for %s", out->status, u->target);
	return at_server(u, E_STATUS, &inner, why);
}

void client_drop(struct client *c)
{
	anchors_drop(&c->anchors);
}
