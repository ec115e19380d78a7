/* SPDX-License-Identifier: MIT */
/* observe/: DNS questions, TLS hellos and HTTP heads of strangers. */
#include <string.h>

#include "observe/dns.h"
#include "observe/hello.h"
#include "observe/http_head.h"
#include "network_bytes.h"
#include "test.h"

/* ---- DNS --------------------------------------------------------------------- */

static uint8_t packet[1024];

/* A query for a name in presentation form; the slice is valid until the next call. */
static struct slice query(const char *name, uint16_t type)
{
	struct buf b = buf_on(packet, sizeof packet);

	made_query(&b, 0x1234, name, type);
	return buf_slice(&b);
}

static enum err read_bytes(const char *bytes, size_t n)
{
	struct dns_query q;

	return dns_query_read(slice_of(bytes, n), &q);
}

#define HEAD      "\x12\x34\1\0\0\1\0\0\0\0\0\0"
#define READ(lit) read_bytes(lit, sizeof(lit) - 1)

TEST(dns_query_is_read_and_answered)
{
	static const uint8_t addr[4] = {198, 18, 0, 1};
	struct slice s = query("Example.ORG", 1), a;
	uint8_t mem[DNS_ANSWER_BYTES];
	struct buf b = buf_on(mem, sizeof mem);
	struct dns_query q;

	CHECK_ERR(dns_query_read(s, &q), E_OK);
	CHECK(q.id == 0x1234 && q.type == 1 && q.class == 1 && q.recursion && !q.odd);
	CHECK_SLICE(slice_of(q.name, q.n), SLICE("example.org"));
	CHECK_SLICE(slice_of(q.asked, q.n), SLICE("Example.ORG"));
	CHECK(q.question.n == s.n - 12 && q.rest.n == 0);
	dns_answer(&b, &q, addr);
	CHECK_ERR(b.err, E_OK);
	a = buf_slice(&b);
	CHECK_SLICE(slice_sub(a, 0, 12), SLICE("\x12\x34\x81\x80\0\1\0\1\0\0\0\0"));
	/* As it was asked: resolvers that write letters at random compare them. */
	CHECK_SLICE(slice_sub(a, 12, q.question.n), slice_from(s, 12));
	CHECK_SLICE(slice_from(a, s.n), SLICE("\xc0\x0c\0\1\0\1\0\0\0\0\0\4\xc6\x12\0\1"));
	buf_reset(&b);
	dns_answer(&b, &q, NULL);
	CHECK_SLICE(slice_sub(buf_slice(&b), 0, 12), SLICE("\x12\x34\x81\x80\0\1\0\0\0\0\0\0"));
	CHECK(b.n == s.n);
}

TEST(dns_longest_name_fits_into_its_answer)
{
	static const uint8_t addr[4] = {198, 18, 0, 1};
	char name[254];
	uint8_t mem[DNS_ANSWER_BYTES];
	struct buf b = buf_on(mem, sizeof mem);
	struct dns_query q;

	memset(name, 'a', sizeof name);
	name[63] = name[127] = name[191] = '.';
	name[253] = '\0';
	CHECK_ERR(dns_query_read(query(name, 28), &q), E_OK);
	CHECK(q.n == 253 && q.odd);
	dns_answer(&b, &q, addr);
	CHECK_ERR(b.err, E_OK);
}

TEST(dns_queries_that_are_none)
{
	struct slice s = query("a.example", 16);
	struct dns_query q;
	char big[300];
	size_t i;

	for (i = 0; i < s.n; i++)
		CHECK_ERR(dns_query_read(slice_sub(s, 0, i), &q), E_TRUNCATED);
	/* A pointer to itself, one forward, one back into the head. */
	CHECK_ERR(READ(HEAD "\xc0\x0c\0\1\0\1"), E_FORMAT);
	CHECK_ERR(READ(HEAD "\1a\xc0\x0e\0\1\0\1"), E_FORMAT);
	CHECK_ERR(READ(HEAD "\1a\xc0\0\0\1\0\1"), E_FORMAT);
	/* Label types that were never given out. */
	CHECK_ERR(READ(HEAD "\x40"
			    "a\0\0\1\0\1"),
		E_FORMAT);
	CHECK_ERR(READ(HEAD "\x80"
			    "a\0\0\1\0\1"),
		E_FORMAT);
	/* An answer, a status query, a cut one, no question, two. */
	CHECK_ERR(READ("\0\0\x81\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1"), E_FORMAT);
	CHECK_ERR(READ("\0\0\x10\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1"), E_FORMAT);
	CHECK_ERR(READ("\0\0\2\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1"), E_FORMAT);
	CHECK_ERR(READ("\0\0\1\0\0\0\0\0\0\0\0\0\1a\0\0\1\0\1"), E_FORMAT);
	CHECK_ERR(READ("\0\0\1\0\0\2\0\0\0\0\0\0\1a\0\0\1\0\1\1a\0\0\1\0\1"), E_FORMAT);
	/* One byte more than a name may have: 127 labels of one letter are 255, 128 are not. */
	memcpy(big, HEAD, 12);
	for (i = 0; i < 128; i++)
		memcpy(big + 12 + 2 * i, "\1x", 2);
	memcpy(big + 12 + 256, "\0\0\1\0\1", 5);
	CHECK_ERR(read_bytes(big, 12 + 256 + 5), E_FORMAT);
	memcpy(big + 12 + 254, "\0\0\1\0\1", 5);
	CHECK_ERR(read_bytes(big, 12 + 254 + 5), E_OK);
}

TEST(dns_labels_that_carry_data)
{
	static const struct {
		const char *name;
		bool odd;
	} list[] = {
		{"registry.npmjs.org", false},
		{"my-very-long-production-cluster-name.example", false},
		{"ec2-203-0-113-25.compute-1.amazonaws.example", false},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example", false}, /* 40 */
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example", true}, /* 41 */
		{"6b2d6c697665746573742d303132333435.example", true},        /* hex */
		{"mfrggzdfmztwq2lknnwg23tpoa3tenbq.example", true},          /* base32 */
		{"123456789012345678901234567890.example", false},           /* a number */
	};
	struct dns_query q;
	size_t i;

	for (i = 0; i < sizeof list / sizeof *list; i++) {
		CHECK_ERR(dns_query_read(query(list[i].name, 1), &q), E_OK);
		if (q.odd != list[i].odd) printf("# %s\n", list[i].name);
		CHECK(q.odd == list[i].odd);
	}
	CHECK(dns_is_local(SLICE("localhost")) && dns_is_local(SLICE("a.localhost")));
	CHECK(!dns_is_local(SLICE("notlocalhost")) && !dns_is_local(SLICE("localhost.example")));
}

TEST(dns_what_follows_the_question_is_seen)
{
	struct buf b = buf_on(packet, sizeof packet);
	struct dns_query q;

	made_query(&b, 1, "a.example", 1);
	buf_str(&b, "secret");
	CHECK_ERR(dns_query_read(buf_slice(&b), &q), E_OK);
	CHECK_SLICE(q.rest, SLICE("secret"));
}

/* ---- TLS ------------------------------------------------------------------------ */

static uint8_t bytes[40000];

TEST(hello_names_its_server_however_it_is_cut)
{
	static const size_t records[] = {16384, 100, 7, 1};
	struct hello h;
	size_t i, n;

	for (i = 0; i < sizeof records / sizeof *records; i++) {
		struct buf b = buf_on(bytes, sizeof bytes);
		struct slice all;

		made_hello(&b, "api.example.org", records[i]);
		all = buf_slice(&b);
		for (n = 0; n < all.n; n++)
			CHECK_ERR(hello_read(slice_sub(all, 0, n), &h), E_TRUNCATED);
		CHECK_ERR(hello_read(all, &h), E_OK);
		CHECK_SLICE(slice_of(h.name, h.n), SLICE("api.example.org"));
		buf_str(&b, "whatever comes then");
		CHECK_ERR(hello_read(buf_slice(&b), &h), E_OK);
	}
}

TEST(hello_without_a_name)
{
	struct buf b = buf_on(bytes, sizeof bytes);
	struct hello h = {.n = 7};

	made_hello(&b, NULL, 16384);
	CHECK_ERR(hello_read(buf_slice(&b), &h), E_OK);
	CHECK(h.n == 0);
}

/* A whole hello with one byte after the other changed never reads outside, and lies stay lies. */
TEST(hello_that_is_none)
{
	struct buf b = buf_on(bytes, sizeof bytes);
	char name[300];
	struct hello h;
	size_t i, n;
	int v;

	made_hello(&b, "a.example", 16384);
	n = b.n;
	for (i = 0; i < n; i++) {
		uint8_t before = bytes[i];

		for (v = 0; v < 256; v += 5) {
			bytes[i] = (uint8_t)v;
			h.n = 0;
			CHECK(hello_read(slice_of(bytes, n), &h) != E_OK || h.n <= HELLO_NAME);
		}
		bytes[i] = before;
	}
	CHECK_ERR(hello_read(SLICE("\x17\3\3\0\1x"), &h), E_FORMAT);          /* data */
	CHECK_ERR(hello_read(SLICE("\x16\2"), &h), E_FORMAT);                 /* SSL 2 */
	CHECK_ERR(hello_read(SLICE("\x16\3\1\0\0"), &h), E_FORMAT);           /* empty record */
	CHECK_ERR(hello_read(SLICE("\x16\3\1\xff\xff"), &h), E_FORMAT);       /* larger than any */
	CHECK_ERR(hello_read(SLICE("\x16\3\1\0\4\2\0\0\0"), &h), E_FORMAT);   /* of a server */
	CHECK_ERR(hello_read(SLICE("\x16\3\1\0\4\1\0\x40\1"), &h), E_FORMAT); /* longer than any */
	CHECK_ERR(hello_read(SLICE("GET / HTTP/1.1\r\n"), &h), E_FORMAT);
	CHECK_ERR(hello_read(SLICE(""), &h), E_TRUNCATED);
	memset(name, 'a', sizeof name);
	name[256] = '\0';
	buf_reset(&b);
	made_hello(&b, name, 16384);
	CHECK_ERR(hello_read(buf_slice(&b), &h), E_FORMAT);
	name[255] = '\0';
	buf_reset(&b);
	made_hello(&b, name, 16384);
	CHECK_ERR(hello_read(buf_slice(&b), &h), E_OK);
	CHECK(h.n == 255);
}

/* ---- HTTP ------------------------------------------------------------------------- */

static const struct {
	const char *head, *method, *host, *path;
	enum err want;
	uint64_t length;
	bool chunked, expects;
} heads[] = {
	{"POST /hook?k=v HTTP/1.1\r\nHost: webhook.example\r\nContent-Length: 7\r\n\r\n", "POST",
		"webhook.example", "/hook?k=v", E_OK, 7, false, false},
	{"GET / HTTP/1.0\n\n", "GET", "", "/", E_OK, 0, false, false},
	{"PUT /x HTTP/1.1\r\nhost:a:81\r\nTransfer-Encoding: chunked\r\nExpect: 100-Continue\r\n\r\n",
		"PUT", "a:81", "/x", E_OK, 0, true, true},
	{"GET http://b.example/y HTTP/1.1\r\nHost: other\r\n\r\n", "GET", "b.example", "/y", E_OK,
		0, false, false},
	{"CONNECT c.example:443 HTTP/1.1\r\nHost: c.example\r\n\r\n", "CONNECT", "c.example:443",
		"", E_OK, 0, false, false},
	{"OPTIONS * HTTP/1.1\r\nHost: d\r\n\r\n", "OPTIONS", "d", "*", E_OK, 0, false, false},
	/* The first of two counts, and what is no number is none. */
	{"GET / HTTP/1.1\r\nHost: one\r\nHost: two\r\nContent-Length: -1\r\nContent-Length: 3\r\n\r\n",
		"GET", "one", "/", E_OK, 3, false, false},
	{"GET / HTTP/1.1\r\nHost", "", "", "", E_TRUNCATED, 0, false, false},
	{"GET / HTTP/1.1\r\nHost: a\r\n", "", "", "", E_TRUNCATED, 0, false, false},
	{"GE", "", "", "", E_TRUNCATED, 0, false, false},
	{"", "", "", "", E_TRUNCATED, 0, false, false},
	{"GET /\r\n", "", "", "", E_FORMAT, 0, false, false},
	{"GET  / HTTP/1.1\r\n\r\n", "", "", "", E_FORMAT, 0, false, false},
	{"G\x01T / HTTP/1.1\r\n\r\n", "", "", "", E_FORMAT, 0, false, false},
	{"GET /\x7f HTTP/1.1\r\n\r\n", "", "", "", E_FORMAT, 0, false, false},
	{"GET / HTTP/1.1 x\r\n\r\n", "", "", "", E_FORMAT, 0, false, false},
	{"\x16\3\1", "", "", "", E_FORMAT, 0, false, false},
	{"SSH-2.0-OpenSSH_9.2\r\n", "", "", "", E_FORMAT, 0, false, false},
	{"AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDDD", "", "", "", E_FORMAT, 0, false, false},
};

TEST(http_heads)
{
	size_t i;

	for (i = 0; i < sizeof heads / sizeof *heads; i++) {
		struct slice s = slice_str(heads[i].head);
		struct http_head h;

		CHECK_ERR(http_head_read(s, &h), heads[i].want);
		if (heads[i].want) continue;
		CHECK_SLICE(h.method, slice_str(heads[i].method));
		CHECK_SLICE(h.host, slice_str(heads[i].host));
		CHECK_SLICE(h.path, slice_str(heads[i].path));
		CHECK(h.bytes == s.n && h.length == heads[i].length);
		CHECK(h.chunked == heads[i].chunked && h.expects == heads[i].expects);
	}
}

TEST(http_head_in_pieces_is_never_refused)
{
	size_t i, n;

	for (i = 0; i < sizeof heads / sizeof *heads && heads[i].want == E_OK; i++) {
		struct slice s = slice_str(heads[i].head);
		struct http_head h;

		for (n = 0; n < s.n; n++)
			CHECK_ERR(http_head_read(slice_sub(s, 0, n), &h), E_TRUNCATED);
	}
}

TEST(http_bodies_end)
{
	struct slice
		s = SLICE("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"),
		c = SLICE(
			"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n");
	struct http_head h;

	CHECK_ERR(http_head_read(s, &h), E_OK);
	CHECK(!http_head_complete(&h, slice_sub(s, 0, s.n - 1), s.n - 1));
	CHECK(http_head_complete(&h, s, s.n));
	CHECK_ERR(http_head_read(c, &h), E_OK);
	CHECK(!http_head_complete(&h, slice_sub(c, 0, c.n - 1), c.n - 1));
	CHECK(http_head_complete(&h, c, c.n));
	/* What is kept ends so by chance; more came. */
	CHECK(!http_head_complete(&h, c, c.n + 9));
}

TEST(http_head_without_end)
{
	static uint8_t mem[HTTP_HEAD_BYTES + 100];
	struct buf b = buf_on(mem, sizeof mem);
	struct http_head h;

	buf_str(&b, "GET / HTTP/1.1\r\nHost: a\r\n");
	while (b.n < HTTP_HEAD_BYTES)
		buf_str(&b, "X: y\r\n");
	CHECK_ERR(http_head_read(buf_slice(&b), &h), E_FORMAT);
	memset(mem, 'A', sizeof mem);
	memcpy(mem, "GET /", 5);
	CHECK_ERR(http_head_read(slice_of(mem, sizeof mem), &h), E_FORMAT);
}
