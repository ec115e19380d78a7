/* SPDX-License-Identifier: MIT */
/* What comes to the sinkhole: kept, counted, named, answered. Runs in K. */
#include "runner/sandbox/sinkhole_stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "observe/dns.h"
#include "observe/hello.h"
#include "observe/http_head.h"

#define DNS_PORT 53
/* A second range that belongs to nobody (RFC 2544): addresses for names, 198.18.0.1 and on. */
#define NAMES_FIRST 0xc6120001U
/* To 198.19.255.200; the job has an address behind these (SINK_OWN_ADDRESS). */
#define NAMES_COUNT 131016U
/* What is looked for at the start of a stream is found in as many bytes, or is not there. */
#define LOOK_BYTES (20 * KIB)
/* Reads of one stream before others have their turn. */
#define READ_AT_ONCE 16

/* ---- saying it to S -------------------------------------------------------- */

/* Room in the channel; S may wait for an answer before it makes some. */
static void wait_for_room(struct keeper *k)
{
	struct pollfd p[] = {{k->reports, POLLOUT, 0}, {k->asked, POLLIN, 0}};

	if (poll(p, 2, -1) < 0) return;
	if (p[1].revents & POLLIN) sink_asked(k);
	if ((p[0].revents | p[1].revents) & (POLLERR | POLLHUP)) _exit(1);
}

void sink_report(struct keeper *k, struct sinkhole_report *r)
{
	struct buf b = buf_on(k->message, sizeof k->message);
	struct codec c = codec_writer(&b);

	codec_report(&c, r);
	/* Ours to get right: S would not believe it either. */
	if (codec_end(&c)) _exit(2);
	while (send(k->reports, b.p, b.n, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)b.n) {
		if (errno != EAGAIN && errno != EINTR) _exit(1);
		k->reporting = true;
		wait_for_room(k);
		k->reporting = false;
	}
}

void sink_lost(struct keeper *k, uint32_t n)
{
	struct sinkhole_report r = {.kind = SAID_LOST, .lost = n};

	sink_report(k, &r);
}

/* ---- names ------------------------------------------------------------------- */

/* The same address for the same name, while it is remembered. */
static uint32_t number_of(struct keeper *k, const struct dns_query *q)
{
	uint32_t i, n = k->given < LIMIT_SINK_NAMES ? k->given : LIMIT_SINK_NAMES;

	for (i = 0; i < n; i++)
		if (slice_eq(slice_of(k->names[i].text, k->names[i].n), slice_of(q->name, q->n)))
			return k->names[i].number;
	i = k->given++ % LIMIT_SINK_NAMES;
	memcpy(k->names[i].text, q->name, q->n);
	k->names[i].n = (uint8_t)q->n;
	k->names[i].number = NAMES_FIRST + (k->given - 1) % NAMES_COUNT;
	return k->names[i].number;
}

/* Reports one query and writes the answer; E_FORMAT or E_TRUNCATED when it is none. */
static enum err answer_query(struct keeper *k, struct slice packet, struct buf *answer)
{
	static const uint8_t here[4] = {127, 0, 0, 1};
	struct sinkhole_report r = {.kind = SAID_NAME};
	struct dns_query q;
	uint32_t number;
	enum err e = dns_query_read(packet, &q);
	bool local;

	if (e) return e;
	local = dns_is_local(slice_of(q.name, q.n));
	r.name = slice_of(q.asked, q.n);
	r.rest = slice_sub(q.rest, 0, LIMIT_SINK_STREAM);
	r.type = q.type;
	r.odd = q.odd;
	if (q.type == DNS_TYPE_A && !local && q.n) {
		number = number_of(k, &q);
		r.addr[0] = (uint8_t)(number >> 24);
		r.addr[1] = (uint8_t)(number >> 16);
		r.addr[2] = (uint8_t)(number >> 8);
		r.addr[3] = (uint8_t)number;
	}
	sink_report(k, &r);
	dns_answer(answer, &q, q.type != DNS_TYPE_A || !q.n ? NULL : local ? here : r.addr);
	return E_OK;
}

/* ---- streams ------------------------------------------------------------------- */

static void report_stream(struct keeper *k, const struct stream *s)
{
	struct slice kept = slice_of(s->kept, s->n);
	struct sinkhole_report r = {.kind = SAID_STREAM, .at = s->at, .taken = s->taken};
	struct http_head h;
	struct hello hello;

	r.kept = kept;
	r.bytes = s->bytes > OBSERVED_BYTES_MAX ? OBSERVED_BYTES_MAX : s->bytes;
	if (s->at.proto == IPPROTO_TCP && hello_read(kept, &hello) == E_OK) {
		r.form = STREAM_TLS;
		r.host = slice_of(hello.name, hello.n);
	} else if (s->at.proto == IPPROTO_TCP && http_head_read(kept, &h) == E_OK) {
		r.form = STREAM_HTTP;
		r.method = h.method;
		r.host = slice_sub(h.host, 0, SINK_NAME_BYTES);
		r.target = slice_sub(h.path, 0, LIMIT_OBSERVED_BYTES);
	}
	sink_report(k, &r);
}

void stream_end(struct keeper *k, struct stream *s)
{
	fd_close(&s->fd);
	/* Queries to our resolver were reported as such; what else came is a stream. */
	if (s->taken && !(s->resolver && s->looked == s->bytes)) report_stream(k, s);
	s->used = false;
}

struct stream *stream_open(struct keeper *k, int fd, const struct endpoint *at)
{
	struct stream *s = NULL, *oldest = NULL;
	size_t i;

	for (i = 0; !s && i < LIMIT_SINK_STREAMS; i++) {
		struct stream *one = &k->streams[i];

		if (!one->used)
			s = one;
		else if (!oldest || one->last_us < oldest->last_us)
			oldest = one;
	}
	if (!s) {
		s = oldest;
		for (i = 0; i < LIMIT_SINK_PLACES; i++)
			if (k->places[i].datagrams == s) k->places[i].datagrams = NULL;
		stream_end(k, s);
	}
	*s = (struct stream){.used = true,
		.fd = fd,
		.at = *at,
		.last_us = clock_mono_us(),
		.kept = k->kept[s - k->streams]};
	return s;
}

static void answer(const struct stream *s, struct slice bytes)
{
	/* A few bytes into an empty buffer; whoever does not take them goes without. */
	if (send(s->fd, bytes.p, bytes.n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) return;
}

/* Queries over TCP: two bytes of length before each. */
static void look_for_queries(struct keeper *k, struct stream *s)
{
	uint8_t mem[2 + DNS_ANSWER_BYTES];

	while (s->n - s->looked >= 2) {
		struct slice rest = slice_of(s->kept + s->looked, s->n - s->looked);
		size_t n = (size_t)rest.p[0] << 8 | rest.p[1];
		struct buf b = buf_on(mem, sizeof mem);

		if (rest.n < 2 + n) return;
		buf_zeros(&b, 2);
		if (answer_query(k, slice_sub(rest, 2, n), &b) || b.err) {
			s->closing = true;
			return;
		}
		mem[0] = (uint8_t)((b.n - 2) >> 8);
		mem[1] = (uint8_t)(b.n - 2);
		answer(s, buf_slice(&b));
		s->looked += (uint32_t)(2 + n);
	}
}

/* A client of TLS gets no for an answer, at once: alert 40, handshake_failure. */
static void look_for_request(struct stream *s)
{
	static const uint8_t refusal[] = {21, 3, 3, 0, 2, 2, 40};
	struct slice kept = slice_of(s->kept, s->n);
	struct http_head h;
	struct hello hello;

	if (hello_read(kept, &hello) == E_OK) {
		answer(s, SLICE_OF(refusal));
		s->closing = true;
	} else if (http_head_read(kept, &h) == E_OK) {
		if (h.expects && !s->continued) answer(s, SLICE("HTTP/1.1 100 Continue\r\n\r\n"));
		s->continued = true;
		if (!http_head_complete(&h, kept, s->bytes)) return;
		answer(s,
			SLICE("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
			      "Content-Type: text/plain\r\nContent-Length: 11\r\n\r\nno network\n"));
		s->closing = true;
	}
}

static void add(struct keeper *k, struct stream *s, struct slice bytes)
{
	size_t room = LIMIT_SINK_STREAM - s->n, n = bytes.n < room ? bytes.n : room;

	if (n) memcpy(s->kept + s->n, bytes.p, n);
	s->n += (uint32_t)n;
	s->bytes += bytes.n;
	s->last_us = clock_mono_us();
	if (s->fd < 0) return;
	if (s->at.port == DNS_PORT)
		look_for_queries(k, s);
	else if (s->n <= LOOK_BYTES || s->continued)
		look_for_request(s);
}

void stream_read(struct keeper *k, struct stream *s)
{
	unsigned i;

	for (i = 0; i < READ_AT_ONCE; i++) {
		ssize_t n = recv(s->fd, k->packet, sizeof k->packet, MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
		if (n > 0) add(k, s, slice_of(k->packet, (size_t)n));
		if (n <= 0 || s->closing) {
			stream_end(k, s);
			return;
		}
	}
}

static void reply(struct keeper *k, int fd, struct slice packet, const struct sockaddr_storage *to,
	socklen_t to_n, bool *is_query)
{
	uint8_t mem[DNS_ANSWER_BYTES];
	struct buf b = buf_on(mem, sizeof mem);

	*is_query = answer_query(k, packet, &b) == E_OK && !b.err;
	if (!*is_query) return;
	/* As above: nobody waits for a resolver that the network swallowed. */
	if (sendto(fd, b.p, b.n, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)to, to_n) <
		0)
		return;
}

void stream_datagram(struct keeper *k, struct place *p)
{
	struct sockaddr_storage from;
	socklen_t from_n = sizeof from;
	ssize_t n = recvfrom(p->fd, k->packet, sizeof k->packet, MSG_DONTWAIT,
		(struct sockaddr *)&from, &from_n);
	struct slice packet = slice_of(k->packet, n > 0 ? (size_t)n : 0);
	bool is_query;

	if (n < 0) return;
	/* Kept whole while there is room: then the next ones are a stream of their own. */
	if (p->datagrams && LIMIT_SINK_STREAM - p->datagrams->n < packet.n) {
		stream_end(k, p->datagrams);
		p->datagrams = NULL;
	}
	if (!p->datagrams) p->datagrams = stream_open(k, -1, &p->at);
	p->datagrams->taken++;
	add(k, p->datagrams, packet);
	if (p->at.port == DNS_PORT) reply(k, p->fd, packet, &from, from_n, &is_query);
}

void stream_query(struct keeper *k, int fd, const struct endpoint *at)
{
	struct sockaddr_storage from;
	socklen_t from_n = sizeof from;
	ssize_t n = recvfrom(
		fd, k->packet, sizeof k->packet, MSG_DONTWAIT, (struct sockaddr *)&from, &from_n);
	struct stream *s;
	bool is_query;

	if (n < 0) return;
	reply(k, fd, slice_of(k->packet, (size_t)n), &from, from_n, &is_query);
	if (is_query) return;
	s = stream_open(k, -1, at);
	s->taken = 1;
	add(k, s, slice_of(k->packet, (size_t)n));
	stream_end(k, s);
}
