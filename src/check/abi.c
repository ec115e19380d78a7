/* SPDX-License-Identifier: MIT */
/* Contract calls. Runs in the command line; pure. */
#include "check/abi.h"

#include <string.h>

#include "base/cur.h"
#include "base/text.h"
#include "check/keccak.h"

#define SELECTOR 4

void abi_call(struct buf *b, const char *signature, struct slice words)
{
	uint8_t digest[KECCAK256_LEN];

	keccak256(slice_str(signature), digest);
	buf_put(b, slice_of(digest, SELECTOR));
	buf_put(b, words);
}

void abi_put_address(struct buf *b, const uint8_t address[ABI_ADDRESS])
{
	buf_zeros(b, ABI_WORD - ABI_ADDRESS);
	buf_put(b, slice_of(address, ABI_ADDRESS));
}

static void put_number(struct buf *b, uint64_t v)
{
	buf_zeros(b, ABI_WORD - 8);
	buf_be32(b, (uint32_t)(v >> 32));
	buf_be32(b, (uint32_t)v);
}

/* Bytes that a text of this length takes: a word for it, and whole words. */
static size_t text_room(struct slice s)
{
	return ABI_WORD + (s.n + ABI_WORD - 1) / ABI_WORD * ABI_WORD;
}

static void put_text(struct buf *b, struct slice s)
{
	put_number(b, s.n);
	buf_put(b, s);
	buf_zeros(b, text_room(s) - ABI_WORD - s.n);
}

/* A value of at most a word: addresses stand at its end, digests fill it. */
static void put_fixed(struct buf *b, struct slice s, bool at_end)
{
	struct slice v = slice_sub(s, 0, ABI_WORD);

	if (at_end) buf_zeros(b, ABI_WORD - v.n);
	buf_put(b, v);
	if (!at_end) buf_zeros(b, ABI_WORD - v.n);
}

#define BOOT_WORDS 9

void abi_put_boot(struct buf *b, const struct abi_boot *t)
{
	size_t status = BOOT_WORDS * ABI_WORD, list = status + text_room(t->tcb_status), at, i;

	put_number(b, ABI_WORD); /* the tuple begins behind this word */
	put_fixed(b, t->app_id, true);
	put_fixed(b, t->compose_hash, false);
	put_fixed(b, t->instance_id, true);
	put_fixed(b, t->device_id, false);
	put_fixed(b, t->mr_aggregated, false);
	put_fixed(b, t->mr_system, false);
	put_fixed(b, t->os_image, false);
	put_number(b, status);
	put_number(b, list);
	put_text(b, t->tcb_status);
	put_number(b, t->n_advisories);
	for (i = 0, at = t->n_advisories * ABI_WORD; i < t->n_advisories; i++) {
		put_number(b, at);
		at += text_room(t->advisory[i]);
	}
	for (i = 0; i < t->n_advisories; i++)
		put_text(b, t->advisory[i]);
}

/* The next word as a number; fails when it does not fit. */
static uint64_t take_number(struct cur *c)
{
	static const uint8_t zero[ABI_WORD - 8];
	uint64_t high;

	if (!slice_eq(cur_take(c, sizeof zero), SLICE_OF(zero))) cur_fail(c, E_ABI);
	high = cur_be32(c);
	return high << 32 | cur_be32(c);
}

enum err abi_u64(struct slice data, uint64_t *out)
{
	struct cur c = cur_of(data);
	uint64_t v = take_number(&c);

	if (cur_end(&c)) return E_ABI;
	*out = v;
	return E_OK;
}

enum err abi_bool(struct slice data, bool *out)
{
	uint64_t v;

	if (abi_u64(data, &v) || v > 1) return E_ABI;
	*out = v == 1;
	return E_OK;
}

enum err abi_address(struct slice data, uint8_t out[ABI_ADDRESS])
{
	static const uint8_t zero[ABI_WORD - ABI_ADDRESS];

	if (data.n != ABI_WORD || !slice_eq(slice_sub(data, 0, sizeof zero), SLICE_OF(zero)))
		return E_ABI;
	return slice_copy_exact(out, ABI_ADDRESS, slice_from(data, sizeof zero)) ? E_OK : E_ABI;
}

/* Length, bytes, zeros up to a whole word. */
enum err abi_bytes_at(struct slice data, size_t head, size_t *end, struct slice *out)
{
	struct cur h = cur_of(slice_sub(data, head * ABI_WORD, ABI_WORD));
	struct cur c = cur_of(slice_from(data, *end));
	struct slice bytes, padding;
	uint64_t offset = take_number(&h), n = take_number(&c);
	size_t i;

	if (cur_end(&h) || offset != *end || *end > data.n || n > cur_left(&c)) return E_ABI;
	bytes = cur_take(&c, (size_t)n);
	padding = cur_take(&c, (ABI_WORD - (size_t)n % ABI_WORD) % ABI_WORD);
	if (c.err) return E_ABI;
	for (i = 0; i < padding.n; i++)
		if (padding.p[i]) return E_ABI;
	*end += ABI_WORD + bytes.n + padding.n;
	*out = bytes;
	return E_OK;
}

enum err abi_string(struct slice data, struct slice *out)
{
	size_t end = ABI_WORD;
	struct slice text;

	if (abi_bytes_at(data, 0, &end, &text) || end != data.n) return E_ABI;
	*out = text;
	return E_OK;
}

void abi_reason(struct buf *b, struct slice data, size_t max)
{
	static const uint8_t error[SELECTOR] = {0x08, 0xc3, 0x79, 0xa0}; /* Error(string) */
	static const uint8_t panic[SELECTOR] = {0x4e, 0x48, 0x7b, 0x71}; /* Panic(uint256) */
	struct slice selector = slice_sub(data, 0, SELECTOR), rest = slice_from(data, SELECTOR),
		     text;
	uint64_t code;

	if (slice_eq(selector, SLICE_OF(error)) && !abi_string(rest, &text)) {
		buf_ascii(b, text, max);
	} else if (slice_eq(selector, SLICE_OF(panic)) && !abi_u64(rest, &code)) {
		buf_str(b, "panic ");
		buf_u64_dec(b, code);
	} else if (selector.n == SELECTOR) {
		buf_str(b, "error 0x");
		buf_hex(b, selector);
	} else {
		buf_str(b, "no reason given");
	}
}
