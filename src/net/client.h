/* SPDX-License-Identifier: MIT */
/*
 * One HTTP/1.1 request over its own connection, through TLS 1.2 for https. The
 * server must prove its name to an authority; the session must have forward
 * secrecy. No redirect is followed, no cookie kept, no proxy asked, nothing of
 * the environment read. Runs on the command line, for commands that say so.
 */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include "net/anchors.h"
#include "net/response.h"
#include "net/url.h"

struct client {
	const char *ca_file;    /* NULL: the system's authorities */
	unsigned timeout_ms;    /* for a whole request; 0: LIMIT_NET_MS */
	bool plain_anywhere;    /* http:// to other machines than this one */
	struct anchors anchors; /* read when first needed */
};

#define CLIENT_INIT                                                                                \
	{                                                                                          \
		.anchors = ANCHORS_INIT                                                            \
	}

/* What is asked; body NULL: GET, else POST of JSON. */
struct call {
	const struct url *url;
	struct slice body;
	size_t max_body;
};

/*
 * Sends the request and reads the whole answer, whatever its status but for
 * redirects. out is to be dropped in any case. E_NAME, E_CONNECT, E_PLAIN_HTTP,
 * E_TLS, E_TLS_CERT, E_TIMEOUT, E_CLOSED, E_RESPONSE, E_REDIRECT, E_TOO_LARGE,
 * E_FORMAT (the authorities), E_SYSTEM or E_NO_MEMORY; why names the server.
 */
enum err client_call(
	struct client *c, const struct call *call, struct response *out, struct why *why);
/* The same with E_STATUS for every status but 200. */
enum err client_get(struct client *c, const struct url *u, size_t max_body, struct response *out,
	struct why *why);
void client_drop(struct client *c);

#endif
