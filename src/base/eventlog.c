/* SPDX-License-Identifier: MIT */
/* Boot event log of a dstack guest. Runs in attest and the command line; pure. */
#include "base/eventlog.h"

#include <stdlib.h>
#include <string.h>

#include "base/ct.h"
#include "base/json_write.h"
#include "base/num.h"
#include "base/text.h"

/* Longest event name we take; real ones have under 30 bytes. */
#define EVENT_NAME_MAX 256

void event_digest(bool v2, struct slice name, struct slice payload, uint8_t out[SHA384_LEN])
{
	br_sha384_context h;
	uint8_t head[4] = {EVENT_RUNTIME_TYPE & 0xff, EVENT_RUNTIME_TYPE >> 8 & 0xff,
		EVENT_RUNTIME_TYPE >> 16 & 0xff, EVENT_RUNTIME_TYPE >> 24};
	struct buf text;
	struct jw w;

	if (!v2) {
		br_sha384_init(&h);
		br_sha384_update(&h, head, sizeof head);
		br_sha384_update(&h, ":", 1);
		br_sha384_update(&h, name.p, name.n);
		br_sha384_update(&h, ":", 1);
		br_sha384_update(&h, payload.p, payload.n);
		br_sha384_out(&h, out);
		return;
	}
	text = buf_heap(6 * name.n + 2 * payload.n + 128);
	w = jw_to(&text, true);
	jw_object(&w);
	jw_key_str(&w, "name", name);
	jw_key_hex(&w, "payload", payload);
	jw_key_u64(&w, "type", EVENT_RUNTIME_TYPE);
	jw_object_end(&w);
	sha384(buf_slice(&text), out);
	/* A digest that could not be computed must match nothing. */
	if (text.err) memset(out, 0, SHA384_LEN);
	buf_drop(&text);
}

static enum err bad(struct why *why, enum err e, size_t index, const char *what)
{
	return why_set(why, e, "event %zu: %s", index + 1, what);
}

/* The digest member: absent, null, "" (stripped) or 96 hex digits. */
static enum err read_digest(const struct cJSON *j, struct event *ev)
{
	struct slice s;

	if (!j || json_is_null(j)) return E_OK;
	if (json_str(j, &s)) return E_LOG_FORMAT;
	if (s.n == 0) return E_OK;
	if (hex_exact(s, ev->digest, SHA384_LEN)) return E_LOG_FORMAT;
	ev->has_digest = true;
	return E_OK;
}

static enum err read_version(const struct cJSON *j, bool *v2)
{
	uint64_t v = 1;

	if (j && !json_is_null(j) && (json_u64(j, 2, &v) || v == 0)) return E_LOG_FORMAT;
	*v2 = v == 2;
	return E_OK;
}

static enum err read_texts(const struct cJSON *j, struct eventlog *log, struct event *ev)
{
	const struct cJSON *name = json_get(j, "event"), *payload = json_get(j, "event_payload");
	struct slice s = SLICE_NONE;
	size_t at = log->mem.n;

	if (name && !json_is_null(name) && json_str(name, &s)) return E_LOG_FORMAT;
	if (s.n > EVENT_NAME_MAX) return E_LOG_FORMAT;
	buf_put(&log->mem, s);
	/* The buffer was sized for the whole text: it never moves. */
	ev->name = slice_from(buf_slice(&log->mem), at);
	at = log->mem.n;
	s = SLICE_NONE;
	if (payload && !json_is_null(payload) && json_str(payload, &s)) return E_LOG_FORMAT;
	if (hex_into(s, &log->mem)) return E_LOG_FORMAT;
	ev->payload = slice_from(buf_slice(&log->mem), at);
	return log->mem.err ? E_LOG_FORMAT : E_OK;
}

/* Rules 1 and 2 on one event whose fields are read; computes its digest. */
static enum err judge_event(
	struct eventlog *log, uint32_t imr, struct slice preimage, size_t index, struct why *why)
{
	struct event *ev = &log->events[index];
	uint8_t own[SHA384_LEN], given[SHA384_LEN];

	if (imr > 3) return bad(why, E_LOG_DECOY, index, "no register has this number");
	ev->imr = (uint8_t)imr;
	if ((ev->type == EVENT_RUNTIME_TYPE) != (imr == 3))
		return bad(
			why, E_LOG_DECOY, index, "runtime events and register 3 belong together");
	if (imr != 3) {
		log->replayable[imr] = log->replayable[imr] && ev->has_digest;
		return E_OK;
	}
	if (ev->name.n == 0) return bad(why, E_LOG_NAME, index, "a runtime event has no name");
	if (slice_find(ev->name, 0, ':') != ev->name.n)
		return bad(why, E_LOG_NAME, index,
			"a name holds a colon, which makes digests ambiguous");
	event_digest(ev->v2, ev->name, ev->payload, own);
	if (ev->has_digest && !ct_equal(own, ev->digest, SHA384_LEN))
		return bad(why, E_LOG_DIGEST, index,
			"the digest does not follow from name and payload");
	/* A preimage, when given, must be the very bytes that are hashed. */
	if (preimage.n) sha384(preimage, given);
	if (preimage.n && !ct_equal(given, own, SHA384_LEN))
		return bad(why, E_LOG_DIGEST, index, "the preimage is not what was hashed");
	memcpy(ev->digest, own, SHA384_LEN);
	ev->has_digest = true;
	return E_OK;
}

/* The preimage member, decoded: absent, null or hex. b is dropped by the caller. */
static enum err read_preimage(const struct cJSON *j, struct buf *b)
{
	struct slice s = SLICE_NONE;

	if (j && !json_is_null(j) && json_str(j, &s)) return E_LOG_FORMAT;
	if (s.n == 0) return E_OK;
	*b = buf_heap(s.n / 2 + 1);
	return hex_into(s, b) ? E_LOG_FORMAT : E_OK;
}

static enum err read_event(
	const struct cJSON *j, struct eventlog *log, size_t index, struct why *why)
{
	struct event *ev = &log->events[index];
	struct buf preimage = BUF_INIT;
	uint64_t imr, type;
	enum err e;

	if (json_get_u64(j, "imr", UINT32_MAX, &imr) ||
		json_get_u64(j, "event_type", UINT32_MAX, &type))
		return bad(why, E_LOG_FORMAT, index, "imr or event_type is missing or no number");
	if (read_digest(json_get(j, "digest"), ev))
		return bad(why, E_LOG_FORMAT, index, "digest is not empty and not 96 hex digits");
	if (read_texts(j, log, ev))
		return bad(why, E_LOG_FORMAT, index, "event or event_payload has a wrong form");
	if (read_version(json_get(j, "version"), &ev->v2))
		return bad(why, E_LOG_FORMAT, index, "version is neither 1 nor 2");
	ev->type = (uint32_t)type;
	if (read_preimage(json_get(j, "preimage"), &preimage))
		e = bad(why, E_LOG_FORMAT, index, "preimage is not hex");
	else
		e = judge_event(log, (uint32_t)imr, buf_slice(&preimage), index, why);
	buf_drop(&preimage);
	return e;
}

static void replay(struct eventlog *log)
{
	size_t i;

	memset(log->rtmr, 0, sizeof log->rtmr);
	for (i = 0; i < log->n; i++) {
		const struct event *ev = &log->events[i];
		uint8_t *r = log->rtmr[ev->imr];

		if (!log->replayable[ev->imr]) continue;
		sha384_two(slice_of(r, SHA384_LEN), SLICE_OF(ev->digest), r);
	}
}

/* Memory for all names and payloads: payloads shrink to half their hex. */
static size_t text_bytes(const struct cJSON *array)
{
	const struct cJSON *j;
	size_t n = 1;

	for (j = json_child(array); j; j = json_next(j)) {
		struct slice s;

		if (!json_get_str(j, "event", &s)) n += s.n;
		if (!json_get_str(j, "event_payload", &s)) n += s.n / 2;
	}
	return n;
}

/* Room for n events and their texts, which never moves. */
static enum err start(struct eventlog *log, size_t n, size_t bytes, struct why *why)
{
	size_t i;

	if (n > LIMIT_EVENTS)
		return why_set(why, E_LOG_FORMAT, "more than %d events", LIMIT_EVENTS);
	log->events = calloc(n ? n : 1, sizeof *log->events);
	log->mem = buf_heap(bytes);
	if (!log->events || !buf_reserve(&log->mem, bytes)) return E_NO_MEMORY;
	for (i = 0; i < 4; i++)
		log->replayable[i] = true;
	return E_OK;
}

enum err eventlog_from_json(const struct cJSON *array, struct eventlog *log, struct why *why)
{
	const struct cJSON *j;
	size_t i;
	enum err e;

	memset(log, 0, sizeof *log);
	if (!json_is_array(array))
		return why_set(why, E_LOG_FORMAT, "the event log is not an array");
	e = start(log, json_count(array), text_bytes(array), why);
	if (e) return e;
	for (j = json_child(array), i = 0; j; j = json_next(j), i++) {
		if (!json_is_object(j)) return bad(why, E_LOG_FORMAT, i, "not an object");
		e = read_event(j, log, i, why);
		if (e) return e;
		log->n = i + 1;
	}
	replay(log);
	return E_OK;
}

static enum err add_event(
	struct eventlog *log, const struct event_in *in, size_t index, struct why *why)
{
	struct event *ev = &log->events[index];
	size_t at = log->mem.n;

	if (in->digest.n && !slice_copy_exact(ev->digest, SHA384_LEN, in->digest))
		return bad(why, E_LOG_FORMAT, index, "digest is not empty and not 48 bytes");
	ev->has_digest = in->digest.n > 0;
	if (in->name.n > EVENT_NAME_MAX || !utf8_valid(in->name) ||
		slice_find(in->name, 0, 0) != in->name.n)
		return bad(why, E_LOG_FORMAT, index, "event has a wrong form");
	buf_put(&log->mem, in->name);
	ev->name = slice_from(buf_slice(&log->mem), at);
	at = log->mem.n;
	buf_put(&log->mem, in->payload);
	ev->payload = slice_from(buf_slice(&log->mem), at);
	ev->type = in->type;
	ev->v2 = in->v2;
	return judge_event(log, in->imr, in->preimage, index, why);
}

enum err eventlog_from_events(
	const struct event_in *events, size_t n, struct eventlog *log, struct why *why)
{
	size_t bytes = 1, i;
	enum err e;

	memset(log, 0, sizeof *log);
	for (i = 0; i < n; i++)
		bytes += events[i].name.n + events[i].payload.n;
	e = start(log, n, bytes, why);
	for (i = 0; i < n && !e; i++) {
		e = add_event(log, &events[i], i, why);
		if (!e) log->n = i + 1;
	}
	if (!e) replay(log);
	return e;
}

enum err eventlog_read(struct slice text, struct eventlog *log, struct why *why)
{
	struct cJSON *outer = NULL, *inner = NULL;
	struct slice s;
	enum err e;

	memset(log, 0, sizeof *log);
	if (text.n > LIMIT_EVENT_LOG_BYTES)
		return why_set(why, E_LOG_FORMAT, "the log is too large");
	e = json_parse(text, JSON_INTEGERS, &outer, why);
	if (!e && !json_str(outer, &s)) { e = json_parse(s, JSON_INTEGERS, &inner, why); }
	if (e) {
		if (why) why->code = E_LOG_FORMAT;
		e = E_LOG_FORMAT;
	} else {
		e = eventlog_from_json(inner ? inner : outer, log, why);
	}
	json_drop(&inner);
	json_drop(&outer);
	return e;
}

void eventlog_drop(struct eventlog *log)
{
	free(log->events);
	buf_drop(&log->mem);
	buf_drop(&log->key_json);
	memset(log, 0, sizeof *log);
}

enum err eventlog_matches(
	const struct eventlog *log, unsigned reg, struct slice quoted, struct why *why)
{
	char have[13], want[13];
	struct buf a = buf_on(have, sizeof have), b = buf_on(want, sizeof want);

	if (!log->replayable[reg])
		return why_set(
			why, E_LOG_REPLAY, "RTMR%u cannot be replayed: digests are missing", reg);
	if (slice_eq(quoted, SLICE_OF(log->rtmr[reg]))) return E_OK;
	buf_hex(&a, slice_of(log->rtmr[reg], 6));
	buf_hex(&b, slice_sub(quoted, 0, 6));
	return why_set(why, E_LOG_REPLAY, "RTMR%u replays to %s..., the quote has %s...", reg,
		buf_text(&a), buf_text(&b));
}

/* The launch events that must be there, in their order (rule 3). */
enum { L_PREPARING, L_APP_ID, L_COMPOSE, L_INSTANCE, L_BOOT_DONE, L_KEYS, L_READY, L_COUNT };
static const char *const launch_names[L_COUNT] = {"system-preparing", "app-id", "compose-hash",
	"instance-id", "boot-mr-done", "key-provider", "system-ready"};

/* Position in launch_names, L_COUNT for another name. */
static unsigned launch_index(struct slice name)
{
	unsigned i;

	for (i = 0; i < L_COUNT; i++)
		if (slice_is(name, launch_names[i])) break;
	return i;
}

/* Optional launch events: at most one each. */
static enum err take_optional(struct event *ev, struct launch *l, struct why *why, size_t i)
{
	struct slice *at = slice_is(ev->name, "os-image-hash") ? &l->os_image_hash
			   : slice_is(ev->name, "storage-fs")  ? &l->storage_fs
			   : slice_is(ev->name, "mr-kms")      ? &l->mr_kms
							       : NULL;

	if (!at) {
		ev->unknown = true;
		l->unknown_before_ready++;
		return E_OK;
	}
	if (at->p) return bad(why, E_LOG_ORDER, i, "a launch event occurs twice");
	*at = ev->payload.p ? ev->payload : SLICE("");
	if (at == &l->os_image_hash && ev->payload.n != 32)
		return bad(why, E_LOG_PAYLOAD, i, "os-image-hash has not 32 bytes");
	return E_OK;
}

/* The key-provider payload: a JSON object with string members name and id. */
static enum err read_key_provider(struct eventlog *log, struct launch *l, struct why *why)
{
	struct cJSON *j = NULL;
	struct slice name, id;
	enum err e = E_LOG_PAYLOAD;
	size_t at;

	if (json_parse(l->key_provider, JSON_INTEGERS, &j, NULL)) goto out;
	if (json_get_str(j, "name", &name) || json_get_str(j, "id", &id)) goto out;
	buf_drop(&log->key_json);
	log->key_json = buf_heap(name.n + id.n + 1);
	buf_reserve(&log->key_json, name.n + id.n + 1);
	buf_put(&log->key_json, name);
	at = log->key_json.n;
	buf_put(&log->key_json, id);
	if (log->key_json.err) goto out;
	l->key_provider_name = slice_sub(buf_slice(&log->key_json), 0, at);
	l->key_provider_id = slice_from(buf_slice(&log->key_json), at);
	e = E_OK;
out:
	json_drop(&j);
	return e ? why_set(why, e, "key-provider is no JSON object with texts name and id") : E_OK;
}

static enum err check_payloads(struct eventlog *log, struct launch *l, struct why *why)
{
	if (l->app_id.n != 20) return why_set(why, E_LOG_PAYLOAD, "app-id has not 20 bytes");
	if (l->compose_hash.n != 32)
		return why_set(why, E_LOG_PAYLOAD, "compose-hash has not 32 bytes");
	if (l->instance_id.n != 0 && l->instance_id.n != 20)
		return why_set(why, E_LOG_PAYLOAD, "instance-id has neither 0 nor 20 bytes");
	return read_key_provider(log, l, why);
}

enum err eventlog_launch(struct eventlog *log, struct launch *out, struct why *why)
{
	struct launch l = {0};
	unsigned next = 0; /* the launch event expected next */
	size_t i;
	enum err e;

	for (i = 0; i < log->n; i++) {
		struct event *ev = &log->events[i];
		unsigned k;

		if (ev->imr != 3) continue;
		if (next == L_COUNT) {
			l.after_ready++;
			continue;
		}
		k = launch_index(ev->name);
		if (k < next) return bad(why, E_LOG_ORDER, i, "a launch event occurs twice");
		if (next == L_PREPARING && k != L_PREPARING)
			return bad(why, E_LOG_ORDER, i, "the first event is not system-preparing");
		if (k == L_COUNT) {
			e = take_optional(ev, &l, why, i);
			if (e) return e;
			continue;
		}
		if (k != next) return bad(why, E_LOG_ORDER, i, "launch events are not in order");
		if (k == L_APP_ID) l.app_id = ev->payload;
		if (k == L_COMPOSE) l.compose_hash = ev->payload;
		if (k == L_INSTANCE) l.instance_id = ev->payload;
		if (k == L_KEYS) l.key_provider = ev->payload;
		next++;
	}
	if (next != L_COUNT)
		return why_set(why, E_LOG_ORDER, "there is no %s event", launch_names[next]);
	e = check_payloads(log, &l, why);
	if (e) return e;
	*out = l;
	return E_OK;
}

enum err eventlog_mrconfigid(const struct launch *l, struct slice mrconfigid, struct why *why)
{
	static const uint8_t zero[48];

	if (mrconfigid.n != sizeof zero)
		return why_set(why, E_MRCONFIGID, "MRCONFIGID has not 48 bytes");
	if (slice_eq(mrconfigid, SLICE_OF(zero))) return E_OK;
	switch (mrconfigid.p[0]) {
	case 1:
		if (slice_eq(slice_sub(mrconfigid, 1, 32), l->compose_hash) &&
			slice_eq(slice_from(mrconfigid, 33), slice_of(zero, 15)))
			return E_OK;
		return why_set(why, E_MRCONFIGID, "version 1 holds another compose hash");
	case 2:
	case 3: return E_OK;
	default: return why_set(why, E_MRCONFIGID, "version %u is not known", mrconfigid.p[0]);
	}
}
