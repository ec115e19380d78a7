/* SPDX-License-Identifier: MIT */
/* Guest agent client. Runs in attest. */
#include "attest/agent.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"

#define READ_BYTES (64 * KIB)
/* Header of an answer; real ones have about 400 bytes. */
#define HEADER_BYTES (16 * KIB)

void agent_init(struct agent *a, const char *path)
{
	memset(a, 0, sizeof *a);
	a->path = path;
	a->fd = -1;
}

static void stop(struct agent *a)
{
	fd_close(&a->fd);
	a->connected = false;
	buf_drop(&a->out);
}

void agent_drop(struct agent *a)
{
	stop(a);
	buf_drop(&a->in);
	a->body = SLICE_NONE;
}

bool agent_busy(const struct agent *a)
{
	return a->fd >= 0;
}

enum err agent_post(struct agent *a, const char *method, struct slice json, struct why *why)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	enum err e;

	agent_drop(a);
	snprintf(addr.sun_path, sizeof addr.sun_path, "%s", a->path);
	a->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (a->fd < 0) return why_sys(why, E_SYSTEM, "socket");
	if (connect(a->fd, (struct sockaddr *)&addr, sizeof addr) == 0) {
		a->connected = true;
	} else if (errno != EINPROGRESS && errno != EAGAIN) {
		e = errno == ENOENT || errno == ECONNREFUSED ? E_ABSENT : E_SYSTEM;
		why_sys(why, e, "guest agent socket");
		stop(a);
		return e;
	}
	a->out = buf_heap(64 * KIB);
	a->in = buf_heap(LIMIT_AGENT_BYTES);
	buf_fmt(&a->out,
		"POST %s HTTP/1.1\r\nHost: dstack\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\nConnection: close\r\n\r\n",
		method, json.n);
	buf_put(&a->out, json);
	a->sent = 0;
	a->deadline_us = clock_mono_us() + LIMIT_AGENT_MS * 1000LL;
	return a->out.err;
}

short agent_events(const struct agent *a)
{
	return (short)(a->out.p && a->sent < a->out.n ? POLLOUT : POLLIN);
}

static enum err send_some(struct agent *a, struct why *why)
{
	struct slice left = slice_from(buf_slice(&a->out), a->sent);
	ssize_t n = send(a->fd, left.p, left.n, MSG_NOSIGNAL);

	if (n >= 0) {
		a->sent += (size_t)n;
		a->connected = true;
		return E_AGAIN;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ENOTCONN) return E_AGAIN;
	return why_sys(why, E_CLOSED, "guest agent");
}

/* Status line and header fields of an answer. */
struct head {
	unsigned status;
	bool chunked, has_length;
	uint64_t length;
	size_t body_at;
};

static enum err read_field(struct slice line, struct head *h)
{
	size_t colon = slice_find(line, 0, ':');
	struct slice name = slice_sub(line, 0, colon),
		     value = slice_trim(slice_from(line, colon + 1));

	if (colon == line.n || name.n == 0) return E_FORMAT;
	if (slice_is_nocase(name, "content-length")) {
		/* Two different lengths are two different messages. */
		if (h->has_length || parse_u64(value, LIMIT_AGENT_BYTES, &h->length))
			return E_FORMAT;
		h->has_length = true;
	}
	if (slice_is_nocase(name, "transfer-encoding")) {
		if (!slice_is_nocase(value, "chunked")) return E_FORMAT;
		h->chunked = true;
	}
	return E_OK;
}

/* E_AGAIN while the header is not complete. */
static enum err read_head(struct slice raw, struct head *h)
{
	size_t end = slice_search(raw, 0, SLICE("\r\n\r\n"));
	struct slice head = slice_sub(raw, 0, end), line;
	uint64_t status;

	if (end == raw.n) return raw.n > HEADER_BYTES ? E_TOO_LARGE : E_AGAIN;
	memset(h, 0, sizeof *h);
	h->body_at = end + 4;
	line = slice_trim(slice_split(&head, '\n'));
	if (!slice_starts(line, "HTTP/1.") || line.n < 12 ||
		parse_u64(slice_sub(line, 9, 3), 999, &status))
		return E_FORMAT;
	h->status = (unsigned)status;
	while (head.n) {
		line = slice_trim(slice_split(&head, '\n'));
		if (read_field(line, h)) return E_FORMAT;
	}
	return h->chunked && h->has_length ? E_FORMAT : E_OK;
}

/*
 * Decodes a chunked body in place: chunks move to the front of the buffer.
 * E_AGAIN while the last chunk has not come. Called again with more bytes it
 * starts over from the raw text, which is why it counts first and moves only a
 * complete body.
 */
static enum err unchunk(struct agent *a, size_t at)
{
	struct slice raw = buf_slice(&a->in);
	size_t in = at, total = 0;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (in = at, total = 0;;) {
			size_t eol = slice_search(raw, in, SLICE("\r\n")), i;
			struct slice size = slice_sub(raw, in, eol - in);
			uint64_t n = 0;

			if (eol == raw.n) return raw.n - in > 32 ? E_FORMAT : E_AGAIN;
			if (size.n == 0 || size.n > 8) return E_FORMAT;
			for (i = 0; i < size.n; i++) {
				if (hex_digit(size.p[i]) < 0) return E_FORMAT;
				n = n << 4 | (uint64_t)hex_digit(size.p[i]);
			}
			in = eol + 2;
			if (n == 0) break;
			if (n > LIMIT_AGENT_BYTES) return E_TOO_LARGE;
			if (raw.n - in < n + 2) return E_AGAIN;
			if (!slice_is(slice_sub(raw, in + n, 2), "\r\n")) return E_FORMAT;
			if (pass == 1) memmove(a->in.p + at + total, a->in.p + in, n);
			total += n;
			in += n + 2;
		}
		if (raw.n - in < 2) return E_AGAIN;
	}
	a->body = slice_sub(raw, at, total);
	return E_OK;
}

static enum err take_body(struct agent *a, const struct head *h, bool ended)
{
	struct slice rest = slice_from(buf_slice(&a->in), h->body_at);

	if (h->chunked) return unchunk(a, h->body_at);
	if (h->has_length) {
		if (rest.n < h->length) return ended ? E_TRUNCATED : E_AGAIN;
		if (rest.n > h->length) return E_TRAILING;
	} else if (!ended) {
		return E_AGAIN;
	}
	a->body = rest;
	return E_OK;
}

static enum err read_answer(struct agent *a, bool ended, struct why *why)
{
	char shown[120];
	struct head h;
	enum err e = read_head(buf_slice(&a->in), &h);

	if (!e) e = take_body(a, &h, ended);
	if (e == E_AGAIN && ended) e = E_TRUNCATED;
	if (e == E_AGAIN) return e;
	if (e) return why_set(why, e, "the guest agent's answer: %s", err_text(e));
	if (h.status != 200)
		return why_set(why, E_PROTOCOL, "the guest agent answered status %u: %s", h.status,
			text_ascii(shown, sizeof shown, a->body));
	return E_OK;
}

static enum err receive_some(struct agent *a, struct why *why)
{
	uint8_t *room = buf_reserve(&a->in, 1);
	ssize_t n;
	uint8_t mem[READ_BYTES];

	if (!room) return why_set(why, E_TOO_LARGE, "the guest agent's answer is too large");
	n = recv(a->fd, mem, sizeof mem, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) return E_AGAIN;
	if (n < 0) return why_sys(why, E_CLOSED, "guest agent");
	buf_put(&a->in, slice_of(mem, (size_t)n));
	if (a->in.err) return why_set(why, E_TOO_LARGE, "the guest agent's answer is too large");
	return read_answer(a, n == 0, why);
}

enum err agent_step(struct agent *a, struct why *why)
{
	enum err e = E_AGAIN;

	if (clock_mono_us() >= a->deadline_us)
		e = why_set(why, E_TIMEOUT, "the guest agent did not answer within %d s",
			LIMIT_AGENT_MS / 1000);
	else if (a->sent < a->out.n)
		e = send_some(a, why);
	else
		e = receive_some(a, why);
	if (e != E_AGAIN) stop(a);
	return e;
}
