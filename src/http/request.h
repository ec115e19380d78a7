/* SPDX-License-Identifier: MIT */
/*
 * Head of an HTTP/1.1 request (RFC 9112), read strictly: what two readers could
 * frame differently is refused. Slices point into the head's bytes.
 * Runs in http; pure; input is attacker controlled.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/err.h"
#include "base/slice.h"

enum method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_DELETE, METHOD_OPTIONS, METHOD_OTHER };

struct request {
	enum method method;
	struct slice path;  /* as sent, without the query */
	struct slice query; /* behind "?", or empty */
	bool close;         /* the connection ends after this request */
	bool has_length, chunked, expect_continue;
	uint64_t length;
	struct slice content_type, if_none_match;
};

/*
 * Where the head ends (behind its empty line); 0 while it is not complete.
 * Bare line feeds do not end it.
 */
size_t request_head_end(struct slice bytes);
/*
 * Reads a complete head. E_BAD_REQUEST (why says what is wrong), or
 * E_URI_TOO_LONG. After an error the framing is not known: close.
 */
enum err request_read(struct slice head, struct request *out, struct why *why);
/* Value of a query parameter, undecoded; p == NULL when absent. */
struct slice request_param(const struct request *r, const char *name);

#endif
