/* SPDX-License-Identifier: MIT */
/* Finds of the search for tokens. Runs in unpack, runner and the command line; pure. */
#include "proc/leaks.h"

#include <stdio.h>

void codec_leaks(struct codec *c, struct leaks_found *f)
{
	unsigned i;

	codec_bool(c, &f->cut);
	codec_count(c, &f->n, LEAKS_MAX);
	for (i = 0; i < f->n; i++) {
		struct leak *l = &f->list[i];

		codec_u32(c, &l->token, LIMIT_CANARIES - 1);
		codec_u32(c, &l->place, UINT32_MAX);
		codec_u8(c, &l->packing, LEAK_PACKINGS - 1);
		codec_u8(c, &l->code, LEAK_CODES - 1);
		codec_bool(c, &l->reversed);
	}
}

const char *leak_text(char *dst, size_t cap, const struct leak *l)
{
	static const char *const packings[LEAK_PACKINGS] = {"", "gzip", "base64+gzip", "hex+gzip"};
	static const char *const codes[LEAK_CODES] = {"plain", "base64", "hex", "url"};
	bool packed = l->packing != LEAK_BARE, coded = l->code != LEAK_PLAIN;

	snprintf(dst, cap, "%s%s%s%s%s", packings[l->packing], packed && l->reversed ? "+" : "",
		l->reversed ? "reversed" : "", coded && (packed || l->reversed) ? "+" : "",
		coded || (!packed && !l->reversed) ? codes[l->code] : "");
	return dst;
}
