/* SPDX-License-Identifier: MIT */
/* Contracts of applications: how answers read. Runs in the command line; pure. */
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "check/governance_table.h"
#include "check/jsonrpc.h"
#include "check/keccak.h"

static enum err read_block(const struct cJSON *j, struct gov_view *v, struct why *why)
{
	uint8_t mem[ABI_WORD + 1];
	struct buf hash = buf_on(mem, sizeof mem);
	uint64_t number, time;

	if (json_is_null(j)) return why_set(why, E_RPC_ERROR, "the node does not have this block");
	if (!json_is_object(j) || jsonrpc_quantity(json_get(j, "number"), &number) ||
		jsonrpc_quantity(json_get(j, "timestamp"), &time) || time > UINT32_MAX ||
		jsonrpc_bytes(json_get(j, "hash"), &hash) || hash.n != ABI_WORD)
		return why_set(why, E_RPC_FORMAT, "no block with number, hash and timestamp");
	if (v->pinned && number != v->block_number)
		return why_set(why, E_RPC_FORMAT, "another block than the one asked for");
	v->block_number = number;
	v->block_time = time;
	memcpy(v->block_hash, hash.p, sizeof v->block_hash);
	v->fact[GOV_BLOCK].known = true;
	return E_OK;
}

/* Code is remembered by its hash; that there is none is a fact of its own. */
static enum err read_code(const struct cJSON *j, struct gov_value *out)
{
	struct buf code = buf_heap(LIMIT_RPC_BYTES);
	enum err e = jsonrpc_bytes(j, &code);

	if (!e) {
		out->known = true;
		out->empty = code.n == 0;
		keccak256(buf_slice(&code), out->word);
	}
	buf_drop(&code);
	return e;
}

/* (bool, string): the answer, and why not. */
static enum err read_reasoned(enum gov_fact f, struct slice data, struct gov_view *v)
{
	char *reason = f == GOV_APP_ALLOWED ? v->app_reason : v->kms_reason;
	struct slice text;
	size_t end = 2 * ABI_WORD;
	bool yes;

	if (abi_bool(slice_sub(data, 0, ABI_WORD), &yes) || abi_bytes_at(data, 1, &end, &text) ||
		end != data.n)
		return E_ABI;
	v->fact[f].word[ABI_WORD - 1] = yes;
	text_ascii(reason, GOV_TEXT_LEN, text);
	return E_OK;
}

/* Four byte strings, of which the first two are keys; quote and log are not looked at. */
static enum err read_kms_info(struct slice data, struct gov_view *v)
{
	struct slice part[4];
	size_t i, end = 4 * ABI_WORD;

	for (i = 0; i < 4; i++)
		if (abi_bytes_at(data, i, &end, &part[i])) return E_ABI;
	if (end != data.n || (part[0].n && part[0].n != sizeof v->kms_key) ||
		part[1].n > sizeof v->kms_ca)
		return E_ABI;
	v->kms_key_len = slice_copy_exact(v->kms_key, sizeof v->kms_key, part[0]) ? part[0].n : 0;
	v->kms_ca_len = slice_copy_exact(v->kms_ca, part[1].n, part[1]) ? part[1].n : 0;
	keccak256(data, v->fact[GOV_KMS_INFO].word);
	return E_OK;
}

static enum err read_dynamic(enum gov_fact f, const struct cJSON *j, struct gov_view *v)
{
	struct buf b = buf_heap(LIMIT_RPC_BYTES);
	enum err e = jsonrpc_bytes(j, &b);
	struct slice text, data = buf_slice(&b);

	if (!e && data.n == 0) e = E_NO_CONTRACT;
	if (!e && gov_row[f].type == TYPE_REASONED) e = read_reasoned(f, data, v);
	if (!e && gov_row[f].type == TYPE_KMS_INFO) e = read_kms_info(data, v);
	if (!e && gov_row[f].type == TYPE_TEXT) {
		e = abi_string(data, &text);
		if (!e) text_ascii(v->gateway, sizeof v->gateway, text);
		if (!e) keccak256(text, v->fact[f].word);
	}
	if (!e) v->fact[f].known = true;
	buf_drop(&b);
	return e;
}

static void add_version(struct gov_view *v, struct slice hash)
{
	size_t i;

	for (i = 0; i < v->n_versions; i++)
		if (slice_eq(SLICE_OF(v->versions[i]), hash)) return;
	if (v->n_versions == GOV_VERSIONS)
		v->too_many = true;
	else if (slice_copy_exact(v->versions[v->n_versions], SHA256_LEN, hash))
		v->n_versions++;
}

/* One event: in order, of a kind that was asked for, and not taken back. */
static enum err read_event(
	const struct cJSON *j, uint64_t *block, struct gov_view *v, struct keccak256 *h)
{
	uint8_t mem[3 * ABI_WORD], topic[KECCAK256_LEN], at[8];
	struct buf b = buf_on(mem, sizeof mem), n = buf_on(at, sizeof at);
	const struct cJSON *topics = json_get(j, "topics");
	uint64_t number;
	bool removed = false;
	size_t kind;

	if (jsonrpc_quantity(json_get(j, "blockNumber"), &number) || number < *block ||
		number > v->block_number ||
		(json_get(j, "removed") && json_get_bool(j, "removed", &removed)) || removed ||
		!json_is_array(topics) || jsonrpc_bytes(json_child(topics), &b) || b.n != ABI_WORD)
		return E_RPC_FORMAT;
	for (kind = 0; kind < EVENTS; kind++) {
		keccak256(slice_str(gov_event[kind]), topic);
		if (slice_eq(buf_slice(&b), SLICE_OF(topic))) break;
	}
	/* ComposeHashAdded has its value as data, Upgraded as second topic. */
	if (kind == EVENTS ||
		jsonrpc_bytes(
			kind == EVENT_ADDED ? json_get(j, "data") : json_next(json_child(topics)),
			&b) ||
		b.n != 2 * ABI_WORD)
		return E_RPC_FORMAT;
	if (kind == EVENT_ADDED)
		add_version(v, slice_from(buf_slice(&b), ABI_WORD));
	else
		v->upgrades++;
	*block = number;
	buf_be32(&n, (uint32_t)(number >> 32));
	buf_be32(&n, (uint32_t)number);
	keccak256_add(h, SLICE_OF(at));
	keccak256_add(h, buf_slice(&b));
	return E_OK;
}

static enum err read_history(const struct cJSON *list, struct gov_view *v)
{
	struct gov_view next = *v;
	const struct cJSON *j;
	struct keccak256 h;
	uint64_t block = 0;
	enum err e = json_is_array(list) ? E_OK : E_RPC_FORMAT;

	keccak256_init(&h);
	for (j = json_child(list); j && !e; j = json_next(j))
		e = read_event(j, &block, &next, &h);
	if (e) return e;
	keccak256_out(&h, next.fact[GOV_HISTORY].word);
	next.fact[GOV_HISTORY].known = true;
	*v = next;
	return E_OK;
}

static enum err read_value(enum gov_fact f, const struct cJSON *j, struct gov_value *out)
{
	uint8_t mem[2 * ABI_WORD], address[ABI_ADDRESS];
	struct buf b = buf_on(mem, sizeof mem);
	enum err e = jsonrpc_bytes(j, &b);
	struct slice word = buf_slice(&b);
	uint64_t number;
	bool yes;

	if (e == E_TOO_LARGE) return E_ABI;
	if (e) return e;
	/* An address without code answers every call with nothing; a slot never used is zero. */
	if (word.n == 0 && gov_row[f].how != HOW_SLOT) return E_NO_CONTRACT;
	if (word.n == 0) {
		out->known = true;
		return E_OK;
	}
	switch (gov_row[f].type) {
	case TYPE_BOOL: e = abi_bool(word, &yes); break;
	case TYPE_ADDRESS: e = abi_address(word, address); break;
	case TYPE_NUMBER: e = abi_u64(word, &number); break;
	default: e = word.n == ABI_WORD ? E_OK : E_ABI;
	}
	if (e) return e;
	memcpy(out->word, word.p, ABI_WORD);
	out->known = true;
	return E_OK;
}

enum err gov_answer(enum gov_fact f, struct slice text, struct gov_view *v, struct why *why)
{
	struct jsonrpc r = {0};
	struct why inner = WHY_INIT;
	enum err e = jsonrpc_read(text, (uint64_t)f + 1, &r, &inner);

	if (e == E_RPC_REVERT && gov_row[f].how == HOW_OPTIONAL) return E_OK;
	/* Many nodes give no events of so many blocks: then nobody knows. */
	if ((e == E_RPC_ERROR || e == E_RPC_REVERT) && gov_row[f].how == HOW_LOGS) return E_OK;
	if (!e) {
		switch (gov_row[f].how) {
		case HOW_CHAIN:
			e = jsonrpc_quantity(r.result, &v->chain);
			v->fact[f].known = !e;
			break;
		case HOW_BLOCK: e = read_block(r.result, v, &inner); break;
		case HOW_CODE: e = read_code(r.result, &v->fact[f]); break;
		case HOW_LOGS: e = read_history(r.result, v); break;
		default:
			e = gov_row[f].type >= TYPE_TEXT ? read_dynamic(f, r.result, v)
							 : read_value(f, r.result, &v->fact[f]);
		}
		jsonrpc_drop(&r);
	}
	if (!e) return E_OK;
	return why_set(why, e, "%s%s%s", gov_row[f].name, inner.text[0] ? ": " : "", inner.text);
}
