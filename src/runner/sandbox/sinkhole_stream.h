/* SPDX-License-Identifier: MIT */
/*
 * K's memory: what it listens at, what comes, what it has said. All of fixed
 * size; nothing is allocated and no file is touched. Runs in the sinkhole, whose
 * input is a stranger's.
 */
#ifndef RUNNER_SANDBOX_SINKHOLE_STREAM_H
#define RUNNER_SANDBOX_SINKHOLE_STREAM_H

#include "runner/sandbox/sinkhole_wire.h"

/* UDP and TCP at 127.0.0.53, which resolv.conf names, and at 127.0.0.1, which libcs assume. */
#define SINK_RESOLVERS 4

/* A connection, or the datagrams that come to one place. */
struct stream {
	bool used;
	bool resolver; /* to our resolver: only what is no query is reported */
	bool continued, closing;
	int fd; /* -1 for datagrams: the place has it */
	struct endpoint at;
	uint32_t taken;
	uint32_t n;      /* bytes kept */
	uint32_t looked; /* of them, as queries of DNS */
	uint64_t bytes;
	int64_t last_us;
	uint8_t *kept; /* LIMIT_SINK_STREAM */
};

/* A listener that was asked for. */
struct place {
	int fd; /* -1: free */
	bool bound;
	struct endpoint at;
	uint32_t seq;
	uint32_t expected; /* connections that may still come: then it goes */
	int64_t since_us;
	struct stream *datagrams; /* of UDP, from the first on */
};

struct keeper {
	int reports, asked, stopped;
	int resolvers[SINK_RESOLVERS];
	bool reporting; /* waits for room in the channel */
	uint32_t given; /* addresses */
	struct {
		uint8_t text[SINK_NAME_BYTES];
		uint8_t n;
		uint32_t number;
	} names[LIMIT_SINK_NAMES];
	struct place places[LIMIT_SINK_PLACES];
	struct stream streams[LIMIT_SINK_STREAMS];
	uint8_t kept[LIMIT_SINK_STREAMS][LIMIT_SINK_STREAM];
	uint8_t packet[LIMIT_SINK_STREAM], message[SINK_REPORT_BYTES];
};

/* Sends a report; waits for S if it must, and answers what S asks meanwhile. */
void sink_report(struct keeper *k, struct sinkhole_report *r);
void sink_lost(struct keeper *k, uint32_t n);
/* Answers one question of S's (sinkhole_process.c). */
void sink_asked(struct keeper *k);

/* A free stream, if need be the one on which nothing has come for longest. */
struct stream *stream_open(struct keeper *k, int fd, const struct endpoint *at);
/* Reads what is there; answers when it knows what; ends with the connection. */
void stream_read(struct keeper *k, struct stream *s);
/* One datagram of a place; from whom it came gets an answer if it is a query. */
void stream_datagram(struct keeper *k, struct place *p);
/* One datagram to our resolver. */
void stream_query(struct keeper *k, int fd, const struct endpoint *at);
/* Reports what there is of it, and closes. */
void stream_end(struct keeper *k, struct stream *s);

#endif
