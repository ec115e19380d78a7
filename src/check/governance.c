/* SPDX-License-Identifier: MIT */
/* Contracts of applications. Runs in the command line; pure. */
#include "check/governance.h"

#include <string.h>

#include "base/json_write.h"
#include "base/limits.h"
#include "base/num.h"
#include "check/jsonrpc.h"
#include "check/keccak.h"

/* Byte 0 (lowest) of storage slot 1: upgradesDisabled; no getter tells (3.1). */
#define FLAG_UPGRADES_DISABLED 31

enum whom { WHOM_NOBODY, WHOM_APP, WHOM_OWNER, WHOM_KMS };
enum how { HOW_CHAIN, HOW_BLOCK, HOW_CODE, HOW_SLOT, HOW_CALL, HOW_OPTIONAL };
enum arg { ARG_NONE, ARG_INTERFACE, ARG_COMPOSE, ARG_APP_ADDRESS, ARG_OS_IMAGE };
enum type { TYPE_NUMBER, TYPE_BOOL, TYPE_ADDRESS, TYPE_WORD, TYPE_DIGEST };

static const struct {
	const char *name;
	enum whom whom;
	enum how how;
	const char *text;
	enum arg arg;
	enum type type;
} facts[GOV_COUNT] = {
#define GOV(id, name, whom, how, text, arg, type)                                                  \
	[id] = {name, WHOM_##whom, HOW_##how, text, ARG_##arg, TYPE_##type},
	GOV_LIST(GOV)
#undef GOV
};

const char *gov_name(enum gov_fact f)
{
	return facts[f].name;
}

bool gov_applies(enum gov_fact f, const struct gov_subject *s, const struct gov_view *v)
{
	if (f == GOV_KMS_OS) return s->has_kms && s->has_os_image;
	if (facts[f].whom == WHOM_KMS) return s->has_kms;
	/* Nobody owns a contract that is not there. */
	if (facts[f].whom == WHOM_OWNER) return v->fact[GOV_APP_OWNER].known;
	if (facts[f].whom == WHOM_APP && f != GOV_APP_CODE) return !v->fact[GOV_APP_CODE].empty;
	return true;
}

/* ---- asking ------------------------------------------------------------------------ */

static void hex_value(struct jw *w, struct slice bytes)
{
	char mem[2 * (4 + ABI_WORD) + 3];
	struct buf b = buf_on(mem, sizeof mem);

	buf_str(&b, "0x");
	buf_hex(&b, bytes);
	jw_cstr(w, buf_text(&b));
}

static void quantity(struct jw *w, uint64_t v)
{
	char mem[24];
	struct buf b = buf_on(mem, sizeof mem);

	buf_fmt(&b, "0x%llx", (unsigned long long)v);
	jw_cstr(w, buf_text(&b));
}

static struct slice address_of(
	enum whom whom, const struct gov_subject *s, const struct gov_view *v)
{
	if (whom == WHOM_KMS) return SLICE_OF(s->kms);
	if (whom == WHOM_OWNER)
		return slice_from(SLICE_OF(v->fact[GOV_APP_OWNER].word), ABI_WORD - ABI_ADDRESS);
	return SLICE_OF(s->app);
}

static void put_words(struct buf *b, enum arg arg, const struct gov_subject *s)
{
	static const uint8_t app_auth[] = {0x1e, 0x07, 0x91, 0x98}; /* IAppAuth (3.1) */

	switch (arg) {
	case ARG_INTERFACE:
		buf_put(b, SLICE_OF(app_auth));
		buf_zeros(b, ABI_WORD - sizeof app_auth);
		break;
	case ARG_COMPOSE: buf_put(b, SLICE_OF(s->compose_hash)); break;
	case ARG_OS_IMAGE: buf_put(b, SLICE_OF(s->os_image)); break;
	case ARG_APP_ADDRESS: abi_put_address(b, s->app); break;
	default: break;
	}
}

static void put_call(struct jw *w, enum gov_fact f, const struct gov_subject *s, struct slice to)
{
	uint8_t words[ABI_WORD], data[4 + ABI_WORD];
	struct buf b = buf_on(words, sizeof words), d = buf_on(data, sizeof data);

	put_words(&b, facts[f].arg, s);
	abi_call(&d, facts[f].text, buf_slice(&b));
	jw_object(w);
	jw_key(w, "to");
	hex_value(w, to);
	jw_key(w, "data");
	hex_value(w, buf_slice(&d));
	jw_object_end(w);
}

void gov_request(
	enum gov_fact f, const struct gov_subject *s, const struct gov_view *v, struct buf *out)
{
	static const char *const methods[] = {[HOW_CHAIN] = "eth_chainId",
		[HOW_BLOCK] = "eth_getBlockByNumber",
		[HOW_CODE] = "eth_getCode",
		[HOW_SLOT] = "eth_getStorageAt",
		[HOW_CALL] = "eth_call",
		[HOW_OPTIONAL] = "eth_call"};
	struct slice to = address_of(facts[f].whom, s, v);
	enum how how = facts[f].how;
	struct jw w = jw_to(out, false);
	char slot[80];
	struct buf b = buf_on(slot, sizeof slot);

	jw_object(&w);
	jw_key_cstr(&w, "jsonrpc", "2.0");
	jw_key_u64(&w, "id", (uint64_t)f + 1);
	jw_key_cstr(&w, "method", methods[how]);
	jw_key(&w, "params");
	jw_array(&w);
	if (how == HOW_CODE || how == HOW_SLOT) hex_value(&w, to);
	if (how == HOW_SLOT) {
		buf_fmt(&b, "0x%s", facts[f].text);
		jw_cstr(&w, buf_text(&b));
	}
	if (how == HOW_CALL || how == HOW_OPTIONAL) put_call(&w, f, s, to);
	if (how == HOW_BLOCK && !v->pinned)
		jw_cstr(&w, "finalized");
	else if (how != HOW_CHAIN)
		quantity(&w, v->block_number);
	if (how == HOW_BLOCK) jw_bool(&w, false);
	jw_array_end(&w);
	jw_object_end(&w);
}

/* ---- answers ------------------------------------------------------------------------ */

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
	if (word.n == 0 && facts[f].how != HOW_SLOT) return E_NO_CONTRACT;
	if (word.n == 0) {
		out->known = true;
		return E_OK;
	}
	switch (facts[f].type) {
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

	if (e == E_RPC_REVERT && facts[f].how == HOW_OPTIONAL) return E_OK;
	if (!e) {
		switch (facts[f].how) {
		case HOW_CHAIN:
			e = jsonrpc_quantity(r.result, &v->chain);
			v->fact[f].known = !e;
			break;
		case HOW_BLOCK: e = read_block(r.result, v, &inner); break;
		case HOW_CODE: e = read_code(r.result, &v->fact[f]); break;
		default: e = read_value(f, r.result, &v->fact[f]);
		}
		jsonrpc_drop(&r);
	}
	if (!e) return E_OK;
	return why_set(why, e, "%s%s%s", facts[f].name, inner.text[0] ? ": " : "", inner.text);
}

/* ---- what follows -------------------------------------------------------------------- */

enum err gov_same(const struct gov_view *a, const struct gov_view *b, struct why *why)
{
	int i;

	if (a->chain != b->chain) return why_set(why, E_RPC_DISAGREE, "chainId");
	if (a->block_number != b->block_number || a->block_time != b->block_time ||
		memcmp(a->block_hash, b->block_hash, sizeof a->block_hash) != 0)
		return why_set(
			why, E_RPC_DISAGREE, "block %llu", (unsigned long long)a->block_number);
	for (i = 0; i < GOV_COUNT; i++) {
		const struct gov_value *x = &a->fact[i], *y = &b->fact[i];

		if (x->known != y->known || x->empty != y->empty ||
			memcmp(x->word, y->word, sizeof x->word) != 0)
			return why_set(why, E_RPC_DISAGREE, "%s", facts[i].name);
	}
	return E_OK;
}

static bool is_true(const struct gov_view *v, enum gov_fact f)
{
	return v->fact[f].known && v->fact[f].word[ABI_WORD - 1] == 1;
}

static bool is_zero(const struct gov_value *x)
{
	static const uint8_t zero[ABI_WORD];

	return memcmp(x->word, zero, sizeof zero) == 0;
}

enum err gov_judge(const struct gov_subject *s, const struct gov_view *v, struct why *why)
{
	if (s->has_chain && v->chain != s->chain)
		return why_set(why, E_CHAIN_OTHER, "the node is on chain %llu",
			(unsigned long long)v->chain);
	if (!v->fact[GOV_APP_CODE].known || v->fact[GOV_APP_CODE].empty)
		return why_set(why, E_NO_CONTRACT, "the application's address has no code");
	if (!is_true(v, GOV_APP_IS_AUTH))
		return why_set(why, E_NO_CONTRACT, "the contract does not claim to be IAppAuth");
	if (!is_true(v, GOV_APP_COMPOSE))
		return why_set(why, E_NOT_ALLOWED, "allowedComposeHashes says no");
	if (!s->has_kms) return E_OK;
	if (!v->fact[GOV_KMS_CODE].known || v->fact[GOV_KMS_CODE].empty)
		return why_set(why, E_NO_CONTRACT, "the KMS address has no code");
	if (!is_true(v, GOV_KMS_REGISTERED))
		return why_set(
			why, E_NOT_ALLOWED, "the KMS contract does not know the application");
	if (s->has_os_image && !is_true(v, GOV_KMS_OS))
		return why_set(why, E_NOT_ALLOWED, "the KMS contract does not allow this OS image");
	return E_OK;
}

bool gov_upgradable(const struct gov_view *v)
{
	/* The flag means something only behind a proxy; without one there is nothing to swap. */
	if (is_zero(&v->fact[GOV_APP_IMPL])) return false;
	return v->fact[GOV_APP_FLAGS].word[FLAG_UPGRADES_DISABLED] != 1;
}

bool gov_owner_is_key(const struct gov_view *v)
{
	return v->fact[GOV_OWNER_CODE].known && v->fact[GOV_OWNER_CODE].empty &&
	       !is_zero(&v->fact[GOV_APP_OWNER]);
}

static void put_address(struct buf *b, const struct gov_value *x)
{
	buf_str(b, "0x");
	buf_hex(b, slice_from(SLICE_OF(x->word), ABI_WORD - ABI_ADDRESS));
}

void gov_describe(struct buf *b, const struct gov_subject *s, const struct gov_view *v)
{
	const struct gov_value *owner = &v->fact[GOV_APP_OWNER];

	buf_str(b, "contract 0x");
	buf_hex(b, SLICE_OF(s->app));
	buf_fmt(b, " on chain %llu at block %llu 0x", (unsigned long long)v->chain,
		(unsigned long long)v->block_number);
	buf_hex(b, SLICE_OF(v->block_hash));
	buf_str(b, "; owner ");
	if (is_zero(owner)) {
		buf_str(b, "nobody");
	} else {
		put_address(b, owner);
		buf_str(b, gov_owner_is_key(v) ? " (a key)" : " (a contract)");
	}
	if (is_zero(&v->fact[GOV_APP_IMPL])) {
		buf_str(b, ", no proxy");
	} else {
		buf_str(b, gov_upgradable(v) ? ", upgradable, now " : ", upgrades disabled, ");
		put_address(b, &v->fact[GOV_APP_IMPL]);
	}
	buf_str(b, is_true(v, GOV_APP_ANY_DEVICE) ? ", any device" : ", listed devices only");
	if (v->fact[GOV_APP_TCB].known)
		buf_str(b, is_true(v, GOV_APP_TCB) ? ", current firmware only" : ", any firmware");
}

const char *gov_risk(const struct gov_view *v)
{
	if (is_zero(&v->fact[GOV_APP_OWNER])) return NULL;
	if (gov_owner_is_key(v) && gov_upgradable(v))
		return "One key can allow any other version, or replace the rules, at any time.";
	if (gov_owner_is_key(v)) return "One key can allow any other version at any time.";
	if (gov_upgradable(v))
		return "The owning contract can replace the rules; what governs it was not looked at.";
	return "The owning contract can allow other versions; what governs it was not looked at.";
}
