/* SPDX-License-Identifier: MIT */
/*
 * Framing of request bodies. The first byte says chunked or by length, the
 * second the limit. The same bytes in other pieces give the same content and
 * the same end; chunked content is found once more by a plain reader.
 */
#include "fuzz.h"

#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "http/body.h"

static enum err keep(void *ctx, struct slice bytes)
{
	FUZZ_ASSERT(bytes.n > 0);
	buf_put(ctx, bytes);
	return E_OK;
}

static void start(struct framing *f, uint8_t mode, uint64_t max)
{
	if (mode & 1)
		framing_chunked(f, max);
	else
		framing_length(f, mode >> 1, max);
}

/* Feeds s in pieces; *used counts what was taken of it. */
static enum err feed(struct framing *f, struct slice s, size_t piece, size_t *used, struct buf *out)
{
	enum err e = E_OK;

	*used = 0;
	while (!e && !f->done && s.n) {
		struct slice part = slice_sub(s, 0, piece);
		size_t n;

		e = framing_take(f, part, &n, keep, out);
		FUZZ_ASSERT(n <= part.n && (e || f->done || n == part.n));
		*used += n;
		s = slice_from(s, n);
	}
	FUZZ_ASSERT(out->n <= f->max);
	return e;
}

/* Chunks of a complete body, without any state: size line, data, CR LF. */
static void plain_reader(struct slice body, struct slice content)
{
	struct slice line;
	uint64_t n, i;

	for (;;) {
		line = slice_sub(body, 0, slice_search(body, 0, SLICE("\r\n")));
		body = slice_from(body, line.n + 2);
		line = slice_split(&line, ';');
		FUZZ_ASSERT(line.n > 0);
		for (n = 0, i = 0; i < line.n; i++) {
			FUZZ_ASSERT(hex_digit(line.p[i]) >= 0);
			n = n << 4 | (uint64_t)hex_digit(line.p[i]);
		}
		if (n == 0) break;
		FUZZ_ASSERT(n <= content.n && n + 2 <= body.n);
		FUZZ_ASSERT(slice_eq(slice_sub(body, 0, n), slice_sub(content, 0, n)));
		FUZZ_ASSERT(slice_is(slice_sub(body, n, 2), "\r\n"));
		content = slice_from(content, n);
		body = slice_from(body, n + 2);
	}
	FUZZ_ASSERT(content.n == 0 && slice_ends(body, "\r\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = {1, 2, 3, 17};
	struct slice s = slice_of(data, size), body = slice_from(s, 2);
	struct framing whole, other;
	struct buf a = buf_heap(1 << 20), b = buf_heap(1 << 20);
	size_t used, n, i;
	enum err e;

	if (size < 2) return 0;
	start(&whole, data[0], data[1]);
	e = feed(&whole, body, SIZE_MAX, &used, &a);
	FUZZ_ASSERT(e == E_OK || e == E_BAD_REQUEST || e == E_PKG_TOO_LARGE);
	for (i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		buf_reset(&b);
		start(&other, data[0], data[1]);
		FUZZ_ASSERT(feed(&other, body, pieces[i], &n, &b) == e);
		if (e) continue;
		FUZZ_ASSERT(n == used && other.done == whole.done && other.total == whole.total);
		FUZZ_ASSERT(slice_eq(buf_slice(&a), buf_slice(&b)));
	}
	if (!e && whole.done && !whole.chunked)
		FUZZ_ASSERT(used == a.n && slice_eq(slice_sub(body, 0, used), buf_slice(&a)));
	if (!e && whole.done && whole.chunked)
		plain_reader(slice_sub(body, 0, used), buf_slice(&a));
	buf_drop(&a);
	buf_drop(&b);
	return 0;
}
