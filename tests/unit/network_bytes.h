/* SPDX-License-Identifier: MIT */
/* Bytes of clients, made: DNS queries and TLS hellos. */
#ifndef NETWORK_BYTES_H
#define NETWORK_BYTES_H

#include "base/buf.h"

/* A query as resolvers send it; name in presentation form, "" is the root. */
void made_query(struct buf *b, uint16_t id, const char *name, uint16_t type);
/* A ClientHello in records of at most so many bytes; NULL: it names no server. */
void made_hello(struct buf *b, const char *name, size_t record);

#endif
