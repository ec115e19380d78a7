/* SPDX-License-Identifier: MIT */
/* check/abi, check/jsonrpc and check/governance against vectors/trust-chain. */
#include <string.h>

#include "check/governance.h"
#include "check/jsonrpc.h"
#include "check_vectors.h"
#include "test.h"

TEST(governance_selectors_are_those_of_the_compiler)
{
	static const char *const contracts[] = {"DstackApp", "DstackKms"};
	const char *dir = vectors_dir("trust-chain");
	const struct cJSON *c, *functions;
	struct cJSON *j = dir ? vectors_json(dir, "abi.json") : NULL;
	size_t i, n = 0;

	if (!j) SKIP("vectors/trust-chain not found");
	for (i = 0; i < sizeof contracts / sizeof *contracts; i++) {
		functions = json_get(json_get(j, contracts[i]), "functions");
		for (c = json_child(functions); c; c = json_next(c), n++) {
			uint8_t mem[8];
			char name[200];
			struct buf b = buf_on(mem, sizeof mem);
			struct slice want;

			CHECK(slice_text(name, sizeof name, json_name(c)));
			CHECK_ERR(json_str(c, &want), E_OK);
			abi_call(&b, name, SLICE_NONE);
			CHECK_SLICE(buf_slice(&b), test_hex((const char *)want.p + 2));
		}
	}
	CHECK(n > 40);
	json_drop(&j);
}

static struct slice word(const char *tail)
{
	char hex[2 * ABI_WORD + 1];

	memset(hex, '0', sizeof hex - 1);
	memcpy(hex + sizeof hex - 1 - strlen(tail), tail, strlen(tail) + 1);
	return test_hex(hex);
}

TEST(governance_words_have_types)
{
	struct slice two =
		test_hex("0000000000000000000000000000000000000000000000000000000000000001"
			 "00");
	uint8_t address[ABI_ADDRESS];
	struct slice text;
	uint64_t v;
	bool yes;

	CHECK(abi_bool(word("1"), &yes) == E_OK && yes);
	CHECK(abi_bool(word("0"), &yes) == E_OK && !yes);
	CHECK_ERR(abi_bool(word("2"), &yes), E_ABI);
	CHECK_ERR(abi_bool(word("100"), &yes), E_ABI);
	CHECK_ERR(abi_bool(SLICE_NONE, &yes), E_ABI);
	CHECK_ERR(abi_bool(two, &yes), E_ABI);
	CHECK_ERR(abi_bool(slice_sub(two, 0, 31), &yes), E_ABI);
	CHECK(abi_u64(word("ffffffffffffffff"), &v) == E_OK && v == UINT64_MAX);
	CHECK_ERR(abi_u64(word("10000000000000000"), &v), E_ABI);
	CHECK_ERR(abi_address(word("90f8bf6a479f320ead074411a4b0e7944ea8c9c1"), address), E_OK);
	CHECK_SLICE(SLICE_OF(address), test_hex("90f8bf6a479f320ead074411a4b0e7944ea8c9c1"));
	CHECK_ERR(abi_address(word("190f8bf6a479f320ead074411a4b0e7944ea8c9c1"), address), E_ABI);
	CHECK_ERR(abi_string(word("20"), &text), E_ABI);
}

/* An answer as a node would give it. */
static struct slice answer(uint64_t id, const char *member, const char *value)
{
	struct buf b = buf_heap(64 * 1024);

	buf_fmt(&b, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"%s\":%s}", (unsigned long long)id, member,
		value);
	return test_keep(&b);
}

static struct slice recorded(const struct cJSON *calls, const char *name, struct buf *data)
{
	const struct cJSON *call = json_get(calls, name);
	struct jsonrpc r = {0};

	CHECK_ERR(jsonrpc_bytes(json_get(call, "result"), data), E_OK);
	jsonrpc_drop(&r);
	return buf_slice(data);
}

TEST(governance_recorded_answers_decode)
{
	static const struct {
		const char *name;
		bool value;
	} bools[] = {
		{"allowedComposeHashes_true", true},
		{"allowedComposeHashes_false", false},
		{"allowedDeviceIds_true", true},
		{"requireTcbUpToDate", true},
		{"allowedOsImages_true", true},
		{"registeredApps_true", true},
		{"kmsAllowedDeviceIds_false", false},
		{"supportsInterface_IAppAuth", true},
	};
	const char *dir = vectors_dir("trust-chain");
	struct cJSON *j = dir ? vectors_json(dir, "onchain-rpc.json") : NULL;
	const struct cJSON *calls = json_get(j, "calls");
	struct buf b = buf_heap(4096);
	struct slice text;
	uint8_t address[ABI_ADDRESS];
	uint64_t v;
	size_t i;

	if (!j) SKIP("vectors/trust-chain not found");
	for (i = 0; i < sizeof bools / sizeof *bools; i++) {
		bool yes = !bools[i].value;

		buf_reset(&b);
		CHECK_ERR(abi_bool(recorded(calls, bools[i].name, &b), &yes), E_OK);
		CHECK(yes == bools[i].value);
	}
	buf_reset(&b);
	CHECK(abi_u64(recorded(calls, "app_version", &b), &v) == E_OK && v == 2);
	buf_reset(&b);
	CHECK_ERR(abi_string(recorded(calls, "gatewayAppId", &b), &text), E_OK);
	CHECK_SLICE(text, SLICE("0x79183957be84c0f4da451e534d5ba5ba3fb9c696"));
	buf_reset(&b);
	CHECK_ERR(abi_address(recorded(calls, "appImplementation", &b), address), E_OK);
	CHECK_SLICE(SLICE_OF(address), test_hex("e78a0f7e598cc8b0bb87894b0f60dd2a88d6a8ab"));
	buf_drop(&b);
	json_drop(&j);
}

TEST(governance_requests_are_the_recorded_ones)
{
	const char *dir = vectors_dir("trust-chain");
	struct cJSON *j = dir ? vectors_json(dir, "onchain-rpc.json") : NULL;
	const struct cJSON *calls = json_get(j, "calls"), *c;
	struct gov_subject s = {.has_kms = true, .has_os_image = true};
	struct gov_view v = {.block_number = 0x1234, .pinned = true};
	static const struct {
		enum gov_fact fact;
		const char *name;
	} same[] = {{GOV_APP_COMPOSE, "allowedComposeHashes_true"},
		{GOV_KMS_OS, "allowedOsImages_true"}, {GOV_KMS_REGISTERED, "registeredApps_true"},
		{GOV_APP_IS_AUTH, "supportsInterface_IAppAuth"},
		{GOV_APP_TCB, "requireTcbUpToDate"}, {GOV_APP_VERSION, "app_version"}};
	struct buf b = buf_heap(4096);
	size_t i;

	if (!j) SKIP("vectors/trust-chain not found");
	memcpy(s.app, want_hex(json_get(j, "_meta"), "app").p, ABI_ADDRESS);
	memcpy(s.kms, want_hex(json_get(j, "_meta"), "kms").p, ABI_ADDRESS);
	memcpy(s.compose_hash,
		test_hex("8054dd675d0d0933da2951b962bde5dfed483a30a2b40de5b6aac163d68a9027").p, 32);
	memcpy(s.os_image,
		test_hex("bd369a8c2f9edb2b52dad48ac8e0b32dde5f1337c423a506b48d07403a7d8033").p, 32);
	for (i = 0; i < sizeof same / sizeof *same; i++) {
		struct slice to, data, text;

		c = json_get(calls, same[i].name);
		CHECK(!json_get_str(c, "to", &to) && !json_get_str(c, "data", &data));
		buf_reset(&b);
		gov_request(same[i].fact, &s, &v, &b);
		text = buf_slice(&b);
		CHECK(slice_search(text, 0, to) < text.n && slice_search(text, 0, data) < text.n);
		CHECK(slice_ends(text, ",\"0x1234\"]}"));
	}
	buf_reset(&b);
	gov_request(GOV_BLOCK, &s, &v, &b);
	CHECK_SLICE(
		buf_slice(&b), SLICE("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":"
				     "\"eth_getBlockByNumber\",\"params\":[\"0x1234\",false]}"));
	v.pinned = false;
	buf_reset(&b);
	gov_request(GOV_BLOCK, &s, &v, &b);
	CHECK(slice_search(buf_slice(&b), 0, SLICE("[\"finalized\",false]")) < b.n);
	buf_drop(&b);
	json_drop(&j);
}

#define ZEROS_63 "000000000000000000000000000000000000000000000000000000000000000"

TEST(governance_nothing_is_an_error_and_not_false)
{
	struct gov_view v = {0};
	struct why why = WHY_INIT;
	enum gov_fact f = GOV_APP_COMPOSE;

	CHECK_ERR(gov_answer(f, answer(f + 1, "result", "\"0x\""), &v, &why), E_NO_CONTRACT);
	CHECK_ERR(gov_answer(f, answer(f + 1, "result", "\"0x1\""), &v, &why), E_RPC_FORMAT);
	CHECK_ERR(gov_answer(f, answer(f + 1, "result", "\"1\""), &v, &why), E_RPC_FORMAT);
	CHECK_ERR(gov_answer(f, answer(f + 1, "result", "\"0x01\""), &v, &why), E_ABI);
	CHECK_ERR(gov_answer(f, answer(f + 1, "result", "true"), &v, &why), E_RPC_FORMAT);
	CHECK_ERR(gov_answer(f, answer(f + 1, "result", "null"), &v, &why), E_RPC_FORMAT);
	CHECK_ERR(gov_answer(f, answer(f + 1, "result", "\"0x" ZEROS_63 "2\""), &v, &why), E_ABI);
	CHECK_ERR(gov_answer(f, answer(f + 2, "result", "\"0x" ZEROS_63 "1\""), &v, &why),
		E_RPC_FORMAT);
	CHECK(!v.fact[f].known);
	CHECK_ERR(gov_answer(f, answer(f + 1, "result", "\"0x" ZEROS_63 "1\""), &v, &why), E_OK);
	CHECK(v.fact[f].known && v.fact[f].word[31] == 1);
}

TEST(governance_errors_of_nodes_and_of_contracts)
{
	struct gov_view v = {0};
	struct why why = WHY_INIT;
	static const char revert[] =
		"{\"code\":-32000,\"message\":\"VM Exception while processing transaction: revert\","
		"\"data\":\"0x\"}";

	CHECK_ERR(
		gov_answer(GOV_APP_COMPOSE, answer(GOV_APP_COMPOSE + 1, "error", revert), &v, &why),
		E_RPC_REVERT);
	CHECK_ERR(
		gov_answer(GOV_APP_TCB, answer(GOV_APP_TCB + 1, "error", revert), &v, &why), E_OK);
	CHECK(!v.fact[GOV_APP_TCB].known);
	CHECK_ERR(gov_answer(GOV_APP_TCB,
			  answer(GOV_APP_TCB + 1, "error",
				  "{\"code\":-32005,\"message\":\"limit exceeded\"}"),
			  &v, &why),
		E_RPC_ERROR);
	CHECK_ERR(
		gov_answer(GOV_KMS_OWNER,
			answer(GOV_KMS_OWNER + 1, "error",
				"{\"code\":3,\"message\":\"execution reverted\",\"data\":{\"data\":"
				"\"0x08c379a00000000000000000000000000000000000000000000000000000000000"
				"00002000000000000000000000000000000000000000000000000000000000000000"
				"026e6f000000000000000000000000000000000000000000000000000000000000\"}}"),
			&v, &why),
		E_RPC_REVERT);
	CHECK(strcmp(why.text, "kmsOwner: no") == 0);
	CHECK_ERR(gov_answer(GOV_APP_TCB, SLICE("{\"jsonrpc\":\"2.0\",\"id\":9}"), &v, &why),
		E_RPC_FORMAT);
	CHECK_ERR(gov_answer(GOV_APP_TCB, SLICE("<html>"), &v, &why), E_RPC_FORMAT);
}

TEST(governance_block_is_the_one_that_was_asked_for)
{
	static const char block[] =
		"{\"number\":\"0x10\",\"timestamp\":\"0x1\",\"hash\":\"0x" ZEROS_63 "1\"}";
	struct gov_view v = {.pinned = true, .block_number = 0x11};
	struct why why = WHY_INIT;

	CHECK_ERR(gov_answer(GOV_BLOCK, answer(GOV_BLOCK + 1, "result", block), &v, &why),
		E_RPC_FORMAT);
	CHECK(!v.fact[GOV_BLOCK].known && v.block_hash[31] == 0);
	v.pinned = false;
	CHECK_ERR(gov_answer(GOV_BLOCK, answer(GOV_BLOCK + 1, "result", block), &v, &why), E_OK);
	CHECK(v.block_number == 0x10 && v.block_hash[31] == 1);
	CHECK_ERR(gov_answer(GOV_BLOCK, answer(GOV_BLOCK + 1, "result", "null"), &v, &why),
		E_RPC_ERROR);
}

/* A node that allows the version, owned by a key behind a proxy. */
static struct gov_view allowing(void)
{
	struct gov_view v = {.chain = 8453, .block_number = 7};
	int i;

	for (i = 0; i < GOV_COUNT; i++)
		v.fact[i].known = true;
	v.fact[GOV_APP_IS_AUTH].word[31] = v.fact[GOV_APP_COMPOSE].word[31] = 1;
	v.fact[GOV_KMS_REGISTERED].word[31] = v.fact[GOV_KMS_OS].word[31] = 1;
	v.fact[GOV_APP_OWNER].word[31] = v.fact[GOV_APP_IMPL].word[31] = 5;
	v.fact[GOV_OWNER_CODE].empty = true;
	return v;
}

TEST(governance_judgement)
{
	struct gov_subject s = {
		.has_kms = true, .has_os_image = true, .has_chain = true, .chain = 8453};
	struct gov_view v = allowing(), w;
	struct why why = WHY_INIT;

	CHECK_ERR(gov_judge(&s, &v, &why), E_OK);
	CHECK(gov_upgradable(&v) && gov_owner_is_key(&v) && gov_risk(&v));
#define WITH(change, want)                                                                         \
	do {                                                                                       \
		w = v;                                                                             \
		change;                                                                            \
		CHECK_ERR(gov_judge(&s, &w, &why), want);                                          \
		CHECK(want == E_OK || gov_same(&v, &w, &why) == E_RPC_DISAGREE);                   \
	} while (0)
	WITH(w.chain = 1, E_CHAIN_OTHER);
	WITH(w.fact[GOV_APP_CODE].empty = true, E_NO_CONTRACT);
	WITH(w.fact[GOV_APP_CODE].known = false, E_NO_CONTRACT);
	WITH(w.fact[GOV_APP_IS_AUTH].word[31] = 0, E_NO_CONTRACT);
	WITH(w.fact[GOV_APP_COMPOSE].word[31] = 0, E_NOT_ALLOWED);
	WITH(w.fact[GOV_APP_COMPOSE].known = false, E_NOT_ALLOWED);
	WITH(w.fact[GOV_KMS_CODE].empty = true, E_NO_CONTRACT);
	WITH(w.fact[GOV_KMS_REGISTERED].word[31] = 0, E_NOT_ALLOWED);
	WITH(w.fact[GOV_KMS_OS].word[31] = 0, E_NOT_ALLOWED);
	w = v;
	CHECK_ERR(gov_same(&v, &w, &why), E_OK);
	w.block_hash[0] = 1;
	CHECK_ERR(gov_same(&v, &w, &why), E_RPC_DISAGREE);
	w = v;
	w.fact[GOV_APP_FLAGS].word[31] = 1;
	CHECK(!gov_upgradable(&w));
	memset(w.fact[GOV_APP_OWNER].word, 0, ABI_WORD);
	CHECK(!gov_owner_is_key(&w) && !gov_risk(&w));
}
