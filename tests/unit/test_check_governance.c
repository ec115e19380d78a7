/* SPDX-License-Identifier: MIT */
/* check/abi, check/jsonrpc and check/governance against vectors/trust-chain. */
#include <stdio.h>
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
		{GOV_APP_TCB, "requireTcbUpToDate"}, {GOV_APP_VERSION, "app_version"},
		{GOV_APP_DEVICE, "allowedDeviceIds_true"}, {GOV_KMS_GATEWAY, "gatewayAppId"},
		{GOV_KMS_APP_IMPL, "appImplementation"},
		{GOV_KMS_ALLOWED, "kms_isAppAllowed_advisories_true"}};
	struct advisories two = {.n = 2, .id = {"INTEL-SA-00837", "INTEL-SA-01036"}};
	struct buf b = buf_heap(16 * 1024);
	size_t i;

	if (!j) SKIP("vectors/trust-chain not found");
	memcpy(s.app, want_hex(json_get(j, "_meta"), "app").p, ABI_ADDRESS);
	memcpy(s.kms, want_hex(json_get(j, "_meta"), "kms").p, ABI_ADDRESS);
	memcpy(s.compose_hash,
		test_hex("8054dd675d0d0933da2951b962bde5dfed483a30a2b40de5b6aac163d68a9027").p, 32);
	memcpy(s.os_image,
		test_hex("bd369a8c2f9edb2b52dad48ac8e0b32dde5f1337c423a506b48d07403a7d8033").p, 32);
	memset(s.device, 0x11, sizeof s.device);
	memset(s.mr_aggregated, 0x44, sizeof s.mr_aggregated);
	memset(s.mr_system, 0x55, sizeof s.mr_system);
	s.instance[0] = 0x22;
	s.instance[ABI_ADDRESS - 1] = 0x33;
	s.tcb_status = "UpToDate";
	s.advisories = &two;
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

#define W(tail) "000000000000000000000000000000000000000000000000000000000000" tail

/* Answers of no fixed length, written down by hand. */
TEST(governance_answers_with_several_values)
{
	static const struct {
		enum gov_fact fact;
		const char *value;
		enum err want;
	} cases[] = {
		{GOV_KMS_ALLOWED, W("0001") W("0040") W("0000"), E_OK},
		{GOV_KMS_ALLOWED, W("0000") W("0040") W("0002") "6e6f" W(""), E_OK},
		{GOV_KMS_ALLOWED, W("0002") W("0040") W("0000"), E_ABI},
		{GOV_KMS_ALLOWED, W("0001") W("0060") W("0000"), E_ABI},
		{GOV_KMS_ALLOWED, W("0001") W("0040") W("0000") W("0000"), E_ABI},
		{GOV_KMS_ALLOWED, W("0001") W("0040") W("0001"), E_ABI},
		{GOV_KMS_ALLOWED, W("0001") W("0040"), E_ABI},
		{GOV_KMS_ALLOWED, W("0001"), E_ABI},
		{GOV_KMS_ALLOWED, W("0001") W("0040") W("0002") "6e6f" W("") "01", E_ABI},
		{GOV_KMS_ALLOWED, "", E_NO_CONTRACT},
		{GOV_KMS_INFO,
			W("0080") W("00a0") W("00c0") W("00e0") W("0000") W("0000") W("0000")
				W("0000"),
			E_OK},
		{GOV_KMS_INFO,
			W("0080") W("00a0") W("0080") W("00e0") W("0000") W("0000") W("0000")
				W("0000"),
			E_ABI},
		{GOV_KMS_INFO,
			W("0080") W("00c0") W("00e0") W("0100")
				W("0001") "01" W("00") "00" W("0000") W("0000") W("0000"),
			E_ABI},
		{GOV_KMS_INFO, W("0080") W("00a0"), E_ABI},
		{GOV_KMS_GATEWAY, W("0020") W("0000"), E_OK},
		{GOV_KMS_GATEWAY, W("0020") W("0001"), E_ABI},
	};
	struct why why = WHY_INIT;
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct gov_view v = {0};
		char text[1200];

		snprintf(text, sizeof text, "\"0x%s\"", cases[i].value);
		CHECK_ERR(gov_answer(cases[i].fact, answer(cases[i].fact + 1, "result", text), &v,
				  &why),
			cases[i].want);
		CHECK(v.fact[cases[i].fact].known == (cases[i].want == E_OK));
		if (i == 1) CHECK(strcmp(v.kms_reason, "no") == 0);
	}
}

/* kmsInfo of a real deployment has these two keys; quote and log are not looked at. */
TEST(governance_kms_keys)
{
	struct gov_view v = {0};
	struct why why = WHY_INIT;
	struct buf b = buf_heap(4096);
	uint8_t key[33], ca[91];

	memset(key, 0x03, sizeof key);
	memset(ca, 0x30, sizeof ca);
	buf_str(&b, "\"0x" W("0080") W("00e0") W("0160") W("0180") W("0021"));
	buf_hex(&b, SLICE_OF(key));
	buf_str(&b, W("") "00" W("005b"));
	buf_hex(&b, SLICE_OF(ca));
	buf_str(&b, "0000000000" W("0000") W("0000") "\"");
	CHECK_ERR(gov_answer(
			  GOV_KMS_INFO, answer(GOV_KMS_INFO + 1, "result", buf_text(&b)), &v, &why),
		E_OK);
	CHECK_SLICE(gov_kms_key(&v), SLICE_OF(key));
	CHECK_SLICE(gov_kms_ca(&v), SLICE_OF(ca));
	buf_drop(&b);
}

#define ADDED    "0xfecb34306dd9d8b785b54d65489d06afc8822a0893ddacedff40c50a4942d0af"
#define UPGRADED "0xbc7cd75a20ee27fd9adebab32041f755214dbc6bffa90cc0225b39da2e5c2d3b"
#define EVENT(topic, data, block)                                                                  \
	"{\"topics\":[\"" topic "\"],\"data\":\"0x" data "\",\"blockNumber\":\"" block "\"}"
#define UPGRADE(block)                                                                             \
	"{\"topics\":[\"" UPGRADED                                                                 \
	"\",\"0x" W("0005") "\"],\"data\":\"0x\",\"blockNumber\":\"" block "\"}"

TEST(governance_history)
{
	static const struct {
		const char *list;
		enum err want;
		size_t n;
	} cases[] = {
		{"[]", E_OK, 0},
		{"[" UPGRADE("0x1") "," EVENT(ADDED, W("0001"), "0x1") "]", E_OK, 1},
		{"[" EVENT(ADDED, W("0001"), "0x1") "," EVENT(ADDED, W("0001"), "0x2") "," EVENT(
			 ADDED, W("0002"), "0x9") "]",
			E_OK, 2},
		{"[" EVENT(ADDED, W("0001"), "0xa") "]", E_RPC_FORMAT, 0}, /* behind the block */
		{"[" EVENT(ADDED, W("0001"), "0x3") "," EVENT(ADDED, W("0002"), "0x2") "]",
			E_RPC_FORMAT, 0},
		{"[" EVENT(ADDED, "01", "0x1") "]", E_RPC_FORMAT, 0},
		{"[" EVENT("0x" W("0001"), W("0001"), "0x1") "]", E_RPC_FORMAT, 0},
		{"[{\"removed\":true,"
		 "\"topics\":[\"" ADDED
		 "\"],\"data\":\"0x" W("0001") "\",\"blockNumber\":\"0x1\"}]",
			E_RPC_FORMAT, 0},
		{"{}", E_RPC_FORMAT, 0},
		{"null", E_RPC_FORMAT, 0},
	};
	struct gov_view v, w;
	struct why why = WHY_INIT;
	struct buf b = buf_heap(64 * 1024);
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		v = (struct gov_view){.block_number = 9};
		CHECK_ERR(gov_answer(GOV_HISTORY, answer(GOV_HISTORY + 1, "result", cases[i].list),
				  &v, &why),
			cases[i].want);
		CHECK(v.fact[GOV_HISTORY].known == (cases[i].want == E_OK));
		if (!cases[i].want) CHECK(v.n_versions == cases[i].n && !v.too_many);
		if (i == 1) {
			w = v;
			CHECK(v.upgrades == 1);
		}
	}
	/* A node that gives none is no liar; then nobody has one. */
	v = (struct gov_view){.block_number = 9};
	CHECK_ERR(gov_answer(GOV_HISTORY,
			  answer(GOV_HISTORY + 1, "error",
				  "{\"code\":-32005,\"message\":\"block range\"}"),
			  &v, &why),
		E_OK);
	CHECK(!v.fact[GOV_HISTORY].known && w.fact[GOV_HISTORY].known);
	v.block_number = w.block_number;
	CHECK_ERR(gov_same(&v, &w, &why), E_RPC_DISAGREE);
	gov_common(&v, &w);
	CHECK(!w.fact[GOV_HISTORY].known && w.n_versions == 0 && w.upgrades == 0);
	CHECK_ERR(gov_same(&v, &w, &why), E_OK);
	/* More than a policy holds. */
	buf_str(&b, "[");
	for (i = 0; i <= GOV_VERSIONS; i++)
		buf_fmt(&b,
			"%s{\"topics\":[\"" ADDED
			"\"],\"data\":\"0x" W("%04zu") "\",\"blockNumber\":\"0x1\"}",
			i ? "," : "", i);
	buf_str(&b, "]");
	CHECK_ERR(
		gov_answer(GOV_HISTORY, answer(GOV_HISTORY + 1, "result", buf_text(&b)), &v, &why),
		E_OK);
	CHECK(v.too_many && v.n_versions == GOV_VERSIONS);
	buf_drop(&b);
}

TEST(governance_machine)
{
	struct gov_subject s = {.has_kms = true, .has_device = true, .has_boot = true};
	struct gov_view v = {.chain = 1};
	struct why why = WHY_INIT;
	int i;

	for (i = 0; i < GOV_COUNT; i++)
		v.fact[i].known = true;
	v.fact[GOV_APP_IS_AUTH].word[31] = v.fact[GOV_APP_COMPOSE].word[31] = 1;
	v.fact[GOV_KMS_REGISTERED].word[31] = v.fact[GOV_KMS_ALLOWED].word[31] = 1;
	CHECK_ERR(gov_judge(&s, &v, &why), E_DEVICE_UNKNOWN);
	s.device_named = true;
	CHECK_ERR(gov_judge(&s, &v, &why), E_NOT_ALLOWED);
	v.fact[GOV_APP_ANY_DEVICE].word[31] = 1;
	CHECK_ERR(gov_judge(&s, &v, &why), E_OK);
	v.fact[GOV_APP_ANY_DEVICE].word[31] = 0;
	v.fact[GOV_APP_DEVICE].word[31] = 1;
	CHECK_ERR(gov_judge(&s, &v, &why), E_OK);
	v.fact[GOV_KMS_ALLOWED].word[31] = 0;
	CHECK_ERR(gov_judge(&s, &v, &why), E_NOT_ALLOWED);
	CHECK(strstr(why.text, "isAppAllowed"));
	/* Without a KMS contract the application's own answer counts. */
	s.has_kms = false;
	CHECK_ERR(gov_judge(&s, &v, &why), E_NOT_ALLOWED);
	v.fact[GOV_APP_ALLOWED].word[31] = 1;
	CHECK_ERR(gov_judge(&s, &v, &why), E_OK);
	s.has_boot = false;
	v.fact[GOV_APP_ALLOWED].word[31] = 0;
	CHECK_ERR(gov_judge(&s, &v, &why), E_OK);
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
