/* SPDX-License-Identifier: MIT */
/* http/: heads of requests, framing of bodies, multipart. */
#include <string.h>

#include "base/limits.h"
#include "http/body.h"
#include "http/request.h"
#include "test.h"

/* ---- heads ------------------------------------------------------------------- */

TEST(http_head_ends_only_at_an_empty_crlf_line)
{
	CHECK(request_head_end(SLICE("GET / HTTP/1.1\r\nHost: a\r\n\r\nbody")) == 27);
	CHECK(request_head_end(SLICE("GET / HTTP/1.1\r\nHost: a\r\n\r")) == 0);
	CHECK(request_head_end(SLICE("GET / HTTP/1.1\nHost: a\n\n")) == 0);
	CHECK(request_head_end(SLICE("GET / HTTP/1.1\r\n\n\r\n")) == 0);
	CHECK(request_head_end(SLICE_NONE) == 0);
}

TEST(http_head_is_read)
{
	struct request r;
	struct why why = WHY_INIT;

	CHECK_ERR(request_read(SLICE("POST /verify?wait=1&x=&y HTTP/1.1\r\nHOST:a\r\n"
				     "content-length:\t12 \r\nContent-Type: text/plain\r\n"
				     "Expect: 100-Continue\r\nIf-None-Match: \"q\"\r\n"
				     "Connection: keep-alive, Close\r\n\r\n"),
			  &r, &why),
		E_OK);
	CHECK(r.method == METHOD_POST && r.has_length && r.length == 12 && !r.chunked);
	CHECK(r.close && r.expect_continue);
	CHECK_SLICE(r.path, SLICE("/verify"));
	CHECK_SLICE(r.query, SLICE("wait=1&x=&y"));
	CHECK_SLICE(r.content_type, SLICE("text/plain"));
	CHECK_SLICE(r.if_none_match, SLICE("\"q\""));
	CHECK_SLICE(request_param(&r, "wait"), SLICE("1"));
	CHECK(request_param(&r, "x").p && request_param(&r, "x").n == 0);
	CHECK(request_param(&r, "y").p && request_param(&r, "y").n == 0);
	CHECK(!request_param(&r, "WAIT").p && !request_param(&r, "w").p);
}

TEST(http_connection_lives_as_its_version_says)
{
	struct request r;

	CHECK_ERR(request_read(SLICE("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), &r, NULL), E_OK);
	CHECK(!r.close && !r.has_length && !r.chunked);
	CHECK_ERR(request_read(SLICE("GET / HTTP/1.0\r\n\r\n"), &r, NULL), E_OK);
	CHECK(r.close);
	CHECK_ERR(request_read(SLICE("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), &r, NULL),
		E_OK);
	CHECK(!r.close);
	CHECK_ERR(request_read(SLICE("BREW / HTTP/1.1\r\nHost: a\r\n\r\n"), &r, NULL), E_OK);
	CHECK(r.method == METHOD_OTHER);
	CHECK_ERR(request_read(SLICE("get / HTTP/1.1\r\nHost: a\r\n\r\n"), &r, NULL), E_OK);
	CHECK(r.method == METHOD_OTHER);
}

TEST(http_heads_that_two_readers_could_frame_differently_are_refused)
{
	static const struct {
		struct slice head;
		const char *says;
	} list[] = {
#define HEAD(lines) SLICE("POST / HTTP/1.1\r\nHost: a\r\n" lines "\r\n")
#define TWICE       "the length of the body is given twice"
#define LINE_END    "a line does not end with CR LF"
#define NO_FIELD    "a header line is not 'name: value'"
#define NO_NUMBER   "Content-Length is not a number"
		{HEAD("Content-Length: 1\r\nContent-Length: 2\r\n"), TWICE},
		{HEAD("Content-Length: 1\r\nContent-Length: 1\r\n"), TWICE},
		{HEAD("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), TWICE},
		{HEAD("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), TWICE},
		{HEAD("Content-Length: 1, 1\r\n"), NO_NUMBER},
		{HEAD("Content-Length: +1\r\n"), NO_NUMBER},
		{HEAD("Content-Length: -1\r\n"), NO_NUMBER},
		{HEAD("Content-Length: 0x1\r\n"), NO_NUMBER},
		{HEAD("Content-Length: \r\n"), NO_NUMBER},
		{HEAD("Content-Length: 18446744073709551617\r\n"), NO_NUMBER},
		{HEAD("Transfer-Encoding: gzip, chunked\r\n"),
			"only chunked transfer encoding is known"},
		{HEAD("Transfer-Encoding: identity\r\n"),
			"only chunked transfer encoding is known"},
		{HEAD("Transfer-Encoding: \"chunked\"\r\n"),
			"only chunked transfer encoding is known"},
		{HEAD("Transfer-Encoding : chunked\r\n"), NO_FIELD},
		{HEAD(" Content-Length: 1\r\n"), NO_FIELD},
		{HEAD("X: a\r\n b\r\n"), NO_FIELD},
		{HEAD("X: a\r\n\tb\r\n"), NO_FIELD},
		{HEAD("X\r\n"), NO_FIELD},
		{HEAD(": a\r\n"), NO_FIELD},
		{HEAD("X y: a\r\n"), NO_FIELD},
		{HEAD("X\0: a\r\n"), NO_FIELD},
		{HEAD("X: a\nContent-Length: 1\r\n"), LINE_END},
		{HEAD("X: a\rContent-Length: 1\r\n"), LINE_END},
		{HEAD("X: a\0b\r\n"), "a header value holds a control character"},
		{HEAD("X: a\x7f\r\n"), "a header value holds a control character"},
		{HEAD("Host: b\r\n"), "exactly one Host header is needed"},
		{HEAD("Expect: 200-ok\r\n"), "only 100-continue can be expected"},
		{SLICE("GET / HTTP/1.1\r\n\r\n"), "exactly one Host header is needed"},
		{SLICE("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
			"HTTP/1.0 has no chunked encoding"},
	};
	struct request r;
	size_t i;

	for (i = 0; i < sizeof list / sizeof *list; i++) {
		struct why why = WHY_INIT;

		CHECK_ERR(request_read(list[i].head, &r, &why), E_BAD_REQUEST);
		CHECK_SLICE(slice_str(why.text), slice_str(list[i].says));
	}
}

TEST(http_request_lines_that_are_refused)
{
	static const char *const lines[] = {"", "GET", "GET /", "GET / ", " / HTTP/1.1",
		"GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ", "GET / HTTP/2.0",
		"GET / HTTP/1.2", "GET / http/1.1", "GET http://a/ HTTP/1.1", "OPTIONS * HTTP/1.1",
		"CONNECT a:443 HTTP/1.1", "GET x HTTP/1.1", "GET /a#b HTTP/1.1",
		"GET /\x01 HTTP/1.1", "GET /\xc3\xbc HTTP/1.1", "G(T / HTTP/1.1", "GET\t/ HTTP/1.1",
		"GET /\t HTTP/1.1"};
	struct request r;
	size_t i;

	for (i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct buf b = buf_heap(256);

		buf_fmt(&b, "%s\r\nHost: a\r\n\r\n", lines[i]);
		if (request_read(buf_slice(&b), &r, NULL) != E_BAD_REQUEST)
			printf("# %s\n", lines[i]);
		CHECK_ERR(request_read(buf_slice(&b), &r, NULL), E_BAD_REQUEST);
		buf_drop(&b);
	}
}

TEST(http_target_has_a_limit)
{
	struct buf b = buf_heap(64 * KIB);
	struct request r;
	unsigned over;

	for (over = 0; over < 2; over++) {
		buf_reset(&b);
		buf_str(&b, "GET /");
		while (b.n < 4 + LIMIT_HTTP_TARGET + over)
			buf_u8(&b, 'a');
		buf_str(&b, " HTTP/1.1\r\nHost: a\r\n\r\n");
		CHECK_ERR(request_read(buf_slice(&b), &r, NULL), over ? E_URI_TOO_LONG : E_OK);
	}
	buf_drop(&b);
}

/* ---- framing ------------------------------------------------------------------ */

static enum err keep(void *ctx, struct slice bytes)
{
	buf_put(ctx, bytes);
	return E_OK;
}

static enum err full(void *ctx, struct slice bytes)
{
	(void)ctx;
	(void)bytes;
	return E_STORAGE_FULL;
}

/* Everything at once, then byte by byte: the same answer. */
static enum err chunked(const char *text, uint64_t max, struct buf *out, size_t *used)
{
	struct slice s = slice_str(text);
	struct buf single = buf_heap(4096);
	struct framing f;
	size_t i, n;
	enum err e, again = E_OK;

	framing_chunked(&f, max);
	e = framing_take(&f, s, used, keep, out);
	if (!e && !f.done) e = E_AGAIN;
	framing_chunked(&f, max);
	for (i = 0; i < s.n && !again && !f.done; i++)
		again = framing_take(&f, slice_sub(s, i, 1), &n, keep, &single);
	if (!again && !f.done) again = E_AGAIN;
	CHECK_ERR(again, e);
	if (!e) CHECK_SLICE(buf_slice(&single), buf_slice(out));
	buf_drop(&single);
	return e;
}

TEST(http_chunks)
{
	static const struct {
		const char *text;
		enum err answer;
		const char *content;
		size_t used; /* 0: all */
	} list[] = {
		{"3\r\nabc\r\n0\r\n\r\n", E_OK, "abc", 0},
		{"3\r\nabc\r\n0\r\n\r\nGET /", E_OK, "abc", 13},
		{"03\r\nabc\r\nA\r\n0123456789\r\n000\r\nX: y\r\nZ:\r\n\r\n", E_OK, "abc0123456789",
			0},
		{"1;a=b;c=\"d\"\r\nx\r\n0;e\r\n\r\n", E_OK, "x", 0},
		{"0\r\n\r\n", E_OK, "", 0},
		{"3\r\nabc\r\n0\r\n", E_AGAIN, NULL, 0},
		{"3\r\nab", E_AGAIN, NULL, 0},
		{"\r\n0\r\n\r\n", E_BAD_REQUEST, NULL, 0},
		{"3\nabc\r\n0\r\n\r\n", E_BAD_REQUEST, NULL, 0},
		{"3\r\nabc\n0\r\n\r\n", E_BAD_REQUEST, NULL, 0},
		{"3\r\nabcd\r\n0\r\n\r\n", E_BAD_REQUEST, NULL, 0},
		{"3\rabc\r\n0\r\n\r\n", E_BAD_REQUEST, NULL, 0},
		{" 3\r\nabc\r\n0\r\n\r\n", E_BAD_REQUEST, NULL, 0},
		{"3 \r\nabc\r\n0\r\n\r\n", E_BAD_REQUEST, NULL, 0},
		{"0x3\r\nabc\r\n0\r\n\r\n", E_BAD_REQUEST, NULL, 0},
		{"-1\r\n\r\n", E_BAD_REQUEST, NULL, 0},
		{";a\r\n\r\n", E_BAD_REQUEST, NULL, 0},
		{"1;a\nb\r\nx\r\n0\r\n\r\n", E_BAD_REQUEST, NULL, 0},
		{"0\r\n\n", E_BAD_REQUEST, NULL, 0},
		{"0\r\nX: y\n\r\n", E_BAD_REQUEST, NULL, 0},
		{"0\r\n\rX", E_BAD_REQUEST, NULL, 0},
		{"0000000000000000000000000000000000000001\r\nx\r\n0\r\n\r\n", E_OK, "x", 0},
		{"10000000000000000\r\n", E_BAD_REQUEST, NULL, 0},
		{"fffffffffffffff\r\nx", E_AGAIN, NULL, 0},
		{"11\r\n0123456789abcdefg\r\n0\r\n\r\n", E_PKG_TOO_LARGE, NULL, 0},
	};
	size_t i, used;

	for (i = 0; i < sizeof list / sizeof *list; i++) {
		struct buf b = buf_heap(4096);
		enum err e = chunked(list[i].text, 16, &b, &used);

		if (e != list[i].answer) printf("# %s\n", list[i].text);
		CHECK_ERR(e, list[i].answer);
		if (!e) {
			CHECK_SLICE(buf_slice(&b), slice_str(list[i].content));
			CHECK(used == (list[i].used ? list[i].used : strlen(list[i].text)));
		}
		buf_drop(&b);
	}
}

TEST(http_chunk_lines_have_a_limit)
{
	struct buf b = buf_heap(4096), out = buf_heap(64);
	size_t used;

	buf_str(&b, "1;");
	while (b.n < 300)
		buf_u8(&b, 'x');
	CHECK_ERR(chunked(buf_text(&b), 16, &out, &used), E_BAD_REQUEST);
	buf_reset(&b);
	buf_str(&b, "0\r\n");
	while (b.n < 300)
		buf_u8(&b, 'x');
	CHECK_ERR(chunked(buf_text(&b), 16, &out, &used), E_BAD_REQUEST);
	buf_drop(&b);
	buf_drop(&out);
}

TEST(http_length)
{
	struct buf b = buf_heap(64);
	struct framing f;
	size_t used;

	framing_length(&f, 0, 16);
	CHECK(f.done);
	framing_length(&f, 3, 16);
	CHECK_ERR(framing_take(&f, SLICE("ab"), &used, keep, &b), E_OK);
	CHECK(!f.done && used == 2);
	CHECK_ERR(framing_take(&f, SLICE("cGET"), &used, keep, &b), E_OK);
	CHECK(f.done && used == 1);
	CHECK_SLICE(buf_slice(&b), SLICE("abc"));
	framing_length(&f, 17, 16);
	CHECK_ERR(framing_take(&f, SLICE("0123456789abcdefg"), &used, keep, &b), E_PKG_TOO_LARGE);
	framing_length(&f, 3, 16);
	CHECK_ERR(framing_take(&f, SLICE("abc"), &used, full, NULL), E_STORAGE_FULL);
	buf_drop(&b);
}

/* ---- multipart ------------------------------------------------------------------ */

#define TYPE "multipart/form-data; boundary=xYz"
#define PART(name, content)                                                                        \
	"--xYz\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" content "\r\n"
#define END       "--xYz--\r\n"
#define FILE_PART PART("skill\"; filename=\"a.tgz", "\r\n--xY\r\n--xYzz")

/* In pieces of n bytes; out gets the file. */
static enum err upload(
	struct multipart *m, const char *type, const char *body, size_t n, struct buf *out)
{
	struct slice s = slice_str(body);
	enum err e = multipart_start(m, slice_str(type));

	buf_reset(out);
	while (!e && s.n) {
		e = multipart_take(m, slice_sub(s, 0, n), keep, out);
		s = slice_from(s, n);
	}
	return e ? e : multipart_end(m);
}

TEST(http_multipart)
{
	static const struct {
		const char *body;
		enum err answer;
		const char *file, *nonce;
	} list[] = {
		{PART("skill", "abc") END, E_OK, "abc", NULL},
		{PART("file", "") END, E_OK, "", NULL},
		{"preamble\r\n" PART("package", "abc") END "epilogue --xYz", E_OK, "abc", NULL},
		{PART("nonce", "0a") PART("skill", "\r\n--xY\r\n\r\n--xY") END, E_OK,
			"\r\n--xY\r\n\r\n--xY", "0a"},
		{PART("skill", "\r\r\n-\r\n--\r\n--x") PART("name", "n") PART("wait", "1") END,
			E_OK, "\r\r\n-\r\n--\r\n--x", NULL},
		{"--xYz \t\r\ncontent-disposition:form-data;name=skill\r\nX: y\r\n\r\nq\r\n--xYz--",
			E_OK, "q", NULL},
		{PART("name", "abc") END, E_NO_PACKAGE, NULL, NULL},
		{"", E_MULTIPART_INVALID, NULL, NULL},
		{END, E_NO_PACKAGE, NULL, NULL},
		{PART("skill", "abc"), E_MULTIPART_INVALID, NULL, NULL},
		{PART("skill", "abc") "--xYz-", E_MULTIPART_INVALID, NULL, NULL},
		{PART("skill", "abc") "--xYz-\r\n", E_MULTIPART_INVALID, NULL, NULL},
		{PART("skill", "abc") PART("file", "def") END, E_MULTIPART_INVALID, NULL, NULL},
		{PART("nonec", "0a") PART("skill", "abc") END, E_MULTIPART_INVALID, NULL, NULL},
		{PART("nonce", "0a") PART("nonce", "0b") PART("skill", "abc") END, E_NONCE_INVALID,
			NULL, NULL},
		{PART("secret", "s") PART("skill", "abc") END, E_SECRETS_UNSUPPORTED, NULL, NULL},
		{"--xYz\r\n\r\nabc\r\n" END, E_MULTIPART_INVALID, NULL, NULL},
		{"--xYz\r\nX: y\r\n\r\nabc\r\n" END, E_MULTIPART_INVALID, NULL, NULL},
		{"--xYz\nContent-Disposition: form-data; name=skill\r\n\r\nabc\r\n" END,
			E_MULTIPART_INVALID, NULL, NULL},
		{"--xYzz\r\n" PART("skill", "abc") END, E_MULTIPART_INVALID, NULL, NULL},
	};
	static const size_t pieces[] = {1, 2, 3, 7, 1000};
	static struct multipart m;
	struct buf out = buf_heap(4096);
	size_t i, k;

	for (i = 0; i < sizeof list / sizeof *list; i++)
		for (k = 0; k < sizeof pieces / sizeof *pieces; k++) {
			enum err e = upload(&m, TYPE, list[i].body, pieces[k], &out);

			if (e != list[i].answer) printf("# %zu: %s\n", pieces[k], list[i].body);
			CHECK_ERR(e, list[i].answer);
			if (e) continue;
			CHECK_SLICE(buf_slice(&out), slice_str(list[i].file));
			CHECK(m.has_nonce == (list[i].nonce != NULL));
			if (list[i].nonce) CHECK(strcmp(m.nonce, list[i].nonce) == 0);
		}
	buf_drop(&out);
}

TEST(http_multipart_boundaries)
{
	static const char body[] = "--a b\r\nContent-Disposition: form-data; name=skill\r\n\r\nq"
				   "\r\n--a b--";
	static struct multipart m;
	struct buf out = buf_heap(4096), type = buf_heap(256);
	size_t i;

	CHECK_ERR(upload(&m, "Multipart/Form-Data; charset=x; Boundary=\"a b\"", body, 9, &out),
		E_OK);
	CHECK_SLICE(buf_slice(&out), SLICE("q"));
	CHECK_ERR(multipart_start(&m, SLICE("multipart/form-data")), E_MULTIPART_INVALID);
	CHECK_ERR(
		multipart_start(&m, SLICE("multipart/form-data; boundary=")), E_MULTIPART_INVALID);
	CHECK_ERR(multipart_start(&m, SLICE("multipart/form-data; boundary=\"\"")),
		E_MULTIPART_INVALID);
	for (i = 0; i < 2; i++) {
		buf_reset(&type);
		buf_str(&type, "multipart/form-data; boundary=");
		while (type.n < 30 + BOUNDARY_MAX + i)
			buf_u8(&type, 'b');
		CHECK_ERR(multipart_start(&m, buf_slice(&type)), i ? E_MULTIPART_INVALID : E_OK);
	}
	buf_drop(&type);
	buf_drop(&out);
}

TEST(http_multipart_texts_and_heads_have_limits)
{
	static struct multipart m;
	struct buf b = buf_heap(64 * KIB), out = buf_heap(64);
	size_t i;

	for (i = 0; i < 2; i++) {
		buf_reset(&b);
		buf_str(&b, "--xYz\r\nContent-Disposition: form-data; name=nonce\r\n\r\n");
		while (b.n < 53 + PART_TEXT_MAX + i)
			buf_u8(&b, 'a');
		buf_str(&b, "\r\n" PART("skill", "q") END);
		CHECK_ERR(
			upload(&m, TYPE, buf_text(&b), 100, &out), i ? E_MULTIPART_INVALID : E_OK);
	}
	buf_reset(&b);
	buf_str(&b, "--xYz\r\nContent-Disposition: form-data; name=skill\r\nX: ");
	while (b.n < 7 + PART_HEAD_MAX - 3)
		buf_u8(&b, 'a');
	buf_str(&b, "\r\n\r\nq\r\n" END);
	CHECK_ERR(upload(&m, TYPE, buf_text(&b), 100, &out), E_MULTIPART_INVALID);
	buf_drop(&b);
	buf_drop(&out);
}
