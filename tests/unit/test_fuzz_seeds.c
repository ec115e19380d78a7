/* SPDX-License-Identifier: MIT */
/*
 * Seeds of the fuzz targets that no text editor writes. They are checked in so
 * that fuzzing needs no vectors; this test fails when a format has moved on and
 * they no longer show what is accepted. WRITE_SEEDS=1 writes them anew.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdio.h"
#include "evidence.h"
#include "made_oms.h"
#include "network_bytes.h"
#include "records.h"
#include "runner/sandbox/sinkhole_wire.h"
#include "test.h"

/* The first byte of a seed tells fuzz_message and fuzz_guest what follows. */
static void seed(const char *name, int first, struct slice content)
{
	struct buf b = buf_heap(1 << 22);
	char path[256];

	if (first >= 0) buf_u8(&b, (uint8_t)first);
	buf_put(&b, content);
	snprintf(path, sizeof path, "tests/fuzz/seeds/%s", name);
	if (getenv("WRITE_SEEDS")) CHECK_ERR(file_write(path, buf_slice(&b)), E_OK);
	CHECK_SLICE(test_file(path), buf_slice(&b));
	buf_drop(&b);
}

TEST(fuzz_seeds_of_records)
{
	static struct record r;
	static struct job_example j;
	struct buf b = buf_heap(LIMIT_BUNDLE_BYTES);

	record_passed(&r);
	seed("record/passed", -1, record_bytes(&r));
	job_example(&j, &r);
	seed("statement/passed", -1, j.parts.part[__builtin_ctz(PART_STATEMENT)]);
	CHECK_ERR(render_bundle(&b, &j.view, &j.parts), E_OK);
	seed("bundle/passed", -1, buf_slice(&b));
	buf_reset(&b);
	CHECK_ERR(render_envelope(&b, &j.view, &j.parts), E_OK);
	seed("bundle/envelope", -1, buf_slice(&b));
	record_watched(&r);
	record_saw(&r, OBSERVED_CANARY_LEAKED, "$OPENAI_API_KEY", "stdout base64 12");
	record_saw(&r, OBSERVED_CONNECT, "tcp 198.18.0.1:443", "evil.example");
	r.observed.more[OBSERVED_WRITTEN] = 7;
	seed("record/watched", -1, record_bytes(&r));
	job_example(&j, &r);
	seed("statement/watched", -1, j.parts.part[__builtin_ctz(PART_STATEMENT)]);
	record_no_test(&r);
	seed("record/no-test", -1, record_bytes(&r));
	job_example(&j, &r);
	seed("statement/no-test", -1, j.parts.part[__builtin_ctz(PART_STATEMENT)]);
	record_probed(&r);
	seed("record/probed", -1, record_bytes(&r));
	job_example(&j, &r);
	seed("statement/probed", -1, j.parts.part[__builtin_ctz(PART_STATEMENT)]);
	record_passed(&r);
	r.attempt = 2;
	r.attempt_reason = SLICE("worker-died");
	r.manifest.setup.n = 0;
	r.n_runs = 1;
	r.runs[0] = r.runs[1];
	r.runs[0].kind = EXIT_SIGNALED;
	r.runs[0].value = 31;
	r.runs[0].limits_hit = HIT_ALL;
	seed("record/signal", -1, record_bytes(&r));
	job_example(&j, &r);
	seed("statement/signal", -1, j.parts.part[__builtin_ctz(PART_STATEMENT)]);
	buf_drop(&b);
}

/* A bundle with evidence made up for it. */
static struct slice with_tee(struct buf *b)
{
	static struct job_example j;
	static struct record r;
	struct evidence e;

	evidence_default(&e);
	record_passed(&r);
	job_example(&j, &r);
	j.parts.part[__builtin_ctz(PART_QUOTE)] = evidence_quote(&e);
	j.parts.part[__builtin_ctz(PART_EVENTS)] = evidence_log(&e);
	j.parts.part[__builtin_ctz(PART_COMPOSE)] = e.compose;
	j.parts.part[__builtin_ctz(PART_VM)] = SLICE("{}");
	CHECK_ERR(render_bundle(b, &j.view, &j.parts), E_OK);
	return buf_slice(b);
}

TEST(fuzz_seeds_of_guest_answers)
{
	struct buf b = buf_heap(LIMIT_BUNDLE_BYTES);
	struct evidence e;

	evidence_default(&e);
	seed("guest/info", 0, evidence_info(&e, NULL));
	seed("guest/info-object", 0, evidence_info(&e, "{\"app_compose\":\"x\"}"));
	seed("guest/quote", 1, evidence_answer(&e, NULL, NULL, NULL));
	buf_fmt(&b, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
	seed("guest/length", 2, buf_slice(&b));
	buf_reset(&b);
	buf_fmt(&b, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n01\r\n}\r\n"
		    "0\r\n\r\n");
	seed("guest/chunked", 2, buf_slice(&b));
	buf_reset(&b);
	buf_fmt(&b, "HTTP/1.0 500 no\r\nServer: x\r\n\r\nuntil the end");
	seed("guest/error", 2, buf_slice(&b));
	buf_reset(&b);
	seed("bundle/tee", -1, with_tee(&b));
	buf_drop(&b);
}

#define SEED_MESSAGE(number, name, ...)                                                            \
	do {                                                                                       \
		struct msg_##name m_ = {__VA_ARGS__};                                              \
		struct buf b_ = buf_heap(CHAN_BODY);                                               \
		struct codec c_ = codec_writer(&b_);                                               \
		codec_msg_##name(&c_, &m_);                                                        \
		CHECK_ERR(codec_end(&c_), E_OK);                                                   \
		seed("message/" #name, number, buf_slice(&b_));                                    \
		buf_drop(&b_);                                                                     \
	} while (0)

TEST(fuzz_seeds_of_signatures)
{
	struct made_oms m;
	struct slice payload;
	size_t at;
	struct buf b = buf_heap(1 << 16);

	made_oms_default(&m);
	made_oms_build(&m);
	seed("oms/bundle", 0, m.bundle);
	at = slice_search(m.bundle, 0, SLICE("\"payload\":\"")) + 11;
	payload = slice_sub(m.bundle, at, slice_find(m.bundle, at, '"') - at);
	CHECK_ERR(base64_into(payload, &b), E_OK);
	seed("oms/statement", 1, buf_slice(&b));
	seed("oms/certificate", 2, made_oms_certificate(&m.cert[0]));
	seed("oms/name", 3, SLICE("0\0160\0141\0120\0121\0110\0111\0060\4\6\3U\4\3"));
	seed("oms/request", 4, made_oms_request(&m));
	buf_drop(&b);
}

TEST(fuzz_seeds_of_messages)
{
	static const uint8_t sig[P256_SIG_MAX], spki[P256_SPKI_LEN];
	const struct refusal refusal = {E_PATH_INVALID, 3, 4, 5, SLICE("../x"), SLICE("no")};

	SEED_MESSAGE(0, peer, 1);
	SEED_MESSAGE(1, stop, true);
	SEED_MESSAGE(2, health, true, SLICE("runner"));
	SEED_MESSAGE(3, submit, .size = 100);
	SEED_MESSAGE(4, submitted, .submitted_ms = RECORD_TIME_MS);
	SEED_MESSAGE(5, get, .parts = 3);
	SEED_MESSAGE(6, job,
		.job = {.state = JOB_FAILED,
			.refusal = refusal,
			.waiting_for = SLICE("agent"),
			.signature = SLICE_OF(sig),
			.spki = SLICE_OF(spki)});
	SEED_MESSAGE(7, status, .queued = 1);
	SEED_MESSAGE(8, info, true, false);
	SEED_MESSAGE(9, identity, {1});
	SEED_MESSAGE(10, attempt, {2}, 3);
	SEED_MESSAGE(11, run, .reason = SLICE("worker-died"), .has_nonce = true);
	SEED_MESSAGE(12, runner, 4);
	SEED_MESSAGE(13, phase, .phase = PHASE_ATTEST);
	SEED_MESSAGE(14, result, .parts = PART_RECORD);
	SEED_MESSAGE(15, refused, .refusal = refusal);
	SEED_MESSAGE(16, attester, true, true, SLICE_OF(spki));
	SEED_MESSAGE(17, evidence, .signature = SLICE_OF(sig), .spki = SLICE_OF(spki));
	SEED_MESSAGE(18, retry, .code = E_TIMEOUT, .text = SLICE("late"));
}

TEST(fuzz_seeds_of_package_results)
{
	static struct record r;
	static struct manifest_result m;
	struct unpack_result u = {.refusal = {.name = SLICE(""), .text = SLICE("")},
		.entries = 3,
		.n_ignored = 1,
		.ignored = {SLICE("._x")},
		.n_warnings = 1,
		.warnings = {SLICE("w")}};
	struct buf b = buf_heap(1 << 16);
	struct codec c = codec_writer(&b);

	codec_unpack_result(&c, &u);
	CHECK_ERR(codec_end(&c), E_OK);
	seed("message/unpack", 19, buf_slice(&b));
	record_passed(&r);
	m.manifest = r.manifest;
	m.refusal = u.refusal;
	buf_reset(&b);
	c = codec_writer(&b);
	codec_manifest_result(&c, &m);
	CHECK_ERR(codec_end(&c), E_OK);
	seed("message/manifest", 20, buf_slice(&b));
	m.refusal.code = E_NO_MANIFEST;
	buf_reset(&b);
	c = codec_writer(&b);
	codec_manifest_result(&c, &m);
	seed("message/manifest-refused", 20, buf_slice(&b));
	buf_drop(&b);
}

/* The first byte is the reader: query, hello, head, report of the sinkhole. */
TEST(fuzz_seeds_of_network)
{
	static const char head[] = "POST http://b.example/y HTTP/1.1\r\nHost: a.example\r\n"
				   "Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc";
	uint8_t mem[4 * KIB];
	struct buf b = buf_on(mem, sizeof mem);
	struct codec c = codec_writer(&b);
	struct sinkhole_report r = {.kind = SAID_STREAM,
		.at = {.proto = IPPROTO_TCP, .family = AF_INET, .addr = {1, 2, 3, 4}, .port = 80},
		.form = STREAM_HTTP,
		.taken = 1,
		.bytes = 3,
		.kept = SLICE("abc"),
		.method = SLICE("GET"),
		.host = SLICE("a.example"),
		.target = SLICE("/")};

	codec_report(&c, &r);
	seed("network/stream", 3, buf_slice(&b));
	buf_reset(&b);
	c = codec_writer(&b);
	r = (struct sinkhole_report){.kind = SAID_NAME, .name = SLICE("a.example"), .type = 1};
	codec_report(&c, &r);
	seed("network/name", 3, buf_slice(&b));
	buf_reset(&b);
	made_query(&b, 1, "long-name.of.example", 16);
	buf_str(&b, "rest");
	seed("network/query", 0, buf_slice(&b));
	buf_reset(&b);
	made_hello(&b, "api.example.org", 16384);
	seed("network/hello", 1, buf_slice(&b));
	buf_reset(&b);
	made_hello(&b, "api.example.org", 7);
	seed("network/hello-cut", 1, buf_slice(&b));
	seed("network/head", 2, slice_str(head));
}
