/* SPDX-License-Identifier: MIT */
/* What was found in a package, between processes and as JSON. Pure. */
#include "proc/inspection.h"

const char inspection_basis[] = "found by text search; absence proves nothing";

const char *fact_kind_text(unsigned kind)
{
	static const char *const words[FACT_KINDS] = {"environment", "secret", "binary", "host",
		"module", "missing-file", "install-hook", "interpreter", "interpreter-line",
		"command", "nested", "executable", "test"};

	return kind < FACT_KINDS ? words[kind] : NULL;
}

static const char *const kinds[][2] = {
	{"text", "text only"},
	{"commands", "text with commands"},
	{"scripts", "scripts"},
	{"needs-macos", "needs macOS"},
};

const char *package_kind_text(unsigned kind)
{
	return kind < sizeof kinds / sizeof *kinds ? kinds[kind][0] : NULL;
}

const char *package_kind_meaning(unsigned kind)
{
	return kind < sizeof kinds / sizeof *kinds ? kinds[kind][1] : NULL;
}

uint32_t inspection_commands(const struct inspection *in)
{
	uint32_t n = in->more[FACT_COMMAND];
	unsigned i;

	for (i = 0; i < in->n; i++)
		if (in->rows[i].kind == FACT_COMMAND) n += in->rows[i].places;
	return n;
}

static void hidden_json(struct jw *w, const struct hidden_text *h)
{
	jw_object(w);
	jw_key_u64(w, "bidi", h->bidi);
	jw_key_u64(w, "escape", h->escape);
	jw_key_u64(w, "line", h->line);
	jw_key_str(w, "path", h->path);
	jw_key_u64(w, "tag", h->tag);
	jw_key_u64(w, "zeroWidth", h->zero_width);
	jw_object_end(w);
}

static void row_json(struct jw *w, const struct fact *row, inspection_more *more)
{
	jw_object(w);
	if (more) more(w, row);
	jw_key_bool(w, "declared", row->declared);
	jw_key_cstr(w, "kind", fact_kind_text(row->kind));
	jw_key_u64(w, "line", row->line);
	jw_key_str(w, "path", row->path);
	jw_key_u64(w, "places", row->places);
	jw_key_str(w, "value", row->value);
	jw_object_end(w);
}

/* Kinds with more than there was room for, by name: an empty list says that all is shown. */
static void more_json(struct jw *w, const struct inspection *in)
{
	unsigned i;

	jw_array(w);
	for (i = 0; i < FACT_KINDS; i++) {
		if (!in->more[i]) continue;
		jw_object(w);
		jw_key_cstr(w, "kind", fact_kind_text(i));
		jw_key_u64(w, "places", in->more[i]);
		jw_object_end(w);
	}
	jw_array_end(w);
}

void inspection_json_with(struct jw *w, const struct inspection *in, inspection_more *more)
{
	unsigned i;

	if (!in->present) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_key_cstr(w, "basis", inspection_basis);
	jw_key_u64(w, "commandsNotRun", inspection_commands(in));
	jw_key(w, "hiddenText");
	jw_array(w);
	for (i = 0; i < in->n_hidden; i++)
		hidden_json(w, &in->hidden[i]);
	jw_array_end(w);
	jw_key_cstr(w, "kind", package_kind_text(in->kind));
	jw_key(w, "more");
	more_json(w, in);
	jw_key_u64(w, "moreHiddenText", in->more_hidden);
	jw_key(w, "rows");
	jw_array(w);
	for (i = 0; i < in->n; i++)
		row_json(w, &in->rows[i], more);
	jw_array_end(w);
	jw_object_end(w);
}

void inspection_json(struct jw *w, const struct inspection *in)
{
	inspection_json_with(w, in, NULL);
}

/* Counts of places and lines fit into the bytes of a package. */
#define COUNT_MAX LIMIT_UNPACKED_BYTES

static void codec_hidden(struct codec *c, struct hidden_text *h)
{
	codec_text(c, &h->path, TEXT_UTF8, LIMIT_PATH_BYTES);
	codec_u32(c, &h->line, COUNT_MAX);
	codec_u32(c, &h->zero_width, COUNT_MAX);
	codec_u32(c, &h->bidi, COUNT_MAX);
	codec_u32(c, &h->tag, COUNT_MAX);
	codec_u32(c, &h->escape, COUNT_MAX);
	codec_rule(c, h->line > 0 && h->zero_width + h->bidi + h->tag + h->escape > 0);
}

static void codec_fact(struct codec *c, struct fact *row)
{
	codec_u8(c, &row->kind, FACT_KINDS - 1);
	codec_bool(c, &row->declared);
	codec_u32(c, &row->line, COUNT_MAX);
	codec_u32(c, &row->places, COUNT_MAX);
	codec_text(c, &row->value, TEXT_ASCII, LIMIT_FACT_BYTES);
	codec_text(c, &row->path, TEXT_UTF8, LIMIT_PATH_BYTES);
	codec_rule(c, row->places > 0 && row->value.n > 0 && row->path.n > 0);
}

void codec_inspection(struct codec *c, struct inspection *in)
{
	unsigned i, of_kind = 0;
	size_t text = 0;

	codec_bool(c, &in->present);
	if (!in->present) {
		if (!c->writing) *in = (struct inspection){0};
		return;
	}
	codec_u8(c, &in->kind, KIND_MACOS);
	codec_count(c, &in->n, FACT_KINDS * LIMIT_FACTS_KIND);
	for (i = 0; i < in->n; i++) {
		const struct fact *before = i ? &in->rows[i - 1] : NULL;
		bool same;

		codec_fact(c, &in->rows[i]);
		same = before && before->kind == in->rows[i].kind;
		of_kind = same ? of_kind + 1 : 1;
		text = (same ? text : 0) + in->rows[i].value.n + in->rows[i].path.n;
		codec_rule(c, !before || before->kind <= in->rows[i].kind);
		codec_rule(c, of_kind <= LIMIT_FACTS_KIND && text <= LIMIT_FACTS_TEXT);
	}
	codec_count(c, &in->n_hidden, LIMIT_FACTS_HIDDEN);
	for (i = 0; i < in->n_hidden; i++)
		codec_hidden(c, &in->hidden[i]);
	for (i = 0; i < FACT_KINDS; i++)
		codec_u32(c, &in->more[i], COUNT_MAX);
	codec_u32(c, &in->more_hidden, LIMIT_MEMBERS);
}

void codec_inspection_request(struct codec *c, struct inspection_request *r)
{
	unsigned i;

	codec_text(c, &r->skill_root, TEXT_UTF8, LIMIT_COMPONENT_BYTES);
	codec_text(c, &r->manifest, TEXT_UTF8, LIMIT_PATH_BYTES);
	codec_count(c, &r->n_files, LIMIT_MEMBERS);
	for (i = 0; i < r->n_files; i++) {
		codec_text(c, &r->files[i].path, TEXT_UTF8, LIMIT_PATH_BYTES);
		codec_bool(c, &r->files[i].executable);
		codec_rule(c, i == 0 || slice_cmp(r->files[i - 1].path, r->files[i].path) < 0);
	}
}
