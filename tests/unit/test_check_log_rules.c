/* SPDX-License-Identifier: MIT */
/* base/eventlog: one event of a made-up log changed at a time. */
#include <string.h>

#include "base/eventlog.h"
#include "base/hash.h"
#include "base/limits.h"
#include "test.h"

#define APP      "6161616161616161616161616161616161616161"
#define HASH     "6363636363636363636363636363636363636363636363636363636363636363"
#define KMS      "7b226e616d65223a226b6d73222c226964223a223330227d" /* {"name":"kms","id":"30"} */
#define BOOT     "{\"imr\":0,\"event_type\":1,\"digest\":\"" HASH "63636363636363636363636363636363\"}"
#define RUNTIME  134217729
#define LAUNCHES 7

/* A launch event of the plain log, by index. */
static const char *const names[LAUNCHES] = {"system-preparing", "app-id", "compose-hash",
	"instance-id", "boot-mr-done", "key-provider", "system-ready"};
static const char *const payloads[LAUNCHES] = {"", APP, HASH, APP, "", KMS, ""};

/* The log with event `at` replaced (text NULL: left out), and more in front of `before`. */
static struct slice log_text(int at, const char *text, int before, const char *more)
{
	struct buf b = buf_heap(1 << 20);
	int i;

	buf_str(&b, "[" BOOT);
	for (i = 0; i < LAUNCHES + 1; i++) {
		if (i == before) buf_fmt(&b, ",%s", more);
		if (i == LAUNCHES) break;
		if (i == at && text) buf_fmt(&b, ",%s", text);
		if (i == at) continue;
		buf_fmt(&b,
			",{\"imr\":3,\"event_type\":%d,\"event\":\"%s\",\"event_payload\":\"%s\"}",
			RUNTIME, names[i], payloads[i]);
	}
	buf_str(&b, "]");
	return test_keep(&b);
}

static enum err judge(struct slice text, struct launch *l)
{
	struct eventlog log = EVENTLOG_INIT;
	struct why why = WHY_INIT;
	enum err e = eventlog_read(text, &log, &why);

	if (!e) e = eventlog_launch(&log, l, &why);
	CHECK(why.code == e && (e == E_OK) == (why.text[0] == 0));
	eventlog_drop(&log);
	return e;
}

#define EVENT(name, payload)                                                                       \
	"{\"imr\":3,\"event_type\":134217729,\"event\":\"" name "\",\"event_payload\":\"" payload  \
	"\"}"
#define REPLACE(at, text, code)    CHECK_ERR(judge(log_text(at, text, -1, NULL), &l), code)
#define INSERT(before, text, code) CHECK_ERR(judge(log_text(-1, NULL, before, text), &l), code)

TEST(check_log_rules_order)
{
	struct launch l;
	int i;

	INSERT(-1, NULL, E_OK);
	for (i = 0; i < LAUNCHES; i++) {
		char again[512];

		REPLACE(i, NULL, E_LOG_ORDER);
		snprintf(again, sizeof again,
			"{\"imr\":3,\"event_type\":%d,\"event\":\"%s\","
			"\"event_payload\":\"%s\"}",
			RUNTIME, names[i], payloads[i]);
		/* Twice in a row: only behind system-ready is that the application's matter. */
		INSERT(i, again, i == LAUNCHES - 1 ? E_OK : E_LOG_ORDER);
		INSERT(LAUNCHES, again, E_OK);
		CHECK(l.after_ready == 1);
	}
	INSERT(0, EVENT("other", ""), E_LOG_ORDER);
	INSERT(0, EVENT("storage-fs", "7a6673"), E_LOG_ORDER);
	INSERT(1, EVENT("other", ""), E_OK);
	CHECK(l.unknown_before_ready == 1);
	INSERT(6, EVENT("storage-fs", "7a6673"), E_OK);
	INSERT(6, EVENT("storage-fs", "7a6673") "," EVENT("storage-fs", ""), E_LOG_ORDER);
	INSERT(6, EVENT("mr-kms", "") "," EVENT("mr-kms", ""), E_LOG_ORDER);
	INSERT(6, EVENT("os-image-hash", HASH), E_OK);
	INSERT(7, EVENT("os-image-hash", "00"), E_OK);
	INSERT(6, EVENT("os-image-hash", HASH) "," EVENT("os-image-hash", HASH), E_LOG_ORDER);
	CHECK_ERR(judge(SLICE("[]"), &l), E_LOG_ORDER);
}

TEST(check_log_rules_payloads)
{
	struct launch l;

	REPLACE(1, EVENT("app-id", "61"), E_LOG_PAYLOAD);
	REPLACE(2, EVENT("compose-hash", APP), E_LOG_PAYLOAD);
	REPLACE(3, EVENT("instance-id", HASH), E_LOG_PAYLOAD);
	REPLACE(3, EVENT("instance-id", ""), E_OK);
	CHECK(l.instance_id.n == 0);
	REPLACE(5, EVENT("key-provider", ""), E_LOG_PAYLOAD);
	REPLACE(5, EVENT("key-provider", "7b7d"), E_LOG_PAYLOAD);
	REPLACE(5, EVENT("key-provider", "7b226e616d65223a226b6d73227d"), E_LOG_PAYLOAD);
	REPLACE(5, EVENT("key-provider", "7b226e616d65223a312c226964223a2261227d"), E_LOG_PAYLOAD);
	INSERT(6, EVENT("os-image-hash", APP), E_LOG_PAYLOAD);
}

TEST(check_log_rules_fields)
{
	struct launch l;
	char name[300];

	REPLACE(3, "1", E_LOG_FORMAT);
	REPLACE(3, "{}", E_LOG_FORMAT);
	REPLACE(3, "{\"imr\":\"3\",\"event_type\":134217729}", E_LOG_FORMAT);
	REPLACE(3, "{\"imr\":3}", E_LOG_FORMAT);
	INSERT(3, "{\"imr\":4,\"event_type\":1}", E_LOG_DECOY);
	INSERT(3, "{\"imr\":3,\"event_type\":1,\"event\":\"x\"}", E_LOG_DECOY);
	INSERT(3, "{\"imr\":2,\"event_type\":134217729,\"event\":\"x\"}", E_LOG_DECOY);
	INSERT(3, EVENT("", ""), E_LOG_NAME);
	INSERT(3, EVENT("a:b", ""), E_LOG_NAME);
	INSERT(3, EVENT("a", "0"), E_LOG_FORMAT);
	INSERT(3, "{\"imr\":3,\"event_type\":134217729,\"event\":1}", E_LOG_FORMAT);
	INSERT(3, "{\"imr\":3,\"event_type\":134217729,\"event\":\"a\",\"event_payload\":[1]}",
		E_LOG_FORMAT);
	INSERT(3, "{\"imr\":3,\"event_type\":134217729,\"event\":\"a\",\"event_payload\":null}",
		E_OK);
	INSERT(3, "{\"imr\":3,\"event_type\":134217729,\"event\":\"a\",\"version\":0}",
		E_LOG_FORMAT);
	INSERT(3, "{\"imr\":3,\"event_type\":134217729,\"event\":\"a\",\"version\":3}",
		E_LOG_FORMAT);
	INSERT(3, "{\"imr\":3,\"event_type\":134217729,\"event\":\"a\",\"version\":null}", E_OK);
	INSERT(3, "{\"imr\":3,\"event_type\":134217729,\"event\":\"a\",\"digest\":null}", E_OK);
	INSERT(3, "{\"imr\":3,\"event_type\":134217729,\"event\":\"a\",\"digest\":1}",
		E_LOG_FORMAT);
	INSERT(3, "{\"imr\":3,\"event_type\":134217729,\"event\":\"a\",\"digest\":\"" HASH "\"}",
		E_LOG_FORMAT);
	INSERT(3, "{\"imr\":0,\"event_type\":1,\"digest\":\"" HASH "\"}", E_LOG_FORMAT);
	INSERT(3, "{\"imr\":3,\"event_type\":134217729,\"event\":\"a\",\"preimage\":1}",
		E_LOG_FORMAT);
	INSERT(3, "{\"imr\":3,\"event_type\":134217729,\"event\":\"a\",\"preimage\":\"0\"}",
		E_LOG_FORMAT);
	INSERT(3, "{\"imr\":3,\"event_type\":134217729,\"event\":\"a\",\"preimage\":\"00\"}",
		E_LOG_DIGEST);
	INSERT(3, "{\"imr\":3,\"event_type\":134217729,\"event\":\"a\",\"preimage\":\"\"}", E_OK);
	snprintf(name, sizeof name, "{\"imr\":3,\"event_type\":134217729,\"event\":\"%0*d\"}", 150,
		1);
	INSERT(3, name, E_OK);
}

TEST(check_log_rules_bounds)
{
	struct buf b = buf_heap(8 << 20);
	struct launch l;
	unsigned n, i;

	for (n = 256; n <= 257; n++) {
		buf_reset(&b);
		buf_fmt(&b, "{\"imr\":3,\"event_type\":134217729,\"event\":\"%0*d\"}", (int)n, 1);
		INSERT(3, buf_text(&b), n == 256 ? E_OK : E_LOG_FORMAT);
	}
	for (n = LIMIT_EVENTS; n <= LIMIT_EVENTS + 1; n++) {
		buf_reset(&b);
		/* The plain log has eight events. */
		for (i = 8; i < n; i++)
			buf_fmt(&b, "%s{\"imr\":1,\"event_type\":1}", i > 8 ? "," : "");
		INSERT(3, buf_text(&b), n == LIMIT_EVENTS ? E_OK : E_LOG_FORMAT);
	}
	buf_reset(&b);
	buf_put(&b, log_text(-1, NULL, -1, NULL));
	while (b.n < LIMIT_EVENT_LOG_BYTES)
		buf_u8(&b, ' ');
	CHECK_ERR(judge(buf_slice(&b), &l), E_OK);
	buf_u8(&b, ' ');
	CHECK_ERR(judge(buf_slice(&b), &l), E_LOG_FORMAT);
	buf_drop(&b);
	CHECK_ERR(judge(SLICE("{}"), &l), E_LOG_FORMAT);
	CHECK_ERR(judge(SLICE("["), &l), E_LOG_FORMAT);
	CHECK_ERR(judge(SLICE("\"[\""), &l), E_LOG_FORMAT);
	CHECK_ERR(judge(SLICE("\"{}\""), &l), E_LOG_FORMAT);
	CHECK_ERR(judge(SLICE("\"[]\""), &l), E_LOG_ORDER);
}

/* A register with an event whose digest is not known cannot be replayed. */
TEST(check_log_rules_replay)
{
	struct eventlog log = EVENTLOG_INIT;
	struct why why = WHY_INIT;
	uint8_t zero[48] = {0}, want[48];

	CHECK_ERR(eventlog_read(log_text(-1, NULL, 3, "{\"imr\":1,\"event_type\":1}"), &log, NULL),
		E_OK);
	CHECK_ERR(eventlog_matches(&log, 1, SLICE_OF(zero), &why), E_LOG_REPLAY);
	CHECK(strstr(why.text, "missing"));
	CHECK_ERR(eventlog_matches(&log, 2, SLICE_OF(zero), NULL), E_OK);
	CHECK_ERR(eventlog_matches(&log, 0, SLICE_OF(zero), &why), E_LOG_REPLAY);
	sha384_two(SLICE_OF(zero), SLICE_OF(log.events[0].digest), want);
	CHECK_ERR(eventlog_matches(&log, 0, SLICE_OF(want), NULL), E_OK);
	eventlog_drop(&log);
}
