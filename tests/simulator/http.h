/* SPDX-License-Identifier: MIT */
/*
 * HTTP/1.1 as the guest agent's web server speaks it (specs/dstack.md 1.2):
 * requests out of bytes, answers into bytes, faults of framing included.
 * Runs in the simulator; pure; input is outside data.
 */
#ifndef SIM_HTTP_H
#define SIM_HTTP_H

#include "agent.h"
#include "base/buf.h"
#include "base/err.h"

#define HTTP_HEAD_MAX 16384

struct http_request {
	struct request r; /* slices into the input, body included */
	bool keep_alive;
	bool expects_continue; /* the client waits before it sends the body */
	size_t used;           /* bytes of input that the request takes */
};

/*
 * Reads one request from the front of in. E_OK: *out is whole; a chunked body
 * is put together in body. E_AGAIN: more bytes are needed, and
 * out->expects_continue is set when the head is whole. E_TOO_LARGE: the body
 * is over AGENT_BODY_MAX (out->r is filled but for it; nothing behind the head
 * can be read). E_RANGE: the head is too large. E_FORMAT: not HTTP.
 */
enum err http_parse(struct slice in, struct buf *body, struct http_request *out);

/* How an answer travels; what lies about length is said by the faults of the answer. */
struct http_send {
	bool keep_alive;
	int64_t now; /* for the date header, seconds since 1970 */
};

/*
 * Appends head and body, or as much of them as the answer's faults let out.
 * *stall: the rest never comes but the connection stays; *end: it closes.
 */
void http_write(struct buf *out, const struct answer *a, const struct http_send *send, bool *stall,
	bool *end);
/* A short answer to something that is not HTTP; the connection closes behind it. */
void http_refuse(struct buf *out, unsigned status, int64_t now);

#endif
