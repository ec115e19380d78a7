/* SPDX-License-Identifier: MIT */
/* Connections: reading, writing, time. Runs in http. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "http/server.h"

#define READ_BYTES (64 * KIB)
/* What is still read of a refused body, so that the client sees our answer and no reset. */
#define LINGER_BYTES (1 * MIB)
#define LINGER_MS    2000
/* How often connections are looked through for passed deadlines. */
#define SCAN_EVERY_US 100000
/* An answer waits for store at most this long. */
#define STORE_MS 30000
/* A client that takes no byte of its answer for this long is gone. */
#define WRITE_MS 30000

void conn_wait(struct conn *c, enum conn_state state, int ms)
{
	c->state = state;
	c->deadline_us = clock_mono_us() + ms * 1000LL;
}

static void watch(struct server *s, struct conn *c, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = c};

	if (c->events == events) return;
	c->events = events;
	epoll_ctl(s->epoll, EPOLL_CTL_MOD, c->fd, &ev);
}

uint64_t conn_id(const struct server *s, const struct conn *c)
{
	return (uint64_t)c->generation << 32 | (uint64_t)(c - s->conns);
}

struct conn *conn_by_id(struct server *s, uint64_t id)
{
	uint32_t i = (uint32_t)id;

	if (i >= LIMIT_CONNECTIONS || s->conns[i].generation != id >> 32) return NULL;
	return s->conns[i].state == CONN_FREE ? NULL : &s->conns[i];
}

static void drop_upload(struct server *s, struct conn *c)
{
	if (!c->upload) return;
	fd_close(&c->upload->fd);
	free(c->upload->multipart);
	free(c->upload);
	c->upload = NULL;
	s->n_uploads--;
}

static void conn_close(struct server *s, struct conn *c)
{
	uint32_t generation = c->generation, at = (uint32_t)(c - s->conns);

	drop_upload(s, c);
	buf_drop(&c->out);
	free(c->head);
	fd_close(&c->fd);
	memset(c, 0, sizeof *c);
	c->generation = generation + 1;
	c->fd = -1;
	s->n_conns--;
	if (at < s->next_free) s->next_free = at;
}

/* The lowest free entry, so that memory is that of the most connections at one time. */
static struct conn *find_free(struct server *s)
{
	while (s->next_free < LIMIT_CONNECTIONS)
		if (s->conns[s->next_free++].state == CONN_FREE) return &s->conns[s->next_free - 1];
	return NULL;
}

void conn_open(struct server *s, int fd)
{
	struct conn *c = find_free(s);
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};
	uint32_t generation;

	if (!c || epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) < 0) {
		static const char full[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n"
					   "Content-Length: 0\r\nConnection: close\r\n\r\n";

		if (c) s->next_free = (uint32_t)(c - s->conns);
		/* One packet that fits any send buffer; if not, the close says it. */
		if (send(fd, full, sizeof full - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) errno = 0;
		close(fd);
		return;
	}
	generation = c->generation;
	memset(c, 0, sizeof *c);
	c->generation = generation;
	c->fd = fd;
	c->events = EPOLLIN;
	conn_wait(c, CONN_HEAD, LIMIT_HTTP_HEADER_MS);
	s->n_conns++;
}

enum err conn_send_now(struct conn *c, struct slice bytes)
{
	ssize_t n = send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);

	return n == (ssize_t)bytes.n ? E_OK : E_AGAIN;
}

/* ---- writing ---------------------------------------------------------------- */

static void after_answer(struct server *s, struct conn *c)
{
	bool unread = c->refused || (c->upload && !c->upload->framing.done);

	buf_drop(&c->out);
	c->sent = 0;
	drop_upload(s, c);
	if (unread) {
		/* Answered before all was read: closing now would reset the answer away. */
		shutdown(c->fd, SHUT_WR);
		c->swallow = LINGER_BYTES;
		conn_wait(c, CONN_LINGER, LINGER_MS);
	} else if (c->close || s->stopping || ++c->requests >= LIMIT_HTTP_REQUESTS) {
		conn_close(s, c);
	} else {
		c->want = WANT_NONE;
		conn_wait(c, CONN_HEAD, LIMIT_HTTP_IDLE_MS);
	}
}

/* True when the connection can go on at once. */
static bool write_some(struct server *s, struct conn *c)
{
	if (c->out.err) {
		conn_close(s, c);
		return false;
	}
	while (c->sent < c->out.n) {
		struct slice left = slice_from(buf_slice(&c->out), c->sent);
		ssize_t n = send(c->fd, left.p, left.n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR) continue;
		if (n < 0 && errno == EAGAIN) {
			watch(s, c, EPOLLOUT);
			return false;
		}
		if (n <= 0) {
			conn_close(s, c);
			return false;
		}
		c->sent += (size_t)n;
		conn_wait(c, CONN_WRITE, WRITE_MS);
	}
	after_answer(s, c);
	return true;
}

/* ---- reading ---------------------------------------------------------------- */

/* Takes the first n bytes out of what was read ahead. */
static void use_head(struct conn *c, size_t n)
{
	c->head_len -= n;
	if (c->head_len) {
		memmove(c->head, c->head + n, c->head_len);
	} else {
		free(c->head);
		c->head = NULL;
	}
}

/* A head whose framing cannot be trusted ends its connection. */
static void refuse_head(struct server *s, struct conn *c, enum err e, const char *why)
{
	c->refused = c->close = true;
	answer_error(s, c, e, why);
}

/* A line feed without its carriage return: no later byte can make this a request. */
static bool has_bare_lf(struct slice head)
{
	size_t i;

	for (i = slice_find(head, 0, '\n'); i < head.n; i = slice_find(head, i + 1, '\n'))
		if (i == 0 || head.p[i - 1] != '\r') return true;
	return false;
}

/* One request out of what was read; false when it is not complete yet. */
static bool take_request(struct server *s, struct conn *c)
{
	struct why why = WHY_INIT;
	struct slice have;
	struct request r;
	size_t end;
	enum err e;

	/* Empty lines before a request are skipped (RFC 9112 2.2). */
	while (c->head_len >= 2 && c->head[0] == '\r' && c->head[1] == '\n')
		use_head(c, 2);
	have = slice_of(c->head, c->head_len);
	end = request_head_end(have);
	if (!end) {
		if (slice_find(have, 0, '\n') == have.n && have.n > LIMIT_HTTP_TARGET + 32)
			refuse_head(s, c, E_URI_TOO_LONG, NULL);
		else if (have.n >= LIMIT_HTTP_HEADER)
			refuse_head(s, c, E_HEADER_TOO_LARGE, NULL);
		else if (has_bare_lf(have))
			refuse_head(s, c, E_BAD_REQUEST, "a line that ends in LF alone");
		return c->state != CONN_HEAD;
	}
	e = request_read(slice_sub(have, 0, end), &r, &why);
	if (e) {
		refuse_head(s, c, e, why.text);
		return true;
	}
	c->close = r.close;
	c->head_only = r.method == METHOD_HEAD;
	if (!slice_text(c->etag, sizeof c->etag, r.if_none_match)) c->etag[0] = '\0';
	conn_wait(c, CONN_STORE, STORE_MS);
	api_request(s, c, &r);
	use_head(c, end);
	return true;
}

/* Reads what is there; false when there is nothing now or the connection ended. */
static bool receive(struct server *s, struct conn *c, void *mem, size_t cap, size_t *n)
{
	ssize_t r;

	do {
		r = recv(c->fd, mem, cap, MSG_DONTWAIT);
	} while (r < 0 && errno == EINTR);
	if (r < 0 && errno == EAGAIN) {
		watch(s, c, EPOLLIN);
		return false;
	}
	if (r <= 0) {
		conn_close(s, c);
		return false;
	}
	*n = (size_t)r;
	return true;
}

static bool read_head(struct server *s, struct conn *c)
{
	size_t n;

	if (c->head_len && take_request(s, c)) return true;
	if (!c->head) c->head = malloc(LIMIT_HTTP_HEADER);
	if (!c->head) {
		conn_close(s, c);
		return false;
	}
	if (!receive(s, c, c->head + c->head_len, LIMIT_HTTP_HEADER - c->head_len, &n)) {
		/* An idle connection keeps no memory. */
		if (c->state == CONN_HEAD && c->head_len == 0) {
			free(c->head);
			c->head = NULL;
		}
		return false;
	}
	/* The clock of a head starts with its first byte, and is not wound by further ones. */
	if (c->head_len == 0) conn_wait(c, CONN_HEAD, LIMIT_HTTP_HEADER_MS);
	c->head_len += n;
	return true;
}

static enum err store_bytes(void *ctx, struct slice bytes)
{
	struct upload *u = ctx;
	size_t room =
		sizeof u->first - (u->size < sizeof u->first ? (size_t)u->size : sizeof u->first);
	struct slice first = slice_sub(bytes, 0, room);

	if (first.n) memcpy(u->first + u->size, first.p, first.n);
	u->size += bytes.n;
	if (u->size > LIMIT_PACKAGE_BYTES) return E_PKG_TOO_LARGE;
	sha256_add(&u->hash, bytes);
	if (fd_write_all(u->fd, bytes)) return E_STORAGE_FULL;
	return E_OK;
}

static enum err take_content(void *ctx, struct slice bytes)
{
	struct upload *u = ctx;

	return u->multipart ? multipart_take(u->multipart, bytes, store_bytes, u)
			    : store_bytes(u, bytes);
}

static bool read_body(struct server *s, struct conn *c)
{
	static uint8_t mem[READ_BYTES];
	struct upload *u = c->upload;
	size_t n, used = 0;
	enum err e;

	if (u->framing.done) {
		api_uploaded(s, c);
		return true;
	}
	if (c->head_len) {
		/* Bytes that came together with the head. */
		e = framing_take(
			&u->framing, slice_of(c->head, c->head_len), &used, take_content, u);
		use_head(c, used);
	} else {
		if (!receive(s, c, mem, sizeof mem, &n)) return false;
		e = framing_take(&u->framing, slice_of(mem, n), &used, take_content, u);
		if (!e && used < n) {
			/* The next request came with the end of this body. */
			c->head = malloc(LIMIT_HTTP_HEADER);
			if (!c->head || n - used > LIMIT_HTTP_HEADER) {
				conn_close(s, c);
				return false;
			}
			memcpy(c->head, mem + used, n - used);
			c->head_len = n - used;
		}
	}
	if (e) {
		c->refused = c->close = true;
		answer_error(s, c, e, NULL);
	}
	return true;
}

static bool linger(struct server *s, struct conn *c)
{
	static uint8_t mem[READ_BYTES];
	size_t n;

	if (!receive(s, c, mem, sizeof mem, &n)) return false;
	if (n < c->swallow) {
		c->swallow -= n;
		return true;
	}
	conn_close(s, c);
	return false;
}

void conn_drive(struct server *s, struct conn *c)
{
	bool more = true;

	while (more) {
		switch (c->state) {
		case CONN_HEAD: more = read_head(s, c); break;
		case CONN_BODY: more = read_body(s, c); break;
		case CONN_WRITE: more = write_some(s, c); break;
		case CONN_LINGER: more = linger(s, c); break;
		case CONN_SPOOL:
		case CONN_STORE:
			/* Nothing is read until store has answered. */
			watch(s, c, 0);
			return;
		case CONN_FREE: return;
		}
	}
}

void conn_event(struct server *s, struct conn *c, uint32_t events)
{
	bool waits = c->state == CONN_SPOOL || c->state == CONN_STORE;

	/* epoll would tell a reset again and again; a late answer finds nobody. */
	if (waits && c->events == 0 && events & (EPOLLERR | EPOLLHUP))
		conn_close(s, c);
	else
		conn_drive(s, c);
}

/* ---- time ------------------------------------------------------------------- */

static void time_over(struct server *s, struct conn *c)
{
	switch (c->state) {
	case CONN_BODY:
		c->refused = c->close = true;
		answer_error(s, c, E_REQUEST_TIMEOUT, NULL);
		conn_drive(s, c);
		return;
	case CONN_HEAD:
		/* An idle connection just ends; half a head is told. */
		if (!c->head_len) break;
		refuse_head(s, c, E_REQUEST_TIMEOUT, NULL);
		conn_drive(s, c);
		return;
	case CONN_SPOOL:
	case CONN_STORE:
		c->close = true;
		answer_error(s, c, E_NOT_READY, NULL);
		conn_drive(s, c);
		return;
	default: break;
	}
	conn_close(s, c);
}

int conn_expire(struct server *s)
{
	int64_t now = clock_mono_us(), next = now + 1000000;
	uint32_t i;

	/* Deadlines are seconds; a busy service need not walk its table for each event. */
	if (now < s->scan_us && !s->stopping) return (int)((s->scan_us - now) / 1000) + 1;
	s->scan_us = now + SCAN_EVERY_US;
	for (i = 0; i < LIMIT_CONNECTIONS && s->n_conns; i++) {
		struct conn *c = &s->conns[i];

		if (c->state == CONN_FREE) continue;
		if (s->stopping && c->state == CONN_HEAD && !c->head_len)
			conn_close(s, c);
		else if (now >= c->deadline_us)
			time_over(s, c);
		else if (c->deadline_us < next)
			next = c->deadline_us;
	}
	if (next < s->scan_us) next = s->scan_us;
	return (int)((next - now) / 1000) + 1;
}
