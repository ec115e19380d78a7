/* SPDX-License-Identifier: MIT */
/*
 * Channels between processes: SOCK_SEQPACKET pairs that carry one message at a
 * time, each with a fixed header, a bounded body and at most CHAN_FDS
 * descriptors. Bodies are encoded and decoded by proc/msg.h; anything large
 * travels as a descriptor.
 *
 * Sending never blocks: what the socket does not take is queued in order, up
 * to CHAN_QUEUE messages, and goes out on chan_flush. A peer that breaks the
 * framing gets E_PROTOCOL, upon which the caller drops the channel and with it
 * the peer (never itself).
 * Runs in every role.
 */
#ifndef PROC_CHAN_H
#define PROC_CHAN_H

#include "base/err.h"
#include "base/slice.h"

#define CHAN_VERSION 1
#define CHAN_BODY    8192 /* the largest message is a boot message with its configuration */
#define CHAN_FDS     8
#define CHAN_QUEUE   1024 /* more than all jobs and requests in flight */

struct message {
	uint16_t type;
	uint64_t id; /* ties an answer to its request; 0 when there is none */
	size_t n;
	uint8_t body[CHAN_BODY];
	unsigned n_fds;
	int fds[CHAN_FDS]; /* owned by the receiver until taken with message_fd */
};

struct chan_item;

struct chan {
	int fd;
	unsigned queued;
	struct chan_item *first, *last;
};

#define CHAN_INIT                                                                                  \
	{                                                                                          \
		-1, 0, NULL, NULL                                                                  \
	}

/* Takes ownership of fd and makes it non-blocking. */
struct chan chan_of(int fd);
/* Closes the socket and forgets what is queued; safe on CHAN_INIT. */
void chan_drop(struct chan *c);
bool chan_open(const struct chan *c);
/*
 * Sends body and copies of the descriptors (the caller keeps its own).
 * E_CLOSED when the peer is gone, E_TOO_LARGE when the queue is full.
 */
enum err chan_send(struct chan *c, uint16_t type, uint64_t id, struct slice body, const int *fds,
	unsigned n_fds);
/* True when poll should wait for POLLOUT. */
bool chan_wants_write(const struct chan *c);
enum err chan_flush(struct chan *c);
/*
 * The next message. E_AGAIN when there is none, E_CLOSED at the end of the
 * channel, E_PROTOCOL for a broken one. Drop the message after use.
 */
enum err chan_recv(struct chan *c, struct message *m);
struct slice message_body(const struct message *m);
/* Takes descriptor i out of m; -1 when there is none. */
int message_fd(struct message *m, unsigned i);
/* Closes the descriptors that nobody took. */
void message_drop(struct message *m);
/* A pair of connected channel sockets, close-on-exec. E_SYSTEM. */
enum err chan_pair(int pair[2]);

#endif
