/* SPDX-License-Identifier: MIT */
/* unpack/oms*: who signed which files; each way to be wrong has its own reason. */
#include <stdlib.h>
#include <string.h>

#include "made.h"
#include "made_oms.h"
#include "records.h"
#include "test.h"
#include "unpack/oms.h"

/* Builds with one change and compares the reason. */
#define WITH(change, want)                                                                         \
	do {                                                                                       \
		struct made_oms m;                                                                 \
		made_oms_default(&m);                                                              \
		change;                                                                            \
		f = made_oms_facts(&m);                                                            \
		test_err(__FILE__, __LINE__, f.reason, want);                                      \
	} while (0)

TEST(oms_valid)
{
	struct signature_facts f;

	WITH((void)0, E_OK);
	CHECK(f.present && f.subject_match && f.resources_match && f.has_leaf && f.has_anchor);
	CHECK(f.unsigned_files == 0);
	CHECK_SLICE(f.leaf_subject, SLICE("CN=Signer,C=US"));
	/* A hint about the key says nothing. */
	WITH((m.bundle_find = "\"keyid\":\"\"", m.bundle_put = "\"keyid\":\"x\""), E_OK);
	WITH((m.bundle_find = ",\"keyid\":\"\"", m.bundle_put = ""), E_OK);
	WITH((m.bundle_find = ",\"tlogEntries\":[]", m.bundle_put = ""), E_OK);
	/* The name of the subject is a folder on the signer's machine. */
	WITH((m.find = "\"name\":\"x\"", m.put = "\"name\":\"y\""), E_OK);
	WITH((m.find = "\".github\",", m.put = "\"skill.oms.sig\","), E_OK);
}

TEST(oms_files)
{
	struct signature_facts f;

	WITH(m.file[1].content = "changed", E_SIGNATURE_FILE_CHANGED);
	CHECK(!f.subject_match && !f.resources_match && f.has_anchor && f.has_leaf);
	WITH(m.file[2].listed = NULL, E_SIGNATURE_FILE_UNSIGNED);
	CHECK(f.subject_match && !f.resources_match && f.unsigned_files == 1);
	WITH((m.find = "\"a-c.txt\"", m.put = "\"a-d.txt\""), E_SIGNATURE_FILE_MISSING);
	CHECK(!f.subject_match && !f.resources_match);
	WITH((m.find = "\"name\":\"a-c.txt\"", m.put = "\"name\":\"A-C.TXT\""),
		E_SIGNATURE_FILE_MISSING);
	/* Two digests for each other's files. */
	WITH((m.file[1].listed = "2", m.file[2].listed = "1"), E_SIGNATURE_FILE_CHANGED);
	/* A file twice, with the same digest or another. */
	WITH((m.find = "\"name\":\"a-c.txt\"", m.put = "\"name\":\"a/b.txt\""),
		E_SIGNATURE_STATEMENT);
	CHECK(!f.subject_match && !f.resources_match);
	/* The tree digest of other files, or of the same in another order. */
	WITH((m.find = "{\"sha256\":\"", m.put = "{\"sha256\":\"00"), E_SIGNATURE_STATEMENT);
}

/* A subject that is not the digest of the list. */
TEST(oms_subject)
{
	struct signature_facts f;
	struct made_oms own;
	struct slice good;
	char digest[2 * SHA256_LEN + 1];
	uint8_t sha[SHA256_LEN];
	struct buf hex = buf_on(digest, sizeof digest);
	struct sha256 h;
	const char *parts[] = {"---\nname: x\n---\n", "1", "2"};
	size_t i;

	sha256_init(&h);
	for (i = 0; i < 3; i++) {
		sha256(slice_str(parts[i]), sha);
		sha256_add(&h, SLICE_OF(sha));
	}
	sha256_out(&h, sha);
	buf_hex(&hex, SLICE_OF(sha));
	good = buf_slice(&hex);
	CHECK(good.n == 64);
	made_oms_default(&own);
	own.find = buf_text(&hex);
	own.put = "0000000000000000000000000000000000000000000000000000000000000000";
	f = made_oms_facts(&own);
	CHECK_ERR(f.reason, E_SIGNATURE_SUBJECT);
	CHECK(!f.subject_match && f.resources_match);
}

TEST(oms_left_out_files)
{
	struct signature_facts f;

	WITH((m.file[4].path = ".gitignore", m.file[4].content = "x", m.file[5].path = ".github/a",
		     m.file[5].content = "y"),
		E_OK);
	CHECK(f.unsigned_files == 2 && f.resources_match);
	/* What its own rules do not leave out has to be signed. */
	WITH((m.file[4].path = ".github/a", m.file[4].content = "y", m.find = "\".github\",",
		     m.put = ""),
		E_SIGNATURE_FILE_UNSIGNED);
	WITH((m.file[4].path = ".gitx", m.file[4].content = "y"), E_SIGNATURE_FILE_UNSIGNED);
	WITH((m.file[4].path = "a/.gitignore", m.file[4].content = "y"), E_SIGNATURE_FILE_UNSIGNED);
	WITH((m.file[4].path = "a/" SIGNATURE_FILE, m.file[4].content = "y"),
		E_SIGNATURE_FILE_UNSIGNED);
}

TEST(oms_parameters)
{
	struct signature_facts f;

	WITH((m.find = "\"files\"", m.put = "\"shards\""), E_SIGNATURE_PARAMETERS);
	CHECK(!f.subject_match && !f.resources_match && f.has_leaf);
	WITH((m.find = "\"hash_type\":\"sha256\"", m.put = "\"hash_type\":\"blake2\""),
		E_SIGNATURE_PARAMETERS);
	WITH((m.find = "\"allow_symlinks\":false", m.put = "\"allow_symlinks\":true"),
		E_SIGNATURE_PARAMETERS);
	WITH((m.find = "\"allow_symlinks\":false", m.put = "\"allow_symlinks\":0"),
		E_SIGNATURE_PARAMETERS);
	/* A rule that would let anything ride along. */
	WITH((m.find = "\".github\"", m.put = "\".\""), E_SIGNATURE_PARAMETERS);
	WITH((m.find = "\".github\"", m.put = "\"a\""), E_SIGNATURE_PARAMETERS);
	WITH((m.find = "\".github\"", m.put = "\".git\""), E_SIGNATURE_PARAMETERS);
	WITH((m.find = "\".github\"", m.put = "1"), E_SIGNATURE_PARAMETERS);
	WITH((m.find = "\"ignore_paths\":", m.put = "\"ignore_path\":"), E_SIGNATURE_PARAMETERS);
	WITH((m.find = "\"algorithm\":\"sha256\"", m.put = "\"algorithm\":\"sha512\""),
		E_SIGNATURE_PARAMETERS);
}

TEST(oms_types)
{
	struct signature_facts f;

	WITH((m.bundle_find = "v0.3+json", m.bundle_put = "v0.2+json"), E_SIGNATURE_TYPE);
	CHECK(!f.has_leaf && !f.has_anchor && f.leaf_subject.n == 0);
	WITH((m.bundle_find = "application/vnd.in-toto+json", m.bundle_put = "text/plain"),
		E_SIGNATURE_TYPE);
	WITH((m.bundle_find = "x509CertificateChain", m.bundle_put = "publicKey"),
		E_SIGNATURE_TYPE);
	WITH((m.bundle_find = "\"tlogEntries\":[]", m.bundle_put = "\"tlogEntries\":[{}]"),
		E_SIGNATURE_TYPE);
	WITH((m.find = "signature/v1.0", m.put = "signature/v2.0"), E_SIGNATURE_TYPE);
	WITH((m.find = "Statement/v1", m.put = "Statement/v2"), E_SIGNATURE_TYPE);
}

TEST(oms_signature)
{
	struct signature_facts f;

	WITH(m.signer = OMS_OTHER, E_SIGNATURE_WRONG);
	/* Who it claims to be is told, and that the files are those of the list. */
	CHECK(f.has_leaf && !f.has_anchor && f.subject_match && f.resources_match);
	WITH(m.sign_sha256 = true, E_SIGNATURE_WRONG);
	WITH(m.pae_type = "text/plain", E_SIGNATURE_WRONG);
	WITH(m.raw_signature = true, E_SIGNATURE_WRONG);
}

/* The statement of one package with the signature of another. */
TEST(oms_signature_of_another)
{
	struct made_oms one, other;
	size_t a, b;

	made_oms_default(&one);
	made_oms_build(&one);
	made_oms_default(&other);
	other.file[1].listed = other.file[1].content = "3";
	made_oms_build(&other);
	CHECK_ERR(made_oms_judge(&other).reason, E_OK);
	a = slice_search(one.bundle, 0, SLICE("\"signatures\""));
	b = slice_search(other.bundle, 0, SLICE("\"signatures\""));
	other.bundle = JOIN(slice_sub(other.bundle, 0, b), slice_from(one.bundle, a));
	CHECK_ERR(made_oms_judge(&other).reason, E_SIGNATURE_WRONG);
}

TEST(oms_certificates)
{
	struct signature_facts f;
	int i;

	for (i = 0; i < 3; i++) {
		WITH(m.cert[i].foreign_alg = true, E_SIGNATURE_CERTIFICATE);
		WITH(m.cert[i].foreign_curve = true, E_SIGNATURE_CERTIFICATE);
		WITH(m.cert[i].version = 2, E_SIGNATURE_CHAIN);
		WITH(m.cert[i].critical = true, E_SIGNATURE_CHAIN);
		WITH(m.cert[i].key_usage = -1, E_SIGNATURE_CHAIN);
		WITH(m.cert[i].ca = !m.cert[i].ca, E_SIGNATURE_CHAIN);
		WITH(m.cert[i].from = "270101000000Z", E_SIGNATURE_NOT_YET_VALID);
		WITH(m.cert[i].until = "261101000000Z", E_SIGNATURE_EXPIRED);
		CHECK(!f.has_anchor && f.subject_match && f.resources_match);
	}
	/* What the other kind of certificate may do. */
	WITH(m.cert[0].key_usage = 0x06, E_SIGNATURE_CHAIN);
	WITH(m.cert[1].key_usage = 0x80, E_SIGNATURE_CHAIN);
	WITH(m.cert[0].signer = OMS_OTHER, E_SIGNATURE_CHAIN);
	WITH(m.cert[1].signer = OMS_OTHER, E_SIGNATURE_CHAIN);
	WITH(m.cert[0].issuer = "Other", E_SIGNATURE_CHAIN);
	WITH(m.cert[1].issuer = "Other", E_SIGNATURE_CHAIN);
	WITH(m.cert[2].path_len = 0, E_SIGNATURE_CHAIN);
	/* At the last and behind the last second. */
	WITH(m.now = 1830297600, E_OK);
	WITH(m.now = 1830297601, E_SIGNATURE_EXPIRED);
	WITH(m.now = 1767225600, E_OK);
	WITH(m.now = 1767225599, E_SIGNATURE_NOT_YET_VALID);
}

TEST(oms_anchors)
{
	struct signature_facts f;

	WITH(m.anchors.n = 0, E_SIGNATURE_NO_ANCHOR);
	CHECK(!f.has_anchor && f.has_leaf && f.subject_match && f.resources_match);
	CHECK(!signature_warns(&f));
	/* A root of the same name with another key. */
	WITH((m.anchors.n = 0, m.cert[2].key = m.cert[2].signer = OMS_OTHER,
		     made_oms_trust(&m, &m.cert[2]), m.cert[2].key = m.cert[2].signer = OMS_ROOT),
		E_SIGNATURE_ANCHOR);
	CHECK(!f.has_anchor && signature_warns(&f));
	/* One more anchor, in whatever order, does not matter. */
	WITH((m.cert[2].cn = m.cert[2].issuer = "Else", made_oms_trust(&m, &m.cert[2]),
		     m.cert[2].cn = m.cert[2].issuer = "Root"),
		E_OK);
	/* A chain that leaves its root out, and one under a CA that is the anchor itself. */
	WITH(m.n_certs = 2, E_OK);
	WITH((m.n_certs = 2, m.anchors.n = 0), E_SIGNATURE_NO_ANCHOR);
	WITH((m.anchors.n = 0, made_oms_trust(&m, &m.cert[1])), E_OK);
	WITH((m.n_certs = 1, m.anchors.n = 0, made_oms_trust(&m, &m.cert[1])), E_OK);
	WITH(m.n_certs = 1, E_SIGNATURE_ANCHOR);
	/* The anchor's own rules hold too. */
	WITH((m.n_certs = 2, m.anchors.n = 0, m.cert[2].path_len = 0,
		     made_oms_trust(&m, &m.cert[2])),
		E_SIGNATURE_ANCHOR);
	WITH((m.n_certs = 2, m.anchors.n = 0, m.cert[2].until = "261101000000Z",
		     made_oms_trust(&m, &m.cert[2])),
		E_SIGNATURE_EXPIRED);
	CHECK(f.has_anchor);
	WITH((m.n_certs = 2, m.anchors.n = 0, m.cert[2].from = "270101000000Z",
		     made_oms_trust(&m, &m.cert[2])),
		E_SIGNATURE_NOT_YET_VALID);
	/* The leaf of somebody who owns the root's name only. */
	WITH((m.n_certs = 1, m.cert[0].issuer = "Root", m.cert[0].signer = OMS_OTHER),
		E_SIGNATURE_ANCHOR);
}

/* An unknown member anywhere, and any member twice, ends the reading. */
TEST(oms_closed_shape)
{
	struct signature_facts f;
	struct made_oms own;
	struct slice text;
	size_t at;

	made_oms_default(&own);
	made_oms_build(&own);
	text = own.bundle;
	for (at = slice_find(text, 0, '{'); at < text.n; at = slice_find(text, at + 1, '{')) {
		own.bundle = JOIN(
			slice_sub(text, 0, at + 1), SLICE("\"zz\":0,"), slice_from(text, at + 1));
		CHECK_ERR(made_oms_judge(&own).reason, E_SIGNATURE_FORMAT);
	}
	/* The payload of the good bundle, with a member more in each object. */
	at = slice_search(text, 0, SLICE("\"payload\":\"")) + 11;
	{
		struct buf b = buf_heap(1 << 20);

		CHECK(!base64_into(slice_sub(text, at, slice_find(text, at, '"') - at), &b));
		text = test_keep(&b);
	}
	for (at = slice_find(text, 0, '{'); at < text.n; at = slice_find(text, at + 1, '{')) {
		made_oms_default(&own);
		own.payload = JOIN(
			slice_sub(text, 0, at + 1), SLICE("\"zz\":0,"), slice_from(text, at + 1));
		f = made_oms_facts(&own);
		CHECK(f.reason == E_SIGNATURE_STATEMENT || f.reason == E_SIGNATURE_PARAMETERS);
		CHECK(!f.resources_match && !f.subject_match);
	}
	WITH((m.find = "{\"_type\"", m.put = "{\"_type\":\"\",\"_type\""), E_SIGNATURE_STATEMENT);
	WITH((m.find = "{\"name\":\"SKILL.md\"",
		     m.put = "{\"name\":\"SKILL.md\",\"name\":\"SKILL.md\""),
		E_SIGNATURE_STATEMENT);
	WITH((m.bundle_find = "{\"sig\"", m.bundle_put = "{\"sig\":\"\",\"sig\""),
		E_SIGNATURE_FORMAT);
	WITH((m.find = "\"subject\":[", m.put = "\"subject\":[{\"name\":\"y\",\"digest\":{}},"),
		E_SIGNATURE_STATEMENT);
	WITH((m.bundle_find = "\"keyid\":\"\"}]",
		     m.bundle_put = "\"keyid\":\"\"},{\"sig\":\"AA==\"}]"),
		E_SIGNATURE_FORMAT);
	WITH((m.bundle_find = "\"certificates\":[{", m.bundle_put = "\"certificates\":[],\"x\":[{"),
		E_SIGNATURE_FORMAT);
}

/* Every cut and many flips of the whole bundle: never verified, never worse than a reason. */
TEST(oms_damage)
{
	struct signature_facts f;
	struct made_oms own;
	struct slice text;
	struct buf b = buf_heap(1 << 20);
	size_t i;

	made_oms_default(&own);
	made_oms_build(&own);
	text = own.bundle;
	for (i = 0; i < text.n; i++) {
		own.bundle = slice_sub(text, 0, i);
		CHECK_ERR(made_oms_judge(&own).reason, E_SIGNATURE_FORMAT);
	}
	/* Signing anew is slow; so is each look at a whole chain. */
	for (i = 0; i < text.n; i += 11) {
		buf_reset(&b);
		buf_put(&b, text);
		b.p[i] ^= 1;
		own.bundle = buf_slice(&b);
		f = made_oms_judge(&own);
		if (f.reason == E_OK &&
			slice_search(own.bundle, 0, SLICE("\"keyid\":\"\"")) < text.n)
			test_fail(__FILE__, __LINE__, "a changed bundle is verified");
	}
	WITH((m.bundle_find = "\"payload\":\"", m.bundle_put = "\"payload\":\"\\n"),
		E_SIGNATURE_FORMAT);
	WITH((m.bundle_find = "=\"", m.bundle_put = "\""), E_SIGNATURE_FORMAT);
	WITH((m.bundle_find = "\"sig\":\"M", m.bundle_put = "\"sig\":\"-"), E_SIGNATURE_FORMAT);
	WITH((m.bundle_find = "\"keyid\":\"\"}]}}", m.bundle_put = "\"keyid\":\"\"}]}} {}"),
		E_SIGNATURE_FORMAT);
	buf_drop(&b);
}

/* The largest lists that fit, right and wrong. */
TEST(oms_huge_lists)
{
	static struct signed_file files[LIMIT_MEMBERS];
	uint8_t mem[LIMIT_SIGNER_BYTES];
	struct buf b = buf_heap(1 << 20), name = buf_on(mem, sizeof mem);
	struct signature_request r;
	struct signature_facts f;
	struct made_oms own;
	unsigned i;

	made_oms_default(&own);
	buf_str(&b, "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"x\","
		    "\"digest\":{\"sha256\":"
		    "\"0000000000000000000000000000000000000000000000000000000000000000\"}}],"
		    "\"predicateType\":\"https://model_signing/signature/v1.0\",\"predicate\":{"
		    "\"serialization\":{\"method\":\"files\",\"ignore_paths\":[],"
		    "\"hash_type\":\"sha256\",\"allow_symlinks\":false},\"resources\":[");
	for (i = 0; i < LIMIT_MEMBERS; i++) {
		char *path = malloc(16);

		snprintf(path, 16, "f%04u", i);
		files[i].path = slice_str(path);
		buf_fmt(&b, "%s{\"name\":\"%s\",\"algorithm\":\"sha256\",\"digest\":\"",
			i ? "," : "", path);
		buf_hex(&b, SLICE_OF(files[i].sha256));
		buf_str(&b, "\"}");
	}
	buf_str(&b, "]}}");
	own.payload = buf_slice(&b);
	made_oms_build(&own);
	CHECK(own.bundle.n < LIMIT_SIGNATURE_BYTES);
	r = (struct signature_request){.now = own.now,
		.anchors = own.anchors,
		.bundle = own.bundle,
		.n_files = LIMIT_MEMBERS,
		.files = files};
	CHECK_ERR(oms_check(&r, &name, &f), E_OK);
	CHECK_ERR(f.reason, E_SIGNATURE_SUBJECT);
	CHECK(f.resources_match);
	buf_reset(&name);
	r.n_files = 1;
	CHECK_ERR(oms_check(&r, &name, &f), E_OK);
	CHECK_ERR(f.reason, E_SIGNATURE_FILE_MISSING);
	/* Nests and lists of nothing. */
	buf_reset(&b);
	for (i = 0; i < 500000; i++)
		buf_str(&b, i ? ",0" : "[0");
	r.bundle = buf_slice(&b);
	CHECK_ERR(oms_check(&r, &name, &f), E_OK);
	CHECK_ERR(f.reason, E_SIGNATURE_FORMAT);
	memset(b.p, '[', b.n);
	CHECK_ERR(oms_check(&r, &name, &f), E_OK);
	CHECK_ERR(f.reason, E_SIGNATURE_FORMAT);
	r.bundle = SLICE_NONE;
	CHECK_ERR(oms_check(&r, &name, &f), E_OK);
	CHECK_ERR(f.reason, E_SIGNATURE_FORMAT);
	buf_drop(&b);
}
