/* SPDX-License-Identifier: MIT */
/*
 * K: how I starts and ends it, how it drops its rights, its loop. Runs in a
 * job's init and in the sinkhole; nothing here allocates.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "proc/sys.h"
#include "runner/sandbox/handover.h"
#include "runner/sandbox/sinkhole_steps.h"
#include "runner/sandbox/sinkhole_stream.h"

#define RESOLVER_PORT 53
#define RESOLVER_ADDR 0x7f000035U /* 127.0.0.53 */
/* Sockets of K at most: places, streams, resolvers, three to S and I, and one on its way. */
#define FILES          (LIMIT_SINK_PLACES + LIMIT_SINK_STREAMS + SINK_RESOLVERS + 3 + 8)
#define IPV6_FREEBIND_ 78 /* Linux 4.15; in no header of musl 1.2.3 */

/* One for each process; untouched pages take no memory. */
static struct keeper keeper;

/* ---- I ------------------------------------------------------------------------ */

static struct endpoint resolver(int i)
{
	uint32_t addr = htonl(i & 1 ? INADDR_LOOPBACK : RESOLVER_ADDR);
	struct endpoint at = {.proto = i & 2 ? IPPROTO_TCP : IPPROTO_UDP,
		.family = AF_INET,
		.port = RESOLVER_PORT};

	memcpy(at.addr, &addr, 4);
	return at;
}

static int open_resolver(const struct endpoint *at)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(at->port)};
	int type = at->proto == IPPROTO_TCP ? SOCK_STREAM : SOCK_DGRAM;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(&a.sin_addr, at->addr, 4);
	if (fd < 0) return -1;
	if (bind(fd, (struct sockaddr *)&a, sizeof a) == 0 &&
		(type == SOCK_DGRAM || listen(fd, 64) == 0))
		return fd;
	close(fd);
	return -1;
}

static _Noreturn void keeper_main(struct inner *in);

int sinkhole_start(struct inner *in)
{
	int i;

	if (!in->sinkhole) return 0;
	for (i = 0; i < SINK_RESOLVERS; i++) {
		struct endpoint at = resolver(i);

		in->resolvers[i] = open_resolver(&at);
		if (in->resolvers[i] < 0) return -1;
	}
	in->keeper = sys_fork(0, NULL, -1);
	if (in->keeper == 0) keeper_main(in);
	if (in->keeper < 0) return -1;
	for (i = 0; i < SINK_RESOLVERS; i++)
		fd_close(&in->resolvers[i]);
	fd_close(&in->sinkhole->reports);
	fd_close(&in->sinkhole->asked);
	fd_close(&in->sinkhole->stopped);
	return 0;
}

int sinkhole_ready(struct inner *in)
{
	char byte;
	ssize_t n;

	if (!in->sinkhole) return 0;
	do {
		n = recv(in->sinkhole->stop, &byte, 1, 0);
	} while (n < 0 && errno == EINTR);
	if (n == 1) return 0;
	/* K has said already which of its steps failed. */
	errno = ECHILD;
	return -1;
}

void sinkhole_stop(struct inner *in)
{
	int status;

	if (!in->sinkhole || in->keeper <= 0) return;
	/* One that is gone already, or hangs, is S's business: it has not said its end. */
	if (send(in->sinkhole->stop, "", 1, MSG_NOSIGNAL) != 1) return;
	while (wait4(in->keeper, &status, 0, NULL) < 0 && errno == EINTR)
		;
}

/* ---- K: dropping its rights ------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* What it needs stays open, and the pipe by which a step says that it failed. */
static int keep_descriptors(struct inner *in)
{
	const struct sinkhole *s = in->sinkhole;
	int list[SINK_RESOLVERS + 4] = {s->reports, s->asked, s->stopped, in->status}, i;
	unsigned from = 0;

	memcpy(list + 4, in->resolvers, sizeof in->resolvers);
	qsort(list, SINK_RESOLVERS + 4, sizeof *list, compare);
	for (i = 0; i < SINK_RESOLVERS + 4; i++) {
		unsigned fd = (unsigned)list[i];

		if (from < fd && sys_close_range(from, fd - 1, 0) < 0) return -1;
		from = fd + 1;
	}
	return sys_close_range(from, ~0U, 0);
}

/* Fewer than the test may have: no count of descriptors is to meet ours (poll_limits.h). */
static int few_resources(struct inner *in)
{
	uint32_t files = in->phase->limits_of_job->files;
	struct rlimit r;

	r.rlim_cur = r.rlim_max = files > FILES ? FILES : files - 1;
	if (setrlimit(RLIMIT_NOFILE, &r) < 0) return -1;
	r.rlim_cur = r.rlim_max = 0;
	return setrlimit(RLIMIT_FSIZE, &r);
}

static int own_id(struct inner *in)
{
	uint32_t uid = sandbox_sinkhole_uid(in->env, in->ws->slot);

	if (setsid() < 0 || inner_drop_bounding_set() < 0) return -1;
	if (!in->env->single_id && (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0))
		return -1;
	return 0;
}

static int no_rights(struct inner *in)
{
	(void)in;
	if (inner_drop_capabilities() < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) return -1;
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

static int few_calls(struct inner *in)
{
	return filter_load(buf_slice(&in->env->sinkhole.program));
}

static const struct step keeper_steps[] = {
	{"sinkhole-descriptors", keep_descriptors},
	{"sinkhole-limits", few_resources},
	{"sinkhole-id", own_id},
	{"sinkhole-rights", no_rights},
	{"sinkhole-seccomp", few_calls},
};

/* ---- K: listeners that S asks for ---------------------------------------------------- */

static void say(const struct keeper *k, const struct sinkhole_ask *to, enum ask_kind kind, int fd)
{
	uint8_t mem[SINK_ASK_BYTES];
	struct buf b = buf_on(mem, sizeof mem);
	struct codec c = codec_writer(&b);
	struct sinkhole_ask a = *to;

	a.kind = (uint8_t)kind;
	codec_ask(&c, &a);
	if (codec_end(&c) || handover_message(k->asked, buf_slice(&b), &fd, fd >= 0) < 0) _exit(1);
}

static bool same(const struct endpoint *a, const struct endpoint *b)
{
	return a->proto == b->proto && a->family == b->family && a->port == b->port &&
	       memcmp(a->addr, b->addr, sizeof a->addr) == 0;
}

static void place_close(struct keeper *k, struct place *p)
{
	struct stream *s = p->datagrams;

	fd_close(&p->fd);
	p->datagrams = NULL;
	if (s) stream_end(k, s);
}

/* Free, or the oldest of UDP: what still comes there is refused, and that is said. */
static struct place *place_free(struct keeper *k)
{
	struct place *oldest = NULL;
	size_t i;

	for (i = 0; i < LIMIT_SINK_PLACES; i++) {
		struct place *p = &k->places[i];

		if (p->fd < 0) return p;
		if (p->at.proto == IPPROTO_UDP && (!oldest || p->since_us < oldest->since_us))
			oldest = p;
	}
	if (!oldest || k->reporting) return NULL;
	place_close(k, oldest);
	sink_lost(k, 1);
	return oldest;
}

/* Not bound yet: below port 1024 only S may. An IPv6 address is nobody's until it is bound freely. */
static int place_socket(const struct endpoint *at)
{
	bool tcp = at->proto == IPPROTO_TCP;
	int on = 1;
	int fd = socket(at->family, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK,
		at->proto);

	if (fd < 0) return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
		(at->family == AF_INET ||
			(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0 &&
				setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND_, &on, sizeof on) == 0)))
		return fd;
	close(fd);
	return -1;
}

static void asked_to_open(struct keeper *k, const struct sinkhole_ask *a)
{
	struct place *p;
	size_t i;

	for (i = 0; i < LIMIT_SINK_PLACES; i++) {
		p = &k->places[i];
		if (p->fd < 0 || !p->bound || !same(&p->at, &a->at)) continue;
		p->expected++;
		p->since_us = clock_mono_us();
		say(k, a, ASK_THERE, -1);
		return;
	}
	p = place_free(k);
	if (p) {
		*p = (struct place){.fd = place_socket(&a->at),
			.at = a->at,
			.seq = a->seq,
			.expected = 1,
			.since_us = clock_mono_us()};
	}
	say(k, a, p && p->fd >= 0 ? ASK_SOCKET : ASK_FULL, p ? p->fd : -1);
}

void sink_asked(struct keeper *k)
{
	uint8_t mem[SINK_ASK_BYTES];
	ssize_t n = recv(k->asked, mem, sizeof mem, MSG_DONTWAIT);
	struct codec c = codec_reader(slice_of(mem, n > 0 ? (size_t)n : 0));
	struct sinkhole_ask a;
	size_t i;

	if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
	codec_ask(&c, &a);
	/* S is gone, or is not S. */
	if (n <= 0 || codec_end(&c)) _exit(1);
	if (a.kind == ASK_OPEN) {
		asked_to_open(k, &a);
		return;
	}
	for (i = 0; i < LIMIT_SINK_PLACES; i++) {
		struct place *p = &k->places[i];

		if (p->fd < 0 || p->bound || p->seq != a.seq) continue;
		p->bound = a.kind == ASK_BOUND;
		if (!p->bound) fd_close(&p->fd);
	}
}

/* ---- K: the loop ------------------------------------------------------------------------- */

static void accept_all(struct keeper *k, int listener, const struct endpoint *at, bool to_resolver,
	uint32_t *expected)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct stream *s = stream_open(k, fd, at);

		s->taken = 1;
		s->resolver = to_resolver;
		if (*expected) --*expected;
	}
}

static void place_serve(struct keeper *k, struct place *p)
{
	if (p->at.proto == IPPROTO_UDP) {
		stream_datagram(k, p);
		return;
	}
	accept_all(k, p->fd, &p->at, false, &p->expected);
	/* Gone at once, so that a server of the job's own may have the port. */
	if (!p->expected) fd_close(&p->fd);
}

/* In this order: stop, S, resolvers, places, streams. */
#define POLLED (2 + SINK_RESOLVERS + LIMIT_SINK_PLACES + LIMIT_SINK_STREAMS)

static void fill(const struct keeper *k, struct pollfd p[POLLED])
{
	size_t n = 0, i;

	p[n++] = (struct pollfd){k->stopped, POLLIN, 0};
	p[n++] = (struct pollfd){k->asked, POLLIN, 0};
	for (i = 0; i < SINK_RESOLVERS; i++)
		p[n++] = (struct pollfd){k->resolvers[i], POLLIN, 0};
	for (i = 0; i < LIMIT_SINK_PLACES; i++)
		p[n++] = (struct pollfd){k->places[i].bound ? k->places[i].fd : -1, POLLIN, 0};
	for (i = 0; i < LIMIT_SINK_STREAMS; i++)
		p[n++] = (struct pollfd){k->streams[i].used ? k->streams[i].fd : -1, POLLIN, 0};
}

/* What came since fill(); true when something of the job's did. */
static bool serve(struct keeper *k, const struct pollfd p[POLLED])
{
	const struct pollfd *resolvers = p + 2, *places = resolvers + SINK_RESOLVERS,
			    *streams = places + LIMIT_SINK_PLACES;
	uint32_t any = 0;
	bool busy = false;
	size_t i;

	/* Streams first: what follows may put a new one in the place of an old one. */
	for (i = 0; i < LIMIT_SINK_STREAMS; i++) {
		if (!streams[i].revents || k->streams[i].fd != streams[i].fd) continue;
		stream_read(k, &k->streams[i]);
		busy = true;
	}
	for (i = 0; i < LIMIT_SINK_PLACES; i++) {
		if (!places[i].revents || k->places[i].fd != places[i].fd) continue;
		place_serve(k, &k->places[i]);
		busy = true;
	}
	for (i = 0; i < SINK_RESOLVERS; i++) {
		struct endpoint at = resolver((int)i);

		if (!resolvers[i].revents) continue;
		if (at.proto == IPPROTO_UDP)
			stream_query(k, k->resolvers[i], &at);
		else
			accept_all(k, k->resolvers[i], &at, true, &any);
		busy = true;
	}
	return busy;
}

/* Ends what has been idle for long; how long until the next may have to end, or -1. */
static int end_idle(struct keeper *k)
{
	int64_t old = clock_mono_us() - LIMIT_SINK_IDLE_MS * 1000LL, next = INT64_MAX;
	size_t i;

	for (i = 0; i < LIMIT_SINK_PLACES; i++) {
		struct place *p = &k->places[i];

		if (p->datagrams && p->datagrams->last_us <= old) {
			struct stream *s = p->datagrams;

			p->datagrams = NULL;
			stream_end(k, s);
		}
		if (p->fd < 0 || p->at.proto == IPPROTO_UDP) continue;
		if (p->since_us <= old)
			fd_close(&p->fd);
		else if (p->since_us < next)
			next = p->since_us;
	}
	for (i = 0; i < LIMIT_SINK_STREAMS; i++) {
		struct stream *s = &k->streams[i];

		if (s->used && s->fd >= 0 && s->last_us <= old) stream_end(k, s);
		if (s->used && s->last_us < next) next = s->last_us;
	}
	return next == INT64_MAX ? -1 : (int)((next - old) / 1000) + 1;
}

/* The command has ended: what is still unread, for a moment; then everything is said. */
static _Noreturn void finish(struct keeper *k)
{
	struct sinkhole_report end = {.kind = SAID_END};
	int64_t late = clock_mono_us() + LIMIT_SINK_WAIT_MS * 1000LL;
	struct pollfd p[POLLED];
	size_t i;

	for (;;) {
		fill(k, p);
		if (poll(p + 2, POLLED - 2, 0) <= 0 || !serve(k, p)) break;
		if (clock_mono_us() < late) continue;
		sink_lost(k, 1);
		break;
	}
	for (i = 0; i < LIMIT_SINK_STREAMS; i++)
		if (k->streams[i].used) stream_end(k, &k->streams[i]);
	sink_report(k, &end);
	_exit(0);
}

static _Noreturn void keeper_main(struct inner *in)
{
	struct keeper *k = &keeper;
	struct pollfd p[POLLED];
	size_t i;

	inner_run_steps(in, keeper_steps, sizeof keeper_steps / sizeof *keeper_steps);
	fd_close(&in->status);
	k->reports = in->sinkhole->reports;
	k->asked = in->sinkhole->asked;
	k->stopped = in->sinkhole->stopped;
	memcpy(k->resolvers, in->resolvers, sizeof k->resolvers);
	for (i = 0; i < LIMIT_SINK_PLACES; i++)
		k->places[i].fd = -1;
	if (send(k->stopped, "", 1, MSG_NOSIGNAL) != 1) _exit(1);
	for (;;) {
		int timeout = end_idle(k);

		fill(k, p);
		if (poll(p, POLLED, timeout) < 0 && errno != EINTR) _exit(1);
		if (p[1].revents) sink_asked(k);
		serve(k, p);
		if (p[0].revents) finish(k);
	}
}
