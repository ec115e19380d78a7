/* SPDX-License-Identifier: MIT */
/*
 * Bytes of strangers on a network: the first byte says whose. DNS questions lie in
 * their packet and are answered whole; a hello and a head that are whole stay the
 * same whatever follows, and no part of them is refused that could become them.
 */
#include "fuzz.h"

#include <string.h>

#include "observe/dns.h"
#include "observe/hello.h"
#include "observe/http_head.h"
#include "runner/sandbox/sinkhole_wire.h"

static void dns(struct slice s)
{
	static const uint8_t addr[4] = {198, 18, 0, 1};
	uint8_t mem[DNS_ANSWER_BYTES];
	struct buf b = buf_on(mem, sizeof mem);
	struct dns_query q;

	if (dns_query_read(s, &q)) return;
	FUZZ_ASSERT(inside(s, q.question) && inside(s, q.rest) && q.n <= DNS_NAME_BYTES);
	FUZZ_ASSERT(12 + q.question.n + q.rest.n == s.n);
	dns_answer(&b, &q, addr);
	FUZZ_ASSERT(b.err == E_OK && b.n == 12 + q.question.n + 16);
}

static void hello(struct slice s)
{
	struct hello h, other;
	enum err e = hello_read(s, &h);
	size_t n;

	FUZZ_ASSERT(e == E_OK || e == E_TRUNCATED || e == E_FORMAT);
	if (e) return;
	FUZZ_ASSERT(h.n <= HELLO_NAME);
	for (n = 0; n < s.n; n++) {
		enum err part = hello_read(slice_sub(s, 0, n), &other);

		FUZZ_ASSERT(part == E_TRUNCATED ||
			    (part == E_OK && other.n == h.n && !memcmp(other.name, h.name, h.n)));
	}
}

static void http(struct slice s)
{
	struct http_head h, other;
	enum err e = http_head_read(s, &h);
	size_t n;

	FUZZ_ASSERT(e == E_OK || e == E_TRUNCATED || e == E_FORMAT);
	if (e) return;
	FUZZ_ASSERT(h.bytes <= s.n && h.method.n && h.method.n <= HTTP_METHOD_BYTES);
	FUZZ_ASSERT(inside(s, h.method) && inside(s, h.target) && inside(s, h.host));
	FUZZ_ASSERT(h.path.n == 0 || inside(s, h.path));
	for (n = 0; n < h.bytes; n++)
		FUZZ_ASSERT(http_head_read(slice_sub(s, 0, n), &other) == E_TRUNCATED);
	FUZZ_ASSERT(http_head_read(slice_sub(s, 0, h.bytes), &other) == E_OK);
	http_head_complete(&h, s, s.n);
}

/* What a K that was taken over may send: believed only if it encodes to the same. */
static void report(struct slice s)
{
	static uint8_t mem[SINK_REPORT_BYTES];
	struct sinkhole_report r = {0};
	struct codec c = codec_reader(s);
	struct buf b = buf_on(mem, sizeof mem);

	codec_report(&c, &r);
	if (codec_end(&c)) return;
	FUZZ_ASSERT(inside(s, r.kept) && inside(s, r.name) && r.kept.n <= LIMIT_SINK_STREAM);
	c = codec_writer(&b);
	codec_report(&c, &r);
	FUZZ_ASSERT(codec_end(&c) == E_OK && slice_eq(buf_slice(&b), s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(struct slice) = {dns, hello, http, report};
	struct slice s = slice_of(data, size);

	if (size) readers[s.p[0] % 4](slice_from(s, 1));
	return 0;
}
