/* SPDX-License-Identifier: MIT */
/*
 * The http role: the only process that talks to strangers. It reads requests,
 * streams uploads into descriptors that store gives it, and renders answers
 * from what store keeps.
 *
 *   uid            901, no capabilities
 *   namespaces     mount, PID, IPC, UTS of its own; the network is the container's
 *   root           an empty read-only tmpfs
 *   descriptors    2 log, 3 control, 4 store, the listening socket, connections,
 *                  spooled uploads and parts of jobs while they are in use
 *   system calls   sockets that exist or are accepted, its channels
 *   never          files, processes, the guest agent
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/log.h"
#include "http/server.h"
#include "proc/sys.h"

/* Connections taken in one turn, so that others get theirs. */
#define ACCEPT_TURN 64

/* clang-format off */
#define S(name) SYS_##name
static const int calls_io[] = {
	S(read), S(write), S(writev), S(close), S(fcntl), S(fstat), S(accept4), S(recvfrom), S(sendto), S(sendmsg),
	S(recvmsg), S(shutdown), S(epoll_create1), S(epoll_ctl), S(epoll_pwait), S(epoll_wait), S(restart_syscall),
};
static const int calls_process[] = {
	S(brk), S(munmap), S(mremap), S(madvise), S(clock_gettime), S(getpid), S(gettid), S(exit_group),
	S(rt_sigreturn), S(rt_sigprocmask), S(futex),
};
/* clang-format on */
static const struct filter_group groups[] = {
	FILTER_ALLOWS("connections, channels, spooled uploads", calls_io),
	FILTER_ALLOWS("own memory, clocks, end", calls_process),
};
static const struct filter_guard guards[] = {
	FILTER_NO_EXEC,
};
static const struct filter_spec calls = {
	groups, FILTER_COUNT(groups), guards, FILTER_COUNT(guards), FILTER_KILL, 0, NULL};

static int http_run(struct boot *boot, struct chan *control, struct message *m);

const struct role role_http = {
	.id = ROLE_HTTP,
	.name = "http",
	.uid = 901,
	.root = ROOT_EMPTY,
	.namespaces = SV_CLONE_NEWNS | SV_CLONE_NEWPID | SV_CLONE_NEWIPC | SV_CLONE_NEWUTS,
	/* Every connection, its spooled file, parts of answers, and some. */
	.files = LIMIT_CONNECTIONS + LIMIT_UPLOADS + 256,
	.memory = 512 * MIB,
	.calls = &calls,
	.peers = "store, the listening socket",
	.sees = "nothing",
	.descriptors = "socket:* anon_inode:[[]eventpoll[]] /memfd:*",
	.mounts = "/:tmpfs:ro",
	.run = http_run,
};

/* What epoll hands back for the three descriptors that are no connections. */
static char tag_control, tag_store, tag_listener;

static int add(struct server *s, int fd, void *tag)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = tag};

	return epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev);
}

static void accept_some(struct server *s)
{
	int i;

	for (i = 0; i < ACCEPT_TURN; i++) {
		int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0) return;
		conn_open(s, fd);
	}
}

static void stop(struct server *s)
{
	s->stopping = true;
	epoll_ctl(s->epoll, EPOLL_CTL_DEL, s->listener, NULL);
	fd_close(&s->listener);
}

/* Exit status when the role has to end, -1 else. */
static int from_init(struct server *s, struct message *m)
{
	struct msg_health h = {0};
	enum err e;

	while ((e = chan_recv(s->control, m)) == E_OK) {
		switch (m->type) {
		case MSG_PING: chan_send(s->control, MSG_PONG, 0, SLICE_NONE, NULL, 0); break;
		case MSG_STOP: stop(s); break;
		case MSG_HEALTH:
			if (MSG_READ(health, m, &h)) break;
			s->degraded = h.degraded;
			slice_text(s->degraded_why, sizeof s->degraded_why, h.reason);
			break;
		default: break;
		}
		message_drop(m);
	}
	return e == E_AGAIN ? -1 : ROLE_EXIT_PEER;
}

static int from_store(struct server *s, struct message *m)
{
	enum err e;

	while ((e = chan_recv(&s->store, m)) == E_OK) {
		replies_message(s, m);
		message_drop(m);
	}
	/* Without store nothing can be answered; init restarts both. */
	return e == E_AGAIN ? -1 : ROLE_EXIT_PEER;
}

static int loop(struct server *s, struct message *m)
{
	struct epoll_event events[64];

	while (!(s->stopping && s->n_conns == 0)) {
		int wait = conn_expire(s), n, i, status;
		bool arrived = false;

		/* What store has not taken yet goes out as soon as it takes more. */
		if (chan_wants_write(&s->store)) {
			chan_flush(&s->store);
			wait = wait < 5 ? wait : 5;
		}
		n = epoll_wait(s->epoll, events, 64, wait);
		if (n < 0 && errno != EINTR) return ROLE_EXIT_FAILED;
		for (i = 0; i < n; i++) {
			void *tag = events[i].data.ptr;

			status = -1;
			if (tag == &tag_control)
				status = from_init(s, m);
			else if (tag == &tag_store)
				status = from_store(s, m);
			else if (tag == &tag_listener)
				arrived = true;
			else
				conn_event(s, tag, events[i].events);
			if (status >= 0) return status;
		}
		/*
		 * New ones last: an entry that was closed above may have an event of
		 * its old connection further down, which must not meet a new one.
		 */
		if (arrived) accept_some(s);
	}
	return ROLE_EXIT_ORDERLY;
}

static int http_run(struct boot *boot, struct chan *control, struct message *m)
{
	static struct server s;

	s.conf = boot->conf;
	s.boot_us = (int64_t)boot->boot_us;
	memcpy(s.policy_sha256, boot->policy_sha256, sizeof s.policy_sha256);
	memcpy(s.binary_sha256, boot->binary_sha256, sizeof s.binary_sha256);
	s.control = control;
	s.store = chan_of(message_fd(m, 0));
	s.listener = message_fd(m, 1);
	s.epoll = epoll_create1(EPOLL_CLOEXEC);
	/* Untouched entries cost no memory: the kernel gives zero pages on first use. */
	s.conns = calloc(LIMIT_CONNECTIONS, sizeof *s.conns);
	if (s.epoll < 0 || !s.conns || add(&s, control->fd, &tag_control) ||
		add(&s, s.store.fd, &tag_store) || add(&s, s.listener, &tag_listener))
		return ROLE_EXIT_FAILED;
	chan_send(control, MSG_READY, 0, SLICE_NONE, NULL, 0);
	return loop(&s, m);
}
