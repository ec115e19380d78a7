/* SPDX-License-Identifier: MIT */
/* Quotes and event logs in their usual forms. Runs on the command line. */
#include "cli/evidence.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "cli/check.h"

static enum err cannot(const char *path, const char *what)
{
	cli_say("skill-verifier check: %s %s", path, what);
	return E_FORMAT;
}

/* An array of byte values, as some programs print quotes. */
static enum err from_numbers(const struct cJSON *array, struct evidence *ev)
{
	const struct cJSON *c;
	uint64_t v;

	ev->mem = buf_heap(LIMIT_QUOTE_BYTES);
	for (c = json_child(array); c; c = json_next(c)) {
		if (json_u64(c, 255, &v)) return E_FORMAT;
		buf_u8(&ev->mem, (uint8_t)v);
	}
	ev->quote = buf_slice(&ev->mem);
	return ev->mem.err;
}

static enum err from_hex(struct slice text, struct evidence *ev)
{
	enum err e;

	ev->mem = buf_heap(LIMIT_QUOTE_BYTES);
	e = hex_into(hex_bare(slice_trim(text)), &ev->mem);
	ev->quote = buf_slice(&ev->mem);
	return e;
}

/* First byte behind blanks; 0 for an empty file. */
static uint8_t first(struct slice s)
{
	s = slice_trim(s);
	return s.n ? s.p[0] : 0;
}

/*
 * A quote begins with its version as two bytes; hex text of one begins with a
 * digit; JSON with a bracket. SCALE attestations begin with 00, MessagePack
 * ones with a map or an array.
 */
enum err evidence_quote(const char *path, struct evidence *ev)
{
	struct why why = WHY_INIT;
	struct slice s, text;
	enum err e = check_file(path, LIMIT_ATTESTATION_BYTES, &ev->file);

	if (e) return e;
	s = buf_slice(&ev->file);
	if (s.n > 2 && s.p[0] >= 1 && s.p[0] <= 9 && s.p[1] == 0) {
		ev->quote = s;
		return E_OK;
	}
	if (first(s) == '{' || first(s) == '[' || first(s) == '"') {
		if (json_parse(s, JSON_NUMBERS, &ev->tree, &why)) return cannot(path, why.text);
		if (json_is_array(ev->tree))
			e = from_numbers(ev->tree, ev);
		else if (json_str(ev->tree, &text) == E_OK ||
			 json_get_str(ev->tree, "quote", &text) == E_OK)
			e = from_hex(text, ev);
		else
			e = E_FORMAT;
		return e ? cannot(path, "holds no quote as hex or as numbers") : E_OK;
	}
	if (hex_digit(first(s)) >= 0 && first(s) < 0x80)
		return from_hex(s, ev) ? cannot(path, "is no hex text of a quote") : E_OK;
	e = attestation_read(s, &ev->attestation, &why);
	ev->has_attestation = e == E_OK;
	/* What is nothing that we know is judged as a quote, so that its fault has a class. */
	ev->quote = e ? s : ev->attestation.quote;
	return E_OK;
}

enum err evidence_log(const char *path, struct evidence *ev, struct why *why)
{
	const struct cJSON *log;
	struct slice s, inner;
	enum err e = check_file(path, LIMIT_ATTESTATION_BYTES, &ev->file);

	if (e) return E_USAGE;
	s = buf_slice(&ev->file);
	ev->log = &ev->own_log;
	if (first(s) != '{' && first(s) != '[' && first(s) != '"') {
		e = attestation_read(s, &ev->attestation, why);
		ev->has_attestation = e == E_OK;
		ev->log = &ev->attestation.log;
		ev->quote = ev->attestation.quote;
		return e;
	}
	if (first(s) != '{') return eventlog_read(s, &ev->own_log, why);
	if (json_parse(s, JSON_NUMBERS, &ev->tree, why)) return E_LOG_FORMAT;
	log = json_get(ev->tree, "event_log");
	if (!log) log = json_get(ev->tree, "eventLog");
	if (json_str(log, &inner) == E_OK) return eventlog_read(inner, &ev->own_log, why);
	return eventlog_from_json(log, &ev->own_log, why);
}

void evidence_drop(struct evidence *ev)
{
	if (ev->has_attestation) attestation_drop(&ev->attestation);
	eventlog_drop(&ev->own_log);
	json_drop(&ev->tree);
	buf_drop(&ev->mem);
	buf_drop(&ev->file);
}
