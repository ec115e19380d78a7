/* SPDX-License-Identifier: MIT */
/* What a run did, between processes and as JSON. Runs in runner, attest, http, cli; pure. */
#include "proc/observation.h"

#include <string.h>

const char *monitor_text(unsigned monitor)
{
	static const char *const words[MONITOR_COUNT] = {"none", "calls", "files"};

	return monitor < MONITOR_COUNT ? words[monitor] : NULL;
}

bool monitor_parse(const char *text, uint8_t *out)
{
	uint8_t i;

	for (i = 0; i < MONITOR_COUNT; i++)
		if (strcmp(text, monitor_text(i)) == 0) {
			*out = i;
			return true;
		}
	return false;
}

const char *observed_kind_text(unsigned kind)
{
	static const char *const words[OBSERVED_KINDS] = {"exec", "connect", "request", "name",
		"listen", "local-socket", "denied", "path", "written", "canary-read",
		"canary-changed", "canary-leaked", "package-read", "survivor"};

	return kind < OBSERVED_KINDS ? words[kind] : NULL;
}

const char *observed_phase_text(unsigned phase)
{
	static const char *const words[OBSERVED_PHASES] = {"setup", "test", "probe"};

	return phase < OBSERVED_PHASES ? words[phase] : NULL;
}

const char *observed_origin_text(unsigned origin)
{
	static const char *const words[ORIGIN_COUNT] = {
		NULL, "runtime", "package", "written-in-run"};

	return origin < ORIGIN_COUNT ? words[origin] : NULL;
}

static void row_json(struct jw *w, const struct observed *row)
{
	jw_object(w);
	jw_key_bool(w, "advisory", row->advisory);
	jw_key_u64(w, "bytes", row->bytes);
	jw_key_u64(w, "confirmed", row->confirmed);
	jw_key_u64(w, "count", row->count);
	jw_key_str(w, "detail", row->detail);
	jw_key_cstr(w, "kind", observed_kind_text(row->kind));
	jw_key_cstr_or_null(w, "origin", observed_origin_text(row->origin));
	jw_key_cstr(w, "phase", observed_phase_text(row->phase));
	jw_key(w, "sha256");
	if (row->has_sha256)
		jw_hex(w, SLICE_OF(row->sha256));
	else
		jw_null(w);
	jw_key_str(w, "value", row->value);
	jw_object_end(w);
}

/* Kinds of which there was more than room, by name: an empty list says that all is shown. */
static void more_json(struct jw *w, const struct observation *o)
{
	unsigned i;

	jw_array(w);
	for (i = 0; i < OBSERVED_KINDS; i++) {
		if (!o->more[i]) continue;
		jw_object(w);
		jw_key_cstr(w, "kind", observed_kind_text(i));
		jw_key_u64(w, "rows", o->more[i]);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void written_json(struct jw *w, const struct observation *o)
{
	jw_object(w);
	jw_key_u64(w, "bytes", o->written_bytes);
	jw_key_u64(w, "files", o->written_files);
	jw_key(w, "sha256");
	if (o->written_files)
		jw_hex(w, SLICE_OF(o->written_sha256));
	else
		jw_null(w);
	jw_object_end(w);
}

void observation_json(struct jw *w, const struct observation *o)
{
	unsigned i;

	jw_object(w);
	if (o->monitor != MONITOR_NONE) jw_key_strs(w, "canaries", o->planted, o->n_planted);
	jw_key_bool(w, "complete", o->complete);
	if (o->monitor == MONITOR_NONE) {
		jw_key_cstr(w, "monitor", monitor_text(o->monitor));
		jw_object_end(w);
		return;
	}
	jw_key(w, "coverage");
	jw_object(w);
	jw_key_u64(w, "files", o->package_files);
	jw_key_u64(w, "read", o->package_read);
	jw_object_end(w);
	jw_key_u64(w, "dropped", o->dropped);
	jw_key_cstr(w, "monitor", monitor_text(o->monitor));
	jw_key(w, "more");
	more_json(w, o);
	jw_key_u64(w, "notifications", o->notifications);
	jw_key(w, "rows");
	jw_array(w);
	for (i = 0; i < o->n; i++)
		row_json(w, &o->rows[i]);
	jw_array_end(w);
	jw_key_u64(w, "survivors", o->survivors);
	jw_key(w, "written");
	written_json(w, o);
	jw_object_end(w);
}

static void codec_observed(struct codec *c, struct observed *row)
{
	codec_u8(c, &row->kind, OBSERVED_KINDS - 1);
	codec_u8(c, &row->phase, OBSERVED_PHASES - 1);
	codec_u8(c, &row->origin, ORIGIN_COUNT - 1);
	codec_bool(c, &row->advisory);
	codec_u32(c, &row->count, OBSERVED_COUNT_MAX);
	codec_u32(c, &row->confirmed, OBSERVED_COUNT_MAX);
	codec_u64(c, &row->bytes, OBSERVED_BYTES_MAX);
	codec_text(c, &row->value, TEXT_ASCII, LIMIT_OBSERVED_BYTES);
	codec_text(c, &row->detail, TEXT_ASCII, LIMIT_OBSERVED_BYTES);
	codec_bool(c, &row->has_sha256);
	if (row->has_sha256) codec_bytes(c, row->sha256, sizeof row->sha256);
	codec_rule(c, row->count > 0 && row->value.n > 0);
}

static void codec_rows(struct codec *c, struct observation *o)
{
	unsigned i, of_kind = 0;
	size_t text = 0;

	codec_count(c, &o->n, OBSERVED_KINDS * LIMIT_OBSERVED_KIND);
	for (i = 0; i < o->n; i++) {
		const struct observed *row = &o->rows[i], *before = i ? row - 1 : NULL;
		bool same;

		codec_observed(c, &o->rows[i]);
		same = before && before->kind == row->kind;
		of_kind = same ? of_kind + 1 : 1;
		text = (same ? text : 0) + row->value.n + row->detail.n;
		codec_rule(c, !before || before->kind <= row->kind);
		codec_rule(c, of_kind <= LIMIT_OBSERVED_KIND && text <= LIMIT_OBSERVED_TEXT);
	}
}

void codec_observation(struct codec *c, struct observation *o)
{
	unsigned i;

	codec_u8(c, &o->monitor, MONITOR_COUNT - 1);
	if (o->monitor == MONITOR_NONE) {
		if (!c->writing) *o = (struct observation){0};
		codec_rule(c, !o->complete);
		return;
	}
	codec_bool(c, &o->complete);
	codec_u32(c, &o->notifications, OBSERVED_COUNT_MAX);
	codec_u32(c, &o->dropped, OBSERVED_COUNT_MAX);
	codec_rule(c, !o->complete || !o->dropped);
	codec_rows(c, o);
	for (i = 0; i < OBSERVED_KINDS; i++)
		codec_u32(c, &o->more[i], OBSERVED_COUNT_MAX);
	codec_texts(c, o->planted, &o->n_planted, LIMIT_CANARIES, TEXT_ASCII, LIMIT_CANARY_BYTES);
	codec_u32(c, &o->package_files, LIMIT_MEMBERS);
	codec_u32(c, &o->package_read, LIMIT_MEMBERS);
	codec_rule(c, o->package_read <= o->package_files);
	codec_u32(c, &o->written_files, OBSERVED_COUNT_MAX);
	codec_u64(c, &o->written_bytes, OBSERVED_BYTES_MAX);
	codec_bytes(c, o->written_sha256, sizeof o->written_sha256);
	codec_u32(c, &o->survivors, OBSERVED_COUNT_MAX);
}
