/* SPDX-License-Identifier: MIT */
/* S's side of the sinkhole: asks for listeners, takes reports. Runs in runner and command line. */
#include "runner/sandbox/sinkhole.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "observe/dns.h"
#include "proc/memfd.h"
#include "runner/sandbox/sinkhole_wire.h"

/* Reports that are taken before others have their turn. */
#define READ_AT_ONCE 64
/* Connections that wait for K, each. */
#define BACKLOG 64

static enum err open_pair(int *outer, int *inner)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) return E_SYSTEM;
	*outer = pair[0];
	*inner = pair[1];
	return E_OK;
}

enum err sinkhole_open(struct sinkhole *s)
{
	s->traffic = memfd_open("traffic");
	if (s->traffic < 0) return E_SYSTEM;
	if (open_pair(&s->channel, &s->reports) || open_pair(&s->ask, &s->asked)) return E_SYSTEM;
	return open_pair(&s->stop, &s->stopped);
}

void sinkhole_keep_outer(struct sinkhole *s)
{
	fd_close(&s->reports);
	fd_close(&s->asked);
	fd_close(&s->stop);
	fd_close(&s->stopped);
}

void sinkhole_keep_inner(struct sinkhole *s)
{
	fd_close(&s->channel);
	fd_close(&s->ask);
	fd_close(&s->traffic);
}

void sinkhole_drop(struct sinkhole *s)
{
	sinkhole_keep_outer(s);
	sinkhole_keep_inner(s);
}

/* ---- asking for a listener --------------------------------------------------- */

static bool say(const struct sinkhole *s, struct sinkhole_ask *a)
{
	uint8_t mem[SINK_ASK_BYTES];
	struct buf b = buf_on(mem, sizeof mem);
	struct codec c = codec_writer(&b);

	codec_ask(&c, a);
	if (codec_end(&c)) return false;
	return send(s->ask, b.p, b.n, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)b.n;
}

/* One message of K's; a descriptor that came along is the caller's. */
static bool hear(const struct sinkhole *s, struct sinkhole_ask *a, int *fd)
{
	uint8_t mem[SINK_ASK_BYTES];
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = {mem, sizeof mem};
	struct msghdr m = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		/* Room for one: with the padding a second one would come in unseen. */
		.msg_controllen = CMSG_LEN(sizeof(int))};
	ssize_t n = recvmsg(s->ask, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *head = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	struct codec c;

	if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
		head->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(head), sizeof(int));
	c = codec_reader(slice_of(mem, n > 0 ? (size_t)n : 0));
	codec_ask(&c, a);
	return n > 0 && codec_end(&c) == E_OK;
}

static bool option_is(int fd, int option, int value)
{
	int got = -1;
	socklen_t n = sizeof got;

	return getsockopt(fd, SOL_SOCKET, option, &got, &n) == 0 && got == value;
}

static socklen_t address_of(const struct endpoint *at, struct sockaddr_storage *out)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(at->port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(at->port)};

	if (at->family == AF_INET) {
		memcpy(&v4.sin_addr, at->addr, 4);
		memcpy(out, &v4, sizeof v4);
		return sizeof v4;
	}
	memcpy(&v6.sin6_addr, at->addr, 16);
	memcpy(out, &v6, sizeof v6);
	return sizeof v6;
}

/*
 * K has made the socket, in the job's network, and cannot bind it below port 1024:
 * we can. It has to be of the kind that was asked for; beyond that there is nothing
 * a wrong one could be good for.
 */
static bool bind_for(int fd, const struct endpoint *at, uint32_t *lost)
{
	bool tcp = at->proto == IPPROTO_TCP;
	struct sockaddr_storage address;
	socklen_t n = address_of(at, &address);

	if (!option_is(fd, SO_TYPE, tcp ? SOCK_STREAM : SOCK_DGRAM) ||
		!option_is(fd, SO_DOMAIN, at->family) || !option_is(fd, SO_PROTOCOL, at->proto)) {
		++*lost;
		return false;
	}
	if (bind(fd, (struct sockaddr *)&address, n) < 0 || (tcp && listen(fd, BACKLOG) < 0)) {
		/* The job is there itself, or nobody can be: broadcast, a link without a scope. */
		if (errno != EADDRINUSE && errno != EADDRNOTAVAIL && errno != EINVAL) ++*lost;
		return false;
	}
	return true;
}

/* K's answer to our question, and not to an earlier one that we stopped waiting for. */
static bool answered(struct sinkhole *s, struct sinkhole_ask *a, int *fd)
{
	int64_t end = clock_mono_us() + LIMIT_SINK_ASK_MS * 1000LL, left;

	while ((left = end - clock_mono_us()) > 0) {
		struct pollfd p = {.fd = s->ask, .events = POLLIN};

		if (poll(&p, 1, (int)(left / 1000) + 1) < 0 && errno != EINTR) return false;
		if (!p.revents) continue;
		if (!hear(s, a, fd)) return false;
		if (a->seq == s->seq) return true;
		fd_close(fd);
	}
	return false;
}

bool sinkhole_expect(struct sinkhole *s, const struct endpoint *at)
{
	struct sinkhole_ask a = {.kind = ASK_OPEN, .at = *at};
	int fd = -1;
	bool there = false;

	if (s->ask < 0 || at->port == 0 || endpoint_is_local(at)) return false;
	a.seq = ++s->seq;
	if (s->asks++ >= LIMIT_SINK_ASKS || !say(s, &a) || !answered(s, &a, &fd)) {
		s->lost++;
	} else if (a.kind == ASK_THERE) {
		there = true;
	} else if (a.kind == ASK_SOCKET && fd >= 0) {
		there = bind_for(fd, at, &s->lost);
		a = (struct sinkhole_ask){
			.kind = there ? ASK_BOUND : ASK_TAKEN, .seq = s->seq, .at = *at};
		if (!say(s, &a)) s->lost++;
	} else {
		s->lost++;
	}
	fd_close(&fd);
	return there;
}

/* ---- reports ------------------------------------------------------------------ */

static const struct sinkhole_name *find_name(const struct sinkhole *s, const uint8_t *addr)
{
	unsigned i, n = s->n_names < LIMIT_SINK_NAMES ? s->n_names : LIMIT_SINK_NAMES;

	for (i = 0; i < n; i++)
		if (memcmp(s->names[i].addr, addr, 4) == 0) return &s->names[i];
	return NULL;
}

struct slice sinkhole_name(const struct sinkhole *s, const struct endpoint *at)
{
	const struct sinkhole_name *name = at->family == AF_INET ? find_name(s, at->addr) : NULL;

	return name ? slice_of(name->text, name->n) : SLICE("");
}

static void remember_name(struct sinkhole *s, const struct sinkhole_report *r, struct slice asked)
{
	static const uint8_t none[4];
	struct sinkhole_name *name;

	if (memcmp(r->addr, none, 4) == 0 || find_name(s, r->addr) || !asked.n) return;
	name = &s->names[s->n_names++ % LIMIT_SINK_NAMES];
	memcpy(name->addr, r->addr, 4);
	memcpy(name->text, asked.p, asked.n);
	name->n = (uint8_t)asked.n;
}

/* Adds a stream to the file, whole or not at all. */
static void keep(struct sinkhole *s, struct observer *o, enum traffic_channel channel,
	struct slice place, struct slice bytes)
{
	struct traffic_head h = {channel, (uint32_t)place.n, (uint32_t)bytes.n};
	uint64_t size = sizeof h + place.n + bytes.n;

	if (s->kept + size > LIMIT_SINK_TRAFFIC) {
		observer_dropped(o, 1);
		return;
	}
	if (fd_write_all(s->traffic, slice_of(&h, sizeof h)) || fd_write_all(s->traffic, place) ||
		fd_write_all(s->traffic, bytes))
		observer_broken(o);
	s->kept += size;
}

static void take_name(struct sinkhole *s, struct observer *o, const struct sinkhole_report *r)
{
	uint8_t mem[2 * SINK_NAME_BYTES + 1 + 512], small[SINK_NAME_BYTES], detail[32];
	struct buf all = buf_on(mem, sizeof mem), lower = buf_on(small, sizeof small);
	struct buf d = buf_on(detail, sizeof detail);
	const char *type = dns_type_text(r->type);
	size_t i;

	for (i = 0; i < r->name.n; i++)
		buf_u8(&lower, dns_lower(r->name.p[i]));
	remember_name(s, r, buf_slice(&lower));
	if (type)
		buf_str(&d, type);
	else
		buf_fmt(&d, "TYPE%u", r->type);
	if (r->odd) buf_str(&d, " odd label");
	observer_saw(o, OBSERVED_NAME, buf_slice(&lower), buf_slice(&d));
	/*
	 * Data in names is spelt in both cases and cut at dots: as it was asked, and
	 * once more without dots, for whoever searches.
	 */
	buf_put(&all, r->name);
	buf_u8(&all, '\n');
	for (i = 0; i < r->name.n; i++)
		if (r->name.p[i] != '.') buf_u8(&all, r->name.p[i]);
	keep(s, o, TRAFFIC_DNS, buf_slice(&lower), buf_slice(&all));
	if (r->rest.n) keep(s, o, TRAFFIC_DNS, buf_slice(&lower), r->rest);
}

static void add_bytes(struct observed *row, const struct sinkhole_report *r)
{
	row->bytes += r->bytes;
	if (row->bytes > OBSERVED_BYTES_MAX) row->bytes = OBSERVED_BYTES_MAX;
}

/* What was asked of whom, and a hash of what of it is kept: the first of equal ones. */
static void take_request(
	struct observer *o, const struct sinkhole_report *r, struct slice value, struct slice name)
{
	struct observed *row = observer_saw(o, OBSERVED_REQUEST, value, name);

	if (!row) return;
	add_bytes(row, r);
	if (row->has_sha256) return;
	sha256(r->kept, row->sha256);
	row->has_sha256 = true;
}

static void take_connection(
	struct observer *o, const struct sinkhole_report *r, struct slice value, struct slice name)
{
	struct observed *row = observer_find(o, OBSERVED_CONNECT, value, name);

	if (!row) row = observer_saw(o, OBSERVED_CONNECT, value, name);
	if (!row) return;
	row->confirmed = row->confirmed > OBSERVED_COUNT_MAX - r->taken ? OBSERVED_COUNT_MAX
									: row->confirmed + r->taken;
	/* Memory may have said another address each time that no connection came of it. */
	if (row->confirmed >= row->count) row->advisory = false;
	add_bytes(row, r);
}

static void take_stream(struct sinkhole *s, struct observer *o, const struct sinkhole_report *r)
{
	static const enum traffic_channel channels[STREAM_FORMS] = {
		TRAFFIC_TCP, TRAFFIC_HTTP, TRAFFIC_TLS};
	uint8_t at[80], what[SINK_METHOD_BYTES + SINK_NAME_BYTES + LIMIT_OBSERVED_BYTES + 16];
	struct buf value = buf_on(at, sizeof at), request = buf_on(what, sizeof what);
	struct slice name = sinkhole_name(s, &r->at);
	enum traffic_channel channel = r->at.proto == IPPROTO_UDP ? TRAFFIC_UDP : channels[r->form];

	endpoint_text(&value, &r->at);
	take_connection(o, r, buf_slice(&value), name);
	if (r->form == STREAM_HTTP)
		buf_fmt(&request, "http %.*s ", (int)r->method.n, (const char *)r->method.p);
	if (r->form == STREAM_TLS) buf_str(&request, "tls ");
	/* Without a name the address stands for it: "tcp " and then its text. */
	buf_put(&request, r->host.n ? r->host : slice_from(buf_slice(&value), 4));
	buf_put(&request, r->target);
	if (r->form != STREAM_RAW) take_request(o, r, buf_slice(&request), name);
	keep(s, o, channel, buf_slice(r->form == STREAM_RAW ? &value : &request), r->kept);
	if (r->kept.n < r->bytes) observer_dropped(o, 1);
}

static void take(struct sinkhole *s, struct observer *o, struct slice message)
{
	struct sinkhole_report r = {0};
	struct codec c = codec_reader(message);

	codec_report(&c, &r);
	if (codec_end(&c)) {
		observer_broken(o);
		fd_close(&s->channel);
		return;
	}
	switch (r.kind) {
	case SAID_NAME: take_name(s, o, &r); break;
	case SAID_STREAM: take_stream(s, o, &r); break;
	case SAID_LOST: observer_dropped(o, r.lost); break;
	case SAID_END: s->ended = true; break;
	default: break;
	}
}

void sinkhole_read(struct sinkhole *s, struct observer *o)
{
	static uint8_t mem[SINK_REPORT_BYTES];
	unsigned i;

	if (s->lost) observer_dropped(o, s->lost);
	s->lost = 0;
	for (i = 0; s->channel >= 0 && i < READ_AT_ONCE; i++) {
		ssize_t n = recv(s->channel, mem, sizeof mem, MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0 && errno == EINTR) continue;
		if (n < 0 && errno == EAGAIN) return;
		if (n <= 0) {
			/* K has ended; whether in order is asked at the end. */
			fd_close(&s->channel);
			return;
		}
		take(s, o, slice_of(mem, (size_t)n > sizeof mem ? 0 : (size_t)n));
	}
}

void sinkhole_end(struct sinkhole *s, struct observer *o)
{
	struct pollfd p = {.events = POLLIN};

	/* Nobody writes any more: what is left is bounded by the socket, and has an end. */
	do {
		sinkhole_read(s, o);
		p.fd = s->channel;
	} while (p.fd >= 0 && poll(&p, 1, 0) > 0);
	fd_close(&s->channel);
	if (!s->ended) observer_broken(o);
}
