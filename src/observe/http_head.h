/* SPDX-License-Identifier: MIT */
/*
 * The head of an HTTP/1 request, as far as it says what was asked of whom, and
 * where its body ends (RFC 9112). It is read to describe, not to obey: where
 * readers could differ, the first of two wins. Pure; the bytes are a stranger's.
 */
#ifndef OBSERVE_HTTP_HEAD_H
#define OBSERVE_HTTP_HEAD_H

#include "base/err.h"
#include "base/slice.h"

#define HTTP_HEAD_BYTES   16384
#define HTTP_METHOD_BYTES 32

struct http_head {
	struct slice method, target; /* as sent; valid as long as the bytes */
	struct slice host;           /* of the target, else of Host; may be empty */
	struct slice path;           /* of the target, with its query; "*" and such as they are */
	size_t bytes;                /* of the head, empty line included */
	bool chunked;
	bool expects;    /* waits for "100 Continue" before it sends the body */
	uint64_t length; /* of the body; 0 without Content-Length */
};

/* E_OK: a whole head; E_TRUNCATED: it may become one; E_FORMAT: it is none. */
enum err http_head_read(struct slice bytes, struct http_head *out);
/* All of head and body is among bytes. */
bool http_head_complete(const struct http_head *h, struct slice bytes, uint64_t total);

#endif
