/* SPDX-License-Identifier: MIT */
/* Tokens of decoys in streams of bytes. Pure. Runs in unpack. */
#include "observe/leaks.h"

#include <stdlib.h>
#include <string.h>

#include "base/ct.h"
#include "base/num.h"
#include "observe/scan.h"
#include "observe/unpacking.h"

/* Bytes whose separators are taken out at once. */
#define JOINED 4096

struct leaks {
	struct scan_table table;
	struct leaks_found *found;
	uint32_t place;
	uint8_t packing; /* of what is being searched now */
	/* What was found in this place, by pattern; unpacked data counts by itself. */
	bool seen[SCAN_PATTERNS], seen_packed[SCAN_PATTERNS];
	struct scan_tail whole, joined, packed[UNPACKING_SLOTS];
	struct unpacking unpacking;
};

/* ---- patterns ---------------------------------------------------------------- */

static void reverse(uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n / 2; i++) {
		uint8_t c = p[i];

		p[i] = p[n - 1 - i];
		p[n - 1 - i] = c;
	}
}

/* One text of a token, and the same backwards when the token itself is not. */
static void add_text(
	struct leaks *l, unsigned token, uint8_t code, bool reversed, const struct buf *text)
{
	struct scan_pattern p = {
		.n = (uint8_t)text->n, .token = (uint8_t)token, .code = code, .reversed = reversed};

	memcpy(p.text, text->p, text->n);
	scan_add(&l->table, &p);
	if (reversed) return;
	p.reversed = true;
	reverse(p.text, p.n);
	scan_add(&l->table, &p);
}

/*
 * Base64 of the token behind 0, 1 or 2 other bytes: the letters that depend on
 * the token alone, in the alphabets of RFC 4648 sections 4 and 5.
 */
static void add_base64(
	struct leaks *l, unsigned token, bool reversed, const uint8_t *bytes, unsigned shift)
{
	uint8_t in[LEAK_TOKEN + 2] = {0}, mem[40], text_mem[SCAN_LONGEST];
	struct buf all = buf_on(mem, sizeof mem), text = buf_on(text_mem, sizeof text_mem);
	size_t first = (shift * 8 + 5) / 6, end = (shift + LEAK_TOKEN) * 8 / 6, i;

	memcpy(in + shift, bytes, LEAK_TOKEN);
	buf_base64(&all, slice_of(in, shift + LEAK_TOKEN));
	buf_put(&text, slice_of(mem + first, end - first));
	add_text(l, token, LEAK_BASE64, reversed, &text);
	for (i = 0; i < text.n; i++)
		text.p[i] = text.p[i] == '+' ? '-' : text.p[i] == '/' ? '_' : text.p[i];
	add_text(l, token, LEAK_BASE64, reversed, &text);
}

static void add_hex(
	struct leaks *l, unsigned token, bool reversed, const uint8_t *bytes, const char *digits)
{
	uint8_t hex_mem[SCAN_LONGEST], url_mem[SCAN_LONGEST];
	struct buf hex = buf_on(hex_mem, sizeof hex_mem), url = buf_on(url_mem, sizeof url_mem);
	unsigned i;

	for (i = 0; i < LEAK_TOKEN; i++) {
		uint8_t high = (uint8_t)digits[bytes[i] >> 4], low = (uint8_t)digits[bytes[i] & 15];

		buf_u8(&hex, high);
		buf_u8(&hex, low);
		buf_u8(&url, '%');
		buf_u8(&url, high);
		buf_u8(&url, low);
	}
	add_text(l, token, LEAK_HEX, reversed, &hex);
	add_text(l, token, LEAK_URL, reversed, &url);
}

static void add_token(struct leaks *l, unsigned token, const uint8_t *bytes, bool reversed)
{
	uint8_t mem[LEAK_TOKEN];
	struct buf plain = buf_on(mem, sizeof mem);
	unsigned shift;

	buf_put(&plain, slice_of(bytes, LEAK_TOKEN));
	add_text(l, token, LEAK_PLAIN, reversed, &plain);
	for (shift = 0; shift < 3; shift++)
		add_base64(l, token, reversed, bytes, shift);
	add_hex(l, token, reversed, bytes, "0123456789abcdef");
	add_hex(l, token, reversed, bytes, "0123456789ABCDEF");
}

/* ---- searching ------------------------------------------------------------------ */

static void found(void *ctx, unsigned pattern)
{
	struct leaks *l = ctx;
	const struct scan_pattern *p = &l->table.patterns[pattern];
	bool *seen = l->packing == LEAK_BARE ? &l->seen[pattern] : &l->seen_packed[pattern];
	struct leak leak = {.token = p->token,
		.place = l->place,
		.packing = l->packing,
		.code = p->code,
		.reversed = p->reversed};
	unsigned i;

	if (*seen) return;
	*seen = true;
	/* Another alignment or case of what is listed already. */
	for (i = 0; i < l->found->n; i++) {
		const struct leak *o = &l->found->list[i];

		if (o->token == leak.token && o->place == leak.place && o->code == leak.code &&
			o->packing == leak.packing && o->reversed == leak.reversed)
			return;
	}
	if (l->found->n == LEAKS_MAX) {
		l->found->cut = true;
		return;
	}
	l->found->list[l->found->n++] = leak;
}

static void search_packed(void *ctx, unsigned slot, bool begins, struct slice bytes)
{
	struct leaks *l = ctx;

	l->packing = l->unpacking.slots[slot].packing;
	if (begins) l->packed[slot].n = 0;
	scan_search(&l->table, &l->packed[slot], bytes, found, l);
	l->packing = LEAK_BARE;
}

static bool separates(uint8_t c)
{
	return c == '\n' || c == '\r' || c == ' ' || c == '\t' || c == '.' || c == ':';
}

/* Without what separates; a token has none of it, and neither has a text of one. */
static void search_joined(struct leaks *l, struct slice bytes)
{
	uint8_t mem[JOINED];
	size_t i, n = 0;

	for (i = 0; i < bytes.n; i++) {
		mem[n] = bytes.p[i];
		n += !separates(bytes.p[i]);
		if (n < sizeof mem) continue;
		scan_search(&l->table, &l->joined, slice_of(mem, n), found, l);
		n = 0;
	}
	scan_search(&l->table, &l->joined, slice_of(mem, n), found, l);
}

enum err leaks_new(
	struct leaks **out, const uint8_t *tokens, unsigned n, struct leaks_found *found_list)
{
	struct leaks *l = calloc(1, sizeof *l);
	unsigned i;

	if (!l) return E_NO_MEMORY;
	l->found = found_list;
	l->unpacking = (struct unpacking){
		.left = LEAKS_UNPACKED, .tries = LEAKS_TRIES, .out = search_packed, .ctx = l};
	for (i = 0; i < n && i < LIMIT_CANARIES; i++) {
		uint8_t back[LEAK_TOKEN];

		add_token(l, i, tokens + (size_t)i * LEAK_TOKEN, false);
		memcpy(back, tokens + (size_t)i * LEAK_TOKEN, sizeof back);
		reverse(back, sizeof back);
		add_token(l, i, back, true);
		wipe(back, sizeof back);
	}
	*out = l;
	return E_OK;
}

void leaks_free(struct leaks **l)
{
	if (!*l) return;
	unpacking_drop(&(*l)->unpacking);
	wipe(*l, sizeof **l);
	free(*l);
	*l = NULL;
}

void leaks_begin(struct leaks *l, uint32_t place)
{
	l->place = place;
	l->whole.n = l->joined.n = 0;
	memset(l->seen, 0, sizeof l->seen);
	memset(l->seen_packed, 0, sizeof l->seen_packed);
	unpacking_reset(&l->unpacking);
}

void leaks_add(struct leaks *l, struct slice bytes)
{
	scan_search(&l->table, &l->whole, bytes, found, l);
	search_joined(l, bytes);
	unpacking_add(&l->unpacking, bytes);
	if (l->unpacking.cut) l->found->cut = true;
}
