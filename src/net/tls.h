/* SPDX-License-Identifier: MIT */
/*
 * The client side of TLS 1.2 over a connection, through BearSSL: suites with
 * forward secrecy and authenticated encryption only.
 * Runs on the command line; the other side is not trusted.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include "net/anchors.h"
#include "net/dial.h"

struct tls {
	br_ssl_client_context client;
	br_x509_minimal_context x509;
	br_sslio_context io;
	struct dial *dial;
	unsigned char buffer[BR_SSL_BUFSIZE_BIDI];
};

/* Prepares a session that proves the server to be name; both outlive it. Large: not for the stack. */
enum err tls_start(
	struct tls *t, struct dial *d, const struct anchors *a, const char *name, struct why *why);
/* All of s, flushed. E_TLS, E_TLS_CERT, or what the connection failed with. */
enum err tls_write(struct tls *t, struct slice s, struct why *why);
/* At least one byte into p, *got 0 at the end of the stream. */
enum err tls_read(struct tls *t, void *p, size_t n, size_t *got, struct why *why);

#endif
