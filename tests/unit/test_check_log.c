/* SPDX-License-Identifier: MIT */
/* base/eventlog, check/mrconfig and check/measures on dstack and trust-chain evidence. */
#include <string.h>

#include "base/eventlog.h"
#include "base/hash.h"
#include "check/keccak.h"
#include "check/measures.h"
#include "check/mrconfig.h"
#include "check/quote.h"
#include "check_vectors.h"
#include "test.h"

/* Where the evidence of a folder is, and what is special about it. */
struct evidence {
	const char *dir;
	const char *quote; /* binary, hex, or a JSON file with members quote and event_log */
	const char *log;   /* JSON file; NULL: in the quote's file */
};

static struct slice hex_text(struct slice s)
{
	struct buf b = buf_heap(1 << 20);

	if (hex_into(hex_bare(slice_trim(s)), &b)) {
		buf_drop(&b);
		return SLICE_NONE;
	}
	return test_keep(&b);
}

static struct slice load_quote(const char *dir, const struct evidence *v)
{
	struct slice raw = vectors_file(dir, v->quote);

	if (slice_ends(slice_str(v->quote), ".json")) {
		struct cJSON *j = vectors_json(dir, v->quote);

		raw = want_hex(j, "quote");
		json_drop(&j);
		return raw;
	}
	return slice_ends(slice_str(v->quote), ".hex") ? hex_text(raw) : raw;
}

static enum err load_log(const char *dir, const struct evidence *v, struct eventlog *log)
{
	struct cJSON *j;
	enum err e;

	if (v->log) return eventlog_read(vectors_file(dir, v->log), log, NULL);
	j = vectors_json(dir, v->quote);
	e = eventlog_read(want_str(j, "event_log"), log, NULL);
	json_drop(&j);
	return e;
}

/* Absent members, and JSON null, are "not said". */
static void check_hex(const struct cJSON *want, const char *name, struct slice got)
{
	struct slice s;

	if (json_get_str(want, name, &s)) return;
	CHECK_SLICE(got, want_hex(want, name));
}

static void check_derived(
	const struct cJSON *want, const struct tdx_body *td, const struct launch *l)
{
	uint8_t out[SHA256_LEN];

	mr_aggregated(td, out);
	check_hex(want, "mr_aggregated", SLICE_OF(out));
	mr_system(td, l->key_provider, out);
	check_hex(want, "mr_system", SLICE_OF(out));
}

static void check_identity(const struct cJSON *want, const struct launch *l)
{
	const struct cJSON *id = json_get(want, "identity"), *events = json_get(want, "events");
	const struct cJSON *provider = json_get(id ? id : want, "key_provider");

	check_hex(id, "app_id", l->app_id);
	check_hex(id, "compose_hash", l->compose_hash);
	check_hex(id, "instance_id", l->instance_id);
	check_hex(id, "os_image_hash_event", l->os_image_hash);
	check_hex(events, "app-id", l->app_id);
	check_hex(events, "compose-hash", l->compose_hash);
	check_hex(events, "instance-id", l->instance_id);
	check_hex(events, "os-image-hash", l->os_image_hash);
	check_hex(events, "mr-kms", l->mr_kms);
	check_hex(events, "key-provider", l->key_provider);
	if (provider) {
		CHECK_SLICE(l->key_provider_name, want_str(provider, "name"));
		CHECK_SLICE(l->key_provider_id, want_str(provider, "id"));
	}
	if (want_str(id, "storage_fs").n) CHECK_SLICE(l->storage_fs, want_str(id, "storage_fs"));
}

static void check_mrconfig(
	const struct cJSON *want, const struct tdx_body *td, const struct launch *l)
{
	const struct cJSON *m = json_get(want, "mr_config_id");
	enum mrconfig_state state = MRCONFIG_UNKNOWN;
	bool v1 = want_bool(want, "mr_config_id_is_v1_compose");
	uint64_t version = v1 ? 1 : 0;
	uint8_t changed[48];
	struct launch other = *l;

	json_get_u64(m, "version", 9, &version);
	CHECK_ERR(mrconfig_check(l, td->mrconfigid, SLICE_NONE, &state, NULL), E_OK);
	CHECK(state == (version ? MRCONFIG_AGREES : MRCONFIG_UNSET));
	if (!version) return;
	CHECK(td->mrconfigid.p[0] == version);
	slice_copy_exact(changed, 48, td->mrconfigid);
	changed[47] ^= 1;
	CHECK_ERR(mrconfig_check(l, SLICE_OF(changed), SLICE_NONE, &state, NULL), E_MRCONFIGID);
	other.compose_hash = slice_sub(td->mrtd, 0, 32);
	CHECK_ERR(mrconfig_check(&other, td->mrconfigid, SLICE_NONE, &state, NULL), E_MRCONFIGID);
}

static void check_compose(const char *dir, const struct cJSON *want, const struct launch *l)
{
	const struct cJSON *c = json_get(want, "app_compose");
	struct slice text = vectors_file(dir, "app-compose.json");
	uint8_t digest[SHA256_LEN];
	bool same = false;

	if (!text.p) return;
	sha256(text, digest);
	check_hex(c, "sha256", SLICE_OF(digest));
	check_hex(want, "compose_sha256", SLICE_OF(digest));
	if (json_get_bool(c, "matches_compose_hash_event", &same) &&
		json_get_bool(want, "compose_matches_event", &same))
		return;
	CHECK(same == slice_eq(l->compose_hash, SLICE_OF(digest)));
}

static void check_evidence(const char *set, const struct evidence *v)
{
	char dir[4096];
	struct eventlog log = EVENTLOG_INIT;
	struct cJSON *want;
	struct launch l;
	struct quote q;
	unsigned i;

	snprintf(dir, sizeof dir, "%s/%s", vectors_dir(set), v->dir);
	want = vectors_json(dir, "expected.json");
	CHECK_ERR(quote_read(load_quote(dir, v), 0, &q, NULL), E_OK);
	CHECK_ERR(load_log(dir, v, &log), E_OK);
	for (i = 0; i < 4; i++)
		CHECK_ERR(eventlog_matches(&log, i, q.td.rtmr[i], NULL), E_OK);
	CHECK_ERR(eventlog_matches(&log, 3, q.td.rtmr[2], NULL), E_LOG_REPLAY);
	CHECK_ERR(eventlog_launch(&log, &l, NULL), E_OK);
	check_identity(want, &l);
	check_mrconfig(want, &q.td, &l);
	check_compose(dir, want, &l);
	check_derived(json_get(want, "derived") ? json_get(want, "derived") : want, &q.td, &l);
	eventlog_drop(&log);
	json_drop(&want);
}

TEST(check_log_dstack_evidence)
{
	static const struct evidence sets[] = {
		{"near-2025-11-05-mrconfig-v2", "quote.bin", "event_log.json"},
		{"near-2025-11-13-compose-edited", "quote.bin", "event_log.json"},
		{"near-2026-03-25-no-storage-fs", "quote.bin", "event_log.json"},
		{"near-2026-08-11-pre-launch-script", "quote.bin", "event_log.json"},
		{"near-2026-08-14", "quote.bin", "event_log.json"},
		{"examples-0.4-rootfs-hash-layout", "report.json", NULL},
		{"simulator-0.5.0-to-0.5.5", "quote.hex", "eventlog.json"},
		{"simulator-0.5.6-and-later", "quote.bin", "event_log.json"},
		{"simulator-0.5.6-and-later", "getquote.response.json", NULL},
		{"tdx-lite-stripped-digests", "tdx-lite-getquote.json", NULL},
		{"verifier-quote-report", "quote-report.json", NULL},
	};
	size_t i;

	if (!vectors_dir("dstack")) SKIP("vectors/dstack not found");
	for (i = 0; i < sizeof sets / sizeof *sets; i++)
		check_evidence("dstack", &sets[i]);
}

TEST(check_log_trust_chain_evidence)
{
	static const struct evidence sets[] = {
		{"kms-pha-bootstrap", "quote.hex", "event_log.json"},
		{"chain-prod7-kms", "quote.hex", "event_log.json"},
		{"chain-prod7-gateway", "quote.hex", "event_log.json"},
		{"chain-prod7-app", "quote.hex", "event_log.json"},
		{"dstack-gpu-64g", "quote.hex", "event_log.json"},
		{"dstack-tdx-lite", "quote.hex", "event_log.json"},
		{"legacy-1cpu-1g", "quote.hex", "event_log.json"},
		{"near-0.5.8-dev", "quote.hex", "event_log.json"},
	};
	size_t i;

	if (!vectors_dir("trust-chain")) SKIP("vectors/trust-chain not found");
	for (i = 0; i < sizeof sets / sizeof *sets; i++)
		check_evidence("trust-chain", &sets[i]);
}

/* Strict verdict of each made-up log. */
static const struct {
	const char *file;
	enum err code;
} synthetic[] = {
	{"01-v1-complete", E_OK},
	{"02-v1-digest-fields-empty", E_OK},
	{"03-v2-complete", E_OK},
	{"04-app-event-after-system-ready", E_OK},
	{"05-late-duplicate-compose-hash", E_OK},
	{"06-early-duplicate-compose-hash", E_LOG_ORDER},
	{"07-no-system-ready", E_LOG_ORDER},
	{"08-payload-changed-digest-kept", E_LOG_DIGEST},
	{"09-decoy-imr-99", E_LOG_DECOY},
	{"10-runtime-type-in-imr-0", E_LOG_DECOY},
	{"11-imr3-foreign-event-type", E_LOG_DECOY},
	{"12-v1-colon-ambiguity", E_LOG_NAME},
	{"13-v2-preimage-mismatch", E_LOG_DIGEST},
	{"14-v2-digest-empty-preimage-present", E_OK},
	{"15-v2-log-with-version-removed", E_LOG_DIGEST},
	{"16-no-instance-id", E_OK},
	{"17-0.6-init-scripts-and-gpu-policy", E_OK},
	{"18-0.3-layout", E_LOG_ORDER},
	{"19-odd-length-hex", E_LOG_FORMAT},
	{"20-v2-name-escaping", E_OK},
};

static enum err judge(const struct cJSON *j, struct eventlog *log, struct launch *l)
{
	enum err e = eventlog_from_json(json_get(j, "event_log"), log, NULL);

	if (!e) e = eventlog_matches(log, 3, want_hex(j, "quoted_rtmr3"), NULL);
	if (!e) e = eventlog_launch(log, l, NULL);
	return e;
}

TEST(check_log_synthetic)
{
	const char *dir = vectors_dir("dstack/synthetic-event-logs");
	size_t i;

	if (!dir) SKIP("vectors/dstack/synthetic-event-logs not found");
	for (i = 0; i < sizeof synthetic / sizeof *synthetic; i++) {
		struct eventlog log = EVENTLOG_INIT;
		struct launch l;
		const struct cJSON *want;
		struct cJSON *j;
		char file[128];
		enum err e;

		snprintf(file, sizeof file, "%s.json", synthetic[i].file);
		j = vectors_json(dir, file);
		want = json_get(j, "expected");
		e = judge(j, &log, &l);
		CHECK_ERR(e, synthetic[i].code);
		CHECK(want_bool(want, "accept") == (e == E_OK));
		if (!e) {
			check_hex(want, "app_id", l.app_id);
			check_hex(want, "compose_hash", l.compose_hash);
			check_hex(want, "instance_id", l.instance_id);
		}
		if (strncmp(synthetic[i].file, "17", 2) == 0)
			CHECK(l.unknown_before_ready == 3 && log.events[3].unknown);
		eventlog_drop(&log);
		json_drop(&j);
	}
}

TEST(check_log_event_digests)
{
	const char *dir = vectors_dir("trust-chain");
	struct cJSON *j;
	const struct cJSON *e;
	uint8_t out[SHA384_LEN];
	unsigned v;

	if (!dir) SKIP("vectors/trust-chain not found");
	j = vectors_json(dir, "measure-units.json");
	for (v = 0; v < 2; v++) {
		e = json_child(json_get(j, v ? "runtime_event_v2" : "runtime_event_v1"));
		for (; e; e = json_next(e)) {
			event_digest(v == 1, want_str(e, "event"), want_hex(e, "payload"), out);
			CHECK_SLICE(SLICE_OF(out), want_hex(e, "digest"));
		}
	}
	json_drop(&j);
}

/* A preimage is a copy of a fact: in a version 1 event it must agree as well. */
TEST(check_log_preimage_of_version_1)
{
	struct eventlog log;
	struct event_in ev = {.imr = 3,
		.type = EVENT_RUNTIME_TYPE,
		.name = SLICE("a"),
		.payload = SLICE("b"),
		.preimage = SLICE("\1\0\0\x08:a:b")};

	CHECK_ERR(eventlog_from_events(&ev, 1, &log, NULL), E_OK);
	eventlog_drop(&log);
	ev.preimage = SLICE("\1\0\0\x08:a:c");
	CHECK_ERR(eventlog_from_events(&ev, 1, &log, NULL), E_LOG_DIGEST);
	eventlog_drop(&log);
	ev.preimage = SLICE_NONE;
	ev.digest = SLICE("short");
	CHECK_ERR(eventlog_from_events(&ev, 1, &log, NULL), E_LOG_FORMAT);
	eventlog_drop(&log);
	ev.digest = SLICE_NONE;
	ev.name = SLICE("\xff");
	CHECK_ERR(eventlog_from_events(&ev, 1, &log, NULL), E_LOG_FORMAT);
	eventlog_drop(&log);
	ev.name = SLICE_NONE;
	CHECK_ERR(eventlog_from_events(&ev, 1, &log, NULL), E_LOG_NAME);
	eventlog_drop(&log);
}

/* The report data of a KMS: what Keccak-256 is for. */
TEST(check_log_kms_report_data)
{
	const char *dir = vectors_dir("trust-chain/kms-pha-bootstrap");
	struct cJSON *want;
	uint8_t out[64] = {0};
	struct quote q;

	if (!dir) SKIP("vectors/trust-chain not found");
	want = vectors_json(dir, "expected.json");
	CHECK_ERR(quote_read(hex_text(vectors_file(dir, "quote.hex")), 0, &q, NULL), E_OK);
	keccak256(want_str(want, "report_data_preimage"), out);
	CHECK_SLICE(q.td.report_data, SLICE_OF(out));
	json_drop(&want);
}

static void launch_of(struct launch *l)
{
	memset(l, 0, sizeof *l);
	l->app_id = SLICE("aaaaaaaaaaaaaaaaaaaa");
	l->compose_hash = SLICE("cccccccccccccccccccccccccccccccc");
	l->instance_id = SLICE("iiiiiiiiiiiiiiiiiiii");
	l->key_provider_name = SLICE("kms");
	l->key_provider_id = SLICE("3059");
}

/* The register as specs/dstack.md 2.5 has it, written down a second time. */
static void register_of(uint8_t version, struct slice text, uint8_t out[MRCONFIG_LEN])
{
	memset(out, 0, MRCONFIG_LEN);
	out[0] = version;
	if (version == 1) memcpy(out + 1, text.p, 32);
	if (version == 2) keccak256(text, out + 1);
	if (version == 3) {
		struct buf b = buf_heap(1100);

		buf_put(&b, SLICE("dstack-mr-config-v3:"));
		buf_u8(&b, 0);
		buf_put(&b, text);
		sha256(buf_slice(&b), out + 1);
		buf_drop(&b);
	}
}

/* What version 2 hashes, for a key provider id of two bytes. */
static struct slice second_version(const struct launch *l, uint8_t kind)
{
	struct buf b = buf_heap(80);

	buf_put(&b, l->compose_hash);
	buf_put(&b, l->app_id);
	buf_u8(&b, kind);
	buf_put(&b, SLICE("\x30\x59"));
	return test_keep(&b);
}

TEST(check_mrconfig_versions)
{
	static const char doc[] =
		"{\"app_id\":\"6161616161616161616161616161616161616161\","
		"\"compose_hash\":\"6363636363636363636363636363636363636363636363636363636363636363\","
		"\"instance_id\":\"6969696969696969696969696969696969696969\",\"key_provider\":\"kms\","
		"\"key_provider_id\":\"3059\",\"version\":3}";
	static const char less[] =
		"{\"compose_hash\":\"636363636363636363636363636363636363636363636363"
		"6363636363636363\",\"key_provider\":\"kms\",\"version\":3}";
	static const char *const edits[][2] = {{"\"6161", "\"6162"}, {"\"6363", "\"6362"},
		{"\"6969", "\"6962"}, {"\"kms\"", "\"tpm\""}, {"\"3059\"", "\"3058\""},
		{":3}", ":2}"}, {"\"compose_hash\"", "\"composehash\""},
		{"\"key_provider\"", "\"keyprovider\""}, {"{", "["}};
	enum mrconfig_state state;
	struct why why = WHY_INIT;
	struct launch l;
	uint8_t reg[48];
	size_t i;

	launch_of(&l);
	register_of(1, l.compose_hash, reg);
	CHECK_ERR(mrconfig_check(&l, SLICE_OF(reg), SLICE_NONE, &state, NULL), E_OK);
	CHECK(state == MRCONFIG_AGREES);
	CHECK_ERR(mrconfig_check(&l, SLICE_NONE, SLICE_NONE, &state, NULL), E_MRCONFIGID);
	reg[0] = 4;
	CHECK_ERR(mrconfig_check(&l, SLICE_OF(reg), SLICE_NONE, &state, NULL), E_MRCONFIGID);
	register_of(2, second_version(&l, 2), reg);
	CHECK_ERR(mrconfig_check(&l, SLICE_OF(reg), SLICE_NONE, &state, NULL), E_OK);
	register_of(2, second_version(&l, 3), reg);
	CHECK_ERR(mrconfig_check(&l, SLICE_OF(reg), SLICE_NONE, &state, NULL), E_MRCONFIGID);
	l.key_provider_name = SLICE("other");
	CHECK_ERR(mrconfig_check(&l, SLICE_OF(reg), SLICE_NONE, &state, &why), E_MRCONFIGID);
	CHECK(strstr(why.text, "unknown"));
	l.key_provider_name = SLICE("kms");
	l.key_provider_id = SLICE("305");
	CHECK_ERR(mrconfig_check(&l, SLICE_OF(reg), SLICE_NONE, &state, &why), E_MRCONFIGID);
	CHECK(strstr(why.text, "not hex"));
	l.key_provider_id = SLICE("3059");
	register_of(3, slice_str(doc), reg);
	CHECK_ERR(mrconfig_check(&l, SLICE_OF(reg), SLICE("{}"), &state, &why), E_MRCONFIGID);
	CHECK(strstr(why.text, "hash of the document"));
	CHECK_ERR(mrconfig_check(&l, SLICE_OF(reg), SLICE_NONE, &state, NULL), E_OK);
	CHECK(state == MRCONFIG_UNKNOWN);
	CHECK_ERR(mrconfig_check(&l, SLICE_OF(reg), slice_str(doc), &state, NULL), E_OK);
	CHECK(state == MRCONFIG_AGREES);
	CHECK_ERR(mrconfig_check(&l, SLICE_OF(reg), SLICE("{}"), &state, NULL), E_MRCONFIGID);
	/* Members that are left out say nothing. */
	register_of(3, slice_str(less), reg);
	CHECK_ERR(mrconfig_check(&l, SLICE_OF(reg), slice_str(less), &state, NULL), E_OK);
	for (i = 0; i < sizeof edits / sizeof *edits; i++) {
		struct slice d = slice_str(doc), find = slice_str(edits[i][0]);
		size_t at = slice_search(d, 0, find);
		char text[1024];
		struct buf b = buf_on(text, sizeof text);

		buf_put(&b, slice_sub(d, 0, at));
		buf_str(&b, edits[i][1]);
		buf_put(&b, slice_from(d, at + find.n));
		register_of(3, buf_slice(&b), reg);
		CHECK_ERR(mrconfig_check(&l, SLICE_OF(reg), buf_slice(&b), &state, NULL),
			E_MRCONFIGID);
	}
}
