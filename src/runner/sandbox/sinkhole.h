/* SPDX-License-Identifier: MIT */
/*
 * The sinkhole: inside an observed job's network namespace every address and
 * every name ends at listeners of ours, and nothing leaves (specs/sandbox.md
 * 15.5). K, a process of the job's namespaces with an id of its own, no
 * capability, no file and a small filter, answers and keeps what comes.
 *
 * This is S's side. What K reports is checked again here: a K that was taken over
 * can lie about traffic, and can do nothing else. What goes through TLS is
 * counted and not read.
 * Runs in runner and the command line.
 */
#ifndef RUNNER_SANDBOX_SINKHOLE_H
#define RUNNER_SANDBOX_SINKHOLE_H

#include <sys/socket.h>

#include "runner/observer.h"

struct endpoint {
	uint8_t proto;    /* IPPROTO_TCP or IPPROTO_UDP */
	uint8_t family;   /* AF_INET or AF_INET6 */
	uint8_t addr[16]; /* the first 4 of AF_INET; the others 0 */
	uint16_t port;    /* host order */
};

/*
 * From a socket address that a program gave, n bytes of it; IPv4 inside IPv6 becomes IPv4, as
 * the kernel takes it. False for other families and for what is too short.
 */
bool endpoint_of(struct endpoint *out, uint8_t proto, const void *address, size_t n);
/* "tcp 203.0.113.7:443", "udp [2001:db8::1]:53": the value of a row. */
void endpoint_text(struct buf *b, const struct endpoint *at);
/* The address that an observed job has beside loopback, and that its packets come from. */
#define SINK_OWN_ADDRESS                                                                           \
	{                                                                                          \
		198, 19, 255, 254                                                                  \
	}
/* Ends inside the job without us: 127.0.0.0/8, ::1, the job's own and the unspecified ones. */
bool endpoint_is_local(const struct endpoint *at);

/* A stream in the traffic file: this head, place, bytes; whole streams, one after the other. */
enum traffic_channel {
	TRAFFIC_DNS,  /* place: the name; bytes: as it was asked, without dots, what followed it */
	TRAFFIC_TCP,  /* place: "tcp A:P" */
	TRAFFIC_UDP,  /* place: "udp A:P"; bytes: datagrams one after the other */
	TRAFFIC_HTTP, /* place: "http METHOD HOST/path" */
	TRAFFIC_TLS,  /* place: "tls HOST" */
	TRAFFIC_CHANNELS
};
struct traffic_head {
	uint32_t channel, place_bytes, bytes;
};

struct sinkhole {
	int channel; /* K's reports: sinkhole_read when readable */
	int traffic; /* memory file of struct traffic_head and what follows each */
	/* the rest is the sinkhole's own */
	int ask;
	int reports, asked, stop, stopped; /* K's ends, and I's of the pair that stops K */
	uint32_t seq, asks, lost;
	bool ended; /* K said that this was all */
	uint64_t kept;
	unsigned n_names;
	struct sinkhole_name {
		uint8_t addr[4], n;
		uint8_t text[255];
	} names[LIMIT_SINK_NAMES];
};

#define SINKHOLE_INIT                                                                              \
	(struct sinkhole)                                                                          \
	{                                                                                          \
		.channel = -1, .traffic = -1, .ask = -1, .reports = -1, .asked = -1, .stop = -1,   \
		.stopped = -1                                                                      \
	}

/* Before I is cloned: all sockets, and the file of traffic. E_SYSTEM with errno. */
enum err sinkhole_open(struct sinkhole *s);
/* After the clone: in S the ends of I and K are let go, in I those of S. */
void sinkhole_keep_outer(struct sinkhole *s);
void sinkhole_keep_inner(struct sinkhole *s);
void sinkhole_drop(struct sinkhole *s);

/*
 * Before a program connects or sends there: makes K listen, waiting for it at most
 * LIMIT_SINK_ASK_MS. False when nobody of ours listens: the address is the job's own, the
 * job listens there itself, or it cannot be had; what is missed for lack of time or room
 * is counted as dropped. Ask each time: a listener takes as many connections as were asked for.
 */
bool sinkhole_expect(struct sinkhole *s, const struct endpoint *at);
/*
 * The name that this address was given out for, "" when it was for none. After sinkhole_read:
 * the detail of a row OBSERVED_CONNECT. Valid until the next sinkhole_read.
 */
struct slice sinkhole_name(const struct sinkhole *s, const struct endpoint *at);
/*
 * What K has reported by now; never waits. Adds to the row of OBSERVED_CONNECT
 * (endpoint_text, sinkhole_name) if there is one, else makes it.
 */
void sinkhole_read(struct sinkhole *s, struct observer *o);
/* After I is dead: what is left. A K that has not ended in order is observer_broken. */
void sinkhole_end(struct sinkhole *s, struct observer *o);

#endif
