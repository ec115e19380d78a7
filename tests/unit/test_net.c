/* SPDX-License-Identifier: MIT */
/* net/: URLs, answers, authorities. */
#include <string.h>

#include "base/limits.h"
#include "net/anchors.h"
#include "net/response.h"
#include "net/url.h"
#include "test.h"

/* ---- URLs --------------------------------------------------------------------- */

TEST(net_urls_are_read)
{
	static const struct {
		const char *text, *host, *target;
		uint16_t port;
		bool tls, numeric, loopback;
	} good[] = {
		{"https://Example.org", "example.org", "/", 443, true, false, false},
		{"http://127.0.0.1:3000/a?b=%20c", "127.0.0.1", "/a?b=%20c", 3000, false, true,
			true},
		{"http://[::1]:8080/", "::1", "/", 8080, false, true, true},
		{"http://[2001:db8::1]", "2001:db8::1", "/", 80, false, true, false},
		{"https://localhost:8081/sgx", "localhost", "/sgx", 8081, true, false, true},
		{"https://a-b.c1?x", "a-b.c1", "/?x", 443, true, false, false},
		{"http://10.0.0.1:65535/", "10.0.0.1", "/", 65535, false, true, false},
	};
	struct url u;
	size_t i;

	for (i = 0; i < sizeof good / sizeof *good; i++) {
		struct why why = WHY_INIT;

		CHECK_ERR(url_read(slice_str(good[i].text), &u, &why), E_OK);
		CHECK_SLICE(slice_str(u.host), slice_str(good[i].host));
		CHECK_SLICE(slice_str(u.target), slice_str(good[i].target));
		CHECK(u.port == good[i].port && u.tls == good[i].tls);
		CHECK(u.numeric == good[i].numeric && u.loopback == good[i].loopback);
	}
}

TEST(net_urls_that_readers_disagree_about_are_refused)
{
	static const char *const wrong[] = {"", "example.org", "ftp://a.b", "HTTPS://a.b",
		"https://", "https:///x", "https://user@a.b", "https://a.b@c.d/", "https://a.b:0/",
		"https://a.b:65536", "https://a.b:08", "https://a.b:", "https://a.b:1x",
		"https://a..b", "https://.a", "https://a.", "https://-a.b", "https://a-.b",
		"https://a_b.c", "http://127.1", "http://0x7f.1", "http://2130706433",
		"http://1.2.3.256", "http://[::1", "http://[::1]x", "http://[1.2.3.4]",
		"http://::1/", "https://1.2.3.4/", "https://[::1]/", "https://a.b/#c",
		"https://a.b#c", "https://a.b/ c", "https://a.b/\\", "https://a.b/%2",
		"https://a.b/%zz", "https://a.b/\x7f", "https://a%2eb/", "https://a\\b/",
		"http://[fe80::1%25lo]/"};
	struct url u;
	size_t i;

	for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct why why = WHY_INIT;

		if (url_read(slice_str(wrong[i]), &u, &why) != E_URL)
			test_fail(__FILE__, __LINE__, wrong[i]);
		CHECK(why.text[0]);
	}
}

TEST(net_urls_below_another)
{
	char mem[300];
	struct buf b = buf_on(mem, sizeof mem);
	struct url base, u;

	CHECK_ERR(url_read(SLICE("https://a.b:8081/pccs/"), &base, NULL), E_OK);
	CHECK_ERR(url_below(&base, "/x?y=1", &u, NULL), E_OK);
	url_put(&b, &u);
	CHECK_SLICE(buf_slice(&b), SLICE("https://a.b:8081/pccs/x?y=1"));
	CHECK_ERR(url_read(SLICE("https://a.b/x?y=1"), &base, NULL), E_OK);
	CHECK_ERR(url_below(&base, "/z", &u, NULL), E_URL);
}

/* ---- answers -------------------------------------------------------------------- */

static enum err answer(const char *text, struct response *r)
{
	struct why why = WHY_INIT;
	enum err e;

	*r = response_init(100);
	e = response_feed(r, slice_str(text), &why);
	CHECK(e == E_OK || why.text[0]);
	return e;
}

TEST(net_answers_are_framed)
{
	static const struct {
		const char *text, *body;
		unsigned status;
	} good[] = {
		{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc", 200},
		{"HTTP/1.1 200\r\ncontent-length:0\r\n\r\n", "", 200},
		{"HTTP/1.0 404 Not Found\r\nContent-Length: 1\r\n\r\nx", "x", 404},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n01;x\r\nc\r\n0\r\n\r\n",
			"abc", 200},
		{"HTTP/1.1 204 No\r\n\r\n", "", 204},
	};
	struct response r;
	struct slice value;
	size_t i;

	for (i = 0; i < sizeof good / sizeof *good; i++) {
		CHECK_ERR(answer(good[i].text, &r), E_OK);
		CHECK(response_done(&r) && r.status == good[i].status);
		CHECK_SLICE(buf_slice(&r.body), slice_str(good[i].body));
		response_drop(&r);
	}
	answer("HTTP/1.1 200 OK\r\nA: 1\r\nB:\r\nC: 1\r\nc: 1\r\nContent-Length: 0\r\n\r\n", &r);
	CHECK(response_field(&r, "a", &value) == E_OK && slice_is(value, "1"));
	CHECK(response_field(&r, "b", &value) == E_OK && value.p && value.n == 0);
	CHECK(response_field(&r, "d", &value) == E_OK && !value.p);
	CHECK_ERR(response_field(&r, "c", &value), E_RESPONSE);
	response_drop(&r);
}

TEST(net_answers_that_are_not_all_there_are_not_done)
{
	static const char *const part[] = {"", "HTTP/1.1 200 OK\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"};
	struct response r;
	size_t i;

	for (i = 0; i < sizeof part / sizeof *part; i++) {
		CHECK_ERR(answer(part[i], &r), E_OK);
		CHECK(!response_done(&r));
		response_drop(&r);
	}
}

#define OK_HEAD    "HTTP/1.1 200 OK\r\n"
#define CHUNK_HEAD OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"

TEST(net_answers_that_readers_disagree_about_are_refused)
{
	static const struct {
		const char *text;
		enum err e;
	} wrong[] = {
		{"SSH-2.0-OpenSSH\r\n", E_RESPONSE},
		{"HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n", E_RESPONSE},
		{"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n", E_RESPONSE},
		{"HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n", E_RESPONSE},
		{"HTTP/1.1 100 Continue\r\n\r\n", E_RESPONSE},
		{OK_HEAD "\r\n", E_RESPONSE},
		{OK_HEAD "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", E_RESPONSE},
		{OK_HEAD "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", E_RESPONSE},
		{OK_HEAD "Content-Length: +1\r\n\r\na", E_RESPONSE},
		{OK_HEAD "Content-Length: 1, 1\r\n\r\na", E_RESPONSE},
		{OK_HEAD "Content-Length : 1\r\n\r\na", E_RESPONSE},
		{OK_HEAD "Content-Length: 1\r\n\r\nab", E_RESPONSE},
		{OK_HEAD "Content-Length: 1\nX: y\r\n\r\na", E_RESPONSE},
		{OK_HEAD "X: a\r\n b\r\nContent-Length: 0\r\n\r\n", E_RESPONSE},
		{OK_HEAD "X: a\001\r\nContent-Length: 0\r\n\r\n", E_RESPONSE},
		{OK_HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n", E_RESPONSE},
		{OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", E_RESPONSE},
		{"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", E_RESPONSE},
		{CHUNK_HEAD "\r\n", E_RESPONSE},
		{CHUNK_HEAD "g\r\n", E_RESPONSE},
		{CHUNK_HEAD "0x1\r\n", E_RESPONSE},
		{CHUNK_HEAD " 1\r\na\r\n", E_RESPONSE},
		{CHUNK_HEAD "1\na\r\n", E_RESPONSE},
		{CHUNK_HEAD "1\r\nab\r\n", E_RESPONSE},
		{CHUNK_HEAD "0\r\nX: y\r\n\r\n", E_RESPONSE},
		{CHUNK_HEAD "0\r\n\r\nx", E_RESPONSE},
		{CHUNK_HEAD "ffffffffff\r\n" /* and then more than is taken */
			    "0123456789012345678901234567890123456789012345678901234567890123456789"
			    "0123456789012345678901234567890123456789",
			E_TOO_LARGE},
		{OK_HEAD "Content-Length: 101\r\n\r\n", E_TOO_LARGE},
		{"HTTP/1.1 301 Moved\r\nLocation: https://x/\r\n\r\n", E_REDIRECT},
		{"HTTP/1.1 307 Moved\r\n\r\n", E_REDIRECT},
	};
	struct response r;
	size_t i;

	for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		if (answer(wrong[i].text, &r) != wrong[i].e)
			test_fail(__FILE__, __LINE__, wrong[i].text);
		CHECK(!response_done(&r));
		response_drop(&r);
	}
}

TEST(net_head_has_a_limit)
{
	struct response r = response_init(10);
	enum err e = response_feed(&r, SLICE("HTTP/1.1 200 OK\r\nX: "), NULL);
	size_t i;

	for (i = 0; i < LIMIT_RESPONSE_HEAD && !e; i++)
		e = response_feed(&r, SLICE("a"), NULL);
	CHECK_ERR(e, E_TOO_LARGE);
	response_drop(&r);
}

/* ---- authorities ------------------------------------------------------------------ */

TEST(net_system_authorities_are_read)
{
	struct anchors a = ANCHORS_INIT;
	struct slice text = test_file(ANCHORS_SYSTEM);
	size_t n = 0, at;

	if (!text.p) SKIP("no " ANCHORS_SYSTEM);
	for (at = slice_search(text, 0, SLICE("-----BEGIN")); at < text.n;
		at = slice_search(text, at + 1, SLICE("-----BEGIN")))
		n++;
	CHECK_ERR(anchors_read(text, &a, NULL), E_OK);
	/* BearSSL knows neither brainpool curves nor RSA-PSS keys; nothing else is missing. */
	CHECK(a.n <= n && a.n + 4 >= n && n > 50);
	CHECK(anchors_list(&a)[0].dn.len > 10);
	anchors_drop(&a);
	CHECK_ERR(anchors_read(SLICE("nothing\n"), &a, NULL), E_FORMAT);
	CHECK_ERR(anchors_read(SLICE_NONE, &a, NULL), E_FORMAT);
	CHECK_ERR(
		anchors_read(SLICE("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----"),
			&a, NULL),
		E_FORMAT);
}
