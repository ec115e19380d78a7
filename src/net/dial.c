/* SPDX-License-Identifier: MIT */
/* TCP connections with a deadline. Runs on the command line. */
#include "net/dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/fdio.h"

/* Waits for events until the deadline (of CLOCK_MONOTONIC). */
static enum err wait_for(int fd, short events, int64_t deadline_us)
{
	for (;;) {
		int64_t left = deadline_us - clock_mono_us();
		struct pollfd p = {.fd = fd, .events = events};
		int r;

		if (left <= 0) return E_TIMEOUT;
		left = left / 1000 + 1;
		r = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
		if (r > 0) return E_OK;
		if (r < 0 && errno != EINTR) return E_SYSTEM;
	}
}

static bool is_loopback(const struct sockaddr *a)
{
	const struct sockaddr_in *four = (const void *)a;
	const struct sockaddr_in6 *six = (const void *)a;

	if (a->sa_family == AF_INET) return ntohl(four->sin_addr.s_addr) >> 24 == 127;
	return a->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

/* One address, for at most LIMIT_CONNECT_MS: the next one may answer. */
static enum err connect_one(struct dial *d, const struct addrinfo *a)
{
	int64_t until = clock_mono_us() + LIMIT_CONNECT_MS * 1000LL;
	socklen_t len = sizeof(int);
	int fault = 0;
	enum err e = E_OK;

	if (until > d->deadline_us) until = d->deadline_us;
	d->fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (d->fd < 0) return E_SYSTEM;
	if (connect(d->fd, a->ai_addr, a->ai_addrlen) < 0) {
		if (errno != EINPROGRESS) return E_SYSTEM;
		e = wait_for(d->fd, POLLOUT, until);
		if (!e && getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &fault, &len) < 0) e = E_SYSTEM;
		if (!e && fault) {
			errno = fault;
			e = E_SYSTEM;
		}
	}
	return e;
}

static enum err connect_any(
	struct dial *d, const struct addrinfo *list, bool only_loopback, struct why *why)
{
	const struct addrinfo *a;
	enum err e = E_OK;
	unsigned tried = 0;

	for (a = list; a; a = a->ai_next) {
		if (only_loopback && !is_loopback(a->ai_addr)) continue;
		tried++;
		e = connect_one(d, a);
		if (!e) return E_OK;
		fd_close(&d->fd);
		if (clock_mono_us() >= d->deadline_us) break;
	}
	if (!tried) return why_set(why, E_PLAIN_HTTP, "http:// to another machine; use https://");
	if (e == E_TIMEOUT) return why_set(why, e, "nobody answers at any address");
	why_set(why, E_CONNECT, "%s", strerror(errno));
	return E_CONNECT;
}

enum err dial_open(struct dial *d, const struct url *u, bool only_loopback, struct why *why)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *list = NULL;
	char port[8];
	enum err e;
	int r;

	snprintf(port, sizeof port, "%u", (unsigned)u->port);
	hints.ai_flags = AI_NUMERICSERV | (u->numeric ? AI_NUMERICHOST : 0);
	r = getaddrinfo(u->host, port, &hints, &list);
	if (r) return why_set(why, E_NAME, "%s: %s", u->host, gai_strerror(r));
	e = connect_any(d, list, only_loopback, why);
	freeaddrinfo(list);
	return e;
}

void dial_close(struct dial *d)
{
	fd_close(&d->fd);
}

static int failed(struct dial *d, enum err e)
{
	d->err = e;
	return -1;
}

int dial_read(struct dial *d, void *p, size_t n)
{
	for (;;) {
		ssize_t r = recv(d->fd, p, n > INT_MAX ? INT_MAX : n, 0);
		enum err e;

		if (r >= 0) return (int)r;
		if (errno == EINTR) continue;
		if (errno == ECONNRESET) return failed(d, E_CLOSED);
		if (errno != EAGAIN) return failed(d, E_SYSTEM);
		e = wait_for(d->fd, POLLIN, d->deadline_us);
		if (e) return failed(d, e);
	}
}

int dial_write(struct dial *d, const void *p, size_t n)
{
	for (;;) {
		/* Not SIGPIPE: a closed connection is an answer like others. */
		ssize_t r = send(d->fd, p, n > INT_MAX ? INT_MAX : n, MSG_NOSIGNAL);
		enum err e;

		if (r > 0) return (int)r;
		if (r < 0 && errno == EINTR) continue;
		if (r < 0 && (errno == EPIPE || errno == ECONNRESET)) return failed(d, E_CLOSED);
		if (r < 0 && errno != EAGAIN) return failed(d, E_SYSTEM);
		e = wait_for(d->fd, POLLOUT, d->deadline_us);
		if (e) return failed(d, e);
	}
}
