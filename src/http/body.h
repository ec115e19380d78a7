/* SPDX-License-Identifier: MIT */
/*
 * Body of a request: framing (length or chunks) and, for uploads, multipart
 * (RFC 7578), both as machines that take bytes as they come and keep only what
 * a boundary may need. Content goes to a sink.
 * Runs in http; pure; input is attacker controlled.
 */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include "base/err.h"
#include "base/slice.h"

/* Takes content; an error ends the body. */
typedef enum err body_sink(void *ctx, struct slice bytes);

/* Identity or chunked framing. */
struct framing {
	bool chunked, done;
	uint64_t left;       /* of the body, or of the present chunk */
	unsigned state;      /* of the chunk machine */
	unsigned line;       /* bytes of the present size or trailer line */
	uint64_t total, max; /* content bytes so far, and allowed */
};

void framing_length(struct framing *f, uint64_t length, uint64_t max);
void framing_chunked(struct framing *f, uint64_t max);
/*
 * Takes bytes up to the end of the body and gives content to the sink; *used
 * says how many bytes it took. E_PKG_TOO_LARGE above max, E_BAD_REQUEST for
 * broken chunks, or what the sink answered.
 */
enum err framing_take(
	struct framing *f, struct slice bytes, size_t *used, body_sink *sink, void *ctx);

#define BOUNDARY_MAX  70 /* RFC 2046 5.1.1 */
#define PART_HEAD_MAX 4096
#define PART_TEXT_MAX 256 /* a nonce has 64 characters */

/* A multipart body with exactly one file part and small text parts. */
struct multipart {
	char delimiter[4 + BOUNDARY_MAX]; /* CR LF "--" boundary */
	size_t delimiter_len;
	unsigned state;
	size_t matched;              /* bytes of the delimiter matched so far */
	uint8_t head[PART_HEAD_MAX]; /* of the present part */
	size_t head_len;
	bool in_file, file_seen, closed;
	bool is_nonce, is_secret;
	uint8_t text[PART_TEXT_MAX];
	size_t text_len;
	char nonce[PART_TEXT_MAX + 1]; /* text part "nonce", or "" */
	bool has_nonce;
};

/* Reads the boundary out of a Content-Type; E_MULTIPART_INVALID. */
enum err multipart_start(struct multipart *m, struct slice content_type);
/* Takes content of the body; file content goes to the sink. */
enum err multipart_take(struct multipart *m, struct slice bytes, body_sink *sink, void *ctx);
/* At the end of the body: E_MULTIPART_INVALID unless closed, E_NO_PACKAGE without a file. */
enum err multipart_end(const struct multipart *m);

#endif
