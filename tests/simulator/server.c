/* SPDX-License-Identifier: MIT */
/*
 * Event loop. Descriptors: the listener, a signalfd, an epoll and one per
 * connection. Runs in the simulator.
 */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/log.h"
#include "base/text.h"
#include "http.h"

#define READ_STEP  65536
#define IN_MAX     (AGENT_BODY_MAX + AGENT_BODY_MAX / 8 + HTTP_HEAD_MAX + READ_STEP)
#define OUT_MAX    (AGENT_ANSWER_MAX + HTTP_HEAD_MAX)
#define EVENTS     64
#define TAG_LISTEN UINT64_MAX
#define TAG_SIGNAL (UINT64_MAX - 1)
#define BACKLOG    SERVER_CONNECTIONS
#define NEVER      INT64_MAX

enum conn_state {
	CONN_READING, /* until a request is whole */
	CONN_WAITING, /* the answer is made and goes out when it is due */
	CONN_WRITING,
	CONN_STALLED, /* nothing more will come, by fault */
};

struct conn {
	int fd; /* -1: free */
	uint32_t generation;
	enum conn_state state;
	struct buf in, body, out;
	size_t sent;
	struct answer answer;
	int64_t deadline; /* idle end while reading, due time while waiting; else NEVER */
	bool keep_alive, stall, continued;
};

struct server {
	struct agent *agent;
	const char *path;
	int epoll, listener, signals;
	dev_t dev;
	ino_t ino; /* of our socket, so that we never remove another's */
	int64_t quote_free_at, reopen_at;
	bool remove_on_reopen, stop;
	struct conn conn[SERVER_CONNECTIONS];
};

static int64_t now_ms(void)
{
	return clock_mono_us() / 1000;
}

static uint64_t conn_tag(const struct server *s, const struct conn *c)
{
	return (uint64_t)c->generation << 32 | (uint64_t)(c - s->conn);
}

static void conn_close(struct conn *c)
{
	fd_close(&c->fd);
	buf_drop(&c->in);
	buf_drop(&c->body);
	buf_drop(&c->out);
	buf_drop(&c->answer.body);
	c->generation++;
	c->deadline = NEVER;
}

/* Reading needs EPOLLIN, writing EPOLLOUT; a hang-up is always told. */
static void conn_watch(struct server *s, struct conn *c)
{
	uint32_t events = c->state == CONN_READING   ? EPOLLIN
			  : c->state == CONN_WRITING ? EPOLLOUT
						     : 0;
	struct epoll_event ev = {.events = events, .data.u64 = conn_tag(s, c)};

	if (epoll_ctl(s->epoll, EPOLL_CTL_MOD, c->fd, &ev) < 0) conn_close(c);
}

/* ---- the listening socket ---- */

static enum err listener_open(struct server *s)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = TAG_LISTEN};
	struct stat st;
	int fd;

	if (strlen(s->path) >= sizeof sa.sun_path) return E_RANGE;
	memcpy(sa.sun_path, s->path, strlen(s->path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) return E_SYSTEM;
	/* The agent's sockets are open to everybody (specs/dstack.md 1.1). */
	if (bind(fd, (struct sockaddr *)&sa, sizeof sa) < 0 || chmod(s->path, 0777) < 0 ||
		stat(s->path, &st) < 0 || listen(fd, BACKLOG) < 0 ||
		epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) < 0) {
		fd_close(&fd);
		return E_SYSTEM;
	}
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	s->listener = fd;
	return E_OK;
}

static void remove_socket(const struct server *s)
{
	struct stat st;

	if (s->ino && stat(s->path, &st) == 0 && st.st_dev == s->dev && st.st_ino == s->ino)
		unlink(s->path);
}

/* A socket that an earlier run left is removed; one that somebody serves is not. */
static enum err clear_stale(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	struct stat st;
	int fd, served;

	if (lstat(path, &st) < 0) return errno == ENOENT ? E_OK : E_SYSTEM;
	if (!S_ISSOCK(st.st_mode) || strlen(path) >= sizeof sa.sun_path) {
		errno = EEXIST;
		return E_SYSTEM;
	}
	memcpy(sa.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) return E_SYSTEM;
	served = connect(fd, (struct sockaddr *)&sa, sizeof sa) == 0 || errno == EAGAIN;
	fd_close(&fd);
	if (served) return E_AGAIN;
	return unlink(path) < 0 ? E_SYSTEM : E_OK;
}

/* The faults restart (no socket) and refuse (a socket that nobody serves). */
static void go_down(struct server *s, bool refuse)
{
	size_t i;

	log_event(LOG_WARN, "fault", "socket %s for %d ms", refuse ? "refuses" : "gone",
		SERVER_DOWN_MS);
	fd_close(&s->listener);
	for (i = 0; i < SERVER_CONNECTIONS; i++)
		if (s->conn[i].fd >= 0) conn_close(&s->conn[i]);
	if (!refuse) remove_socket(s);
	s->reopen_at = now_ms() + SERVER_DOWN_MS;
}

static enum err come_up(struct server *s)
{
	s->reopen_at = NEVER;
	remove_socket(s);
	log_event(LOG_INFO, "listening", "again");
	return listener_open(s);
}

/* ---- connections ---- */

static struct conn *free_slot(struct server *s)
{
	struct conn *idlest = NULL;
	size_t i;

	for (i = 0; i < SERVER_CONNECTIONS; i++) {
		struct conn *c = &s->conn[i];

		if (c->fd < 0) return c;
		if (c->state == CONN_READING && (!idlest || c->deadline < idlest->deadline))
			idlest = c;
	}
	if (idlest) conn_close(idlest);
	return idlest;
}

static void accept_all(struct server *s)
{
	for (;;) {
		int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		struct conn *c = fd < 0 ? NULL : free_slot(s);
		struct epoll_event ev = {.events = EPOLLIN};

		if (fd < 0) return;
		if (!c) {
			fd_close(&fd);
			continue;
		}
		ev.data.u64 = conn_tag(s, c);
		if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) < 0) {
			fd_close(&fd);
			continue;
		}
		*c = (struct conn){.fd = fd,
			.generation = c->generation,
			.state = CONN_READING,
			.in = buf_heap(IN_MAX),
			.body = buf_heap(AGENT_BODY_MAX),
			.out = buf_heap(OUT_MAX),
			.deadline = now_ms() + SERVER_IDLE_MS};
	}
}

static void log_request(const struct request *r, const struct answer *a)
{
	char method[32], path[128];

	log_event(LOG_INFO, "request", "method=%s path=%s status=%u bytes=%zu faults=%08x",
		text_ascii(method, sizeof method, r->method),
		text_ascii(path, sizeof path, r->path), a->status, a->body.n, a->faults);
}

/* When an answer goes out: quotes queue up behind each other. */
static int64_t due_at(struct server *s, const struct answer *a)
{
	int64_t at = now_ms();

	if (!a->quoted) return at + (int64_t)a->extra_ms;
	if (at < s->quote_free_at) at = s->quote_free_at;
	s->quote_free_at = at + (int64_t)(s->agent->delay_ms + a->extra_ms);
	return s->quote_free_at;
}

static void conn_write(struct server *s, struct conn *c);
static void conn_request(struct server *s, struct conn *c);

/* The answer is due: puts it on its way, or does what a fault wants instead. */
static void deliver(struct server *s, struct conn *c)
{
	struct http_send send = {.keep_alive = c->keep_alive, .now = guest_now(&s->agent->guest)};
	uint32_t faults = c->answer.faults;
	bool end;

	c->deadline = NEVER;
	if (faults & (BIT(FAULT_RESTART) | BIT(FAULT_REFUSE))) {
		go_down(s, faults & BIT(FAULT_REFUSE));
		return;
	}
	if (faults & BIT(FAULT_SILENT)) {
		c->state = CONN_STALLED;
		conn_watch(s, c);
		return;
	}
	http_write(&c->out, &c->answer, &send, &c->stall, &end);
	if (end) c->keep_alive = false;
	buf_drop(&c->answer.body);
	c->state = CONN_WRITING;
	conn_write(s, c);
}

/* Everything was written: the next request, the end, or a stall. */
static void written(struct server *s, struct conn *c)
{
	/* Idle connections hold no memory. */
	buf_drop(&c->out);
	c->out = buf_heap(OUT_MAX);
	buf_drop(&c->body);
	c->body = buf_heap(AGENT_BODY_MAX);
	if (c->in.n == 0) {
		buf_drop(&c->in);
		c->in = buf_heap(IN_MAX);
	}
	c->sent = 0;
	if (c->stall) {
		c->state = CONN_STALLED;
		conn_watch(s, c);
	} else if (!c->keep_alive) {
		conn_close(c);
	} else {
		c->state = CONN_READING;
		c->deadline = now_ms() + SERVER_IDLE_MS;
		conn_watch(s, c);
		if (c->fd >= 0 && c->in.n) conn_request(s, c);
	}
}

static void conn_write(struct server *s, struct conn *c)
{
	while (c->sent < c->out.n) {
		struct slice rest = slice_from(buf_slice(&c->out), c->sent);
		ssize_t n = send(c->fd, rest.p, rest.n, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR) continue;
		if (n < 0 && errno == EAGAIN) {
			conn_watch(s, c);
			return;
		}
		if (n < 0) {
			conn_close(c);
			return;
		}
		c->sent += (size_t)n;
	}
	if (c->out.err)
		conn_close(c);
	else
		written(s, c);
}

/* Refuses what is no request; nothing behind it can be understood. */
static void refuse_input(struct server *s, struct conn *c, unsigned status)
{
	http_refuse(&c->out, status, guest_now(&s->agent->guest));
	c->keep_alive = false;
	c->state = CONN_WRITING;
	conn_write(s, c);
}

/* Drops the first n bytes of what was read. */
static void consume(struct conn *c, size_t n)
{
	memmove(c->in.p, c->in.p + n, c->in.n - n);
	c->in.n -= n;
}

static void conn_request(struct server *s, struct conn *c)
{
	struct http_request q;
	enum err e = http_parse(buf_slice(&c->in), &c->body, &q);

	if (e == E_AGAIN) {
		/* What a client waits for before it sends a large body. */
		if (q.expects_continue && !c->continued)
			c->continued = send(c->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25,
					       MSG_NOSIGNAL) == 25;
		return;
	}
	if (e && e != E_TOO_LARGE) {
		refuse_input(s, c, e == E_RANGE ? 431 : 400);
		return;
	}
	q.r.body_too_large = e == E_TOO_LARGE;
	c->keep_alive = q.keep_alive && !e;
	c->continued = false;
	agent_handle(s->agent, &q.r, &c->answer);
	log_request(&q.r, &c->answer);
	consume(c, q.used);
	c->deadline = due_at(s, &c->answer);
	c->state = CONN_WAITING;
	if (c->deadline <= now_ms())
		deliver(s, c);
	else
		conn_watch(s, c);
}

static void conn_readable(struct server *s, struct conn *c)
{
	uint8_t *p = buf_reserve(&c->in, READ_STEP);
	ssize_t n = p ? recv(c->fd, p, READ_STEP, 0) : -1;

	if (n < 0 && p && (errno == EAGAIN || errno == EINTR)) return;
	if (n <= 0) {
		conn_close(c);
		return;
	}
	buf_commit(&c->in, (size_t)n);
	c->deadline = now_ms() + SERVER_IDLE_MS;
	conn_request(s, c);
}

static void conn_event(struct server *s, const struct epoll_event *ev)
{
	size_t index = (uint32_t)ev->data.u64;
	struct conn *c = &s->conn[index];

	/* The slot may have been closed, or used anew, by an earlier event of this round. */
	if (c->fd < 0 || c->generation != ev->data.u64 >> 32) return;
	if (c->state == CONN_READING && ev->events & EPOLLIN)
		conn_readable(s, c);
	else if (c->state == CONN_WRITING && ev->events & EPOLLOUT)
		conn_write(s, c);
	else if (ev->events & (EPOLLHUP | EPOLLERR))
		conn_close(c);
}

/* ---- the loop ---- */

static void run_timers(struct server *s)
{
	int64_t now = now_ms();
	size_t i;

	for (i = 0; i < SERVER_CONNECTIONS; i++) {
		struct conn *c = &s->conn[i];

		if (c->fd < 0 || c->deadline > now) continue;
		if (c->state == CONN_WAITING)
			deliver(s, c);
		else if (c->state == CONN_READING)
			conn_close(c);
	}
}

static int next_timeout(const struct server *s)
{
	int64_t at = s->reopen_at, now = now_ms();
	size_t i;

	for (i = 0; i < SERVER_CONNECTIONS; i++)
		if (s->conn[i].fd >= 0 && s->conn[i].deadline < at) at = s->conn[i].deadline;
	if (at == NEVER) return -1;
	if (at <= now) return 0;
	return at - now > 60000 ? 60000 : (int)(at - now);
}

static enum err loop(struct server *s)
{
	struct epoll_event ev[EVENTS];
	enum err e = E_OK;
	int i, n;

	while (!s->stop && !e) {
		n = epoll_wait(s->epoll, ev, EVENTS, next_timeout(s));
		if (n < 0 && errno != EINTR) return E_SYSTEM;
		for (i = 0; i < n; i++) {
			if (ev[i].data.u64 == TAG_SIGNAL)
				s->stop = true;
			else if (ev[i].data.u64 == TAG_LISTEN)
				accept_all(s);
			else
				conn_event(s, &ev[i]);
		}
		run_timers(s);
		if (s->reopen_at <= now_ms()) e = come_up(s);
	}
	return e;
}

static enum err open_signals(struct server *s)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = TAG_SIGNAL};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return E_SYSTEM;
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0) return E_SYSTEM;
	return epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->signals, &ev) < 0 ? E_SYSTEM : E_OK;
}

enum err server_run(struct agent *a, const char *path)
{
	struct server *s = calloc(1, sizeof *s);
	enum err e;
	size_t i;

	if (!s) return E_NO_MEMORY;
	s->agent = a;
	s->path = path;
	s->listener = s->signals = -1;
	s->reopen_at = NEVER;
	for (i = 0; i < SERVER_CONNECTIONS; i++)
		s->conn[i] = (struct conn){.fd = -1, .deadline = NEVER};
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	e = s->epoll < 0 ? E_SYSTEM : clear_stale(path);
	if (!e) e = open_signals(s);
	if (!e) e = listener_open(s);
	if (!e) {
		printf("NOT-A-TEE dstack simulator ready on %s\n", path);
		fflush(stdout);
		e = loop(s);
	}
	for (i = 0; i < SERVER_CONNECTIONS; i++)
		if (s->conn[i].fd >= 0) conn_close(&s->conn[i]);
	remove_socket(s);
	fd_close(&s->listener);
	fd_close(&s->signals);
	fd_close(&s->epoll);
	free(s);
	return e;
}
