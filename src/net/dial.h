/* SPDX-License-Identifier: MIT */
/*
 * A TCP connection whose every step has one deadline. Names are resolved by the
 * C library, which reads /etc/hosts and asks the servers of /etc/resolv.conf.
 * Runs on the command line; the other side is not trusted to be fast.
 */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include "net/url.h"

struct dial {
	int fd;              /* non-blocking, -1: none */
	int64_t deadline_us; /* of CLOCK_MONOTONIC */
	enum err err;        /* why the last transfer failed: E_TIMEOUT, E_CLOSED or E_SYSTEM */
};

#define DIAL_INIT                                                                                  \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/*
 * Tries every address of the host in the resolver's order. With only_loopback,
 * addresses of other machines are not tried: E_PLAIN_HTTP. Else E_NAME,
 * E_CONNECT or E_TIMEOUT.
 */
enum err dial_open(struct dial *d, const struct url *u, bool only_loopback, struct why *why);
void dial_close(struct dial *d);
/* At least one byte; 0 at the end of the stream, -1 after a failure (d->err). */
int dial_read(struct dial *d, void *p, size_t n);
int dial_write(struct dial *d, const void *p, size_t n);

#endif
