/* SPDX-License-Identifier: MIT */
/* gate/request, gate/rules and gate/response: what a host asks, and what it is told. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "gate/request.h"
#include "gate/response.h"
#include "test.h"

/* The text of a line of tests/gate, as bytes; empty at the end of the file. */
static struct slice next_case(struct slice *file, struct cJSON **line)
{
	struct buf b = buf_heap(1 << 20);
	struct slice text = slice_split(file, '\n'), s;

	*line = NULL;
	CHECK_ERR(json_parse(text, JSON_INTEGERS, line, NULL), E_OK);
	if (json_get_str(*line, "text", &s) == E_OK)
		buf_put(&b, s);
	else
		CHECK_ERR(hex_into(json_text_of(*line, "hex"), &b), E_OK);
	return test_keep(&b);
}

TEST(gate_requests_valid)
{
	struct slice file = test_file("tests/gate/valid.jsonl");
	static struct gate_request r;
	unsigned n = 0;

	while (file.n) {
		struct why why = WHY_INIT;
		struct cJSON *line;
		struct slice text = next_case(&file, &line);

		CHECK_ERR(gate_request_read(text, &r, &why), E_OK);
		CHECK(r.plugin == slice_is(json_text_of(line, "code"), "not-a-skill"));
		CHECK(r.path[0] == '/' && r.name.n && r.origin.n);
		gate_request_drop(&r);
		json_drop(&line);
		n++;
	}
	CHECK(n == 16);
}

TEST(gate_requests_hostile)
{
	struct slice file = test_file("tests/gate/hostile.jsonl");
	static struct gate_request r;
	unsigned n = 0;

	while (file.n) {
		struct why why = WHY_INIT;
		struct cJSON *line;
		struct slice text = next_case(&file, &line);
		enum err e = gate_request_read(text, &r, &why);
		char name[80];

		if (e != E_JSON && e != E_UTF8 && e != E_FORMAT) {
			printf("# %s: %s\n",
				text_ascii(name, sizeof name, json_text_of(line, "name")),
				err_name(e));
			CHECK(!"refused as a request");
		}
		CHECK(why.text[0] || e == E_UTF8);
		gate_request_drop(&r);
		json_drop(&line);
		n++;
	}
	CHECK(n == 70);
}

TEST(gate_request_size)
{
	static struct gate_request r;
	struct buf b = buf_heap(1 << 20);
	size_t i;

	buf_str(&b, "{\"protocolVersion\":1,\"targetType\":\"skill\",\"targetName\":\"x\","
		    "\"sourcePath\":\"/x\",\"sourcePathKind\":\"file\",\"origin\":{\"type\":\"x\"},"
		    "\"request\":{\"kind\":\"skill-install\",\"mode\":\"update\"}}");
	while (b.n < GATE_REQUEST_BYTES)
		buf_u8(&b, ' ');
	CHECK_ERR(gate_request_read(buf_slice(&b), &r, NULL), E_OK);
	CHECK(!r.plugin && !r.directory && r.update && strcmp(r.path, "/x") == 0);
	gate_request_drop(&r);
	buf_u8(&b, ' ');
	CHECK_ERR(gate_request_read(buf_slice(&b), &r, NULL), E_TOO_LARGE);
	gate_request_drop(&r);
	for (i = 0; i < 100; i++) { /* every cut is refused */
		CHECK(gate_request_read(slice_sub(buf_slice(&b), 0, i), &r, NULL) != E_OK);
		gate_request_drop(&r);
	}
	buf_drop(&b);
}

/* What the findings alone say: the decision that a reader of them would come to. */
static const char *decision_of(const struct cJSON *findings, struct slice code, bool *has_code)
{
	const struct cJSON *f;
	bool critical = false, warns = false, allows = false;

	*has_code = false;
	for (f = json_child(findings); f; f = json_next(f)) {
		struct slice severity = json_text_of(f, "severity"), id = json_text_of(f, "ruleId");
		enum gate_rule rule = gate_rule_by_id(id);

		CHECK(rule != RULE_COUNT && json_text_of(f, "message").n);
		critical |= slice_is(severity, "critical");
		warns |= slice_is(severity, "warn");
		allows |= gate_rule_effect(rule) == GATE_ALLOW;
		if (slice_eq(id, code)) *has_code = true;
	}
	return critical ? "block" : warns ? "warn" : allows ? "allow" : "block";
}

/* The answer follows the protocol, and its headline is what its findings say. */
static void check_answer(const struct gate_reasons *l)
{
	struct buf b = buf_heap(GATE_RESPONSE_BYTES);
	struct cJSON *j = NULL;
	struct slice decision, code, reason;
	uint64_t version;
	const char *want;
	bool listed;

	gate_response(&b, l);
	CHECK_ERR(b.err, E_OK);
	CHECK(b.n && b.p[b.n - 1] == '\n' && !memchr(b.p, '\n', b.n - 1));
	CHECK_ERR(json_parse(buf_slice(&b), JSON_INTEGERS, &j, NULL), E_OK);
	CHECK_ERR(json_get_u64(j, "protocolVersion", 1, &version), E_OK);
	CHECK_ERR(json_get_str(j, "decision", &decision), E_OK);
	CHECK_ERR(json_get_str(j, "code", &code), E_OK);
	CHECK_ERR(json_get_str(j, "reason", &reason), E_OK);
	want = decision_of(json_get(j, "findings"), code, &listed);
	CHECK(slice_is(decision, want));
	CHECK(reason.n && json_count(json_get(j, "findings")) <= 100);
	/* The headline is one of those that are listed, but where nothing decides. */
	CHECK(listed || !gate_headline(l));
	json_drop(&j);
	buf_drop(&b);
}

/* Every effect of every rule, alone and with every set of the others' kinds. */
TEST(gate_headline_follows_from_reasons)
{
	/* One rule for each pair of effect and who accepts it: nothing else of a rule decides. */
	enum gate_rule kinds[12];
	static struct gate_reasons l;
	unsigned n = 0, set, i, k, accept;

	for (i = 0; i < RULE_COUNT; i++) {
		for (k = 0; k < n; k++)
			if (gate_rule_effect(kinds[k]) == gate_rule_effect((enum gate_rule)i) &&
				gate_rule_accepts(kinds[k]) == gate_rule_accepts((enum gate_rule)i))
				break;
		if (k == n && n < 12) kinds[n++] = (enum gate_rule)i;
	}
	CHECK(n == 6);
	for (set = 0; set < 1U << n; set++)
		for (accept = KEEP; accept <= LATER; accept++)
			for (i = 0; i < RULE_COUNT; i++) {
				memset(&l, 0, sizeof l);
				gate_add(&l, (enum gate_rule)i, SLICE("x"), SLICE_NONE, 0);
				for (k = 0; k < n; k++)
					if (set >> k & 1)
						gate_add(&l, kinds[k], SLICE_NONE, SLICE("a"), k);
				gate_accept(&l, (enum gate_accepts)accept);
				if (set & 1) gate_harden(&l, kinds[set % n]);
				check_answer(&l);
			}
	memset(&l, 0, sizeof l);
	CHECK(gate_decision(&l) == GATE_BLOCK);
	check_answer(&l);
}

/* What has no room may not make the decision milder, whatever an approval accepts. */
TEST(gate_full_list)
{
	static struct gate_reasons l;
	unsigned i, strong;
	enum gate_rule first;

	for (i = 0; i < RULE_COUNT; i++)
		for (strong = 0; strong < 2; strong++) {
			memset(&l, 0, sizeof l);
			first = (enum gate_rule)i;
			if (!strong) gate_add(&l, first, SLICE_NONE, SLICE_NONE, 0);
			while (l.more < 50)
				gate_add(&l, RULE_HOST, SLICE("api.example.org"), SLICE("a"), 1);
			if (strong) gate_add(&l, first, SLICE_NONE, SLICE_NONE, 0);
			CHECK(l.n == GATE_REASONS);
			check_answer(&l);
			gate_accept(&l, EXACT);
			gate_add(&l, RULE_APPROVED, SLICE_NONE, SLICE_NONE, 0);
			check_answer(&l);
			/* A warning that no approval accepts is still there. */
			if (gate_rule_effect(first) >= GATE_WARN &&
				gate_rule_accepts(first) == KEEP)
				CHECK(gate_decision(&l) == gate_rule_effect(first));
			else
				CHECK(gate_decision(&l) == GATE_ALLOW);
		}
}

TEST(gate_rules_table)
{
	int i, k;

	for (i = 0; i < RULE_COUNT; i++) {
		enum gate_rule r = (enum gate_rule)i;

		CHECK(gate_rule_by_id(slice_str(gate_rule_id(r))) == r);
		CHECK(strlen(gate_rule_id(r)) > 3 && strlen(gate_rule_mend(r)) > 10);
		/* An approval accepts warnings and nothing else. */
		CHECK(gate_rule_effect(r) == GATE_WARN || gate_rule_accepts(r) == KEEP);
		for (k = 0; k < i; k++)
			CHECK(strcmp(gate_rule_id(r), gate_rule_id((enum gate_rule)k)) != 0);
	}
	CHECK(gate_rule_by_id(SLICE("no-such-rule")) == RULE_COUNT);
}

TEST(gate_clean)
{
	uint8_t mem[4 * GATE_TEXT_CHARS + 8];
	struct buf b = buf_on(mem, sizeof mem), in = buf_heap(1 << 16);
	unsigned i;

	gate_clean(&b, SLICE("a\nb\x1b[31m\x7f\xff\xc2\x85\xe2\x80\xae\xc3\xa9"));
	CHECK_SLICE(buf_slice(&b),
		SLICE("a\xef\xbf\xbd"
		      "b\xef\xbf\xbd[31m\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xc3\xa9"));
	for (i = 0; i < 2000; i++)
		buf_utf8(&in, 0x1f600);
	buf_reset(&b);
	gate_clean(&b, buf_slice(&in));
	CHECK(!b.err && utf8_count(buf_slice(&b)) == GATE_TEXT_CHARS);
	buf_drop(&in);
}

/* The largest answer fits, and a stranger's bytes do not get out of their texts. */
TEST(gate_response_bounds)
{
	static struct gate_reasons l;
	struct buf b = buf_heap(GATE_RESPONSE_BYTES), text = buf_heap(1 << 16);
	unsigned i;

	while (text.n < 4000)
		buf_put(&text, SLICE("\\\"\n\x1b\xff\xf0\x9f\x98\x80"));
	for (i = 0; i < 200; i++)
		gate_add(&l, RULE_SINCE_FIRST, buf_slice(&text), buf_slice(&text), UINT32_MAX);
	check_answer(&l);
	gate_response(&b, &l);
	for (i = 0; i + 1 < b.n; i++)
		CHECK(b.p[i] >= ' ' && b.p[i] < 0x7f);
	buf_drop(&b);
	buf_drop(&text);
}
