/* SPDX-License-Identifier: MIT */
/*
 * URLs that a person names on the command line, read strictly: what two readers
 * could take for two servers is refused. No user, no fragment, no escapes in
 * the host, no short forms of addresses.
 * Runs on the command line; pure.
 */
#ifndef NET_URL_H
#define NET_URL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

#define URL_HOST_LEN 256 /* the longest name of the DNS has 253 characters */

struct url {
	bool tls;                     /* https */
	bool numeric, v6;             /* the host is an address */
	bool loopback;                /* a numeric address of this machine, or "localhost" */
	uint16_t port;                /* 443 or 80 when the URL names none */
	char host[URL_HOST_LEN];      /* lower case, an IPv6 address without brackets */
	char target[LIMIT_URL_BYTES]; /* path and query, at least "/" */
};

/* E_URL (why says what is wrong). */
enum err url_read(struct slice text, struct url *out, struct why *why);
/*
 * The same server with another target: base's path, its last "/" dropped, then
 * rest, which begins with "/". base has no query. E_URL when it is too long.
 */
enum err url_below(const struct url *base, const char *rest, struct url *out, struct why *why);
/* "https://host:port" as people and Host headers write it; the port when it is not the usual one. */
void url_put_host(struct buf *b, const struct url *u);
void url_put(struct buf *b, const struct url *u);

#endif
