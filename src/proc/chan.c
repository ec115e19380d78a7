/* SPDX-License-Identifier: MIT */
/* Message channels between processes. Runs in every role. */
#include "proc/chan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fdio.h"

/* On the wire, host byte order: both ends are the same binary. */
struct wire_head {
	uint16_t version, type;
	uint32_t len;
	uint64_t id;
};
_Static_assert(sizeof(struct wire_head) == 16, "the header has no padding");

struct chan_item {
	struct chan_item *next;
	struct wire_head head;
	unsigned n_fds;
	int fds[CHAN_FDS];
	uint8_t body[];
};

union fd_control {
	struct cmsghdr align;
	uint8_t space[CMSG_SPACE(sizeof(int) * CHAN_FDS)];
};

struct chan chan_of(int fd)
{
	struct chan c = CHAN_INIT;

	c.fd = fd;
	if (fd >= 0) fd_nonblock(fd);
	return c;
}

bool chan_open(const struct chan *c)
{
	return c->fd >= 0;
}

static void item_free(struct chan_item *it)
{
	unsigned i;

	for (i = 0; i < it->n_fds; i++)
		fd_close(&it->fds[i]);
	free(it);
}

void chan_drop(struct chan *c)
{
	while (c->first) {
		struct chan_item *it = c->first;

		c->first = it->next;
		item_free(it);
	}
	fd_close(&c->fd);
	*c = (struct chan)CHAN_INIT;
}

static enum err send_now(
	int fd, const struct wire_head *head, const void *body, const int *fds, unsigned n_fds)
{
	/* sendmsg does not write through these pointers. */
	struct iovec iov[2] = {
		{(void *)(uintptr_t)head, sizeof *head}, {(void *)(uintptr_t)body, head->len}};
	struct msghdr mh = {.msg_iov = iov, .msg_iovlen = head->len ? 2 : 1};
	union fd_control control = {0};
	ssize_t n;

	if (n_fds > 0) {
		struct cmsghdr *cm;

		mh.msg_control = control.space;
		mh.msg_controllen = (socklen_t)CMSG_SPACE(sizeof(int) * n_fds);
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = (socklen_t)CMSG_LEN(sizeof(int) * n_fds);
		memcpy(CMSG_DATA(cm), fds, sizeof(int) * n_fds);
	}
	do {
		n = sendmsg(fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n >= 0) return E_OK;
	/* ENOBUFS and too many descriptors in flight pass when the peer reads on. */
	if (errno == EAGAIN || errno == ENOBUFS || errno == ETOOMANYREFS) return E_AGAIN;
	return errno == EPIPE || errno == ECONNRESET ? E_CLOSED : E_SYSTEM;
}

static enum err enqueue(struct chan *c, const struct wire_head *head, struct slice body,
	const int *fds, unsigned n_fds)
{
	struct chan_item *it;
	unsigned i;

	if (c->queued >= CHAN_QUEUE) return E_TOO_LARGE;
	it = malloc(sizeof *it + body.n);
	if (!it) return E_NO_MEMORY;
	it->next = NULL;
	it->head = *head;
	it->n_fds = 0;
	if (body.n) memcpy(it->body, body.p, body.n);
	for (i = 0; i < n_fds; i++) {
		int copy = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);

		if (copy < 0) {
			item_free(it);
			return E_SYSTEM;
		}
		it->fds[it->n_fds++] = copy;
	}
	if (c->last)
		c->last->next = it;
	else
		c->first = it;
	c->last = it;
	c->queued++;
	return E_OK;
}

enum err chan_send(struct chan *c, uint16_t type, uint64_t id, struct slice body, const int *fds,
	unsigned n_fds)
{
	struct wire_head head = {
		.version = CHAN_VERSION, .type = type, .len = (uint32_t)body.n, .id = id};
	enum err e;

	if (c->fd < 0) return E_CLOSED;
	if (body.n > CHAN_BODY || n_fds > CHAN_FDS) return E_INTERNAL;
	if (!c->first) {
		e = send_now(c->fd, &head, body.p, fds, n_fds);
		if (e != E_AGAIN) return e;
	}
	return enqueue(c, &head, body, fds, n_fds);
}

bool chan_wants_write(const struct chan *c)
{
	return c->first != NULL;
}

enum err chan_flush(struct chan *c)
{
	while (c->first) {
		struct chan_item *it = c->first;
		enum err e = send_now(c->fd, &it->head, it->body, it->fds, it->n_fds);

		if (e == E_AGAIN) return E_OK;
		if (e) return e;
		c->first = it->next;
		if (!c->first) c->last = NULL;
		c->queued--;
		item_free(it);
	}
	return E_OK;
}

/* A message carries at most one control header: all its descriptors. */
static void take_fds(struct msghdr *mh, struct message *m)
{
	struct cmsghdr *cm = CMSG_FIRSTHDR(mh);
	size_t n;

	if (!cm || cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS) return;
	n = (cm->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	if (n > CHAN_FDS) n = CHAN_FDS;
	memcpy(m->fds, CMSG_DATA(cm), n * sizeof(int));
	m->n_fds = (unsigned)n;
}

enum err chan_recv(struct chan *c, struct message *m)
{
	struct wire_head head;
	struct iovec iov[2] = {{&head, sizeof head}, {m->body, sizeof m->body}};
	union fd_control control;
	struct msghdr mh = {.msg_iov = iov,
		.msg_iovlen = 2,
		.msg_control = control.space,
		.msg_controllen = sizeof control.space};
	ssize_t n;

	m->n_fds = 0;
	m->n = 0;
	if (c->fd < 0) return E_CLOSED;
	do {
		n = recvmsg(c->fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0) return errno == EAGAIN ? E_AGAIN : errno == ECONNRESET ? E_CLOSED : E_SYSTEM;
	take_fds(&mh, m);
	if (n == 0) {
		message_drop(m);
		return E_CLOSED;
	}
	if ((size_t)n < sizeof head || head.version != CHAN_VERSION ||
		head.len != (size_t)n - sizeof head || (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
		message_drop(m);
		return E_PROTOCOL;
	}
	m->type = head.type;
	m->id = head.id;
	m->n = head.len;
	return E_OK;
}

struct slice message_body(const struct message *m)
{
	return slice_of(m->body, m->n);
}

int message_fd(struct message *m, unsigned i)
{
	int fd = -1;

	if (i < m->n_fds) {
		fd = m->fds[i];
		m->fds[i] = -1;
	}
	return fd;
}

void message_drop(struct message *m)
{
	unsigned i;

	for (i = 0; i < m->n_fds; i++)
		fd_close(&m->fds[i]);
	m->n_fds = 0;
}

enum err chan_pair(int pair[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0 ? E_SYSTEM : E_OK;
}
