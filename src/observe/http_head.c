/* SPDX-License-Identifier: MIT */
/* First line and fields of an HTTP/1 request. Pure. */
#include "observe/http_head.h"

#include "base/num.h"
#include "base/text.h"

static bool visible(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == 0x7f) return false;
	return s.n > 0;
}

/* A line without its end; bare line feeds are taken too. */
static struct slice next_line(struct slice *rest)
{
	struct slice line = slice_split(rest, '\n');

	if (line.n && line.p[line.n - 1] == '\r') line.n--;
	return line;
}

/* "METHOD TARGET HTTP/1.x". */
static enum err read_first(struct slice line, struct http_head *h)
{
	h->method = slice_split(&line, ' ');
	h->target = slice_split(&line, ' ');
	if (!text_is_token(h->method) || h->method.n > HTTP_METHOD_BYTES || !visible(h->target) ||
		!slice_starts(line, "HTTP/") || line.n > sizeof "HTTP/1.1" - 1)
		return E_FORMAT;
	return E_OK;
}

/* Forms of a target: "/path", "http://host/path", "host:port" of CONNECT, "*". */
static void read_target(struct http_head *h)
{
	size_t scheme = slice_search(h->target, 0, SLICE("://"));
	struct slice after;
	size_t path;

	h->path = h->target;
	if (slice_is(h->method, "CONNECT")) {
		h->host = h->target;
		h->path = SLICE("");
	} else if (h->target.p[0] != '/' && scheme < h->target.n) {
		after = slice_from(h->target, scheme + 3);
		path = slice_find(after, 0, '/');
		h->host = slice_sub(after, 0, path);
		h->path = slice_from(after, path);
	}
}

static void read_field(struct slice line, struct http_head *h, bool *has_length)
{
	struct slice name = slice_split(&line, ':'), value = slice_trim(line);
	uint64_t length;

	if (slice_is_nocase(name, "host") && !h->host.n) h->host = value;
	if (slice_is_nocase(name, "expect") && slice_is_nocase(value, "100-continue"))
		h->expects = true;
	if (slice_is_nocase(name, "transfer-encoding")) h->chunked = true;
	if (slice_is_nocase(name, "content-length") && !*has_length &&
		parse_u64(value, UINT64_MAX, &length) == E_OK) {
		h->length = length;
		*has_length = true;
	}
}

/* What has come of the first line may still become one: a token, then anything visible. */
static enum err incomplete(struct slice bytes)
{
	struct slice word = slice_split(&bytes, ' ');

	if (bytes.n == 0 && word.n <= HTTP_METHOD_BYTES)
		return word.n == 0 || text_is_token(word) ? E_TRUNCATED : E_FORMAT;
	return text_is_token(word) && word.n <= HTTP_METHOD_BYTES ? E_TRUNCATED : E_FORMAT;
}

enum err http_head_read(struct slice bytes, struct http_head *out)
{
	struct http_head h = {.length = 0};
	struct slice rest = slice_sub(bytes, 0, HTTP_HEAD_BYTES), line;
	size_t all = rest.n;
	bool has_length = false;
	enum err e;

	if (slice_find(rest, 0, '\n') == rest.n)
		return rest.n == HTTP_HEAD_BYTES ? E_FORMAT : incomplete(rest);
	e = read_first(next_line(&rest), &h);
	if (e) return e;
	read_target(&h);
	for (;;) {
		if (slice_find(rest, 0, '\n') == rest.n)
			return bytes.n >= HTTP_HEAD_BYTES ? E_FORMAT : E_TRUNCATED;
		line = next_line(&rest);
		if (!line.n) break;
		read_field(line, &h, &has_length);
	}
	h.bytes = all - rest.n;
	*out = h;
	return E_OK;
}

bool http_head_complete(const struct http_head *h, struct slice bytes, uint64_t total)
{
	/* Chunks are not walked: their end is what a body that has one ends with. */
	if (h->chunked)
		return slice_ends(slice_from(bytes, h->bytes), "0\r\n\r\n") && total == bytes.n;
	return total - h->bytes >= h->length;
}
