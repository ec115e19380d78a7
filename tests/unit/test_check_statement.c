/* SPDX-License-Identifier: MIT */
/*
 * check/schema, check/statement and its rules: a good statement is changed in
 * one place; the answer is one code and one sentence.
 */
#include <string.h>

#include "check/schema.h"
#include "check/statement.h"
#include "records.h"
#include "test.h"

/* All that is asked of a statement, in the order of the links; the first refusal. */
static enum err judge(struct slice text, struct why *why)
{
	struct statement s = STATEMENT_INIT;
	struct cJSON *tree = NULL;
	enum err e = statement_parse(text, &tree, why);

	if (e) return e;
	e = statement_read(tree, &s, why);
	if (!e) e = statement_consistent(&s, why);
	if (!e) e = statement_verdict(&s, why);
	statement_drop(&s);
	return e;
}

struct change {
	const char *find, *put, *says;
};

static void check_changes(struct slice good, const struct change *list, size_t n, enum err code)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct why why = WHY_INIT;
		enum err e = judge(edited(good, list[i].find, list[i].put), &why);

		if (e != code || strcmp(why.text, list[i].says) != 0)
			printf("# %s -> %s: %s\n", list[i].find, list[i].put, why.text);
		CHECK_ERR(e, code);
		CHECK_SLICE(slice_str(why.text), slice_str(list[i].says));
	}
}
#define CHECK_CHANGES(good, list, code)                                                            \
	check_changes((good), (list), sizeof(list) / sizeof *(list), (code))

static struct slice good_statement(void)
{
	static struct record r;
	struct verifier_id who;

	record_passed(&r);
	verifier_example(&who, 1, false);
	return statement_of(&r, &who, 1);
}

static struct slice watched_statement(void)
{
	static struct record r;
	struct verifier_id who;

	record_watched(&r);
	verifier_example(&who, 1, false);
	return statement_of(&r, &who, 1);
}

TEST(statement_of_every_record_is_accepted)
{
	static struct record r;
	struct verifier_id who;
	struct why why = WHY_INIT;

	CHECK_ERR(judge(good_statement(), &why), E_OK);
	CHECK_ERR(judge(watched_statement(), &why), E_OK);
	record_no_test(&r);
	verifier_example(&who, 2, true);
	CHECK_ERR(judge(statement_of(&r, &who, 7), &why), E_OK);
	who.instance_len = 0;
	CHECK_ERR(judge(statement_of(&r, &who, 7), &why), E_OK);
	record_passed(&r);
	r.attempt = 2;
	r.attempt_reason = SLICE("interrupted");
	r.runs[1].kind = EXIT_SETUP_ERROR;
	r.runs[1].value = 13;
	r.runs[1].stage = SLICE("mount");
	CHECK_ERR(judge(statement_of(&r, &who, 7), &why), E_OK);
	record_largest(&r, 'a');
	r.network_refused = true;
	CHECK_ERR(judge(statement_of(&r, &who, 7), &why), E_OK);
	record_probed(&r);
	CHECK_ERR(judge(statement_of(&r, &who, 7), &why), E_OK);
	record_probed_full(&r, 'a');
	CHECK_ERR(judge(statement_of(&r, &who, 7), &why), E_OK);
	if (why.text[0]) printf("# %s\n", why.text);
}

TEST(statement_form)
{
	static const struct change not_canonical[] = {
		{"{\"_type\"", "{ \"_type\"", "the same content in canonical form has other bytes"},
		{"\"attempt\":1,\"attemptReason\":null", "\"attemptReason\":null,\"attempt\":1",
			"the same content in canonical form has other bytes"},
		{"weather.sh --self", "\\u0077eather.sh --self",
			"the same content in canonical form has other bytes"},
	};
	static const struct change foreign[] = {
		{"in-toto.io/Statement/v1", "in-toto.io/Statement/v2",
			"not an in-toto Statement v1"},
		{"skill-test/v1\"", "skill-test/v2\"", "the predicate is of another type"},
		{"\"schema\":1", "\"schema\":2",
			"the predicate's schema is not 1, the one this program knows"},
	};
	struct slice good = good_statement();
	struct why why = WHY_INIT;
	struct buf big = buf_heap(1 << 20);

	CHECK_CHANGES(good, not_canonical, E_STATEMENT_NOT_CANONICAL);
	CHECK_CHANGES(good, foreign, E_STATEMENT_SCHEMA);
	CHECK_ERR(judge(edited(good, "\"log\":null", "\"log\":null,\"log\":null"), &why),
		E_STATEMENT_FORMAT);
	CHECK_ERR(judge(edited(good, "\"seq\":1", "\"seq\":1.5"), &why), E_STATEMENT_FORMAT);
	CHECK_ERR(judge(slice_sub(good, 0, good.n - 1), &why), E_STATEMENT_FORMAT);
	CHECK_ERR(judge(SLICE_NONE, &why), E_STATEMENT_FORMAT);
	buf_put(&big, good);
	while (big.n <= LIMIT_STATEMENT_BYTES)
		buf_u8(&big, ' ');
	CHECK_ERR(judge(buf_slice(&big), &why), E_STATEMENT_FORMAT);
	CHECK_SLICE(slice_str(why.text), SLICE("more than 262144 bytes"));
	buf_drop(&big);
}

TEST(statement_schema)
{
	static const struct change list[] = {
		{"\"log\":null,", "", "predicate.log is missing"},
		{"\"tier\":\"T1\"", "\"tier\":\"T0\"",
			"predicate.sandbox.tier has a value of another form"},
		{"\"network\":\"none\"", "\"network\":\"granted\"",
			"predicate.sandbox.network has a value of another form"},
		{"\"seq\":1", "\"seq\":\"1\"",
			"predicate.verifier.seq has a value of another form"},
		{"\"complete\":false", "\"complete\":null",
			"predicate.behaviour.complete has a value of another form"},
		{"\"log\":null", "\"log\":{}", "predicate.log has a value of another form"},
		{"\"moreHiddenText\":1", "\"moreHiddenText\":null",
			"predicate.inspection.moreHiddenText has a value of another form"},
		{"\"kind\":\"executable\"", "\"kind\":\"harmless\"",
			"predicate.inspection.rows[].kind has a value of another form"},
		{"\"nonce\":\"78377b", "\"nonce\":\"78377B",
			"predicate.job.nonce has a value of another form"},
		{"\"id\":\"a0", "\"id\":\"", "predicate.job.id has a value of another form"},
		{"\"submittedAt\":\"2026-11-20T09:00:00.000Z",
			"\"submittedAt\":\"2026-11-20T09:00:00Z",
			"predicate.job.submittedAt has a value of another form"},
		{"\"key\":\"MFkw", "\"key\":\"MFkx",
			"predicate.verifier.key has a value of another form"},
		{"\"probe\":[]", "\"probe\":[1]", "predicate.probe[] is no object"},
		{"\"probe\":[]", "\"probe\":{}", "predicate.probe is no array"},
		{"\"reasons\":[]", "\"reasons\":[{}]",
			"predicate.reasons[] has a value of another form"},
		{"\"A\":\"\"", "\"A\":0",
			"predicate.test.environment holds something other than text"},
		{"\"log\":null", "\"log\":null,\"log2\":null",
			"predicate.log2 is not a member of schema 1"},
		{"\"log\":null", "\"log\":null,\"log.x\":null",
			"predicate has a member that schema 1 does not know"},
		{"\"log\":null", "\"log\":null,\"log[]\":null",
			"predicate has a member that schema 1 does not know"},
		{"\"exit\":{\"code\":0,\"kind\":\"exited\"}", "\"exit\":0",
			"predicate.run[].exit is no object"},
		{"\"limitsHit\":[]", "\"limitsHit\":[\"memory\"]",
			"predicate.run[].limitsHit[] has a value of another form"},
		{"\"appId\":null", "\"appId\":\"\"",
			"predicate.verifier.appId has a value of another form"},
		{"\"instanceId\":null", "\"instanceId\":\"00\"",
			"predicate.verifier.instanceId has a value of another form"},
	};

	CHECK_CHANGES(good_statement(), list, E_STATEMENT_SCHEMA);
}

TEST(statement_schema_takes_no_long_name)
{
	struct buf b = buf_heap(1024);
	struct why why = WHY_INIT;

	buf_str(&b, "\"log\":null,\"");
	while (b.n < 600)
		buf_u8(&b, 'm');
	buf_str(&b, "\":null");
	CHECK_ERR(judge(edited(good_statement(), "\"log\":null", buf_text(&b)), &why),
		E_STATEMENT_SCHEMA);
	CHECK_SLICE(
		slice_str(why.text), SLICE("predicate has a member that schema 1 does not know"));
	buf_drop(&b);
}

/* Digests of the example, as the statement writes them. */
#define ARCHIVE       "c8d18c54d108f4f0237eb4e1c4473cfd3dbd267afe97c2d967003bda0f546e08"
#define EMPTY_SUBJECT "{\"digest\":{\"sha256\":\"" ARCHIVE "\"},\"name\":\"weather@1.0.0\"},"

TEST(statement_rules_about_package_and_skill)
{
	static const struct change list[] = {
		{"\"name\":\"weather@1.0.0\"}", "\"name\":\"weather@1.0.1\"}",
			"subject 1 is not predicate.package"},
		{"[{\"digest\":{\"sha256\":\"c8", "[{\"digest\":{\"sha256\":\"c9",
			"subject 1 is not predicate.package"},
		{EMPTY_SUBJECT, "", "subject 1 is not predicate.package"},
		{"\"name\":\"weather@1.0.0#tree\"", "\"name\":\"weather@1.0.0\"",
			"the subject \"#tree\" is not the tree of predicate.package"},
		{"{\"digest\":{\"dirHash1\":\"40", "{\"digest\":{\"dirHash1\":\"41",
			"the subject \"#tree\" is not the tree of predicate.package"},
		{"\"filesSha256\":\"62", "\"filesSha256\":\"63",
			"the subject \"#tree\" is not the tree of predicate.package"},
		{"#tree\"}]", "#tree\"},{\"digest\":{\"sha256\":\"" ARCHIVE "\"},\"name\":\"x\"}]",
			"a subject too many"},
		{"\"name\":\"weather\"", "\"name\":\"Weather\"",
			"skillId does not follow from name, version and tree"},
		{"\"version\":\"1.0.0\"", "\"version\":\"1.0.1\"",
			"skillId does not follow from name, version and tree"},
		{"\"slug\":\"weather\"", "\"slug\":\"whether\"",
			"slug does not follow from the name"},
		{"\"versionSource\":\"frontmatter\"", "\"versionSource\":null",
			"a version without a source, or the reverse"},
		{"\"format\":\"tar\"", "\"format\":\"directory\"",
			"an archive without a digest, or a directory with one"},
		{"\"ignoredTotal\":2", "\"ignoredTotal\":0",
			"more ignored members named than counted"},
	};

	CHECK_CHANGES(good_statement(), list, E_STATEMENT_INCONSISTENT);
}

TEST(statement_rules_about_verifier_and_configuration)
{
	static const struct change list[] = {
		{"\"keyid\":\"39", "\"keyid\":\"38",
			"verifier.keyid is not the digest of verifier.key"},
		{"\"tee\":\"none\"", "\"tee\":\"tdx\"",
			"verifier.tee does not fit the identities beside it"},
		{"\"instanceId\":null", "\"instanceId\":\"\"",
			"verifier.tee does not fit the identities beside it"},
		{"\"binarySha256\":\"9a", "\"binarySha256\":\"9b",
			"two digests of the verifier's program"},
		{"\"name\":\"sandbox-policy\"", "\"name\":\"runtime\"",
			"configuration lacks a part or has it twice"},
		{"\"name\":\"runtime\",", "\"name\":\"sandbox-policy\",",
			"configuration lacks a part or has it twice"},
		{"{\"digest\":{\"sha256\":\"d92c6a81b2ff50096bcda80885427d1f59a25b5f483f7055523504925d"
		 "16ab23\"},\"name\":\"runtime\",\"uri\":\"pkg:deb/debian/busybox-static@1.35.0\"},",
			"", "something ran, but no runtime is named"},
	};

	CHECK_CHANGES(good_statement(), list, E_STATEMENT_INCONSISTENT);
}

TEST(statement_rules_about_runs)
{
	static const struct change list[] = {
		{"\"phase\":\"setup\"", "\"phase\":\"test\"", "phases are doubled or out of order"},
		{"\"setup\":{\"argv\":[\"make\",\"all\"],\"form\":\"exec\"}", "\"setup\":null",
			"a phase ran that is not declared"},
		{"{\"code\":0,\"kind\":\"exited\"}", "{\"code\":256,\"kind\":\"exited\"}",
			"an exit with members of another kind"},
		{"{\"code\":0,\"kind\":\"exited\"}", "{\"kind\":\"exited\"}",
			"an exit with members of another kind"},
		{"{\"code\":0,\"kind\":\"exited\"}", "{\"code\":0,\"kind\":\"oom\"}",
			"an exit with members of another kind"},
		{"{\"code\":0,\"kind\":\"exited\"}", "{\"kind\":\"signaled\",\"signal\":65}",
			"an exit with members of another kind"},
		{"{\"code\":0,\"kind\":\"exited\"}", "{\"kind\":\"signaled\",\"signal\":0}",
			"an exit with members of another kind"},
		{"{\"code\":0,\"kind\":\"exited\"}", "{\"kind\":\"exec-failed\"}",
			"an exit with members of another kind"},
		{"{\"code\":0,\"kind\":\"exited\"}", "{\"errno\":4096,\"kind\":\"exec-failed\"}",
			"an exit with members of another kind"},
		{"{\"code\":0,\"kind\":\"exited\"}",
			"{\"code\":0,\"kind\":\"exited\",\"stage\":\"mount\"}",
			"an exit with members of another kind"},
		{"\"bytes\":3,", "\"bytes\":4,", "counts of an output contradict each other"},
		{"\"bytes\":3,", "\"bytes\":0,", "counts of an output contradict each other"},
		{"\"totalBytes\":3,\"truncated\":false", "\"totalBytes\":3,\"truncated\":true",
			"counts of an output contradict each other"},
		{"\"totalBytes\":3,\"truncated\":false", "\"totalBytes\":4,\"truncated\":false",
			"counts of an output contradict each other"},
		{"\"stdoutBytes\":1048576", "\"stdoutBytes\":2",
			"counts of an output contradict each other"},
	};

	CHECK_CHANGES(good_statement(), list, E_STATEMENT_INCONSISTENT);
}

#define OUTCOME "a probe whose outcome is not that of its end"
#define COUNTS  "the counts of probes differ from their rows"

TEST(statement_rules_about_probes)
{
	static const struct change list[] = {
		{"\"outcome\":\"started\"", "\"outcome\":\"timeout\"", OUTCOME},
		{"\"outcome\":\"timeout\"", "\"outcome\":\"started\"", OUTCOME},
		{"\"outcome\":\"silent\"", "\"outcome\":\"needs-tool\"", OUTCOME},
		{"\"outcome\":\"needs-module\"", "\"outcome\":\"silent\"", OUTCOME},
		{"\"kind\":\"help\",\"outcome\":\"started\"",
			"\"kind\":\"parse\",\"outcome\":\"started\"", OUTCOME},
		{"\"kind\":\"parse\"", "\"kind\":\"help\"", COUNTS},
		{"{\"code\":0,\"kind\":\"exited\"}", "{\"kind\":\"exited\"}", OUTCOME},
		{"{\"code\":0,\"kind\":\"exited\"}", "null", OUTCOME},
		{"\"runtime\":\"base\"", "\"runtime\":\"python\"", OUTCOME},
		{"\"runtime\":\"base\"", "\"runtime\":null", OUTCOME},
		{"\"path\":\"h.rb\",\"runtime\":null,\"version\":null",
			"\"path\":\"h.rb\",\"runtime\":null,\"version\":\"3\"", OUTCOME},
		{"\"scripts\":9", "\"scripts\":10", COUNTS},
		{"\"scripts\":9", "\"scripts\":0", COUNTS},
		{"\"notStarted\":1", "\"notStarted\":0", COUNTS},
		{"\"parseChecked\":7", "\"parseChecked\":0", COUNTS},
	};
	static struct record r;
	struct verifier_id who;
	struct why why = WHY_INIT;
	struct slice good;
	struct buf b = buf_heap(1 << 16);
	size_t at;

	record_probed(&r);
	verifier_example(&who, 1, false);
	good = statement_of(&r, &who, 1);
	CHECK_CHANGES(good, list, E_STATEMENT_INCONSISTENT);
	/* Rows that belong to nothing, in the form of earlier builds. */
	at = slice_search(good, 0, SLICE("\"probed\":{"));
	buf_put(&b, slice_sub(good, 0, at));
	buf_put(&b, slice_from(good, slice_search(good, at, SLICE("\"reasons\""))));
	CHECK_ERR(judge(buf_slice(&b), &why), E_STATEMENT_INCONSISTENT);
	buf_drop(&b);
	CHECK_SLICE(slice_str(why.text), SLICE("probes that were not made"));
}

TEST(statement_rules_about_protection_and_attempt)
{
	static const struct change list[] = {
		{"\"accounting\":\"cgroup-v2\"", "\"accounting\":\"rlimit\"",
			"sandbox.cgroup and sandbox.accounting differ"},
		{"\"cgroup\":\"v2\"", "\"cgroup\":\"v1\"",
			"sandbox.cgroup and sandbox.accounting differ"},
		{"\"network\":\"none\"", "\"network\":\"sinkhole\"",
			"sandbox.network is a sinkhole and nobody watched"},
		{"[\"runtime-mutable-tag\",\"runtime-substituted\"",
			"[\"runtime-substituted\",\"runtime-mutable-tag\"",
			"warnings are not sorted and unique"},
		{"[\"runtime-mutable-tag\",\"runtime-substituted\"",
			"[\"runtime-substituted\",\"runtime-substituted\"",
			"warnings are not sorted and unique"},
		{"\"complete\":false", "\"complete\":true",
			"observation is complete without a monitor"},
		{",\"unmonitored\"]", "]", "an unwatched run without the warning \"unmonitored\""},
		{"\"attempt\":1", "\"attempt\":0",
			"a repeated attempt without a reason, or the reverse"},
		{"\"attempt\":1", "\"attempt\":2",
			"a repeated attempt without a reason, or the reverse"},
		{"\"attemptReason\":null", "\"attemptReason\":\"interrupted\"",
			"a repeated attempt without a reason, or the reverse"},
	};

	CHECK_CHANGES(good_statement(), list, E_STATEMENT_INCONSISTENT);
}

TEST(statement_verdict_is_computed_again)
{
	static const struct change list[] = {
		{"\"verdict\":\"PASSED\"", "\"verdict\":\"FAILED\"",
			"the facts give PASSED, the statement says FAILED"},
		{"\"expectExit\":0", "\"expectExit\":1",
			"the facts give FAILED, the statement says PASSED"},
		/* 2^32: cut to 32 bits it would be the 0 that was reached. */
		{"\"expectExit\":0", "\"expectExit\":4294967296",
			"the facts give PASSED, the statement says PASSED"},
		{"\"expectExit\":0", "\"expectExit\":256",
			"the facts give PASSED, the statement says PASSED"},
		{"\"result\":\"WARNED\"", "\"result\":\"PASSED\"",
			"the result does not follow from the facts"},
		{"\"result\":\"WARNED\"", "\"result\":null",
			"the result does not follow from the facts"},
		{"\"reasons\":[]", "\"reasons\":[\"limit-hit:disk\"]",
			"the reasons do not follow from the facts"},
		{"\"limitsHit\":[]", "\"limitsHit\":[\"disk\"]",
			"the reasons do not follow from the facts"},
		{"{\"code\":0,\"kind\":\"exited\"}", "{\"kind\":\"oom\"}",
			"the facts give ERROR, the statement says PASSED"},
		{"\"declared\":[]", "\"declared\":[\"a:443\"]",
			"the facts give ERROR, the statement says PASSED"},
	};

	CHECK_CHANGES(good_statement(), list, E_VERDICT_MISMATCH);
}

TEST(statement_table_is_sound)
{
	const struct member *m, *k;

	/* No path twice: the first one would hide the other. */
	for (m = statement_members; m->path; m++) {
		for (k = statement_members; k < m; k++)
			CHECK(strcmp(k->path, m->path) != 0);
		CHECK((m->type == MEMBER_WORD) == (m->words != NULL));
	}
	CHECK(m - statement_members > 100);
}

/* A signature that is verified by nobody, or for other files. */
TEST(statement_signature_contradictions)
{
	static const struct change list[] = {
		{"\"reason\":null,\"resourcesMatch\"",
			"\"reason\":\"signature-wrong\",\"resourcesMatch\"",
			"a verified signature with a reason, or the reverse"},
		{"\"verified\":true", "\"verified\":false",
			"a verified signature with a reason, or the reverse"},
		{"\"resourcesMatch\":true", "\"resourcesMatch\":false",
			"a verified signature that does not hold"},
		{"\"subjectMatch\":true", "\"subjectMatch\":false",
			"a verified signature that does not hold"},
		{"\"unsignedFiles\":0", "\"unsignedFiles\":2", "more unsigned files than files"},
	};
	struct slice good = good_statement();
	struct why why = WHY_INIT;
	size_t at = slice_search(good, 0, SLICE("\"anchorSha256\":\""));
	char anchor[96], leaf[256];
	size_t from, to;

	CHECK_CHANGES(good, list, E_STATEMENT_INCONSISTENT);
	CHECK(slice_text(anchor, sizeof anchor, slice_sub(good, at, 15 + 66)));
	CHECK_ERR(judge(edited(good, anchor, "\"anchorSha256\":null"), &why),
		E_STATEMENT_INCONSISTENT);
	from = slice_search(good, 0, SLICE("\"leaf\":{"));
	to = slice_find(good, from, '}') + 1;
	CHECK(slice_text(leaf, sizeof leaf, slice_sub(good, from, to - from)));
	CHECK_ERR(judge(edited(good, leaf, "\"leaf\":null"), &why), E_STATEMENT_INCONSISTENT);
	CHECK_SLICE(slice_str(why.text), SLICE("an anchor that vouches for nobody"));
}

TEST(statement_rules_about_behaviour)
{
	static const struct change list[] = {
		{"\"monitor\":\"calls\"", "\"monitor\":\"none\"",
			"sandbox.network is a sinkhole and nobody watched"},
		{"\"dropped\":0,", "",
			"behaviour: rows without a monitor, or a monitor without rows"},
		{"\"dropped\":0,", "\"dropped\":1,",
			"behaviour: complete, and something was dropped"},
		{"\"coverage\":{\"files\":2,", "\"coverage\":{\"files\":1,",
			"behaviour: more files of the package read than there are"},
		{"\"coverage\":{\"files\":2,", "\"coverage\":{\"files\":3,",
			"behaviour: more files of the package read than there are"},
		{"\"written\":{\"bytes\":3,\"files\":1,", "\"written\":{\"bytes\":3,\"files\":0,",
			"behaviour: files written without a digest, or the reverse"},
		{"\"kind\":\"written\"", "\"kind\":\"exec\"",
			"behaviour: rows that are not by kind"},
		{"\"count\":1,\"detail\":\"created\"", "\"count\":0,\"detail\":\"created\"",
			"behaviour: a row of nothing"},
		{"\"value\":\"/tmp/out\"", "\"value\":\"\"", "behaviour: a row of nothing"},
		{"\"phase\":\"setup\",\"sha256\"", "\"phase\":\"probe\",\"sha256\"",
			"behaviour: a row of a phase that did not run"},
		{"\"more\":[]", "\"more\":[{\"kind\":\"exec\",\"rows\":0}]",
			"behaviour: kinds with more rows, doubled, unsorted or empty"},
		{"\"more\":[]",
			"\"more\":[{\"kind\":\"written\",\"rows\":1},{\"kind\":\"exec\",\"rows\":1}]",
			"behaviour: kinds with more rows, doubled, unsorted or empty"},
	};
	/* What was seen gives the reasons: neither can be left out. */
	static const struct change verdict[] = {
		{"\"value\":\"/tmp/out\"", "\"value\":\"/etc/cron.d/x\"",
			"the result does not follow from the facts"},
		{"\"kind\":\"name\"", "\"kind\":\"denied\"",
			"the result does not follow from the facts"},
		{"\"value\":\"tcp 127.0.0.1:8080\"", "\"value\":\"tcp 192.0.2.1:8080\"",
			"the result does not follow from the facts"},
		{"\"origin\":\"runtime\"", "\"origin\":\"written-in-run\"",
			"the result does not follow from the facts"},
		{"\"read\":2}", "\"read\":0}", "the result does not follow from the facts"},
		{"\"survivors\":0", "\"survivors\":1", "the result does not follow from the facts"},
		{"\"complete\":true", "\"complete\":false",
			"the result does not follow from the facts"},
		{"\"reasons\":[]", "\"reasons\":[\"canary-read\"]",
			"the reasons do not follow from the facts"},
	};
	static const struct change schema[] = {
		{"\"monitor\":\"calls\"", "\"monitor\":\"all\"",
			"predicate.behaviour.monitor has a value of another form"},
		{"\"kind\":\"written\"", "\"kind\":\"deleted\"",
			"predicate.behaviour.rows[].kind has a value of another form"},
		{"\"advisory\":false,", "", "predicate.behaviour.rows[].advisory is missing"},
		{"\"origin\":\"runtime\"", "\"origin\":\"elsewhere\"",
			"predicate.behaviour.rows[].origin has a value of another form"},
		{"\"network\":\"sinkhole\"", "\"network\":\"host\"",
			"predicate.sandbox.network has a value of another form"},
	};
	struct slice good = watched_statement();

	CHECK_CHANGES(good, list, E_STATEMENT_INCONSISTENT);
	CHECK_CHANGES(good, verdict, E_VERDICT_MISMATCH);
	CHECK_CHANGES(good, schema, E_STATEMENT_SCHEMA);
}

TEST(statement_without_a_monitor_holds_no_rows)
{
	static const struct change list[] = {
		{"{\"complete\":false,\"monitor\":\"none\"}",
			"{\"complete\":false,\"dropped\":0,\"monitor\":\"none\"}",
			"behaviour: rows without a monitor, or a monitor without rows"},
	};

	CHECK_CHANGES(good_statement(), list, E_STATEMENT_INCONSISTENT);
}
