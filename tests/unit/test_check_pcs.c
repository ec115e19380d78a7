/* SPDX-License-Identifier: MIT */
/* check/pcs and dcap_collateral: bundles out of answers, and judged without a quote. */
#include <string.h>

#include "check/collateral.h"
#include "check/dcap.h"
#include "check/pcs.h"
#include "check_vectors.h"
#include "test.h"

TEST(pcs_signed_objects_are_cut_out_byte_for_byte)
{
	static const struct {
		const char *text, *cut;
	} cases[] = {
		{"{\"tcbInfo\":{\"a\":1},\"signature\":\"00\"}", "{\"a\":1}"},
		{" { \"signature\" : \"}\" , \"tcbInfo\" :\n{ \"b\":\"}\\\"{\",\"c\":[{},[]] } } ",
			"{ \"b\":\"}\\\"{\",\"c\":[{},[]] }"},
		{"{\"x\":{\"tcbInfo\":{}},\"tcbInfo\":{\"y\":true}}", "{\"y\":true}"},
		{"{\"x\":[{\"tcbInfo\":{}},1.5,null],\"tcbInfo\":{}}", "{}"},
		{"{\"x\":\"tcbInfo\",\"tcbInfo\":{\"z\":\"\"}}", "{\"z\":\"\"}"},
		{"{\"tcbInfo\":\"{}\"}", NULL},
		{"{\"tcbInfo\":[]}", NULL},
		{"{\"tcb\\u0049nfo\":{}}", NULL},
		{"{\"x\":{\"tcbInfo\":{}}}", NULL},
		{"[{\"tcbInfo\":{}}]", NULL},
		{"{}", NULL},
		{"", NULL},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct slice got = SLICE_NONE;
		enum err e = pcs_cut(slice_str(cases[i].text), "tcbInfo", &got);

		CHECK_ERR(e, cases[i].cut ? E_OK : E_COLLATERAL_FORMAT);
		if (cases[i].cut) CHECK_SLICE(got, slice_str(cases[i].cut));
	}
}

#define SIG64        "0000000000000000000000000000000000000000000000000000000000000000"
#define CHAIN        "-----BEGIN%20CERTIFICATE-----%0Aa+b%2Bc%2F%3D%0A-----END%20CERTIFICATE-----%0A"
#define SIGNED(name) "{\"" name "\":{},\"signature\":\"" SIG64 SIG64 "\"}"

static struct pcs_answers good(void)
{
	return (struct pcs_answers){.pck_crl = SLICE("\x30\x82\x01\x02"),
		.pck_crl_chain = SLICE(CHAIN),
		.root_crl = SLICE(" 3082ABcd\r\n"),
		.tcb_info = SLICE(SIGNED("tcbInfo")),
		.tcb_info_chain = SLICE(CHAIN),
		.qe_identity = SLICE(SIGNED("enclaveIdentity")),
		.qe_identity_chain = SLICE(CHAIN)};
}

static enum err bundle_of(const struct pcs_answers *a, struct buf *b)
{
	struct why why = WHY_INIT;
	enum err e;

	*b = buf_heap(65536);
	e = pcs_bundle(a, b, &why);
	CHECK(!e || why.text[0]);
	return e;
}

TEST(pcs_answers_become_a_bundle_that_our_reader_reads)
{
	struct pcs_answers a = good();
	struct collateral c;
	struct buf b;

	CHECK_ERR(bundle_of(&a, &b), E_OK);
	CHECK_ERR(collateral_read(buf_slice(&b), &c, NULL), E_OK);
	CHECK_SLICE(c.pck_crl, SLICE("30820102"));
	CHECK_SLICE(c.root_ca_crl, SLICE("3082abcd"));
	CHECK_SLICE(c.tcb_info, SLICE("{}"));
	/* A plus sign is no blank: base64 is full of them. */
	CHECK_SLICE(c.pck_crl_chain,
		SLICE("-----BEGIN CERTIFICATE-----\na+b+c/=\n-----END CERTIFICATE-----\n"));
	collateral_drop(&c);
	buf_drop(&b);
	a.root_crl = SLICE("-----BEGIN X509 CRL-----\nMIIB\nAg==\n-----END X509 CRL-----\n");
	CHECK_ERR(bundle_of(&a, &b), E_OK);
	CHECK(slice_search(buf_slice(&b), 0, SLICE("\"root_ca_crl\":\"30820102\"")) < b.n);
	buf_drop(&b);
}

TEST(pcs_answers_of_another_form_are_refused)
{
	static const char *const chains[] = {"", "-----BEGIN%2", "x", "%2DBEGIN%zz",
		"-----BEGIN CERTIFICATE-----%00", "-----BEGIN CERTIFICATE-----%C3%BC"};
	static const char *const lists[] = {"", "3", "<html>", "-----BEGIN X509 CRL-----\nMIIB"};
	static const char *const texts[] = {"", "{}", "[]", "{\"tcbInfo\":{}}",
		"{\"tcbInfo\":{},\"signature\":\"00\"}", SIGNED("tcbInfo") "x",
		"{\"tcbInfo\":{},"
		"\"tcbInfo\":{},\"signature\":\"" SIG64 SIG64 "\"}"};
	struct pcs_answers a;
	struct buf b;
	size_t i;

	for (i = 0; i < sizeof chains / sizeof *chains; i++) {
		a = good();
		a.tcb_info_chain = slice_str(chains[i]);
		CHECK_ERR(bundle_of(&a, &b), E_COLLATERAL_FORMAT);
		buf_drop(&b);
	}
	for (i = 0; i < sizeof lists / sizeof *lists; i++) {
		a = good();
		a.pck_crl = slice_str(lists[i]);
		CHECK_ERR(bundle_of(&a, &b), E_CRL_FORMAT);
		buf_drop(&b);
	}
	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		a = good();
		a.tcb_info = slice_str(texts[i]);
		CHECK_ERR(bundle_of(&a, &b), E_COLLATERAL_FORMAT);
		buf_drop(&b);
	}
}

/* Classes that are about collateral alone, whatever the quote. */
static bool about_collateral(struct slice class)
{
	return slice_starts(class, "CRL_") || slice_starts(class, "TCB_INFO_") ||
	       slice_starts(class, "QE_IDENTITY_CHAIN") ||
	       slice_starts(class, "QE_IDENTITY_SIGNATURE") ||
	       slice_starts(class, "QE_IDENTITY_FORMAT") ||
	       slice_starts(class, "QE_IDENTITY_EXPIRED") || slice_is(class, "COLLATERAL_FORMAT");
}

TEST(pcs_collateral_alone_is_judged_as_beside_a_quote)
{
	const char *dir = vectors_dir("dcap");
	struct cJSON *j = dir ? vectors_json(dir, "expected.json") : NULL;
	const struct cJSON *cases = json_is_array(j) ? j : json_get(j, "cases"), *c;
	unsigned accepted = 0, refused = 0;

	if (!j) SKIP("vectors/dcap not found");
	for (c = json_child(cases); c; c = json_next(c)) {
		struct dcap_input in = {0}, bare;
		struct dcap_scope scope = {.tdx = true};
		struct dcap_result full, alone;
		struct why why = WHY_INIT;
		char path[256];
		uint64_t now = 0;
		enum err e, with, without;

		slice_text(path, sizeof path, want_str(c, "quote"));
		in.quote = vectors_file(dir, path);
		slice_text(path, sizeof path, want_str(c, "collateral"));
		in.collateral = vectors_file(dir, path);
		slice_text(path, sizeof path, want_str(c, "trusted_root"));
		in.trusted_root = vectors_file(dir, path);
		json_get_u64(c, "now", UINT32_MAX, &now);
		in.now = (int64_t)now;
		in.allow_debug = in.allow_service_td = in.accept_unevaluated = true;
		with = dcap_verify(&in, &full, NULL);
		/* The scope as the quote alone names it. */
		bare = in;
		bare.collateral = SLICE_NONE;
		e = dcap_verify(&bare, &alone, NULL);
		if (e || !in.collateral.n) continue;
		scope.tdx = alone.quote.tee_type == TEE_TYPE_TDX;
		memcpy(scope.fmspc, alone.pck.fmspc, sizeof scope.fmspc);
		without = dcap_collateral(&in, &scope, &alone, &why);
		if (!with) {
			accepted++;
			CHECK_ERR(without, E_OK);
			CHECK(alone.tcb_info_evaluation == full.tcb_info_evaluation);
			CHECK(alone.qe_identity_evaluation == full.qe_identity_evaluation);
			CHECK(alone.valid_until >= full.valid_until);
			CHECK(memcmp(alone.root_sha256, full.root_sha256, 32) == 0);
		} else if (about_collateral(slice_str(err_name(with)))) {
			/* Only a quote tells its PCEID; another authority's list, only its chain. */
			if (slice_is(want_str(c, "name"), "rj_tcb_pceid")) with = E_OK;
			if (slice_is(want_str(c, "name"), "real_sgx_quote_tdx_collateral"))
				with = E_TCB_INFO_MISMATCH;
			refused++;
			CHECK_ERR(without, with);
		}
	}
	CHECK(accepted > 20 && refused > 30);
	json_drop(&j);
}
