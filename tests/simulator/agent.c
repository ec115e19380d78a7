/* SPDX-License-Identifier: MIT */
/* Routing and the methods about quotes. Runs in the simulator. */
#include "agent.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

struct route {
	void (*call)(struct agent *, const struct args *, struct answer *);
	enum guest_version since;
	bool quotes; /* it takes a quote, so it takes the quote's time */
};

static const struct route routes[METHODS] = {
	[METHOD_INFO] = {agent_info, GUEST_0_5_4, true},
	[METHOD_GET_QUOTE] = {agent_get_quote, GUEST_0_5_4, true},
	[METHOD_GET_KEY] = {agent_get_key, GUEST_0_5_4, false},
	[METHOD_GET_TLS_KEY] = {agent_get_tls_key, GUEST_0_5_4, false},
	[METHOD_VERSION] = {agent_version, GUEST_0_5_11, false},
	[METHOD_ATTEST] = {agent_attest, GUEST_0_5_6, true},
	[METHOD_EMIT_EVENT] = {agent_emit_event, GUEST_0_5_4, false},
};

enum err sim_agent_init(struct agent *a, const struct guest_options *o, const char *compose_path)
{
	enum err e;

	memset(a, 0, sizeof *a);
	faults_init(&a->faults);
	a->app_cert = buf_heap(AGENT_ANSWER_MAX);
	e = guest_init(&a->guest, o, compose_path);
	return e ? e : agent_make_app_cert(a);
}

void sim_agent_drop(struct agent *a)
{
	sim_guest_drop(&a->guest);
	buf_drop(&a->app_cert);
}

void sim_answer_error(struct answer *out, unsigned status, const char *fmt, ...)
{
	char text[512];
	struct buf compact = buf_heap(8 * sizeof text);
	struct jw w = jw_to(&compact, false);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	jw_object(&w);
	jw_key(&w, "error");
	jw_lossy(&w, slice_str(text));
	jw_object_end(&w);
	out->status = status;
	out->content_type = "application/json";
	buf_reset(&out->body);
	json_pretty(buf_slice(&compact), &out->body);
	buf_drop(&compact);
}

void answer_page(struct answer *out, unsigned status, const char *reason, bool json)
{
	out->status = status;
	buf_reset(&out->body);
	out->content_type = json ? "application/json" : "text/html; charset=utf-8";
	if (json)
		buf_fmt(&out->body,
			"{\n  \"error\": {\n    \"code\": %u,\n    \"reason\": \"%s\",\n"
			"    \"description\": \"NOT-A-TEE dstack simulator\"\n  }\n}",
			status, reason);
	else
		buf_fmt(&out->body,
			"<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
			"<title>%u %s</title></head>\n<body align=\"center\">\n<h1>%u: %s</h1>\n"
			"<p>NOT-A-TEE dstack simulator</p>\n</body>\n</html>\n",
			status, reason, status, reason);
}

struct jw answer_open(struct answer *out)
{
	struct jw w;

	out->status = 200;
	out->content_type = "application/json";
	w = jw_to(&out->body, false);
	jw_object(&w);
	return w;
}

/* One string member of AGENT_HUGE_BYTES letters. */
static void put_huge(struct jw *w)
{
	uint8_t *p;

	jw_key(w, "padding");
	jw_raw(w, SLICE("\""));
	p = buf_reserve(w->b, AGENT_HUGE_BYTES);
	if (p) memset(p, 'a', AGENT_HUGE_BYTES);
	buf_commit(w->b, AGENT_HUGE_BYTES);
	buf_str(w->b, "\"");
}

void answer_close(struct jw *w, const struct answer *out)
{
	if (out->faults & BIT(FAULT_HUGE)) put_huge(w);
	jw_key_cstr(w, "note", SIM_NOTE);
	if (out->faults & BIT(FAULT_DUPLICATE_MEMBERS)) jw_key_cstr(w, "note", SIM_NOTE);
	jw_object_end(w);
}

/* The report_data argument, padded with zeros. False when an error was answered. */
static bool read_report_data(
	const struct args *args, uint8_t padded[REPORT_DATA_LEN], struct answer *out)
{
	struct buf b = buf_heap(AGENT_BODY_MAX);
	enum err e = args_bytes(args, "report_data", &b);
	bool ok = false;

	memset(padded, 0, REPORT_DATA_LEN);
	if (e) {
		sim_answer_error(out, 400, "Invalid report_data: not hex of whole bytes");
	} else if (b.n > REPORT_DATA_LEN) {
		sim_answer_error(out, 400, "Report data is too long");
	} else {
		if (b.n) memcpy(padded, b.p, b.n);
		ok = true;
	}
	buf_drop(&b);
	return ok;
}

/* What a lying agent lets the quote bind, and what it says that it asked for. */
struct bound {
	uint8_t quoted[REPORT_DATA_LEN], stated[REPORT_DATA_LEN];
};

/* Bytes that nobody asked for. */
static void other_bytes(const uint8_t asked[REPORT_DATA_LEN], uint8_t out[REPORT_DATA_LEN])
{
	sha512(slice_of(asked, REPORT_DATA_LEN), out);
}

/* Report data of an earlier call with other bytes, if there was one. */
static void foreign_bytes(
	const struct agent *a, const uint8_t asked[REPORT_DATA_LEN], uint8_t out[REPORT_DATA_LEN])
{
	if (a->have_last && memcmp(a->last, asked, REPORT_DATA_LEN) != 0)
		memcpy(out, a->last, REPORT_DATA_LEN);
	else if (a->have_earlier && memcmp(a->earlier, asked, REPORT_DATA_LEN) != 0)
		memcpy(out, a->earlier, REPORT_DATA_LEN);
	else
		other_bytes(asked, out);
}

static struct bound bind(struct agent *a, const uint8_t asked[REPORT_DATA_LEN], uint32_t faults)
{
	struct bound b;

	memcpy(b.quoted, asked, REPORT_DATA_LEN);
	memcpy(b.stated, asked, REPORT_DATA_LEN);
	if (faults & BIT(FAULT_FOREIGN_QUOTE)) {
		foreign_bytes(a, asked, b.quoted);
		memcpy(b.stated, b.quoted, REPORT_DATA_LEN);
	}
	if (faults & BIT(FAULT_WRONG_REPORT_DATA)) other_bytes(asked, b.quoted);
	if (faults & BIT(FAULT_FIELD_MISMATCH)) other_bytes(asked, b.stated);
	if (a->have_last && memcmp(a->last, asked, REPORT_DATA_LEN) != 0) {
		memcpy(a->earlier, a->last, REPORT_DATA_LEN);
		a->have_earlier = true;
	}
	memcpy(a->last, asked, REPORT_DATA_LEN);
	a->have_last = true;
	return b;
}

void agent_get_quote(struct agent *a, const struct args *args, struct answer *out)
{
	uint8_t asked[REPORT_DATA_LEN], second[REPORT_DATA_LEN];
	struct buf quote = buf_heap(QUOTE_MAX), log = buf_heap(AGENT_ANSWER_MAX);
	struct evidence e;
	struct bound b;
	struct jw w, inner = jw_to(&log, false);

	if (!read_report_data(args, asked, out)) goto out;
	b = bind(a, asked, out->faults);
	guest_evidence(&a->guest, out->faults, &e);
	guest_quote(&a->guest, &e, out->faults, b.quoted, &quote);
	evlog_json(&e.log, a->guest.o.version >= GUEST_0_5_6 ? EVLOG_STRIPPED : EVLOG_FULL, &inner);
	a->quotes++;
	w = answer_open(out);
	jw_key_hex(&w, "quote", buf_slice(&quote));
	if (out->faults & BIT(FAULT_DUPLICATE_MEMBERS)) {
		other_bytes(asked, second);
		buf_reset(&quote);
		guest_quote(&a->guest, &e, out->faults, second, &quote);
		jw_key_hex(&w, "quote", buf_slice(&quote));
	}
	jw_key_str(&w, "event_log", buf_slice(&log));
	jw_key_hex(&w, "report_data", SLICE_OF(b.stated));
	jw_key_str(&w, "vm_config", buf_slice(&a->guest.vm_config));
	answer_close(&w, out);
	if (log.err || quote.err) sim_answer_error(out, 500, "the simulator's answer is too large");
out:
	buf_drop(&quote);
	buf_drop(&log);
}

void agent_attest(struct agent *a, const struct args *args, struct answer *out)
{
	uint8_t asked[REPORT_DATA_LEN];
	struct buf attestation = buf_heap(AGENT_ANSWER_MAX);
	struct evidence e;
	struct bound b;
	struct jw w;

	if (!read_report_data(args, asked, out)) goto out;
	b = bind(a, asked, out->faults);
	guest_evidence(&a->guest, out->faults, &e);
	if (guest_attestation(&a->guest, &e, out->faults, b.quoted, false, &attestation)) {
		sim_answer_error(out, 400, "the simulator has no attestation form for V2 events");
	} else {
		a->quotes++;
		w = answer_open(out);
		jw_key_hex(&w, "attestation", buf_slice(&attestation));
		answer_close(&w, out);
	}
out:
	buf_drop(&attestation);
}

void agent_version(struct agent *a, const struct args *args, struct answer *out)
{
	struct jw w = answer_open(out);

	(void)args;
	jw_key_cstr(&w, "version", guest_version_name(a->guest.o.version));
	jw_key_cstr(&w, "rev", "NOT-A-TEE");
	answer_close(&w, out);
}

void agent_emit_event(struct agent *a, const struct args *args, struct answer *out)
{
	struct buf payload = buf_heap(AGENT_BODY_MAX);
	struct slice name;

	if (a->guest.o.version >= GUEST_0_6_0) {
		sim_answer_error(out, 400,
			"EmitEvent was removed in dstack 0.6.0; runtime RTMR3 events are "
			"system-owned and cannot be extended by apps");
	} else if (args_str(args, "event", &name) || args_bytes(args, "payload", &payload)) {
		sim_answer_error(out, 400, "Invalid event or payload");
	} else if (guest_emit(&a->guest, name, buf_slice(&payload))) {
		sim_answer_error(out, 400, "the simulator has no room for more events");
	} else {
		out->status = 200;
		out->content_type = "application/json";
		buf_str(&out->body, "null");
	}
	buf_drop(&payload);
}

/* True for application/json with or without parameters. */
static bool is_json_type(struct slice content_type)
{
	struct slice type = slice_split(&content_type, ';');

	return slice_is_nocase(slice_trim(type), "application/json");
}

/* The query parameter that forces JSON: ?json, ?json=1, ?json=true. */
static bool forces_json(struct slice query)
{
	while (query.n) {
		struct slice value = slice_split(&query, '&'), name = slice_split(&value, '=');

		if (slice_is(name, "json"))
			return value.n == 0 || slice_is(value, "1") || slice_is(value, "true");
	}
	return false;
}

/* A binary error: protobuf message with the text in field 1. */
static void answer_binary(struct answer *out, const char *text)
{
	struct slice s = slice_str(text);

	out->status = 400;
	out->content_type = "application/octet-stream";
	buf_reset(&out->body);
	buf_u8(&out->body, 0x0a);
	buf_u8(&out->body, (uint8_t)s.n);
	buf_put(&out->body, s);
}

/* Faults that replace the answer, whatever it was. */
static void replace_answer(struct answer *out)
{
	if (out->faults & BIT(FAULT_HTTP_400))
		sim_answer_error(out, 400, "NOT-A-TEE simulated error");
	else if (out->faults & BIT(FAULT_HTTP_500))
		sim_answer_error(out, 500, "NOT-A-TEE simulated error");
	else if (out->faults & BIT(FAULT_HTML_ERROR))
		answer_page(out, 503, "Service Unavailable", false);
	if (!(out->faults & BIT(FAULT_NOT_JSON))) return;
	out->status = 200;
	out->content_type = "application/json";
	buf_reset(&out->body);
	buf_str(&out->body, "{\"quote\":\"NOT-A-TEE and not JSON");
}

static void call(struct agent *a, enum method m, const struct request *r, struct answer *out)
{
	struct args args = ARGS_INIT;
	struct why why = WHY_INIT;
	bool get = slice_is(r->method, "GET");
	enum err e;

	a->calls[m]++;
	out->faults = faults_take(&a->faults, m);
	out->quoted = routes[m].quotes;
	if (out->faults & BIT(FAULT_SLOW)) out->extra_ms = a->faults.slow_ms;
	if (!get && !is_json_type(r->content_type) && !forces_json(r->query)) {
		answer_binary(out, "NOT-A-TEE simulator speaks JSON only");
		return;
	}
	e = get ? args_from_query(r->query, &args, &why) : args_from_json(r->body, &args, &why);
	if (e)
		sim_answer_error(out, 400, "Failed to decode the request: %s", why.text);
	else
		routes[m].call(a, &args, out);
	args_drop(&args);
	replace_answer(out);
	if (out->body.err) sim_answer_error(out, 500, "the simulator's answer is too large");
}

/* The method's name when the path has one segment, or /v0/ and one from 0.6; else empty. */
static struct slice method_of(const struct agent *a, struct slice path)
{
	struct slice name = slice_from(path, 1);

	if (a->guest.o.version >= GUEST_0_6_0 && slice_starts(path, "/v0/"))
		name = slice_from(path, 4);
	return slice_find(name, 0, '/') == name.n ? name : SLICE_NONE;
}

void agent_handle(struct agent *a, const struct request *r, struct answer *out)
{
	bool later = a->guest.o.version >= GUEST_0_6_0;
	struct slice name;
	enum method m;

	memset(out, 0, sizeof *out);
	out->body = buf_heap(AGENT_ANSWER_MAX);
	if (control_handle(a, r, out)) return;
	a->requests++;
	name = method_of(a, r->path);
	m = method_by_name(name);
	if (name.n == 0 || (!slice_is(r->method, "GET") && !slice_is(r->method, "POST"))) {
		answer_page(out, 404, "Not Found",
			slice_search(r->accept, 0, SLICE("application/json")) != r->accept.n);
	} else if (r->body_too_large) {
		sim_answer_error(out, later ? 413 : 400, "the request body is too large");
	} else if (m == METHODS || a->guest.o.version < routes[m].since) {
		sim_answer_error(out, later ? 404 : 400, "Service not found: %.*s",
			(int)(name.n < 200 ? name.n : 200), (const char *)name.p);
	} else {
		call(a, m, r, out);
	}
}
