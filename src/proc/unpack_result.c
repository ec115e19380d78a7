/* SPDX-License-Identifier: MIT */
/* Results of the package processes. Runs in unpack, runner and cli; pure. */
#include "proc/unpack_result.h"

void codec_refusal(struct codec *c, struct refusal *r)
{
	uint32_t code = (uint32_t)r->code;

	codec_u32(c, &code, E_COUNT - 1);
	r->code = (enum err)code;
	codec_u32(c, &r->member, UINT32_MAX);
	codec_u32(c, &r->line, UINT32_MAX);
	codec_u32(c, &r->column, UINT32_MAX);
	codec_text(c, &r->name, TEXT_ASCII, 4 * LIMIT_PATH_BYTES);
	codec_text(c, &r->text, TEXT_ASCII, sizeof((struct why *)0)->text);
}

void codec_unpack_result(struct codec *c, struct unpack_result *r)
{
	codec_refusal(c, &r->refusal);
	codec_u8(c, &r->format, PACKAGE_DIRECTORY);
	codec_u8(c, &r->compression, COMPRESSION_ZSTD);
	codec_u32(c, &r->entries, UINT32_MAX);
	codec_u64(c, &r->unpacked_bytes, LIMIT_UNPACKED_BYTES);
	codec_u32(c, &r->ignored_total, LIMIT_MEMBERS);
	codec_texts(c, r->ignored, &r->n_ignored, RECORD_IGNORED, TEXT_ASCII, LIMIT_PATH_BYTES);
	codec_texts(c, r->warnings, &r->n_warnings, LIMIT_WARNINGS, TEXT_WORD, 64);
}

void codec_manifest_result(struct codec *c, struct manifest_result *r)
{
	codec_refusal(c, &r->refusal);
	if (!r->refusal.code)
		codec_manifest(c, &r->manifest);
	else
		codec_texts(c, r->manifest.warnings, &r->manifest.n_warnings, LIMIT_WARNINGS,
			TEXT_WORD, 64);
}

struct refusal refusal_of(const struct why *why, const char *name)
{
	return (struct refusal){
		.code = why->code,
		.member = why->member,
		.line = why->line,
		.column = why->column,
		.name = name ? slice_str(name) : SLICE(""),
		.text = slice_str(why->text),
	};
}

struct slice refusal_sentence(char mem[REFUSAL_SENTENCE], const struct refusal *r)
{
	struct buf b = buf_on(mem, REFUSAL_SENTENCE);

	buf_str(&b, err_text(r->code));
	if (r->text.n) {
		buf_str(&b, ": ");
		buf_put(&b, slice_sub(r->text, 0, REFUSAL_SENTENCE - 1 - b.n));
	}
	return slice_str(buf_text(&b));
}
