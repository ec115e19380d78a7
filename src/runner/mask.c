/* SPDX-License-Identifier: MIT */
/* Stars over tokens. Runs in runner workers and the command line; pure. */
#include "runner/mask.h"

#include <string.h>

#include "base/buf.h"
#include "base/ct.h"
#include "base/num.h"

/* So much of a token at the end of a text that was cut is one. */
#define BEGINNING 6
#define FORM_ROOM 48

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 32) : c;
}

static bool is_word(uint8_t c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '*';
}

/* How much of the form the text begins with. */
static size_t common(const uint8_t *text, size_t n, struct slice form)
{
	size_t i = 0;

	while (i < n && i < form.n && lower(text[i]) == lower(form.p[i]))
		i++;
	return i;
}

static void mask_form(uint8_t *text, size_t n, struct slice form, const char *further)
{
	size_t at, from, to;

	for (at = 0; at < n; at++) {
		size_t same = common(text + at, n - at, form);

		if (same < form.n && (at + same < n || same < BEGINNING)) continue;
		for (from = at; from > 0 && is_word(text[from - 1]);)
			from--;
		for (to = at + same;
			to < n && (is_word(text[to]) || (text[to] && strchr(further, text[to])));)
			to++;
		memset(text + from, '*', to - from);
		at = to - 1;
	}
}

/* Of 16 bytes behind skip others: the letters that say nothing else. */
static void mask_base64(uint8_t *text, size_t n, const uint8_t core[CANARY_CORE], size_t skip)
{
	uint8_t bytes[2 + CANARY_CORE] = {0}, mem[FORM_ROOM];
	struct buf b = buf_on(mem, sizeof mem);
	size_t first = (skip * 8 + 5) / 6, end = (skip + CANARY_CORE) * 8 / 6;

	memcpy(bytes + skip, core, CANARY_CORE);
	buf_base64(&b, slice_of(bytes, skip + CANARY_CORE));
	mask_form(text, n, slice_sub(buf_slice(&b), first, end - first), "+/");
	wipe(bytes, sizeof bytes);
	wipe(mem, sizeof mem);
}

void mask_token(uint8_t *text, size_t n, const uint8_t core[CANARY_CORE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t back[CANARY_CORE], hex[2 * CANARY_CORE];
	size_t i;

	for (i = 0; i < CANARY_CORE; i++) {
		back[CANARY_CORE - 1 - i] = core[i];
		hex[2 * i] = (uint8_t)digits[core[i] >> 4];
		hex[2 * i + 1] = (uint8_t)digits[core[i] & 15];
	}
	/* What was cut ends in dots (buf_ascii). */
	if (n >= 3 && memcmp(text + n - 3, "...", 3) == 0) n -= 3;
	mask_form(text, n, slice_of(core, CANARY_CORE), "");
	mask_form(text, n, SLICE_OF(back), "");
	mask_form(text, n, SLICE_OF(hex), "");
	for (i = 0; i < 3; i++)
		mask_base64(text, n, core, i);
	wipe(back, sizeof back);
	wipe(hex, sizeof hex);
}
