/* SPDX-License-Identifier: MIT */
/*
 * The search for tokens over any bytes in pieces of any size. The first byte is the
 * size of a piece; bytes from 0xe0 stand for whole tokens. A plain search, token by
 * token, has to find the same plain ones.
 */
#include "fuzz.h"

#include <string.h>

#include "base/buf.h"
#include "observe/leaks.h"

static uint8_t tokens[LIMIT_CANARIES * LEAK_TOKEN];
static struct leaks_found found;

static void make_tokens(void)
{
	size_t i;

	for (i = 0; i < sizeof tokens; i++)
		tokens[i] = (uint8_t)('a' + (i * 7 + i / LEAK_TOKEN * 3 + i / 5) % 26);
}

static bool is_found(unsigned token)
{
	unsigned i;

	for (i = 0; i < found.n; i++)
		if (found.list[i].token == token && found.list[i].packing == LEAK_BARE &&
			found.list[i].code == LEAK_PLAIN && !found.list[i].reversed)
			return true;
	return false;
}

/* What separates is taken out; with it or without, a token counts. */
static void join(struct buf *b, struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!memchr("\n\r \t.:", s.p[i], 6)) buf_u8(b, s.p[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b = buf_heap(64 * MIB), joined = buf_heap(64 * MIB);
	struct leaks *l = NULL;
	struct slice left;
	size_t i, piece;

	if (size < 2 || size > 64 * KIB) return 0;
	make_tokens();
	piece = data[0] ? data[0] : LEAK_FRAME;
	for (i = 1; i < size; i++) {
		if (data[i] >= 0xe0)
			buf_put(&b, slice_of(tokens + (data[i] & 31) * LEAK_TOKEN, LEAK_TOKEN));
		else
			buf_u8(&b, data[i]);
	}
	memset(&found, 0, sizeof found);
	FUZZ_ASSERT(leaks_new(&l, tokens, LIMIT_CANARIES, &found) == E_OK);
	leaks_begin(l, 1);
	for (left = buf_slice(&b); left.n; left = slice_from(left, piece))
		leaks_add(l, slice_sub(left, 0, piece));
	join(&joined, buf_slice(&b));
	for (i = 0; i < LIMIT_CANARIES; i++) {
		struct slice token = slice_of(tokens + i * LEAK_TOKEN, LEAK_TOKEN), whole;

		whole = buf_slice(&joined);
		FUZZ_ASSERT(is_found((unsigned)i) == (slice_search(whole, 0, token) < whole.n));
	}
	for (i = 0; i < found.n; i++)
		FUZZ_ASSERT(found.list[i].place == 1 && found.list[i].token < LIMIT_CANARIES);
	leaks_free(&l);
	buf_drop(&b);
	buf_drop(&joined);
	return 0;
}
