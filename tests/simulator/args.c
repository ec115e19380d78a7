/* SPDX-License-Identifier: MIT */
/* Arguments of a call. Runs in the simulator; pure. */
#include "args.h"

#include "base/json_write.h"
#include "base/num.h"

enum err args_from_json(struct slice body, struct args *out, struct why *why)
{
	*out = (struct args)ARGS_INIT;
	if (slice_trim(body).n == 0) return E_OK;
	if (json_parse(body, JSON_NUMBERS, &out->json, why)) return E_FORMAT;
	if (json_is_object(out->json)) return E_OK;
	return why_set(why, E_FORMAT, "expected a JSON object");
}

/* Decodes one name or value of a form-encoded query. */
static enum err url_decode(struct slice s, struct buf *out)
{
	size_t i;

	buf_reset(out);
	for (i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (c == '%') {
			if (hex_exact(slice_sub(s, i + 1, 2), &c, 1)) return E_FORMAT;
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		buf_u8(out, c);
	}
	return out->err;
}

enum err args_from_query(struct slice query, struct args *out, struct why *why)
{
	struct buf text = buf_heap(6 * query.n + 64), name = buf_heap(query.n + 1);
	struct buf value = buf_heap(query.n + 1);
	struct jw w = jw_to(&text, false);
	enum err e = E_OK;

	*out = (struct args)ARGS_INIT;
	out->from_query = true;
	jw_object(&w);
	while (query.n && !e) {
		struct slice v = slice_split(&query, '&'), n = slice_split(&v, '=');

		if (n.n == 0) continue;
		e = url_decode(n, &name);
		if (!e) e = url_decode(v, &value);
		jw_key_slice(&w, buf_slice(&name));
		jw_str(&w, buf_slice(&value));
	}
	jw_object_end(&w);
	if (!e) e = text.err;
	if (!e) e = json_parse(buf_slice(&text), JSON_NUMBERS, &out->json, why);
	buf_drop(&text);
	buf_drop(&name);
	buf_drop(&value);
	if (!e) return E_OK;
	if (why && !why->code) why_set(why, E_FORMAT, "the query is not form encoded");
	return E_FORMAT;
}

void args_drop(struct args *a)
{
	json_drop(&a->json);
}

enum err args_str(const struct args *a, const char *name, struct slice *out)
{
	const struct cJSON *j = json_get(a->json, name);

	if (!j) {
		*out = SLICE_NONE;
		return E_OK;
	}
	return json_str(j, out);
}

enum err args_bool(const struct args *a, const char *name, bool *out)
{
	const struct cJSON *j = json_get(a->json, name);
	struct slice s;

	if (!j) {
		*out = false;
		return E_OK;
	}
	if (!a->from_query) return json_bool(j, out);
	if (json_str(j, &s) || (!slice_is(s, "true") && !slice_is(s, "false"))) return E_FORMAT;
	*out = slice_is(s, "true");
	return E_OK;
}

enum err args_u64(const struct args *a, const char *name, bool *given, uint64_t *out)
{
	const struct cJSON *j = json_get(a->json, name);
	struct slice s;

	*given = j && !json_is_null(j);
	if (!*given) return E_OK;
	if (!a->from_query) return json_u64(j, UINT64_MAX, out);
	if (json_str(j, &s)) return E_FORMAT;
	return parse_u64(s, UINT64_MAX, out) ? E_FORMAT : E_OK;
}

enum err args_bytes(const struct args *a, const char *name, struct buf *out)
{
	struct slice s;

	if (args_str(a, name, &s)) return E_FORMAT;
	while (slice_starts(s, "0x"))
		s = slice_from(s, 2);
	return hex_into(s, out);
}
