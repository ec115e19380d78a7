/* SPDX-License-Identifier: MIT */
/*
 * Heads of HTTP requests. What is accepted is looked at once more, line by
 * line, with nothing but memchr: another reader must frame it the same way.
 */
#include "fuzz.h"

#include "http/request.h"

struct count {
	unsigned lines, host, length, encoding;
};

static void count_line(struct slice line, struct count *n)
{
	struct slice name = slice_split(&line, ':');

	n->lines++;
	n->host += slice_is_nocase(name, "host");
	n->length += slice_is_nocase(name, "content-length");
	n->encoding += slice_is_nocase(name, "transfer-encoding");
}

static void check_lines(struct slice head, const struct request *r)
{
	struct count n = {0};

	while (head.n) {
		struct slice line = slice_split(&head, '\n');

		FUZZ_ASSERT(line.n && line.p[line.n - 1] == '\r');
		line = slice_sub(line, 0, line.n - 1);
		FUZZ_ASSERT(
			slice_find(line, 0, '\r') == line.n && slice_find(line, 0, 0) == line.n);
		FUZZ_ASSERT(head.n || line.n == 0);
		count_line(line, &n);
	}
	FUZZ_ASSERT(n.host <= 1 && n.length <= 1 && n.encoding <= 1);
	FUZZ_ASSERT(n.length == r->has_length && n.encoding == r->chunked);
	FUZZ_ASSERT(!(r->has_length && r->chunked));
}

static void check_request(struct slice head, const struct request *r)
{
	static const char *const names[] = {"nonce", "format", "", "a"};
	size_t i;

	FUZZ_ASSERT(inside(head, r->path) && inside(head, r->query));
	FUZZ_ASSERT(inside(head, r->content_type) && inside(head, r->if_none_match));
	FUZZ_ASSERT(r->path.n && r->path.p[0] == '/' && slice_find(r->path, 0, '?') == r->path.n);
	FUZZ_ASSERT(r->method <= METHOD_OTHER);
	for (i = 0; i < sizeof names / sizeof *names; i++)
		FUZZ_ASSERT(inside(r->query, request_param(r, names[i])));
	check_lines(head, r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size), head;
	size_t end = request_head_end(s);
	struct why why = WHY_INIT;
	struct request r;
	enum err e;

	/* Its last byte makes a head complete, and none before. */
	if (end) FUZZ_ASSERT(end <= size && request_head_end(slice_sub(s, 0, end - 1)) == 0);
	head = slice_sub(s, 0, end ? end : size);
	e = request_read(head, &r, &why);
	FUZZ_ASSERT(e == E_OK || e == E_BAD_REQUEST || e == E_URI_TOO_LONG);
	FUZZ_ASSERT(e != E_BAD_REQUEST || (why.code == e && why.text[0]));
	if (!e) FUZZ_ASSERT(end == size || end > 0);
	if (!e) check_request(head, &r);
	return 0;
}
