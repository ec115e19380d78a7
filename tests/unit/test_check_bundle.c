/* SPDX-License-Identifier: MIT */
/* check/bundle, filelist and proof: the closed set, copies that differ, whole chains. */
#include <string.h>

#include "check/proof.h"
#include "evidence.h"
#include "records.h"
#include "test.h"

/* Bundles of the example: without a TEE, and with evidence made up for it. */
static struct slice bundle_of(bool tee)
{
	static struct job_example j;
	static struct record r;
	struct buf b = buf_heap(LIMIT_BUNDLE_BYTES);
	struct evidence e;

	record_passed(&r);
	job_example(&j, &r);
	if (tee) {
		evidence_default(&e);
		j.parts.part[__builtin_ctz(PART_QUOTE)] = evidence_quote(&e);
		j.parts.part[__builtin_ctz(PART_EVENTS)] = evidence_log(&e);
		j.parts.part[__builtin_ctz(PART_COMPOSE)] = e.compose;
		j.parts.part[__builtin_ctz(PART_VM)] = SLICE("{}");
	}
	CHECK_ERR(render_bundle(&b, &j.view, &j.parts), E_OK);
	return test_keep(&b);
}

struct change {
	const char *find, *put, *says;
};

static void check_read(struct slice text, enum err code, const char *says)
{
	struct bundle b;
	struct why why = WHY_INIT;
	enum err e = bundle_read(text, &b, &why);

	CHECK_ERR(e, code);
	if (e) CHECK_SLICE(slice_str(why.text), slice_str(says));
	bundle_drop(&b);
}

TEST(bundle_is_a_closed_set)
{
	static const struct change plain[] = {
		{"\"log\":null", "\"log\":null,\"more\":1",
			"a member that a bundle without a TEE does not have"},
		{"\"log\":null", "\"log\":null,\"appCompose\":\"x\"",
			"a member that a bundle without a TEE does not have"},
		{",\"log\":null", "", "no member \"log\""},
		{"\"files\":[", "\"Files\":[", "no member \"files\""},
		{"\"log\":null", "\"log\":{}",
			"\"log\" is not null: this program knows no result log yet"},
		{"attestation+json", "attestation+jsn",
			"no attestation bundle: fetch one from /attestation/<job id>"},
		{"-----BEGIN PUBLIC KEY-----\\n", "-----BEGIN PUBLIC KEY-----\\n\\n",
			"\"publicKey\" is no P-256 key in PEM"},
		{"-----END PUBLIC KEY-----\\n", "-----END PUBLIC KEY-----",
			"\"publicKey\" is no P-256 key in PEM"},
	};
	static const struct change tee[] = {
		{"\"quote\":\"", "\"quote\":\"A", "\"quote\" is no hex text of a quote"},
		{"\"quote\":\"", "\"quote\":\"0", "\"quote\" is no hex text of a quote"},
		{"\"reportData\":\"", "\"reportData\":\"00",
			"\"reportData\" is no hex text of 64 bytes"},
		{"\"vmConfig\":\"{}\"", "\"vmConfig\":{}",
			"\"appCompose\" or \"vmConfig\" is no text"},
		{"\"eventLog\":[", "\"eventLog\":\"\",\"x\":[",
			"a member that bundles do not have"},
		{",\"vmConfig\":\"{}\"", "", "no member \"vmConfig\""},
	};
	struct slice good = bundle_of(false);
	size_t i;

	check_read(good, E_OK, NULL);
	check_read(bundle_of(true), E_OK, NULL);
	for (i = 0; i < sizeof plain / sizeof *plain; i++)
		check_read(
			edited(good, plain[i].find, plain[i].put), E_BUNDLE_FORMAT, plain[i].says);
	good = bundle_of(true);
	for (i = 0; i < sizeof tee / sizeof *tee; i++)
		check_read(edited(good, tee[i].find, tee[i].put), E_BUNDLE_FORMAT, tee[i].says);
	check_read(SLICE_NONE, E_BUNDLE_FORMAT, "it is empty");
}

TEST(bundle_has_no_member_twice)
{
	struct slice good = bundle_of(false);
	struct why why = WHY_INIT;
	struct bundle b;

	CHECK_ERR(bundle_read(edited(good, "\"log\":null", "\"log\":null,\"log\":null"), &b, &why),
		E_BUNDLE_FORMAT);
	bundle_drop(&b);
	CHECK_ERR(bundle_read(edited(good, "\"sig\":", "\"keyid\":\"\",\"sig\":"), &b, &why),
		E_BUNDLE_FORMAT);
	bundle_drop(&b);
	CHECK_ERR(bundle_read(edited(good, "}", "} x"), &b, &why), E_BUNDLE_FORMAT);
	bundle_drop(&b);
}

TEST(envelope_has_one_signature_and_our_type)
{
	static const struct change list[] = {
		{"application/vnd.in-toto+json", "application/json",
			"the payload is of another type"},
		{"\"signatures\":[", "\"signatures\":[{\"keyid\":\"\",\"sig\":\"\"},",
			"not exactly one signature"},
		{"\"keyid\":\"", "\"x\":1,\"keyid\":\"",
			"the signature is not exactly keyid and sig"},
		{"\"keyid\":\"39", "\"keyid\":\"", "the signature is not exactly keyid and sig"},
		{"\"payload\":\"", "\"x\":1,\"payload\":\"",
			"not exactly payload, payloadType and signatures"},
		{"\"payload\":\"", "\"payload\":\"=", "bad base64"},
		{"\"sig\":\"", "\"sig\":\" ", "bad base64"},
	};
	struct slice good = bundle_of(false);
	size_t i;

	for (i = 0; i < sizeof list / sizeof *list; i++)
		check_read(
			edited(good, list[i].find, list[i].put), E_ENVELOPE_FORMAT, list[i].says);
}

/* ---- the file list ----------------------------------------------------------------- */

static enum err list_of(const char *find, const char *put, struct why *why)
{
	static struct record r;
	struct slice text = files_example();
	struct cJSON *j = NULL;
	struct filelist l;
	enum err e;

	record_passed(&r);
	if (find) text = edited(text, find, put);
	CHECK_ERR(json_parse(text, JSON_INTEGERS, &j, NULL), E_OK);
	e = filelist_read(j, r.package.files_sha256, r.package.dir_hash1, &l, why);
	if (!e) CHECK(l.n == 2 && !l.entry[0].executable && l.entry[1].executable);
	filelist_drop(&l);
	json_drop(&j);
	return e;
}

TEST(filelist_is_the_signed_one)
{
	static const struct change form[] = {
		{"\"path\":\"SKILL.md\"", "\"path\":\"weather.sh\"", NULL},
		{"\"path\":\"SKILL.md\"", "\"path\":\"x\"", NULL},
		{"\"path\":\"SKILL.md\"", "\"path\":\"\"", NULL},
		{"\"mode\":\"0644\"", "\"mode\":\"0666\"", NULL},
		{"\"mode\":\"0644\"", "\"mode\":\"0644\",\"x\":1", NULL},
		{"\"size\":22", "\"size\":16777217", NULL},
		{"[{", "[1,{", NULL},
	};
	static const struct change digest[] = {
		{"\"mode\":\"0644\"", "\"mode\":\"0755\"", NULL},
		{"\"size\":22", "\"size\":23", NULL},
		{"\"sha256\":\"d1", "\"sha256\":\"d2", NULL},
		{"\"path\":\"SKILL.md\"", "\"path\":\"SKILLS.md\"", NULL},
	};
	struct why why = WHY_INIT;
	size_t i;

	CHECK_ERR(list_of(NULL, NULL, &why), E_OK);
	for (i = 0; i < sizeof form / sizeof *form; i++)
		CHECK_ERR(list_of(form[i].find, form[i].put, &why), E_BUNDLE_FORMAT);
	for (i = 0; i < sizeof digest / sizeof *digest; i++)
		CHECK_ERR(list_of(digest[i].find, digest[i].put, &why), E_COPY_MISMATCH);
}

/* Adds "path" with content of one byte; a "+" in front makes it executable. */
static void add(struct filelist *l, const char *path, char content)
{
	struct file_entry f = {.size = 1, .executable = path[0] == '+'};

	f.path = slice_str(path + f.executable);
	sha256(slice_of(&content, 1), f.sha256);
	CHECK_ERR(filelist_add(l, &f), E_OK);
}

TEST(filelist_compares_a_directory)
{
	struct filelist a = FILELIST_INIT, b = FILELIST_INIT;
	struct filelist_diff d;

	add(&a, "SKILL.md", 's');
	add(&a, "README.md", 'r');
	add(&a, "+run.sh", 'x');
	add(&a, "sub/README.md", 'q');
	CHECK_ERR(filelist_sort(&a), E_OK);
	add(&b, "SKILL.md", 's');
	add(&b, "+run.sh", 'x');
	add(&b, "sub/README.md", 'q');
	add(&b, ".clawhub/origin.json", 'o');
	CHECK_ERR(filelist_sort(&b), E_OK);
	CHECK(filelist_same(&a, &b, &d));
	CHECK(d.identical == 3 && d.omitted == 1 && d.extra == 1 && !d.missing && !d.added);
	CHECK_SLICE(d.omitted_path, SLICE("README.md"));
	CHECK_SLICE(d.extra_path, SLICE(".clawhub/origin.json"));
	/* Anything else refutes: another byte, another mode, a file more, a file less. */
	b.entry[1].sha256[0] ^= 1;
	CHECK(!filelist_same(&a, &b, &d) && d.changed == 1);
	b.entry[1].sha256[0] ^= 1;
	b.entry[2].executable = !b.entry[2].executable;
	CHECK(!filelist_same(&a, &b, &d) && d.changed == 1);
	CHECK_SLICE(d.changed_path, SLICE("run.sh"));
	b.entry[2].executable = !b.entry[2].executable;
	add(&b, "zz", 'z');
	CHECK(!filelist_same(&a, &b, &d) && d.added == 1);
	b.n -= 2;
	CHECK(!filelist_same(&a, &b, &d) && d.missing == 1);
	CHECK_SLICE(d.missing_path, SLICE("sub/README.md"));
	add(&b, "SKILL.md", 's');
	CHECK_ERR(filelist_sort(&b), E_FORMAT);
	filelist_drop(&a);
	filelist_drop(&b);
}

/* ---- the chain ------------------------------------------------------------------------ */

static struct proof proof;

static void run(struct slice bundle, const struct expect *want)
{
	struct why why = WHY_INIT;

	CHECK_ERR(proof_run(bundle, want, &proof, &why), E_OK);
	if (why.text[0]) printf("# %s\n", why.text);
}

#define STATE(which, s, c)                                                                         \
	do {                                                                                       \
		CHECK(proof.link[which].state == (s));                                             \
		CHECK_ERR(proof.link[which].code, (c));                                            \
	} while (0)

TEST(proof_without_a_tee_is_never_genuine)
{
	struct expect want = {.now = RECORD_TIME_MS / 1000, .weakest_tier = 2};
	struct slice good = bundle_of(false);

	run(good, &want);
	STATE(LINK_ENVELOPE, STATE_OK, E_OK);
	STATE(LINK_STATEMENT, STATE_OK, E_OK);
	STATE(LINK_VERDICT, STATE_OK, E_OK);
	STATE(LINK_SANDBOX, STATE_OK, E_OK);
	STATE(LINK_QUOTE, STATE_SKIP, E_OK);
	CHECK(proof.verdict == PROOF_UNDECIDED && proof_exit(&proof, true) == 2);
	proof_drop(&proof);
	/* Whatever may be waived. */
	want.accept_unevaluated_tcb = want.accept_unevaluated_os = true;
	want.accept_prior_versions = want.tcb.accept_unevaluated = true;
	run(good, &want);
	CHECK(proof.verdict == PROOF_UNDECIDED && proof_exit(&proof, false) == 2);
	proof_drop(&proof);
}

TEST(proof_signature_and_key)
{
	struct expect want = {.now = RECORD_TIME_MS / 1000, .weakest_tier = 2};
	struct slice good = bundle_of(false);
	const char *payload = "\"payload\":\"eyJfdHlwZSI6Imh0dHBz";

	/* Other bytes below the same signature. */
	run(edited(good, payload, "\"payload\":\"eyJfdHlwZSI6Imh0dHB0"), &want);
	CHECK(proof.verdict == PROOF_REFUTED);
	CHECK(proof.link[LINK_ENVELOPE].state == STATE_FAIL);
	proof_drop(&proof);
	/* Another name of the key. */
	run(edited(good, "\"keyid\":\"39", "\"keyid\":\"38"), &want);
	STATE(LINK_ENVELOPE, STATE_FAIL, E_ENVELOPE_KEY);
	CHECK(proof.verdict == PROOF_REFUTED && proof_exit(&proof, false) == 1);
	proof_drop(&proof);
	/* A signature that is none. */
	run(edited(good, "\"sig\":\"ME", "\"sig\":\"MU"), &want);
	STATE(LINK_ENVELOPE, STATE_FAIL, E_ENVELOPE_SIGNATURE);
	proof_drop(&proof);
}

TEST(proof_compares_what_the_caller_expects)
{
	struct expect want = {.now = RECORD_TIME_MS / 1000, .weakest_tier = 2};
	struct slice good = bundle_of(false);

	want.has_nonce = want.has_archive = true;
	sha256(SLICE("nonce"), want.nonce);
	sha256(SLICE("the archive"), want.archive_sha256);
	run(good, &want);
	STATE(LINK_PACKAGE, STATE_OK, E_OK);
	CHECK(proof.link[LINK_FRESHNESS].state != STATE_FAIL);
	proof_drop(&proof);
	want.nonce[0] ^= 1;
	want.archive_sha256[0] ^= 1;
	run(good, &want);
	STATE(LINK_PACKAGE, STATE_FAIL, E_PACKAGE_OTHER);
	STATE(LINK_FRESHNESS, STATE_FAIL, E_NONCE_MISMATCH);
	CHECK(proof.verdict == PROOF_REFUTED);
	proof_drop(&proof);
	/* The list beside the statement is only a copy (C38). */
	run(edited(good, "\"size\":22", "\"size\":23"), &want);
	CHECK(proof.link[LINK_PACKAGE].state == STATE_FAIL);
	proof_drop(&proof);
}

TEST(proof_quote_must_bind_the_statement)
{
	struct expect want = {.now = RECORD_TIME_MS / 1000, .weakest_tier = 2};

	/* Evidence of some other statement, unsigned: each link that can tell says no. */
	run(bundle_of(true), &want);
	CHECK(proof.verdict == PROOF_REFUTED);
	CHECK(proof.link[LINK_BINDING].state == STATE_FAIL);
	CHECK(proof.link[LINK_QUOTE].state == STATE_FAIL);
	proof_drop(&proof);
}
