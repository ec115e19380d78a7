/* SPDX-License-Identifier: MIT */
/*
 * Answers of web servers. Bytes give the same result in pieces of any length;
 * a whole answer is taken only to its last byte; a second plain reader finds
 * the same body.
 */
#include "fuzz.h"

#include <string.h>

#include "base/limits.h"
#include "net/response.h"

#define MAX_BODY 4096

static enum err feed(struct response *r, struct slice s, size_t step)
{
	enum err e = E_OK;

	while (s.n && !e) {
		struct slice part = slice_sub(s, 0, step);

		e = response_feed(r, part, NULL);
		s = slice_from(s, part.n);
	}
	return e;
}

/* A reader without any state: all bytes at hand, framing known to be right. */
static void check_body(struct slice s, const struct response *r)
{
	size_t end = slice_search(s, 0, SLICE("\r\n\r\n")) + 4;
	struct slice rest = slice_from(s, end), value, body = buf_slice(&r->body);
	size_t size = 0, i;

	FUZZ_ASSERT(end == r->head.n);
	FUZZ_ASSERT(response_field(r, "transfer-encoding", &value) == E_OK);
	if (!value.p) {
		FUZZ_ASSERT(slice_eq(rest, body));
		return;
	}
	for (;;) {
		size_t eol = slice_search(rest, 0, SLICE("\r\n"));
		struct slice line = slice_sub(rest, 0, eol);

		FUZZ_ASSERT(eol < rest.n);
		rest = slice_from(rest, eol + 2);
		line = slice_split(&line, ';');
		for (size = 0, i = 0; i < line.n; i++)
			size = size * 16 + (size_t)(line.p[i] <= '9' ? line.p[i] - '0'
								     : (line.p[i] | 32) - 'a' + 10);
		if (size == 0) break;
		FUZZ_ASSERT(size <= body.n &&
			    slice_eq(slice_sub(body, 0, size), slice_sub(rest, 0, size)));
		body = slice_from(body, size);
		rest = slice_from(rest, size + 2);
	}
	FUZZ_ASSERT(body.n == 0 && slice_is(rest, "\r\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size);
	struct response whole = response_init(MAX_BODY), bits = response_init(MAX_BODY);
	struct why why = WHY_INIT;
	enum err e = response_feed(&whole, s, &why);
	enum err one = feed(&bits, s, size % 7 + 1);

	FUZZ_ASSERT(e == E_OK || e == E_RESPONSE || e == E_TOO_LARGE || e == E_REDIRECT);
	FUZZ_ASSERT(e == E_OK || (why.code == e && why.text[0]));
	FUZZ_ASSERT(e == one && whole.body.n <= MAX_BODY);
	if (!e) {
		FUZZ_ASSERT(whole.state == bits.state && whole.status == bits.status);
		FUZZ_ASSERT(slice_eq(buf_slice(&whole.body), buf_slice(&bits.body)));
	}
	if (response_done(&whole)) {
		struct response shorter = response_init(MAX_BODY);

		FUZZ_ASSERT(whole.status >= 200 && whole.status <= 599);
		if (whole.status != 204 && whole.status != 304) check_body(s, &whole);
		FUZZ_ASSERT(response_feed(&shorter, slice_sub(s, 0, size - 1), NULL) == E_OK);
		FUZZ_ASSERT(!response_done(&shorter));
		FUZZ_ASSERT(response_feed(&whole, SLICE("x"), NULL) == E_RESPONSE);
		response_drop(&shorter);
	}
	response_drop(&whole);
	response_drop(&bits);
	return 0;
}
