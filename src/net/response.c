/* SPDX-License-Identifier: MIT */
/* HTTP/1.1 answers. Runs on the command line; pure. */
#include "net/response.h"

#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"

/* Above any length we take; a longer one is refused by its size, not its form. */
#define LENGTH_MAX (1ULL << 40)
/* A chunk's size in hex with leading zeros and a short extension. */
#define LINE_MAX_LEN 256

struct response response_init(size_t max_body)
{
	struct response r = {.max_body = max_body};

	r.head = buf_heap(LIMIT_RESPONSE_HEAD);
	r.line = buf_heap(LINE_MAX_LEN);
	r.body = buf_heap(max_body + 1);
	return r;
}

void response_drop(struct response *r)
{
	buf_drop(&r->head);
	buf_drop(&r->line);
	buf_drop(&r->body);
}

bool response_done(const struct response *r)
{
	return r->state == RESPONSE_DONE && !r->err;
}

static enum err bad(struct why *why, const char *what)
{
	return why_set(why, E_RESPONSE, "%s", what);
}

/* One line of the head without its CR LF; the head is known to end with an empty one. */
static struct slice take_line(struct slice *rest)
{
	size_t at = slice_search(*rest, 0, SLICE("\r\n"));
	struct slice line = slice_sub(*rest, 0, at);

	*rest = slice_from(*rest, at + 2);
	return line;
}

/* Lines end with CR LF only, and hold no other control character but tabs. */
static bool is_plain(struct slice head)
{
	size_t i;

	for (i = 0; i < head.n; i++) {
		uint8_t c = head.p[i], next = i + 1 < head.n ? head.p[i + 1] : 0;

		if (c == '\r' && next == '\n')
			i++;
		else if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/* "HTTP/1.1 200 OK"; the text is for people and may be absent. */
static enum err read_status(struct slice line, struct response *r, bool *http10, struct why *why)
{
	struct slice version = slice_split(&line, ' '), code = slice_split(&line, ' ');
	uint64_t status;

	*http10 = slice_is(version, "HTTP/1.0");
	if (!*http10 && !slice_is(version, "HTTP/1.1")) return bad(why, "it is no HTTP/1.1 answer");
	if (code.n != 3 || parse_u64(code, 599, &status) || status < 100)
		return bad(why, "the status is no number from 100 to 599");
	/* Interim answers come only to those who ask for them. */
	if (status < 200) return bad(why, "an interim answer that was not asked for");
	r->status = (unsigned)status;
	return E_OK;
}

/* What decides about the framing. */
struct framing {
	bool has_length, chunked;
	uint64_t length;
};

static enum err read_field(struct slice line, struct framing *f, struct why *why)
{
	size_t colon = slice_find(line, 0, ':');
	struct slice name = slice_sub(line, 0, colon),
		     value = slice_trim(slice_from(line, colon + 1));

	/* A line that begins with a blank would continue the one before (obs-fold). */
	if (colon == line.n || !text_is_token(name))
		return bad(why, "a header line is not 'name: value'");
	if (slice_is_nocase(name, "content-length")) {
		if (f->has_length) return bad(why, "two Content-Length");
		if (parse_u64(value, LENGTH_MAX, &f->length))
			return bad(why, "Content-Length is not a number");
		f->has_length = true;
	}
	if (slice_is_nocase(name, "transfer-encoding")) {
		if (f->chunked || !slice_is_nocase(value, "chunked"))
			return bad(why, "a transfer encoding other than chunked");
		f->chunked = true;
	}
	if (slice_is_nocase(name, "content-encoding") && !slice_is_nocase(value, "identity"))
		return bad(why, "a compressed answer that was not asked for");
	return E_OK;
}

/* Answers that have no body whatever their fields say. */
static bool bodiless(unsigned status)
{
	return status == 204 || status == 304;
}

static enum err start_body(
	struct response *r, const struct framing *f, bool http10, struct why *why)
{
	if (f->has_length && f->chunked) return bad(why, "the length of the body is given twice");
	if (http10 && f->chunked) return bad(why, "HTTP/1.0 has no chunked encoding");
	if (bodiless(r->status)) {
		r->state = RESPONSE_DONE;
		return E_OK;
	}
	if (!f->has_length && !f->chunked)
		return bad(why, "neither Content-Length nor chunks: its end cannot be told");
	if (f->has_length && f->length > r->max_body)
		return why_set(why, E_TOO_LARGE, "%llu bytes announced, %zu taken",
			(unsigned long long)f->length, r->max_body);
	r->left = f->length;
	r->state = f->chunked ? RESPONSE_CHUNK_SIZE : f->length ? RESPONSE_BODY : RESPONSE_DONE;
	return E_OK;
}

/* Says where it would lead: the caller may name that address himself. */
static enum err refuse_redirect(const struct response *r, struct why *why)
{
	struct slice location;
	char shown[120];

	if (r->status < 300 || bodiless(r->status) || r->status > 399) return E_OK;
	if (response_field(r, "location", &location)) location = SLICE_NONE;
	return why_set(why, E_REDIRECT, "status %u to %s", r->status,
		text_ascii(shown, sizeof shown, location));
}

static enum err read_head(struct response *r, struct why *why)
{
	struct slice head = buf_slice(&r->head), line;
	struct framing f = {0};
	bool http10 = false;
	enum err e;

	if (!is_plain(head)) return bad(why, "a control character in the head");
	line = take_line(&head);
	e = read_status(line, r, &http10, why);
	while (!e) {
		line = take_line(&head);
		if (line.n == 0) break;
		e = read_field(line, &f, why);
	}
	if (!e) e = refuse_redirect(r, why);
	return e ? e : start_body(r, &f, http10, why);
}

/* Bytes of the head up to its empty line, byte by byte: heads are short. */
static enum err feed_head(struct response *r, struct slice *bytes, struct why *why)
{
	buf_u8(&r->head, bytes->p[0]);
	*bytes = slice_from(*bytes, 1);
	if (r->head.err == E_TOO_LARGE) return why_set(why, E_TOO_LARGE, "the head");
	if (r->head.err) return r->head.err;
	/* Whoever speaks another protocol is told apart early. */
	if (r->head.n == 5 && !slice_is(buf_slice(&r->head), "HTTP/"))
		return bad(why, "it is no HTTP answer");
	return slice_ends(buf_slice(&r->head), "\r\n\r\n") ? read_head(r, why) : E_OK;
}

static enum err feed_body(struct response *r, struct slice *bytes, struct why *why)
{
	struct slice part = slice_sub(*bytes, 0, r->left < bytes->n ? (size_t)r->left : bytes->n);

	if (part.n > r->max_body - r->body.n)
		return why_set(why, E_TOO_LARGE, "more than %zu bytes", r->max_body);
	buf_put(&r->body, part);
	if (r->body.err) return r->body.err;
	*bytes = slice_from(*bytes, part.n);
	r->left -= part.n;
	if (r->left == 0) r->state = r->state == RESPONSE_BODY ? RESPONSE_DONE : RESPONSE_CHUNK_END;
	return E_OK;
}

/* "1f" or "1f;extension"; extensions are for nobody here. */
static enum err read_chunk_size(struct response *r, struct slice line, struct why *why)
{
	struct slice digits = slice_split(&line, ';');
	uint64_t size = 0;
	size_t i;

	if (digits.n == 0 || digits.n > 10) return bad(why, "a chunk without a size");
	for (i = 0; i < digits.n; i++) {
		if (hex_digit(digits.p[i]) < 0)
			return bad(why, "the size of a chunk is no hex number");
		size = size << 4 | (uint64_t)hex_digit(digits.p[i]);
	}
	r->left = size;
	r->state = size ? RESPONSE_CHUNK : RESPONSE_TRAILER;
	return E_OK;
}

/* One line of the chunked coding: a size, the end of a chunk, or a trailer. */
static enum err feed_line(struct response *r, struct slice *bytes, struct why *why)
{
	struct slice line;
	enum err e = E_OK;

	buf_u8(&r->line, bytes->p[0]);
	*bytes = slice_from(*bytes, 1);
	if (r->line.err == E_NO_MEMORY) return E_NO_MEMORY;
	if (r->line.err) return bad(why, "a line between chunks is too long");
	line = buf_slice(&r->line);
	if (!slice_ends(line, "\n")) return E_OK;
	if (!slice_ends(line, "\r\n")) return bad(why, "a line between chunks ends without CR LF");
	line.n -= 2;
	if (slice_find(line, 0, '\r') < line.n) return bad(why, "a bare CR between chunks");
	switch (r->state) {
	case RESPONSE_CHUNK_SIZE: e = read_chunk_size(r, line, why); break;
	case RESPONSE_CHUNK_END:
		if (line.n) return bad(why, "a chunk is longer than its size");
		r->state = RESPONSE_CHUNK_SIZE;
		break;
	default:
		if (line.n) return bad(why, "fields behind the last chunk");
		r->state = RESPONSE_DONE;
	}
	buf_reset(&r->line);
	return e;
}

enum err response_feed(struct response *r, struct slice bytes, struct why *why)
{
	while (!r->err && bytes.n) {
		switch (r->state) {
		case RESPONSE_HEAD: r->err = feed_head(r, &bytes, why); break;
		case RESPONSE_BODY:
		case RESPONSE_CHUNK: r->err = feed_body(r, &bytes, why); break;
		case RESPONSE_DONE: r->err = bad(why, "bytes behind its end"); break;
		default: r->err = feed_line(r, &bytes, why);
		}
	}
	return r->err;
}

enum err response_field(const struct response *r, const char *name, struct slice *value)
{
	struct slice head = buf_slice(&r->head), line, found = SLICE_NONE;

	take_line(&head);
	for (line = take_line(&head); line.n; line = take_line(&head)) {
		struct slice key = slice_split(&line, ':');

		if (!slice_is_nocase(key, name)) continue;
		if (found.p) return E_RESPONSE;
		found = slice_trim(line);
		if (!found.p) found = SLICE("");
	}
	*value = found;
	return E_OK;
}
