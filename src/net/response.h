/* SPDX-License-Identifier: MIT */
/*
 * An HTTP/1.1 answer (RFC 9112), read strictly as its bytes arrive: what two
 * readers could frame differently is refused. The body's end must be told by
 * Content-Length or by chunks; an answer that ends with the connection could
 * have been cut by anyone. Compressed answers are refused, none was asked for, and
 * redirects, because who was named is who is asked.
 * Runs on the command line; pure; input is attacker controlled.
 */
#ifndef NET_RESPONSE_H
#define NET_RESPONSE_H

#include "base/buf.h"
#include "base/err.h"

enum response_state {
	RESPONSE_HEAD,
	RESPONSE_BODY,       /* left bytes by Content-Length */
	RESPONSE_CHUNK_SIZE, /* the line before a chunk */
	RESPONSE_CHUNK,      /* left bytes of a chunk */
	RESPONSE_CHUNK_END,  /* the CR LF behind it */
	RESPONSE_TRAILER,
	RESPONSE_DONE,
};

struct response {
	enum response_state state;
	struct buf head, line, body; /* line: one of the chunked coding, as it arrives */
	size_t max_body;
	uint64_t left;
	unsigned status; /* 100 to 599, once the head is complete */
	enum err err;    /* the first failure sticks */
};

/* Empty, for a body of at most max_body bytes; to be dropped. */
struct response response_init(size_t max_body);
void response_drop(struct response *r);

/*
 * Takes the next bytes of the connection. E_RESPONSE (why says what is wrong;
 * bytes behind the end are wrong), E_REDIRECT, E_TOO_LARGE, E_NO_MEMORY. After an error the
 * answer is of no use.
 */
enum err response_feed(struct response *r, struct slice bytes, struct why *why);
bool response_done(const struct response *r);

/*
 * Value of a field of the head, without surrounding blanks; p NULL when absent.
 * E_RESPONSE when it is there twice.
 */
enum err response_field(const struct response *r, const char *name, struct slice *value);

#endif
