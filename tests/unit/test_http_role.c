/* SPDX-License-Identifier: MIT */
/*
 * The http role in a process of its own, over loopback: limits of a head,
 * requests behind each other, clients that vanish. The test is its store.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "proc/msg.h"
#include "proc/role.h"
#include "test.h"

static struct message msg;

struct http {
	pid_t pid;
	struct chan control, store;
	struct sockaddr_in address;
};

static void child(int control, int store, int listener)
{
	static struct boot boot;
	struct chan c = chan_of(control);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(null, 2);
	conf_default(&boot.conf);
	memset(&msg, 0, sizeof msg);
	msg.n_fds = 2;
	msg.fds[0] = store;
	msg.fds[1] = listener;
	_exit(role_http.run(&boot, &c, &msg));
}

static enum err next(struct chan *c, int ms)
{
	struct pollfd p = {c->fd, POLLIN, 0};

	return poll(&p, 1, ms) == 1 ? chan_recv(c, &msg) : E_TIMEOUT;
}

static void http_start(struct http *h)
{
	int control[2] = {-1, -1}, store[2] = {-1, -1};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t n = sizeof h->address;

	memset(h, 0, sizeof *h);
	h->address.sin_family = AF_INET;
	h->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (chan_pair(control) || chan_pair(store) ||
		bind(listener, (struct sockaddr *)&h->address, sizeof h->address) ||
		listen(listener, 16) || getsockname(listener, (struct sockaddr *)&h->address, &n))
		abort();
	fflush(stdout);
	h->pid = fork();
	if (h->pid == 0) {
		close(control[0]);
		close(store[0]);
		child(control[1], store[1], listener);
	}
	close(control[1]);
	close(store[1]);
	close(listener);
	h->control = chan_of(control[0]);
	h->store = chan_of(store[0]);
	CHECK_ERR(next(&h->control, 10000), E_OK);
	CHECK(msg.type == MSG_READY);
}

static void http_stop(struct http *h)
{
	struct msg_stop stop = {true};
	int status = -1;

	CHECK_ERR(MSG_SEND(&h->control, MSG_STOP, 0, stop, &stop, NULL, 0), E_OK);
	CHECK(waitpid(h->pid, &status, 0) == h->pid && status == 0);
	chan_drop(&h->control);
	chan_drop(&h->store);
}

static int dial(const struct http *h)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval patience = {10, 0};

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(fd, (const struct sockaddr *)&h->address, sizeof h->address)) abort();
	return fd;
}

static void say(int fd, struct slice s)
{
	CHECK(send(fd, s.p, s.n, MSG_NOSIGNAL) == (ssize_t)s.n);
}

/* Everything that comes until the other side closes; kept. */
static struct slice hear(int fd)
{
	struct buf b = buf_heap(1 << 20);
	char mem[4096];
	ssize_t n;

	while ((n = recv(fd, mem, sizeof mem, 0)) > 0)
		buf_put(&b, slice_of(mem, (size_t)n));
	CHECK(n == 0);
	close(fd);
	return test_keep(&b);
}

/* The status line of the answer to bytes on a connection of their own. */
static struct slice status_of(const struct http *h, struct slice bytes)
{
	struct slice all;
	int fd = dial(h);

	say(fd, bytes);
	shutdown(fd, SHUT_WR);
	all = hear(fd);
	return slice_split(&all, '\r');
}

/* A head of exactly n bytes with its empty line. */
static struct slice head_of(size_t n)
{
	struct buf b = buf_heap(n + 64);

	buf_str(&b, "GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: ");
	while (b.n + 4 < n)
		buf_u8(&b, 'x');
	buf_str(&b, "\r\n\r\n");
	return test_keep(&b);
}

TEST(http_role_limits_heads)
{
	struct http h;
	struct buf target = buf_heap(64 * KIB);

	http_start(&h);
	CHECK_SLICE(status_of(&h, head_of(LIMIT_HTTP_HEADER)), SLICE("HTTP/1.1 404 Not Found"));
	CHECK_SLICE(status_of(&h, head_of(LIMIT_HTTP_HEADER + 1)),
		SLICE("HTTP/1.1 431 Request Header Fields Too Large"));
	buf_str(&target, "GET /");
	while (target.n < LIMIT_HTTP_TARGET + 100)
		buf_u8(&target, 'x');
	CHECK_SLICE(status_of(&h, buf_slice(&target)), SLICE("HTTP/1.1 414 URI Too Long"));
	CHECK_SLICE(status_of(&h, SLICE("GET / HTTP/1.1\nHost: a\n\n")),
		SLICE("HTTP/1.1 400 Bad Request"));
	http_stop(&h);
	buf_drop(&target);
}

TEST(http_role_answers_in_order)
{
	struct http h;
	struct slice all;
	unsigned n = 0;
	int fd;

	http_start(&h);
	fd = dial(&h);
	say(fd, SLICE("\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\nDELETE / HTTP/1.1\r\nHost: a\r\n\r\n"
		      "GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
		      "GET /c HTTP/1.1\r\nHost: a\r\n\r\n"));
	all = hear(fd);
	while (slice_search(all, 0, SLICE("HTTP/1.1 ")) < all.n) {
		all = slice_from(all, slice_search(all, 0, SLICE("HTTP/1.1 ")) + 9);
		CHECK(slice_starts(all, "404") || (n == 1 && slice_starts(all, "405")));
		n++;
	}
	/* What stands behind "close" is not looked at. */
	CHECK(n == 3);
	/* A request whose framing is in doubt is the last one, whatever follows. */
	fd = dial(&h);
	say(fd, SLICE("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"
		      "GET /b HTTP/1.1\r\nHost: a\r\n\r\n"));
	shutdown(fd, SHUT_WR);
	all = hear(fd);
	CHECK(slice_starts(all, "HTTP/1.1 400 "));
	CHECK(slice_search(all, 1, SLICE("HTTP/1.1 ")) == all.n);
	http_stop(&h);
}

static int64_t cpu_us(pid_t pid)
{
	clockid_t clock;
	struct timespec t = {0};

	CHECK(clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, &t) == 0);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* Processor time of half a second in which a client that asked this has vanished. */
static int64_t after_reset(const char *request)
{
	const struct linger at_once = {1, 0};
	struct timespec half = {0, 500000000};
	struct http h;
	int64_t before;
	int fd;

	http_start(&h);
	fd = dial(&h);
	say(fd, slice_str(request));
	CHECK_ERR(next(&h.store, 10000), E_OK);
	CHECK(msg.type == MSG_GET);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(fd);
	before = cpu_us(h.pid);
	nanosleep(&half, NULL);
	before = cpu_us(h.pid) - before;
	http_stop(&h);
	return before;
}

#define ASK "GET /verify/00112233445566778899aabbccddeeff HTTP/1.1\r\nHost: a\r\n\r\n"

TEST(http_role_waits_quietly_for_a_client_that_vanished)
{
	/* epoll tells a reset whether or not anybody waits for it. */
	CHECK(after_reset(ASK) < 100000);
	CHECK(after_reset(ASK "GET / HTTP/1.1\r\n") < 100000);
}
