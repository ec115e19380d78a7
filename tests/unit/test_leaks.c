/* SPDX-License-Identifier: MIT */
/* The search for tokens: every disguise, at every place, in pieces of every size. */
#include "make_archive.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "observe/leaks.h"

#define TOKENS LIMIT_CANARIES

static uint8_t tokens[TOKENS * LEAK_TOKEN];
static struct leaks_found found;

/* The same numbers in every run: splitmix64. */
static uint64_t state;
static uint64_t number(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static struct leaks *begin(void)
{
	static const char letters[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	struct leaks *l = NULL;
	size_t i;

	state = 7;
	for (i = 0; i < sizeof tokens; i++)
		tokens[i] = (uint8_t)letters[number() % 62];
	memset(&found, 0, sizeof found);
	CHECK_ERR(leaks_new(&l, tokens, TOKENS, &found), E_OK);
	leaks_begin(l, 5);
	return l;
}

static struct slice token(unsigned i)
{
	return slice_of(tokens + (size_t)i * LEAK_TOKEN, LEAK_TOKEN);
}

static bool has(unsigned i, uint8_t packing, uint8_t code, bool reversed)
{
	unsigned k;

	for (k = 0; k < found.n; k++)
		if (found.list[k].token == i && found.list[k].place == 5 &&
			found.list[k].packing == packing && found.list[k].code == code &&
			found.list[k].reversed == reversed)
			return true;
	return false;
}

static void reverse(struct buf *b, size_t from)
{
	size_t i, n = b->n - from;

	for (i = 0; i < n / 2; i++) {
		uint8_t c = b->p[from + i];

		b->p[from + i] = b->p[b->n - 1 - i];
		b->p[b->n - 1 - i] = c;
	}
}

/* One disguise of a token in the middle of other bytes. */
struct disguise {
	uint8_t code;
	bool upper, url_alphabet, reversed_token, reversed_text;
	unsigned shift; /* base64: bytes before it */
};

static void disguise(struct buf *b, unsigned i, const struct disguise *d)
{
	static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
	const char *digits = d->upper ? upper : lower;
	uint8_t mem[64];
	struct buf in = buf_on(mem, sizeof mem);
	size_t from = b->n, k;

	if (d->code == LEAK_BASE64) buf_put(&in, slice_sub(SLICE("\xff\x01"), 0, d->shift));
	buf_put(&in, token(i));
	if (d->reversed_token) reverse(&in, in.n - LEAK_TOKEN);
	if (d->code == LEAK_BASE64) buf_put(&in, SLICE("~~\n"));
	switch (d->code) {
	case LEAK_PLAIN: buf_put(b, buf_slice(&in)); break;
	case LEAK_BASE64: buf_base64(b, buf_slice(&in)); break;
	default:
		for (k = 0; k < in.n; k++) {
			if (d->code == LEAK_URL) buf_u8(b, '%');
			buf_u8(b, (uint8_t)digits[mem[k] >> 4]);
			buf_u8(b, (uint8_t)digits[mem[k] & 15]);
		}
	}
	for (k = from; d->url_alphabet && k < b->n; k++)
		b->p[k] = b->p[k] == '+' ? '-' : b->p[k] == '/' ? '_' : b->p[k];
	if (d->reversed_text) reverse(b, from);
}

static void add_in_pieces(struct leaks *l, struct slice s, size_t first, size_t size)
{
	leaks_add(l, slice_sub(s, 0, first));
	for (s = slice_from(s, first); s.n; s = slice_from(s, size))
		leaks_add(l, slice_sub(s, 0, size));
}

/* All disguises of all tokens, begun at every place of a group, cut at every place. */
TEST(leaks_every_disguise)
{
	unsigned code, flags, shift, at, i;

	for (code = 0; code < LEAK_CODES; code++)
		for (flags = 0; flags < 8; flags++)
			for (shift = 0; shift < (code == LEAK_BASE64 ? 3U : 1U); shift++)
				for (at = 0; at < 16; at++) {
					struct disguise d = {.code = (uint8_t)code,
						.upper = flags & 1,
						.url_alphabet = flags & 1,
						.reversed_token = flags >> 1 & 1,
						.reversed_text = flags >> 2 & 1,
						.shift = shift};
					bool back = d.reversed_token || d.reversed_text;
					struct leaks *l = begin();
					struct buf b = buf_heap(1 * MIB);

					/* Forwards again: a plain token twice backwards. */
					if (code == LEAK_PLAIN && d.reversed_token)
						back = !d.reversed_text;
					if (d.reversed_token && d.reversed_text &&
						code != LEAK_PLAIN) {
						leaks_free(&l);
						continue;
					}
					for (i = 0; i < TOKENS; i++) {
						b.n = 0;
						buf_zeros(&b, at);
						disguise(&b, i, &d);
						buf_zeros(&b, 5);
						add_in_pieces(l, buf_slice(&b), 3 * at, 100);
						CHECK(has(i, LEAK_BARE, (uint8_t)code, back));
					}
					CHECK(found.n == TOKENS && !found.cut);
					buf_drop(&b);
					leaks_free(&l);
				}
}

TEST(leaks_in_pieces_of_every_size)
{
	size_t size;
	unsigned i;

	for (size = 1; size < 70; size++) {
		struct leaks *l = begin();
		struct disguise d = {.code = LEAK_URL};
		struct buf b = buf_heap(1 * MIB);

		for (i = 0; i < TOKENS; i++)
			disguise(&b, i, &d);
		add_in_pieces(l, buf_slice(&b), 0, size);
		CHECK(found.n == TOKENS);
		buf_drop(&b);
		leaks_free(&l);
	}
}

/* Lines of base64, labels of a name, xx:xx. */
TEST(leaks_with_separators)
{
	static const char *const between[] = {"\n", "\r\n", ".", ":", " "};
	unsigned k, i;

	for (k = 0; k < sizeof between / sizeof *between; k++) {
		struct leaks *l = begin();
		struct disguise d = {.code = LEAK_HEX};
		struct buf b = buf_heap(1 * MIB), cut = buf_heap(1 * MIB);

		disguise(&b, 3, &d);
		for (i = 0; i < b.n; i += 2) {
			buf_put(&cut, slice_of(b.p + i, 2));
			buf_str(&cut, between[k]);
		}
		add_in_pieces(l, buf_slice(&cut), 7, 11);
		CHECK(found.n == 1 && has(3, LEAK_BARE, LEAK_HEX, false));
		buf_drop(&b);
		buf_drop(&cut);
		leaks_free(&l);
	}
}

static void deflated(struct buf *b, struct slice s, bool gzip)
{
	if (gzip) {
		gzip_member(b, s, 0);
		return;
	}
	buf_str(b, "\x78\x9c");
	deflate_raw(b, s);
	buf_be32(b, (uint32_t)adler32(adler32(0, NULL, 0), s.p, (uInt)s.n));
}

TEST(leaks_packed)
{
	static const struct {
		bool gzip;
		uint8_t packing;
	} kinds[] = {{true, LEAK_GZIP}, {false, LEAK_GZIP}, {true, LEAK_BASE64_GZIP},
		{true, LEAK_HEX_GZIP}};
	unsigned k;
	size_t size, before;

	for (k = 0; k < sizeof kinds / sizeof *kinds; k++)
		for (before = 0; before < 9; before++)
			for (size = 1; size < 40; size++) {
				struct leaks *l = begin();
				struct disguise d = {.code = LEAK_BASE64};
				struct buf b = buf_heap(1 * MIB), z = buf_heap(1 * MIB),
					   text = buf_heap(1 * MIB);

				buf_str(&b, "some text before it ");
				disguise(&b, 1, &d);
				buf_zeros(&text, before);
				deflated(&z, buf_slice(&b), kinds[k].gzip);
				if (kinds[k].packing == LEAK_GZIP) buf_put(&text, buf_slice(&z));
				if (kinds[k].packing == LEAK_BASE64_GZIP)
					buf_base64(&text, buf_slice(&z));
				if (kinds[k].packing == LEAK_HEX_GZIP)
					buf_hex(&text, buf_slice(&z));
				buf_str(&text, " and after it");
				add_in_pieces(l, buf_slice(&text), 0, size);
				CHECK(has(1, kinds[k].packing, LEAK_BASE64, false));
				buf_drop(&b);
				buf_drop(&z);
				buf_drop(&text);
				leaks_free(&l);
			}
}

/* What is cut is said, and a bomb ends. */
TEST(leaks_bomb_is_cut)
{
	struct leaks *l = begin();
	struct buf zeros = buf_heap(16 * MIB), z = buf_heap(1 * MIB);
	unsigned i;

	buf_zeros(&zeros, 3 * MIB);
	deflated(&z, buf_slice(&zeros), true);
	for (i = 0; i < 30; i++)
		leaks_add(l, buf_slice(&z));
	CHECK(!found.cut);
	for (i = 0; i < 20; i++)
		leaks_add(l, buf_slice(&z));
	CHECK(found.cut && found.n == 0);
	buf_drop(&zeros);
	buf_drop(&z);
	leaks_free(&l);
}

/* A part of a token is none, and what looks like one is none. */
TEST(leaks_none_in_others)
{
	struct leaks *l = begin();
	struct buf b = buf_heap(11 * MIB);
	struct slice own;
	uint8_t almost[LEAK_TOKEN];
	unsigned i;

	for (i = 0; i < LEAK_TOKEN; i++) {
		memcpy(almost, token(2).p, sizeof almost);
		almost[i] = almost[i] == 'x' ? 'y' : 'x';
		leaks_add(l, SLICE_OF(almost));
		leaks_add(l, SLICE("-"));
	}
	for (i = 0; i < 10 * MIB / 8; i++)
		buf_le64(&b, number());
	leaks_add(l, buf_slice(&b));
	/* Letters and digits of the kind that tokens are made of. */
	b.n = 0;
	for (i = 0; i < 2 * MIB / 8; i++)
		buf_fmt(&b, "%016llx", (unsigned long long)number());
	leaks_add(l, buf_slice(&b));
	own = test_file("/proc/self/exe");
	CHECK(own.n > 100000);
	leaks_add(l, own);
	CHECK(found.n == 0);
	CHECK(!found.cut);
	buf_drop(&b);
	leaks_free(&l);
}

TEST(leaks_words)
{
	char mem[40];
	struct leak l = {0};

	CHECK(strcmp(leak_text(mem, sizeof mem, &l), "plain") == 0);
	l.reversed = true;
	CHECK(strcmp(leak_text(mem, sizeof mem, &l), "reversed") == 0);
	l.code = LEAK_BASE64;
	CHECK(strcmp(leak_text(mem, sizeof mem, &l), "reversed+base64") == 0);
	l.packing = LEAK_BASE64_GZIP;
	CHECK(strcmp(leak_text(mem, sizeof mem, &l), "base64+gzip+reversed+base64") == 0);
	l.reversed = false;
	l.code = LEAK_PLAIN;
	l.packing = LEAK_GZIP;
	CHECK(strcmp(leak_text(mem, sizeof mem, &l), "gzip") == 0);
}
