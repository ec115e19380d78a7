/* SPDX-License-Identifier: MIT */
/*
 * Bidirectional field codec. Runs in runner, attest, http, unpack and the
 * command line; pure.
 */
#include "proc/codec.h"

#include <string.h>

#include "base/text.h"

/* 9999-12-31T23:59:59.999Z */
#define TIME_MAX_MS 253402300799999LL

struct codec codec_writer(struct buf *out)
{
	struct codec c = {.writing = true, .out = out};

	return c;
}

struct codec codec_reader(struct slice in)
{
	struct codec c = {.writing = false, .in = cur_of(in)};

	return c;
}

static void fail(struct codec *c)
{
	if (!c->err) c->err = E_PROTOCOL;
	if (!c->writing) cur_fail(&c->in, E_PROTOCOL);
}

enum err codec_end(struct codec *c)
{
	if (!c->writing && !c->err && cur_end(&c->in)) c->err = E_PROTOCOL;
	if (c->writing && !c->err) c->err = c->out->err;
	return c->err;
}

void codec_u64(struct codec *c, uint64_t *v, uint64_t max)
{
	uint64_t got;

	if (c->writing) {
		if (*v > max) fail(c);
		buf_le64(c->out, *v);
		return;
	}
	got = cur_le64(&c->in);
	if (c->in.err || got > max) {
		fail(c);
		got = 0;
	}
	*v = got;
}

void codec_u32(struct codec *c, uint32_t *v, uint32_t max)
{
	/* A reader does not look at what the caller's memory held before. */
	uint64_t wide = c->writing ? *v : 0;

	codec_u64(c, &wide, max);
	*v = (uint32_t)wide;
}

void codec_u8(struct codec *c, uint8_t *v, uint8_t max)
{
	uint64_t wide = c->writing ? *v : 0;

	codec_u64(c, &wide, max);
	*v = (uint8_t)wide;
}

void codec_bool(struct codec *c, bool *v)
{
	uint64_t wide = c->writing ? *v : 0;

	codec_u64(c, &wide, 1);
	*v = wide == 1;
}

void codec_time(struct codec *c, int64_t *v)
{
	uint64_t wide = c->writing ? (uint64_t)*v : 0;

	codec_u64(c, &wide, TIME_MAX_MS);
	*v = (int64_t)wide;
}

void codec_bytes(struct codec *c, void *p, size_t n)
{
	if (c->writing) {
		buf_put(c->out, slice_of(p, n));
	} else if (!slice_copy_exact(p, n, cur_take(&c->in, n))) {
		memset(p, 0, n);
		fail(c);
	}
}

static bool word_char(uint8_t b)
{
	return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') ||
	       (b && strchr("._:/@+-", b));
}

static bool text_ok(struct slice s, enum text_kind kind)
{
	size_t i;

	switch (kind) {
	case TEXT_BYTES: return true;
	case TEXT_UTF8: return utf8_valid(s) && slice_find(s, 0, 0) == s.n;
	case TEXT_ASCII:
		for (i = 0; i < s.n; i++)
			if (s.p[i] < 0x20 || s.p[i] > 0x7e) return false;
		return true;
	case TEXT_WORD:
		for (i = 0; i < s.n; i++)
			if (!word_char(s.p[i])) return false;
		return true;
	}
	return false;
}

void codec_text(struct codec *c, struct slice *s, enum text_kind kind, size_t max)
{
	uint64_t n = c->writing ? s->n : 0;
	struct slice got;

	codec_u64(c, &n, max);
	if (c->writing) {
		if (!text_ok(*s, kind)) fail(c);
		buf_put(c->out, *s);
		return;
	}
	got = cur_take(&c->in, (size_t)n);
	if (c->in.err || !text_ok(got, kind)) {
		fail(c);
		got = SLICE_NONE;
	}
	/* An empty text is present: it keeps a pointer. */
	*s = got.p ? got : SLICE("");
}

void codec_text_opt(struct codec *c, struct slice *s, enum text_kind kind, size_t max)
{
	bool present = c->writing && s->p != NULL;

	codec_bool(c, &present);
	if (present)
		codec_text(c, s, kind, max);
	else
		*s = SLICE_NONE;
}

void codec_rule(struct codec *c, bool holds)
{
	if (!holds) fail(c);
}

void codec_count(struct codec *c, unsigned *n, unsigned max)
{
	uint32_t wide = c->writing ? *n : 0;

	codec_u32(c, &wide, max);
	*n = c->err ? 0 : wide;
}

void codec_texts(struct codec *c, struct slice *list, unsigned *n, unsigned max_items,
	enum text_kind kind, size_t max)
{
	unsigned i;

	codec_count(c, n, max_items);
	for (i = 0; i < *n; i++)
		codec_text(c, &list[i], kind, max);
}
