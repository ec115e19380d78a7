/* SPDX-License-Identifier: MIT */
/* Compressed data inside a stream. Pure. Runs in unpack. */
#include "observe/unpacking.h"

#include <string.h>

#include "base/num.h"

/* Unpacked at once; bytes decoded from text at once. */
#define PIECE 16384
#define GROUP 256

/* What a start looks like; the bytes themselves are unpacked too. */
static const struct {
	const char *text;
	unsigned n;
	uint8_t packing;
} starts[] = {
	{"\x1f\x8b\x08", 3, LEAK_GZIP},
	/* The four headers that zlib itself writes, one for each level. */
	{"\x78\x01", 2, LEAK_GZIP},
	{"\x78\x5e", 2, LEAK_GZIP},
	{"\x78\x9c", 2, LEAK_GZIP},
	{"\x78\xda", 2, LEAK_GZIP},
	{"H4sI", 4, LEAK_BASE64_GZIP},
	{"1f8b08", 6, LEAK_HEX_GZIP},
	{"1F8B08", 6, LEAK_HEX_GZIP},
};
#define STARTS (sizeof starts / sizeof *starts)

static void end_slot(struct unpacking_slot *s)
{
	s->busy = false;
}

/* Feeds compressed bytes until they, the data or what may come out is used up. */
static void inflate_some(struct unpacking *u, unsigned slot, struct slice in)
{
	struct unpacking_slot *s = &u->slots[slot];
	uint8_t out[PIECE];

	s->z.next_in = (z_const Bytef *)in.p;
	s->z.avail_in = (uInt)in.n;
	while (s->busy) {
		bool begins = s->z.total_out == 0;
		size_t n;
		int r;

		s->z.next_out = out;
		s->z.avail_out = sizeof out;
		r = inflate(&s->z, Z_NO_FLUSH);
		n = sizeof out - s->z.avail_out;
		if (n > u->left) {
			u->cut = true;
			n = (size_t)u->left;
		}
		u->left -= n;
		if (n) u->out(u->ctx, slot, begins, slice_of(out, n));
		if (r != Z_OK || !u->left) {
			/* No progress only means that more is needed. */
			if (r != Z_BUF_ERROR || !u->left) end_slot(s);
			return;
		}
		if (s->z.avail_in == 0 && n < sizeof out) return;
	}
}

static int base64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z') return c - 'A';
	if (c >= 'a' && c <= 'z') return c - 'a' + 26;
	if (c >= '0' && c <= '9') return c - '0' + 52;
	if (c == '+' || c == '-') return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* Text to bytes; ends at the first letter that is none of it. Lines are joined. */
static void decode_some(struct unpacking *u, unsigned slot, struct slice in)
{
	struct unpacking_slot *s = &u->slots[slot];
	bool hex = s->packing == LEAK_HEX_GZIP;
	uint8_t mem[GROUP];
	size_t i, n = 0;

	for (i = 0; s->busy && i < in.n; i++) {
		int digit = hex ? hex_digit(in.p[i]) : base64_digit(in.p[i]);

		if (in.p[i] == '\n' || in.p[i] == '\r') continue;
		if (digit < 0) {
			inflate_some(u, slot, slice_of(mem, n));
			end_slot(s);
			return;
		}
		s->bits = s->bits << (hex ? 4 : 6) | (uint32_t)digit;
		s->n_bits += hex ? 4 : 6;
		if (s->n_bits < 8) continue;
		s->n_bits -= 8;
		mem[n++] = (uint8_t)(s->bits >> s->n_bits);
		if (n < sizeof mem) continue;
		inflate_some(u, slot, slice_of(mem, n));
		n = 0;
	}
	if (s->busy && n) inflate_some(u, slot, slice_of(mem, n));
}

static void feed(struct unpacking *u, unsigned slot, struct slice in)
{
	if (u->slots[slot].packing == LEAK_GZIP)
		inflate_some(u, slot, in);
	else
		decode_some(u, slot, in);
}

/* A free slot, ready for data from its start; UNPACKING_SLOTS when there is none. */
static unsigned open_slot(struct unpacking *u, uint8_t packing)
{
	unsigned i;

	for (i = 0; i < UNPACKING_SLOTS && u->slots[i].busy; i++)
		;
	if (i < UNPACKING_SLOTS && u->left && u->tries) {
		struct unpacking_slot *s = &u->slots[i];

		u->tries--;
		/* 32: header of gzip or zlib, whichever is there. */
		if (!s->open && inflateInit2(&s->z, MAX_WBITS + 32) == Z_OK) s->open = true;
		if (s->open && inflateReset(&s->z) == Z_OK) {
			s->busy = true;
			s->packing = packing;
			s->bits = s->n_bits = 0;
			return i;
		}
	}
	u->cut = true;
	return UNPACKING_SLOTS;
}

/* The kind of data that begins at this byte; STARTS when none does. */
static size_t start_at(const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < STARTS; i++)
		if (n >= starts[i].n && memcmp(p, starts[i].text, starts[i].n) == 0) return i;
	return STARTS;
}

/* True for first letters of starts; most bytes are none. */
static bool may_start(uint8_t c)
{
	return c == 0x1f || c == 0x78 || c == 'H' || c == '1';
}

/* Starts whose last letter is in the piece, those that began before it too. */
static void find_starts(struct unpacking *u, struct slice bytes)
{
	uint8_t mem[2 * sizeof u->last];
	size_t before = u->n_last, head = bytes.n < sizeof u->last ? bytes.n : sizeof u->last, at;

	memcpy(mem, u->last, before);
	if (head) memcpy(mem + before, bytes.p, head);
	for (at = 0; at < before; at++) {
		size_t kind = start_at(mem + at, before + head - at);
		unsigned slot;

		/* Those that ended before this piece have been found. */
		if (kind == STARTS || at + starts[kind].n <= before) continue;
		slot = open_slot(u, starts[kind].packing);
		if (slot == UNPACKING_SLOTS) continue;
		feed(u, slot, slice_of(mem + at, before - at));
		if (u->slots[slot].busy) feed(u, slot, bytes);
	}
	for (at = 0; at < bytes.n; at++) {
		size_t kind;
		unsigned slot;

		if (!may_start(bytes.p[at])) continue;
		kind = start_at(bytes.p + at, bytes.n - at);
		if (kind == STARTS) continue;
		slot = open_slot(u, starts[kind].packing);
		if (slot < UNPACKING_SLOTS) feed(u, slot, slice_from(bytes, at));
	}
}

static void remember(struct unpacking *u, struct slice bytes)
{
	size_t keep = bytes.n < sizeof u->last ? bytes.n : sizeof u->last, old = u->n_last;

	if (old > sizeof u->last - keep) old = sizeof u->last - keep;
	memmove(u->last, u->last + u->n_last - old, old);
	if (keep) memcpy(u->last + old, bytes.p + bytes.n - keep, keep);
	u->n_last = (unsigned)(old + keep);
}

void unpacking_add(struct unpacking *u, struct slice bytes)
{
	unsigned i;

	/* Those that go on first: what begins in this piece gets its part of it there. */
	for (i = 0; i < UNPACKING_SLOTS; i++)
		if (u->slots[i].busy) feed(u, i, bytes);
	find_starts(u, bytes);
	remember(u, bytes);
}

void unpacking_reset(struct unpacking *u)
{
	unsigned i;

	for (i = 0; i < UNPACKING_SLOTS; i++)
		end_slot(&u->slots[i]);
	u->n_last = 0;
}

void unpacking_drop(struct unpacking *u)
{
	unsigned i;

	for (i = 0; i < UNPACKING_SLOTS; i++)
		if (u->slots[i].open) inflateEnd(&u->slots[i].z);
}
