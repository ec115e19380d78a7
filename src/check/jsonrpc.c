/* SPDX-License-Identifier: MIT */
/* Answers of chain nodes. Runs in the command line; pure. */
#include "check/jsonrpc.h"

#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"
#include "check/abi.h"

#define SHOWN       120 /* bytes of a node's text */
#define REVERT_ROOM 1024

enum err jsonrpc_bytes(const struct cJSON *j, struct buf *b)
{
	struct slice s;

	if (json_str(j, &s) || !slice_starts(s, "0x")) return E_RPC_FORMAT;
	switch (hex_into(slice_from(s, 2), b)) {
	case E_OK: return E_OK;
	case E_FORMAT: return E_RPC_FORMAT;
	default: return b->err;
	}
}

enum err jsonrpc_quantity(const struct cJSON *j, uint64_t *out)
{
	struct slice s;
	uint64_t v = 0;
	size_t i;

	if (json_str(j, &s) || !slice_starts(s, "0x")) return E_RPC_FORMAT;
	s = slice_from(s, 2);
	if (s.n == 0 || s.n > 16 || (s.n > 1 && s.p[0] == '0')) return E_RPC_FORMAT;
	for (i = 0; i < s.n; i++) {
		if (hex_digit(s.p[i]) < 0) return E_RPC_FORMAT;
		v = v << 4 | (uint64_t)hex_digit(s.p[i]);
	}
	*out = v;
	return E_OK;
}

/* Nodes put revert data into data, data.data or data.result. */
static const struct cJSON *revert_data(const struct cJSON *error)
{
	const struct cJSON *data = json_get(error, "data");

	if (!json_is_object(data)) return data;
	return json_get(data, "data") ? json_get(data, "data") : json_get(data, "result");
}

static bool says_revert(struct slice message)
{
	return slice_search(message, 0, SLICE("revert")) < message.n ||
	       slice_search(message, 0, SLICE("Revert")) < message.n;
}

static enum err read_error(const struct cJSON *error, struct why *why)
{
	uint8_t mem[REVERT_ROOM];
	struct buf data = buf_on(mem, sizeof mem);
	char shown[SHOWN + 1];
	struct buf b = buf_on(shown, sizeof shown);
	struct slice message;

	if (!json_is_object(error) || json_get_str(error, "message", &message))
		return why_set(why, E_RPC_FORMAT, "an error without a message");
	if (!says_revert(message))
		return why_set(why, E_RPC_ERROR, "%s", text_ascii(shown, sizeof shown, message));
	if (jsonrpc_bytes(revert_data(error), &data)) buf_reset(&data);
	abi_reason(&b, buf_slice(&data), SHOWN - 1);
	return why_set(why, E_RPC_REVERT, "%s", buf_text(&b));
}

static enum err read_answer(const struct cJSON *j, uint64_t id, struct jsonrpc *r, struct why *why)
{
	const struct cJSON *error = json_get(j, "error");
	struct slice version;
	uint64_t got;

	r->result = json_get(j, "result");
	if (!json_is_object(j) || json_get_str(j, "jsonrpc", &version) || !slice_is(version, "2.0"))
		return why_set(why, E_RPC_FORMAT, "no JSON-RPC 2.0 answer");
	/* Some nodes write "error": null beside a result. */
	if (error && json_is_null(error) && r->result) error = NULL;
	if ((error != NULL) == (r->result != NULL))
		return why_set(why, E_RPC_FORMAT, "not exactly one of result and error");
	/* Nodes that cannot read a request answer it without an id. */
	if (error && json_is_null(json_get(j, "id"))) return read_error(error, why);
	if (json_get_u64(j, "id", UINT32_MAX, &got) || got != id)
		return why_set(why, E_RPC_FORMAT, "the answer to another request");
	return error ? read_error(error, why) : E_OK;
}

enum err jsonrpc_read(struct slice text, uint64_t id, struct jsonrpc *out, struct why *why)
{
	struct jsonrpc r = {0};
	struct why inner = WHY_INIT;
	enum err e = json_parse(text, JSON_NUMBERS, &r.tree, &inner);

	if (e == E_NO_MEMORY) return e;
	if (e) return why_set(why, E_RPC_FORMAT, "%s", inner.text);
	e = read_answer(r.tree, id, &r, why);
	if (e)
		jsonrpc_drop(&r);
	else
		*out = r;
	return e;
}

void jsonrpc_drop(struct jsonrpc *r)
{
	json_drop(&r->tree);
	r->result = NULL;
}
