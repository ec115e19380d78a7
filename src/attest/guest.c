/* SPDX-License-Identifier: MIT */
/* What the guest agent says. Runs in attest; pure. */
#include "attest/guest.h"

#include <string.h>

#include "base/eventlog.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/tdx.h"

static enum err bad(struct why *why, const char *what)
{
	return why_set(why, E_FORMAT, "guest agent Info: %s", what);
}

static enum err read_instance(const struct cJSON *info, struct guest *g)
{
	struct slice s;

	if (json_get_str(info, "instance_id", &s)) return E_FORMAT;
	g->instance_len = s.n == 0 ? 0 : sizeof g->instance_id;
	return s.n == 0 ? E_OK : hex_exact(s, g->instance_id, sizeof g->instance_id);
}

/* tcb_info is a JSON text inside the answer; older agents give it as an object. */
static enum err read_compose(const struct cJSON *info, struct guest *g, struct why *why)
{
	const struct cJSON *tcb = json_get(info, "tcb_info");
	struct cJSON *inner = NULL;
	struct slice s;
	enum err e;

	if (!json_str(tcb, &s)) {
		e = json_parse(s, JSON_NUMBERS, &inner, NULL);
		if (e) return bad(why, "tcb_info is not strict JSON");
		tcb = inner;
	}
	e = json_get_str(tcb, "app_compose", &s) ? E_FORMAT : E_OK;
	if (!e && s.n <= LIMIT_COMPOSE_BYTES) {
		g->app_compose = buf_heap(s.n + 1);
		buf_put(&g->app_compose, s);
		e = g->app_compose.err;
	} else {
		e = E_FORMAT;
	}
	json_drop(&inner);
	if (e) return bad(why, "tcb_info holds no app_compose");
	sha256(buf_slice(&g->app_compose), g->compose_hash);
	return E_OK;
}

enum err guest_from_info(struct slice json, struct guest *g, struct why *why)
{
	struct cJSON *info = NULL;
	uint8_t claimed[SHA256_LEN];
	enum err e = json_parse(json, JSON_NUMBERS, &info, why);

	memset(g, 0, sizeof *g);
	if (e) return bad(why, "not strict JSON");
	if (json_get_hex(info, "app_id", g->app_id, sizeof g->app_id))
		e = bad(why, "app_id is not 20 bytes of hex");
	else if (read_instance(info, g))
		e = bad(why, "instance_id is neither empty nor 20 bytes of hex");
	else
		e = read_compose(info, g, why);
	/* The agent may also say the hash itself; then it has to be this one. */
	if (!e && json_get(info, "compose_hash") &&
		(json_get_hex(info, "compose_hash", claimed, sizeof claimed) ||
			memcmp(claimed, g->compose_hash, sizeof claimed) != 0))
		e = bad(why, "compose_hash is not the SHA-256 of app_compose");
	json_drop(&info);
	if (e) guest_drop(g);
	return e;
}

void guest_drop(struct guest *g)
{
	buf_drop(&g->app_compose);
}

static enum err check_body(struct slice quote, const uint8_t want[REPORT_DATA_LEN],
	struct tdx_body *body, struct why *why)
{
	enum err e = tdx_body_read(quote, body);

	if (e) return why_set(why, e, "the quote: %s", err_text(e));
	if (!slice_eq(body->report_data, slice_of(want, REPORT_DATA_LEN)))
		return why_set(why, E_REPORT_DATA_MISMATCH,
			"the quote holds other report data than asked");
	return E_OK;
}

/* The answer may repeat the report data beside the quote; then it has to agree (C38). */
static enum err same_copy(const struct cJSON *answer, const struct tdx_body *body, struct why *why)
{
	uint8_t copy[REPORT_DATA_LEN];

	if (!json_get(answer, "report_data")) return E_OK;
	if (json_get_hex(answer, "report_data", copy, sizeof copy) ||
		!slice_eq(SLICE_OF(copy), body->report_data))
		return why_set(why, E_COPY_MISMATCH, "report_data beside the quote is another one");
	return E_OK;
}

static enum err check_log(
	struct eventlog *log, const struct tdx_body *body, const struct guest *g, struct why *why)
{
	struct launch l;
	enum err e = eventlog_matches(log, 3, body->rtmr[3], why);

	if (!e) e = eventlog_launch(log, &l, why);
	if (!e) e = eventlog_mrconfigid(&l, body->mrconfigid, why);
	if (e) return e;
	if (!slice_eq(l.compose_hash, SLICE_OF(g->compose_hash)))
		return why_set(why, E_COMPOSE_HASH,
			"the measured compose hash is not that of app_compose");
	if (!slice_eq(l.app_id, SLICE_OF(g->app_id)) ||
		!slice_eq(l.instance_id, slice_of(g->instance_id, g->instance_len)))
		return why_set(
			why, E_IDENTITY_MISMATCH, "the measured app or instance id is another one");
	return E_OK;
}

/* The event log as array text: GetQuote gives it inside a string. */
static enum err take_log(const struct cJSON *answer, struct buf *out, struct why *why)
{
	struct slice s;

	if (json_get_str(answer, "event_log", &s) || s.n == 0 || s.n > LIMIT_EVENT_LOG_BYTES)
		return why_set(why, E_LOG_FORMAT, "the answer holds no event log");
	if (slice_trim(s).n == 0 || slice_trim(s).p[0] != '[')
		return why_set(why, E_LOG_FORMAT, "the event log is not an array");
	*out = buf_heap(s.n + 1);
	buf_put(out, s);
	return out->err;
}

static enum err take(const struct cJSON *answer, const struct guest *g,
	const uint8_t want[REPORT_DATA_LEN], struct guest_quote *out, struct why *why)
{
	struct eventlog log = EVENTLOG_INIT;
	struct tdx_body body;
	struct slice s;
	enum err e;

	if (json_get_str(answer, "quote", &s) || s.n > 2 * LIMIT_QUOTE_BYTES)
		return why_set(why, E_QUOTE_FORMAT, "the answer holds no quote");
	out->quote = buf_heap(LIMIT_QUOTE_BYTES);
	if (hex_into(hex_bare(s), &out->quote))
		return why_set(why, E_QUOTE_FORMAT, "the quote is not hex");
	e = check_body(buf_slice(&out->quote), want, &body, why);
	if (!e) e = same_copy(answer, &body, why);
	if (!e) e = take_log(answer, &out->event_log, why);
	if (!e) e = eventlog_read(buf_slice(&out->event_log), &log, why);
	if (!e) e = check_log(&log, &body, g, why);
	eventlog_drop(&log);
	/* Absent with old agents; it is passed on, not believed. */
	if (!e && json_get_str(answer, "vm_config", &s) == E_OK && s.n <= LIMIT_COMPOSE_BYTES) {
		out->vm_config = buf_heap(s.n + 1);
		buf_put(&out->vm_config, s);
		e = out->vm_config.err;
	}
	return e;
}

enum err guest_take_quote(struct slice json, const struct guest *g,
	const uint8_t want[REPORT_DATA_LEN], struct guest_quote *out, struct why *why)
{
	struct cJSON *answer = NULL;
	enum err e = json_parse(json, JSON_NUMBERS, &answer, why);

	memset(out, 0, sizeof *out);
	if (e) return why_set(why, E_FORMAT, "the quote answer is not strict JSON");
	e = take(answer, g, want, out, why);
	json_drop(&answer);
	if (e) guest_quote_drop(out);
	return e;
}

void guest_quote_drop(struct guest_quote *q)
{
	buf_drop(&q->quote);
	buf_drop(&q->event_log);
	buf_drop(&q->vm_config);
}
