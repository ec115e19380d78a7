/* SPDX-License-Identifier: MIT */
/* Head of an HTTP/1.1 request. Runs in http; pure. */
#include "http/request.h"

#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"

/* Above any length we take; a longer one is refused by its size, not its form. */
#define LENGTH_MAX (1ULL << 40)

size_t request_head_end(struct slice bytes)
{
	size_t at = slice_search(bytes, 0, SLICE("\r\n\r\n"));

	return at == bytes.n ? 0 : at + 4;
}

/* field-value: visible bytes, blanks and tabs; no other control. */
static bool is_value(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f) return false;
	return true;
}

static bool is_target(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] <= 0x20 || s.p[i] >= 0x7f || s.p[i] == '#') return false;
	return s.n > 0 && s.p[0] == '/';
}

static enum method method_of(struct slice s)
{
	static const char *const names[] = {"GET", "HEAD", "POST", "DELETE", "OPTIONS"};
	unsigned i;

	for (i = 0; i < METHOD_OTHER; i++)
		if (slice_is(s, names[i])) return (enum method)i;
	return METHOD_OTHER;
}

static enum err bad(struct why *why, const char *what)
{
	return why_set(why, E_BAD_REQUEST, "%s", what);
}

/* One line without its CR LF; a line that ends otherwise makes *ok false. */
static struct slice take_line(struct slice *rest, bool *ok)
{
	size_t at = slice_search(*rest, 0, SLICE("\r\n"));
	struct slice line = slice_sub(*rest, 0, at);

	*ok = at < rest->n && slice_find(line, 0, '\n') == line.n &&
	      slice_find(line, 0, '\r') == line.n;
	*rest = slice_from(*rest, at + 2);
	return line;
}

static enum err read_line(struct slice line, struct request *r, bool *http10, struct why *why)
{
	struct slice method = slice_split(&line, ' '), target = slice_split(&line, ' ');
	size_t q;

	if (!text_is_token(method)) return bad(why, "the method is not a token");
	if (target.n > LIMIT_HTTP_TARGET) return E_URI_TOO_LONG;
	if (!is_target(target)) return bad(why, "the target is not an absolute path");
	if (slice_is(line, "HTTP/1.0"))
		*http10 = true;
	else if (!slice_is(line, "HTTP/1.1"))
		return bad(why, "the version is neither HTTP/1.1 nor HTTP/1.0");
	r->method = method_of(method);
	q = slice_find(target, 0, '?');
	r->path = slice_sub(target, 0, q);
	r->query = slice_from(target, q + 1);
	return E_OK;
}

static bool has_option(struct slice list, const char *option)
{
	while (list.n)
		if (slice_is_nocase(slice_trim(slice_split(&list, ',')), option)) return true;
	return false;
}

/* Fields that decide framing, counted so that a second one is seen. */
struct seen {
	unsigned host, length, encoding;
	bool keep_alive;
};

static enum err read_field(struct slice line, struct request *r, struct seen *seen, struct why *why)
{
	size_t colon = slice_find(line, 0, ':');
	struct slice name = slice_sub(line, 0, colon),
		     value = slice_trim(slice_from(line, colon + 1));

	/* A line that begins with a blank would continue the one before (obs-fold). */
	if (colon == line.n || !text_is_token(name))
		return bad(why, "a header line is not 'name: value'");
	if (!is_value(value)) return bad(why, "a header value holds a control character");
	if (slice_is_nocase(name, "host")) seen->host++;
	if (slice_is_nocase(name, "content-length")) {
		seen->length++;
		if (parse_u64(value, LENGTH_MAX, &r->length))
			return bad(why, "Content-Length is not a number");
		r->has_length = true;
	}
	if (slice_is_nocase(name, "transfer-encoding")) {
		seen->encoding++;
		if (!slice_is_nocase(value, "chunked"))
			return bad(why, "only chunked transfer encoding is known");
		r->chunked = true;
	}
	if (slice_is_nocase(name, "connection")) {
		r->close = r->close || has_option(value, "close");
		seen->keep_alive = has_option(value, "keep-alive");
	}
	if (slice_is_nocase(name, "expect")) {
		if (!slice_is_nocase(value, "100-continue"))
			return bad(why, "only 100-continue can be expected");
		r->expect_continue = true;
	}
	if (slice_is_nocase(name, "content-type")) r->content_type = value;
	if (slice_is_nocase(name, "if-none-match")) r->if_none_match = value;
	return E_OK;
}

enum err request_read(struct slice head, struct request *r, struct why *why)
{
	struct seen seen = {0};
	bool ok, http10 = false;
	struct slice line = take_line(&head, &ok);
	enum err e;

	memset(r, 0, sizeof *r);
	if (!ok) return bad(why, "a line does not end with CR LF");
	e = read_line(line, r, &http10, why);
	while (!e) {
		line = take_line(&head, &ok);
		if (!ok) return bad(why, "a line does not end with CR LF");
		if (line.n == 0) break;
		e = read_field(line, r, &seen, why);
	}
	if (e) return e;
	if (seen.host > 1 || (!seen.host && !http10))
		return bad(why, "exactly one Host header is needed");
	if (seen.length > 1 || seen.encoding > 1 || (seen.length && seen.encoding))
		return bad(why, "the length of the body is given twice");
	if (http10 && r->chunked) return bad(why, "HTTP/1.0 has no chunked encoding");
	if (http10 && !seen.keep_alive) r->close = true;
	return E_OK;
}

struct slice request_param(const struct request *r, const char *name)
{
	struct slice query = r->query;

	while (query.n) {
		struct slice pair = slice_split(&query, '&'), key = slice_split(&pair, '=');

		if (slice_is(key, name)) return pair.p ? pair : SLICE("");
	}
	return SLICE_NONE;
}
