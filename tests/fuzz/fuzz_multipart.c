/* SPDX-License-Identifier: MIT */
/*
 * Multipart bodies behind a line with their Content-Type. Pieces of any length
 * give the same; the file's content stands in the body in one run, between an
 * empty line and a delimiter.
 */
#include "fuzz.h"

#include <string.h>

#include "base/buf.h"
#include "http/body.h"

static enum err keep(void *ctx, struct slice bytes)
{
	FUZZ_ASSERT(bytes.n > 0);
	buf_put(ctx, bytes);
	return E_OK;
}

static enum err feed(struct multipart *m, struct slice s, size_t piece, struct buf *out)
{
	enum err e = E_OK;

	while (!e && s.n) {
		struct slice part = slice_sub(s, 0, piece);

		e = multipart_take(m, part, keep, out);
		s = slice_from(s, part.n);
	}
	return e;
}

static void check_file(const struct multipart *m, struct slice body, struct slice file)
{
	struct buf b = buf_heap(1 << 20);
	size_t at;

	buf_str(&b, "\r\n\r\n");
	buf_put(&b, file);
	buf_put(&b, slice_of(m->delimiter, m->delimiter_len));
	at = slice_search(body, 0, buf_slice(&b));
	FUZZ_ASSERT(at < body.n);
	/* No delimiter inside. */
	b.n -= 1;
	FUZZ_ASSERT(slice_search(slice_from(buf_slice(&b), 4), 0,
			    slice_of(m->delimiter, m->delimiter_len)) == b.n - 4);
	buf_drop(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = {1, 2, 5, 64};
	static struct multipart whole, other;
	struct slice body = slice_of(data, size), type = slice_split(&body, '\n');
	struct buf a = buf_heap(1 << 20), b = buf_heap(1 << 20);
	enum err e, end;
	size_t i;

	if (multipart_start(&whole, type)) return 0;
	e = feed(&whole, body, SIZE_MAX, &a);
	end = multipart_end(&whole);
	FUZZ_ASSERT(e == E_OK || e == E_MULTIPART_INVALID || e == E_NONCE_INVALID ||
		    e == E_SECRETS_UNSUPPORTED);
	for (i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		buf_reset(&b);
		FUZZ_ASSERT(!multipart_start(&other, type));
		FUZZ_ASSERT(feed(&other, body, pieces[i], &b) == e);
		if (e) continue;
		FUZZ_ASSERT(multipart_end(&other) == end && other.has_nonce == whole.has_nonce);
		FUZZ_ASSERT(strcmp(other.nonce, whole.nonce) == 0);
		FUZZ_ASSERT(slice_eq(buf_slice(&a), buf_slice(&b)));
	}
	if (!e && !end) check_file(&whole, body, buf_slice(&a));
	if (!e && end == E_NO_PACKAGE) FUZZ_ASSERT(a.n == 0);
	buf_drop(&a);
	buf_drop(&b);
	return 0;
}
