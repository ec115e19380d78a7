/* SPDX-License-Identifier: MIT */
/*
 * What K and S say to each other: typed, bounded, the same walk in both
 * directions. Runs in runner and the command line; pure; what S reads may come
 * from a K that was taken over.
 */
#ifndef RUNNER_SANDBOX_SINKHOLE_WIRE_H
#define RUNNER_SANDBOX_SINKHOLE_WIRE_H

#include "proc/codec.h"
#include "runner/sandbox/sinkhole.h"

/* K to S, on the channel. */
enum said_kind {
	SAID_NAME,   /* a name was looked up */
	SAID_STREAM, /* a connection ended, or datagrams came */
	SAID_LOST,   /* something could not be kept */
	SAID_END,    /* that was all */
	SAID_KINDS
};

enum stream_form { STREAM_RAW, STREAM_HTTP, STREAM_TLS, STREAM_FORMS };

#define SINK_NAME_BYTES   255
#define SINK_METHOD_BYTES 32

struct sinkhole_report {
	uint8_t kind;
	/* name */
	struct slice name,
		rest; /* name: as it was asked; rest: of the query, behind the question */
	uint32_t type;
	bool odd;        /* a label that looks like data */
	uint8_t addr[4]; /* given out for it; zero when none was */
	/* stream; kept serves for rest too */
	struct endpoint at;
	uint8_t form;
	uint32_t taken; /* connections, or datagrams */
	uint64_t bytes; /* all, kept or not */
	struct slice kept, method, host, target;
	/* lost */
	uint32_t lost;
};

#define SINK_REPORT_BYTES (LIMIT_SINK_STREAM + 2 * KIB)

void codec_report(struct codec *c, struct sinkhole_report *r);

/* Between S and K, about one listener. */
enum ask_kind {
	ASK_OPEN,   /* S: listen there */
	ASK_SOCKET, /* K: with a socket that S is to bind; K has no right to low ports */
	ASK_THERE,  /* K: I listen there already */
	ASK_FULL,   /* K: no room */
	ASK_BOUND,  /* S: it is bound and listens */
	ASK_TAKEN,  /* S: it could not be bound */
	ASK_KINDS
};

struct sinkhole_ask {
	uint8_t kind;
	uint32_t seq;
	struct endpoint at;
};

#define SINK_ASK_BYTES 96

void codec_ask(struct codec *c, struct sinkhole_ask *a);

#endif
