/* SPDX-License-Identifier: MIT */
/* gate/decide, gate/approval, gate/difference: every row of the table of specs/gate.md 4. */
#include <stdio.h>
#include <string.h>

#include "gate/decide.h"
#include "gate/difference.h"
#include "test.h"

static struct gate_reasons l;

static struct cJSON *json(const char *text)
{
	struct cJSON *j = NULL;
	struct why why = WHY_INIT;

	if (json_parse(slice_str(text), JSON_INTEGERS, &j, &why)) printf("# %s\n", why.text);
	CHECK(j);
	return j;
}

static size_t count(enum gate_rule rule)
{
	size_t i, n = 0;

	for (i = 0; i < l.n; i++)
		if (l.item[i].rule == rule) n++;
	return n;
}

/* ---- evidence --------------------------------------------------------------------------- */

/* A green proof, from which each case differs in one thing. */
struct made_proof {
	enum proof_verdict verdict;
	enum verdict result;
	bool no_tee, test_root;
	const char *monitor; /* NULL: "calls" */
	bool gaps;
	unsigned read;
	const char *reasons, *rows; /* JSON lists */
	enum link_id fails, also;   /* 0: none, LINK_ENVELOPE never fails alone here */
};

static void run(const struct made_proof *m, enum gate_match match)
{
	static struct proof p;
	char text[600];
	struct cJSON *predicate;

	memset(&p, 0, sizeof p);
	memset(&l, 0, sizeof l);
	snprintf(text, sizeof text,
		"{\"behaviour\":{\"coverage\":{\"files\":9,\"read\":%u},\"rows\":%s},\"reasons\":%s}",
		m->read, m->rows ? m->rows : "[]", m->reasons ? m->reasons : "[]");
	predicate = json(text);
	p.verdict = m->verdict;
	p.has_statement = p.has_dcap = true;
	p.dcap.intel_root = !m->test_root;
	p.statement.tee = !m->no_tee;
	p.statement.verdict = m->result;
	p.statement.monitor = slice_str(m->monitor ? m->monitor : "calls");
	p.statement.monitor_complete = !m->gaps;
	p.statement.predicate = predicate;
	if (m->fails) p.link[m->fails].state = STATE_FAIL;
	if (m->also) p.link[m->also].state = STATE_FAIL;
	gate_proof(&l, &p, match, SLICE("b.json"));
	json_drop(&predicate);
}

/* The decision, and that this rule is among its reasons and names the bundle. */
static void row(const struct made_proof *m, enum gate_effect want, enum gate_rule rule)
{
	size_t i;

	run(m, MATCH_DIGEST);
	if (gate_decision(&l) != want || count(rule) != 1)
		printf("# %s: %s\n", gate_rule_id(rule), gate_effect_name(gate_decision(&l)));
	CHECK(gate_decision(&l) == want);
	CHECK(count(rule) == 1);
	for (i = 0; i < l.n; i++)
		CHECK(strcmp(l.item[i].path, "b.json") == 0);
	/* Nothing is proved where anything speaks against it. */
	CHECK((count(RULE_PROVED) == 1) == (want == GATE_ALLOW));
}

#define ROW(want, rule, ...) row(&(struct made_proof){.read = 3, __VA_ARGS__}, want, rule)

TEST(gate_rows_of_evidence)
{
	ROW(GATE_ALLOW, RULE_PROVED, .verdict = PROOF_GENUINE);
	/* block */
	ROW(GATE_BLOCK, RULE_REFUTED, .verdict = PROOF_REFUTED, .fails = LINK_QUOTE);
	ROW(GATE_BLOCK, RULE_REFUTED, .verdict = PROOF_REFUTED, .fails = LINK_QUOTE,
		.also = LINK_PACKAGE);
	ROW(GATE_BLOCK, RULE_DIFFERS, .verdict = PROOF_REFUTED, .fails = LINK_PACKAGE);
	ROW(GATE_BLOCK, RULE_LEAKED, .reasons = "[\"canary-leaked\"]");
	ROW(GATE_BLOCK, RULE_LEAKED, .rows = "[{\"kind\":\"canary-leaked\"}]");
	ROW(GATE_BLOCK, RULE_LEAKED, .rows = "[{\"kind\":\"canary-leaked\"}]",
		.reasons = "[\"canary-leaked\"]");
	ROW(GATE_BLOCK, RULE_LEAKED, .reasons = "[\"canary-leaked\"]", .verdict = PROOF_UNDECIDED);
	ROW(GATE_BLOCK, RULE_LEAKED, .reasons = "[\"canary-leaked\"]", .no_tee = true,
		.result = VERDICT_FAILED);
	/* warn */
	ROW(GATE_WARN, RULE_NO_TEST, .result = VERDICT_NO_TEST);
	ROW(GATE_WARN, RULE_FAILED, .result = VERDICT_FAILED);
	ROW(GATE_WARN, RULE_TIMEOUT, .result = VERDICT_TIMEOUT);
	ROW(GATE_WARN, RULE_LIMIT, .result = VERDICT_LIMIT);
	ROW(GATE_WARN, RULE_ERROR, .result = VERDICT_ERROR);
	ROW(GATE_WARN, RULE_OPEN, .verdict = PROOF_UNDECIDED);
	ROW(GATE_WARN, RULE_NO_TEE, .no_tee = true, .verdict = PROOF_UNDECIDED);
	ROW(GATE_WARN, RULE_TEST_ROOT, .test_root = true);
	ROW(GATE_WARN, RULE_UNMONITORED, .monitor = "none");
	ROW(GATE_WARN, RULE_UNMONITORED, .monitor = "");
	ROW(GATE_WARN, RULE_MONITOR, .gaps = true);
	ROW(GATE_WARN, RULE_MONITOR, .reasons = "[\"monitor-incomplete\"]");
	ROW(GATE_WARN, RULE_NOTHING_READ, .reasons = "[\"nothing-read\"]");
	ROW(GATE_WARN, RULE_SEEN_HOST, .reasons = "[\"undeclared-network\"]");
	ROW(GATE_WARN, RULE_ATTESTED, .reasons = "[\"a-word-of-a-later-version\"]");
	row(&(struct made_proof){.read = 0}, GATE_WARN, RULE_NOTHING_READ);
}

/* A bundle under the same name about other files. */
TEST(gate_evidence_of_other_files)
{
	struct made_proof m = {.verdict = PROOF_REFUTED, .fails = LINK_PACKAGE, .read = 1};

	run(&m, MATCH_NAME);
	CHECK(gate_decision(&l) == GATE_BLOCK && count(RULE_DIFFERS) == 1);
	m.also = LINK_QUOTE;
	run(&m, MATCH_NAME);
	CHECK(count(RULE_SKIPPED) == 1 && gate_headline(&l) == NULL);
	m = (struct made_proof){.read = 1};
	run(&m, MATCH_NAME);
	CHECK(gate_decision(&l) == GATE_WARN && count(RULE_EVIDENCE_UNREAD) == 1);
	run(&m, MATCH_LIST);
	CHECK(gate_decision(&l) == GATE_ALLOW);
}

/* ---- the package --------------------------------------------------------------------------- */

#define FACT(kind, value, declared)                                                                \
	"{\"kind\":\"" kind "\",\"value\":\"" value "\",\"declared\":" declared                    \
	",\"path\":\"a.sh\",\"line\":7}"
#define REPORT(files, rows, hidden, more)                                                          \
	"{\"name\":\"n\",\"skillId\":\"n@1\",\"fileList\":[" files                                 \
	"],\"inspection\":{\"rows\":[" rows "],\"hiddenText\":[" hidden "],\"more\":[" more "]}"
#define HIDDEN(path, bidi)                                                                         \
	"{\"path\":\"" path "\",\"line\":2,\"bidi\":" bidi                                         \
	",\"zeroWidth\":0,\"tag\":0,\"escape\":0}"

static void package(const char *report, enum gate_rule rule, size_t n)
{
	struct cJSON *j = json(report);

	memset(&l, 0, sizeof l);
	gate_package(&l, j);
	CHECK(l.n == n && count(rule) == n);
	json_drop(&j);
}

TEST(gate_rows_of_the_package)
{
	package(REPORT("", FACT("host", "h", "false"), "", "") "}", RULE_HOST, 1);
	CHECK(strcmp(l.item[0].detail, "h") == 0 && strcmp(l.item[0].path, "a.sh") == 0 &&
		l.item[0].line == 7);
	package(REPORT("", FACT("host", "h", "true"), "", "") "}", RULE_HOST, 0);
	package(REPORT("", FACT("secret", "S", "false"), "", "") "}", RULE_SECRET, 1);
	package(REPORT("", FACT("secret", "S", "true"), "", "") "}", RULE_SECRET, 0);
	package(REPORT("", FACT("binary", "b", "false"), "", "") "}", RULE_BINARY, 1);
	package(REPORT("", FACT("binary", "b", "true"), "", "") "}", RULE_BINARY, 0);
	package(REPORT("", FACT("module", "m", "false"), "", "") "}", RULE_BINARY, 0);
	package(REPORT("", "", HIDDEN("SKILL.md", "3"), "") "}", RULE_HIDDEN, 1);
	CHECK(l.item[0].line == 2 && strstr(l.item[0].detail, "3 of direction"));
	package(REPORT("", "", "", "{\"kind\":\"host\",\"places\":4}") "}", RULE_CUT, 1);
	package(REPORT("", "", "", "{\"kind\":\"module\",\"places\":4}") "}", RULE_CUT, 0);
	package(REPORT("", "", "", "") ",\"ignored\":[\"__MACOSX/x\"]}", RULE_IGNORED, 1);
	package("{\"inspection\":null}", RULE_UNREAD, 1);
}

TEST(gate_row_of_a_refused_package)
{
	struct cJSON *j =
		json("{\"code\":\"yaml-alias\",\"error\":\"no\\u001b\",\"detail\":{\"line\":3}}");

	memset(&l, 0, sizeof l);
	gate_refused(&l, j);
	CHECK(gate_decision(&l) == GATE_BLOCK && l.item[0].line == 3);
	CHECK(strcmp(l.item[0].path, "SKILL.md") == 0);
	CHECK(strcmp(l.item[0].detail, "yaml-alias: no\\x1b") == 0);
	CHECK(l.item[0].rule == RULE_REFUSED);
	json_drop(&j);
	/* A machine that failed says nothing about the package. */
	j = json("{\"code\":\"no-memory\",\"error\":\"there is not enough memory\"}");
	memset(&l, 0, sizeof l);
	gate_refused(&l, j);
	CHECK(gate_decision(&l) == GATE_BLOCK && l.item[0].rule == RULE_UNREAD);
	json_drop(&j);
}

/* ---- approvals ----------------------------------------------------------------------------------- */

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define FILE_OF(path, sha)                                                                         \
	"{\"mode\":\"0644\",\"path\":\"" path "\",\"sha256\":\"" sha "\",\"size\":1}"
#define APPROVED(sha, files, rows)                                                                 \
	"{\"approved\":\"2026-11-20T09:00:00.000Z\",\"dirHash1\":\"" sha                           \
	"\",\"filesSha256\":\"" sha "\",\"fileList\":[" files                                      \
	"],\"inspection\":{\"hiddenText\":[],\"rows\":[" rows "]}}"
#define APPROVALS(first, last)                                                                     \
	"{\"approvals\":1,\"skill\":\"n\",\"first\":" first ",\"last\":" last "}"

/* Details of one rule, in their order, joined by "; ". */
static const char *details(enum gate_rule rule)
{
	static char text[2000];
	struct buf b = buf_on(text, sizeof text);
	size_t i;

	for (i = 0; i < l.n; i++) {
		if (l.item[i].rule != rule) continue;
		if (b.n) buf_str(&b, "; ");
		buf_str(&b, l.item[i].detail);
	}
	return buf_text(&b);
}

/* Reasons for a candidate with these files and facts, after an approval. */
static void after(const char *approval, const char *report, uint8_t sha)
{
	struct cJSON *j = json(report);
	struct gate_approval a;
	struct gate_tree t = {.report = j, .name = SLICE("n"), .skill_id = SLICE("n@1")};

	memset(&l, 0, sizeof l);
	memset(t.files_sha256, sha, sizeof t.files_sha256);
	CHECK_ERR(gate_approval_read(slice_str(approval), SLICE("n"), &a, NULL), E_OK);
	gate_add(&l, RULE_NO_EVIDENCE, SLICE_NONE, SLICE_NONE, 0);
	gate_package(&l, j);
	gate_approval(&l, &a, &t);
	gate_approval_drop(&a);
	json_drop(&j);
}

#define OLD_FILES FILE_OF("SKILL.md", SHA_A) "," FILE_OF("gone", SHA_A)
#define NEW_FILES FILE_OF("SKILL.md", SHA_B) "," FILE_OF("scripts/post.sh", SHA_A)
#define NEW_FACTS FACT("host", "api.x.y", "false") "," FACT("secret", "OPENAI_API_KEY", "true")

TEST(gate_approved_exactly)
{
	static const char approval[] = APPROVALS(APPROVED(SHA_B, "", ""), APPROVED(SHA_A, "", ""));

	after(approval, REPORT(NEW_FILES, NEW_FACTS, HIDDEN("SKILL.md", "1"), "") "}", 0xaa);
	CHECK(gate_decision(&l) == GATE_ALLOW && gate_headline(&l)->rule == RULE_APPROVED);
	CHECK(count(RULE_HOST) == 1 && count(RULE_NO_EVIDENCE) == 1 && count(RULE_SINCE_LAST) == 0);
	/* Only the last one counts. */
	after(approval, REPORT(NEW_FILES, NEW_FACTS, "", "") "}", 0xbb);
	CHECK(gate_decision(&l) == GATE_WARN);
	/* What is no part of the digest was not approved. */
	after(approval, REPORT("", "", "", "") ",\"ignored\":[\"._x\"]}", 0xaa);
	CHECK(gate_decision(&l) == GATE_WARN && gate_headline(&l)->rule == RULE_IGNORED);
}

TEST(gate_difference_since_approvals)
{
	after(APPROVALS(APPROVED(SHA_A, OLD_FILES, ""), APPROVED(SHA_A, OLD_FILES, "")),
		REPORT(NEW_FILES, NEW_FACTS, HIDDEN("SKILL.md", "1"), "") "}", 0xcc);
	CHECK(gate_decision(&l) == GATE_WARN);
	CHECK_SLICE(slice_str(details(RULE_SINCE_LAST)),
		SLICE("+ host api.x.y; + secret OPENAI_API_KEY; + hidden-text hidden-text; ~ SKILL.md; "
		      "- gone; + scripts/post.sh"));
	CHECK(count(RULE_SINCE_FIRST) == 0);
	/* Only with the difference: nothing else warns. */
	CHECK(gate_rule_by_id(slice_str(gate_rule_id(gate_headline(&l)->rule))) == RULE_SINCE_LAST);
	/* A step that was approved is still a step away from the first. */
	after(APPROVALS(APPROVED(SHA_A, OLD_FILES, ""), APPROVED(SHA_B, FILE_OF("SKILL.md", SHA_B),
								FACT("host", "api.x.y", "false"))),
		REPORT(NEW_FILES, NEW_FACTS, "", "") "}", 0xcc);
	CHECK_SLICE(slice_str(details(RULE_SINCE_LAST)),
		SLICE("+ secret OPENAI_API_KEY; + scripts/post.sh"));
	CHECK_SLICE(
		slice_str(details(RULE_SINCE_FIRST)), SLICE("+ host api.x.y; ~ SKILL.md; - gone"));
	/* Evidence against this very version still counts. */
	CHECK(gate_decision(&l) == GATE_WARN);
	/* Trees that differ in nothing that is listed are not the same tree. */
	after(APPROVALS(APPROVED(SHA_A, "", ""), APPROVED(SHA_A, "", "")),
		REPORT("", "", "", "") "}", 0xcc);
	CHECK(gate_decision(&l) == GATE_WARN && count(RULE_SINCE_LAST) == 1);
}

TEST(gate_approval_refused)
{
	static const char *const bad[] = {"", "{}", "[]", APPROVALS("{}", "{}"),
		"{\"approvals\":2,\"skill\":\"n\",\"first\":" APPROVED(
			SHA_A, "", "") ",\"last\":" APPROVED(SHA_A, "", "") "}",
		"{\"approvals\":1,\"skill\":\"m\",\"first\":" APPROVED(
			SHA_A, "", "") ",\"last\":" APPROVED(SHA_A, "", "") "}",
		APPROVALS(APPROVED(SHA_A, "", ""), "null"),
		APPROVALS("null", APPROVED(SHA_A, "", "")),
		APPROVALS(APPROVED("aa", "", ""), APPROVED(SHA_A, "", ""))};
	struct gate_approval a;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct why why = WHY_INIT;

		CHECK_ERR(gate_approval_read(slice_str(bad[i]), SLICE("n"), &a, &why), E_CONFIG);
		CHECK(why.text[0]);
		gate_approval_drop(&a);
	}
}

TEST(gate_approval_written)
{
	struct cJSON *j = json(
		"{\"fileList\":[" NEW_FILES "],\"inspection\":{\"hiddenText\":[],\"rows\":[]}}");
	struct gate_tree t = {.report = j, .name = SLICE("n"), .skill_id = SLICE("n@1")};
	struct gate_approval a = {0}, b = {0};
	struct buf one = buf_heap(GATE_APPROVAL_BYTES), two = buf_heap(GATE_APPROVAL_BYTES);
	char name[GATE_APPROVAL_NAME];

	memset(t.files_sha256, 0xaa, sizeof t.files_sha256);
	gate_approval_write(&one, &a, &t, 1000);
	CHECK_ERR(one.err, E_OK);
	CHECK_ERR(gate_approval_read(buf_slice(&one), SLICE("n"), &a, NULL), E_OK);
	CHECK(gate_approval_exact(&a, &t));
	memset(t.files_sha256, 0xbb, sizeof t.files_sha256);
	CHECK(!gate_approval_exact(&a, &t));
	gate_approval_write(&two, &a, &t, 2000);
	CHECK_ERR(gate_approval_read(buf_slice(&two), SLICE("n"), &b, NULL), E_OK);
	CHECK(gate_approval_exact(&b, &t));
	/* The first stays what it was. */
	CHECK_SLICE(json_text_of(b.first, "filesSha256"), SLICE(SHA_A));
	CHECK_SLICE(json_text_of(b.last, "filesSha256"), SLICE(SHA_B));
	gate_approval_name(SLICE("../../etc/passwd"), name);
	CHECK(strlen(name) == 69 && !strchr(name, '/'));
	gate_approval_drop(&a);
	gate_approval_drop(&b);
	buf_drop(&one);
	buf_drop(&two);
	json_drop(&j);
}
