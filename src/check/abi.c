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

/* Offset 0x20, length, bytes, zeros up to a whole word. */
enum err abi_string(struct slice data, struct slice *out)
{
	struct cur c = cur_of(data);
	struct slice text, padding;
	uint64_t n;
	size_t i;

	if (take_number(&c) != ABI_WORD) return E_ABI;
	n = take_number(&c);
	if (n > cur_left(&c)) return E_ABI;
	text = cur_take(&c, (size_t)n);
	padding = cur_take(&c, (ABI_WORD - (size_t)n % ABI_WORD) % ABI_WORD);
	if (cur_end(&c)) return E_ABI;
	for (i = 0; i < padding.n; i++)
		if (padding.p[i]) return E_ABI;
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
