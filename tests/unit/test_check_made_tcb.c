/* SPDX-License-Identifier: MIT */
/* check/dcap on a made-up platform: TCB info, QE identity, levels, report policy. */
#include <string.h>

#include "check/collateral.h"
#include "check/dcap.h"
#include "made_cases.h"
#include "test.h"

TEST(check_made_tcb_info)
{
	struct dcap_result r;

	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"version\":3", "\"version\":2"));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"tcbType\":0", "\"tcbType\":1"));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"tcbType\":0,", ""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"tcbType\":0,", "\"tcbType\":0,\"tcbType\":0,"));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"tdxModule\"", "\"tdxmodule\""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"fmspc\":\"A0", "\"fmspc\":\""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"pceId\":\"00", "\"pceId\":\""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("2026-02-20T10:00:00Z", "2026-02-20T10:00:00.000Z"));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("2026-02-20T10:00:00Z", "2026-02-30T10:00:00Z"));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("2025-11-12T00:00:00Z", "2025-11-12"));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"UpToDate\"}", "\"Uptodate\"}"));
	REFUSES(E_TCB_INFO_FORMAT,
		TCB_EDIT("\"tcbStatus\":\"OutOfDate\"", "\"tcbStatus\":\"ConfigurationNeeded\""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"ConfigurationNeeded\"", "\"TDRelaunchAdvised\""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("{\"svn\":3},", ""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("{\"svn\":3},", "{\"svn\":3},{\"svn\":3},"));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("{\"svn\":3},", "{\"svn\":256},"));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("{\"svn\":3},", "{\"svn\":-3},"));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("{\"svn\":3},", "{\"svn\":\"3\"},"));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"pcesvn\":11", "\"pcesvn\":65536"));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"tdxtcbcomponents\"", "\"sgxtcbcomponent2\""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"TDX_01\"", "\"TDX_1\""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"TDX_01\"", "\"TDY_01\""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"attributes\":\"00", "\"attributes\":\""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"attributesMask\":\"FF", "\"attributesMask\":\""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"mrsigner\":\"00", "\"mrsigner\":\""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("DataNumber\":20", "DataNumber\":-20"));
	REFUSES(E_TCB_INFO_FORMAT,
		TCB_EDIT("\"tdxModuleIdentities\":[", "\"tdxModuleIdentities\":1,\"x\":["));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"id\":\"TDX\",", ""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"TDX_01\"", "\"TDX_0g\""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"isvsvn\":6", "\"isvsvn\":4"));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("[\"MADE-P2\"]", "[\"MADE P2\"]"));
	REFUSES(E_TCB_INFO_FORMAT,
		TCB_EDIT("[\"MADE-P2\"]", "[\"MADE-P2-0123456789012345678901234567\"]"));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("[\"MADE-P2\"]", "\"MADE-P2\""));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("[\"MADE-P2\"]", "[2]"));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("]}", "],}"));
	REFUSES(E_TCB_INFO_MISMATCH, TCB_EDIT("A0B1C2D3E4F5", "A0B1C2D3E4F6"));
	REFUSES(E_TCB_INFO_MISMATCH, TCB_EDIT("\"pceId\":\"0000\"", "\"pceId\":\"0001\""));
	REFUSES(E_TCB_INFO_MISMATCH, m.pceid = SLICE("\0\1"));
	REFUSES(E_TCB_INFO_MISMATCH, TCB_EDIT("\"id\":\"TDX\"", "\"id\":\"SGX\""));
	REFUSES(E_TCB_INFO_MISMATCH, TCB_EDIT("\"id\":\"TDX\"", "\"id\":\"tdx\""));
	REFUSES(E_TCB_EVALUATION, m.in.min_tcb_eval = 20);
	REFUSES(E_TCB_EVALUATION, m.in.min_tcb_eval = 21);
	REFUSES(E_TCB_EVALUATION, m.in.min_tcb_eval = 21,
		QE_EDIT("DataNumber\":19", "DataNumber\":30"));
	ACCEPTS(TCB_UP_TO_DATE, m.in.min_tcb_eval = 19);
	ACCEPTS(TCB_UP_TO_DATE, TCB_EDIT("A0B1C2D3E4F5", "a0b1C2d3e4f5"));
	ACCEPTS(TCB_UP_TO_DATE, TCB_EDIT("\"TDX_01\"", "\"tdx_01\""));
	ACCEPTS(TCB_UP_TO_DATE, TCB_EDIT("\"tcbType\":0", "\"tcbType\":0,\"new\":[{\"x\":null}]"));
}

/* Of two faults in the documents, the one of the earlier step counts. */
TEST(check_made_document_order)
{
	REFUSES(E_TCB_INFO_EXPIRED, TCB_EDIT("\"tcbType\":0", "\"tcbType\":1"),
		m.tcb_edit[1].find = "2026-03-22", m.tcb_edit[1].put = "2026-02-21");
	REFUSES(E_QE_IDENTITY_EXPIRED, TCB_EDIT("\"version\":3", "\"version\":4"),
		QE_EDIT("2026-03-22", "2026-02-21"));
	REFUSES(E_TCB_INFO_FORMAT, TCB_EDIT("\"version\":3", "\"version\":4"),
		QE_EDIT("\"version\":2", "\"version\":1"));
	REFUSES(E_TCB_INFO_MISMATCH, TCB_EDIT("A0B1C2D3E4F5", "A0B1C2D3E4F6"),
		QE_EDIT("\"version\":2", "\"version\":1"));
	REFUSES(E_QE_IDENTITY_FORMAT, m.qe_misc = 1, QE_EDIT("\"version\":2", "\"version\":1"));
	REFUSES(E_TCB_INFO_CHAIN, m.tcb.ca = true, m.qe_signer.ca = true);
	REFUSES(E_CRL_EXPIRED, m.pck_crl.until = "260228235959Z", m.tcb.ca = true);
	REFUSES(E_PCK_EXTENSION, m.no_sgx = true, m.root_crl.version = 1);
	REFUSES(E_CERT_EXPIRED, m.pck.until = "260228235959Z", m.no_sgx = true);
	REFUSES(E_QE_REPORT_DATA, m.qe_data_tail = 1, m.qe_misc = 1);
	REFUSES(E_QE_TCB_NOT_SUPPORTED, m.qe_svn = 1, m.bad_att_key = true);
	REFUSES(E_QUOTE_SIGNATURE, m.bad_att_key = true, m.mrsignerseam = 1);
	REFUSES(E_TDX_MODULE_MISMATCH, m.mrsignerseam = 1, m.pcesvn = 1);
	REFUSES(E_TCB_NOT_SUPPORTED, m.pcesvn = 1, m.td_attributes = 1);
}

TEST(check_made_equal_levels_are_refused)
{
	REFUSES(E_TCB_INFO_FORMAT, m.level_twice = true);
}

TEST(check_made_qe_identity)
{
	struct dcap_result r;

	REFUSES(E_QE_IDENTITY_FORMAT, QE_EDIT("\"version\":2", "\"version\":3"));
	REFUSES(E_QE_IDENTITY_FORMAT, QE_EDIT("\"isvprodid\":2,", ""));
	REFUSES(E_QE_IDENTITY_FORMAT, QE_EDIT("\"isvprodid\":2", "\"isvprodid\":65538"));
	REFUSES(E_QE_IDENTITY_FORMAT, QE_EDIT("\"miscselect\":\"00", "\"miscselect\":\""));
	REFUSES(E_QE_IDENTITY_FORMAT, QE_EDIT("\"mrsigner\":\"DC", "\"mrsigner\":\""));
	REFUSES(E_QE_IDENTITY_FORMAT, QE_EDIT("\"attributes\":\"11", "\"attributes\":\""));
	REFUSES(E_QE_IDENTITY_FORMAT, QE_EDIT("\"attributesMask\":\"FD", "\"attributesMask\":\""));
	REFUSES(E_QE_IDENTITY_FORMAT, QE_EDIT("\"miscselectMask\":\"FF", "\"miscselectMask\":\""));
	REFUSES(E_QE_IDENTITY_FORMAT, QE_EDIT("DataNumber\":19", "DataNumber\":\"19\""));
	REFUSES(E_QE_IDENTITY_FORMAT, QE_EDIT("2026-02-20T10:00:00Z", "2026-02-20"));
	REFUSES(E_QE_IDENTITY_FORMAT, QE_EDIT("\"version\":2,", "\"version\":2"));
	REFUSES(E_QE_IDENTITY_FORMAT, QE_EDIT("\"OutOfDate\"", "\"SWHardeningNeeded\""));
	REFUSES(E_QE_IDENTITY_FORMAT, QE_EDIT("\"isvsvn\":3", "\"isvsvn\":4"));
	REFUSES(E_QE_IDENTITY_FORMAT, QE_EDIT("\"id\":\"TD_QE\",", ""));
	REFUSES(E_QE_IDENTITY_MISMATCH, QE_EDIT("\"id\":\"TD_QE\"", "\"id\":\"QE\""));
	REFUSES(E_QE_IDENTITY_MISMATCH, QE_EDIT("\"id\":\"TD_QE\"", "\"id\":\"QVE\""));
	REFUSES(E_QE_IDENTITY_MISMATCH, made_default_sgx(&m),
		QE_EDIT("\"id\":\"QE\"", "\"id\":\"TD_QE\""));
	REFUSES(E_QE_IDENTITY_MISMATCH, m.qe_misc = 1);
	REFUSES(E_QE_IDENTITY_MISMATCH, m.qe_flags = 0x15);
	REFUSES(E_QE_IDENTITY_MISMATCH, m.qe_signer_flip = 1);
	REFUSES(E_QE_IDENTITY_MISMATCH, m.qe_product = 1);
	/* The mask of this identity leaves the debug bit out. */
	REFUSES(E_QE_DEBUG, m.qe_flags = 0x13);
	REFUSES(E_QE_TCB_NOT_SUPPORTED, m.qe_svn = 2);
	REFUSES(E_QE_REPORT_DATA, m.qe_data_tail = 1);
	REFUSES(E_QE_REPORT_SIGNATURE, m.pck.key = KEY_OTHER);
	REFUSES(E_QUOTE_SIGNATURE, m.bad_att_key = true);
	ACCEPTS(TCB_UP_TO_DATE, m.qe_svn = 5);
	ACCEPTS(TCB_OUT_OF_DATE, m.qe_svn = 3);
	CHECK(r.qe_status == TCB_OUT_OF_DATE && r.platform_status == TCB_UP_TO_DATE);
	CHECK(r.advisories.n == 1 && advisories_have(&r.advisories, "MADE-Q3"));
	CHECK(r.tcb_date_min == 1710201600);
}

TEST(check_made_levels)
{
	struct dcap_result r;
	unsigned i;

	REFUSES(E_TDX_MODULE_MISMATCH, m.mrsignerseam = 1);
	REFUSES(E_TDX_MODULE_MISMATCH, m.mrsignerseam = 1, m.tee_tcb_svn[1] = 0);
	REFUSES(E_TDX_MODULE_MISMATCH, m.seam_attributes = 1);
	REFUSES(E_TDX_MODULE_MISMATCH, m.seam_attributes = 1ULL << 63);
	REFUSES(E_TDX_MODULE_MISMATCH, m.seam_attributes = 1, TCB_EDIT("\"TDX_01\"", "\"TDX_02\""),
		m.tcb_edit[1] = (struct made_edit){"\"attributes\":\"0000000000000000\"",
			"\"attributes\":\"0100000000000000\""},
		m.tee_tcb_svn[1] = 0);
	REFUSES(E_TDX_MODULE_MISMATCH, m.tee_tcb_svn[1] = 2);
	REFUSES(E_TDX_MODULE_MISMATCH, m.tee_tcb_svn[1] = 0,
		TCB_EDIT("\"attributes\":\"00", "\"attributes\":\"01"));
	REFUSES(E_TDX_MODULE_MISMATCH, TCB_EDIT("\"tdxModuleIdentities\"", "\"none\""));
	REFUSES(E_TCB_NOT_SUPPORTED, m.tee_tcb_svn[0] = 3);
	REFUSES(E_TCB_NOT_SUPPORTED, m.component[9] = 1);
	REFUSES(E_TCB_NOT_SUPPORTED, m.pcesvn = 4);
	REFUSES(E_TCB_NOT_SUPPORTED, m.tee_tcb_svn[15] = 1);
	for (i = 0; i < 16; i++)
		ACCEPTS(TCB_CONFIGURATION_NEEDED, m.component[i] = 3);
	for (i = 2; i < 16; i++)
		ACCEPTS(TCB_CONFIGURATION_NEEDED, m.tee_tcb_svn[i] = 3);
	ACCEPTS(TCB_CONFIGURATION_NEEDED, m.pcesvn = 12);
	CHECK(r.advisories.n == 2 && r.platform_status == TCB_CONFIGURATION_NEEDED);
	ACCEPTS(TCB_OUT_OF_DATE, m.component[15] = 2);
	ACCEPTS(TCB_OUT_OF_DATE, m.tee_tcb_svn[0] = 5);
	CHECK(r.module_status == TCB_OUT_OF_DATE && r.platform_status == TCB_UP_TO_DATE);
	CHECK(r.tcb_date == 1762905600 && r.tcb_date_min == 1710288000);
	ACCEPTS(TCB_OUT_OF_DATE_CONFIGURATION_NEEDED, m.tee_tcb_svn[0] = 5, m.pcesvn = 12);
	CHECK(r.advisories.n == 2); /* MADE-M4 comes from two levels */
	ACCEPTS(TCB_OUT_OF_DATE_CONFIGURATION_NEEDED, m.qe_svn = 3, m.pcesvn = 12);
	/* Module version 0: components 0 and 1 count like all others. */
	ACCEPTS(TCB_OUT_OF_DATE, m.tee_tcb_svn[1] = 0,
		TCB_EDIT("\"tdxtcbcomponents\":[{\"svn\":2},{\"svn\":2}",
			"\"tdxtcbcomponents\":[{\"svn\":2},{\"svn\":0}"));
	CHECK(r.module_status == TCB_NOT_EVALUATED && r.platform_status == TCB_OUT_OF_DATE);
	REFUSES(E_TCB_NOT_SUPPORTED, m.tee_tcb_svn[1] = 0);
	REFUSES(E_TCB_REVOKED, m.component[15] = 2,
		TCB_EDIT("\"OutOfDate\",\"advisoryIDs\":[\"MADE-P2\"]",
			"\"Revoked\",\"advisoryIDs\":[\"MADE-P2\"]"));
	REFUSES(E_TCB_REVOKED, m.tee_tcb_svn[0] = 5,
		TCB_EDIT("\"OutOfDate\",\"advisoryIDs\":[\"MADE-M4\"]", "\"Revoked\""));
	REFUSES(E_TCB_REVOKED, m.qe_svn = 3, QE_EDIT("\"OutOfDate\"", "\"Revoked\""));
}

/* More advisories than the result can hold, in one level. */
TEST(check_made_too_many_advisories)
{
	struct buf b = buf_heap(1 << 16);
	struct dcap_result r;
	unsigned i;

	buf_str(&b, "[\"MADE-0\"");
	for (i = 1; i < LIMIT_ADVISORIES; i++)
		buf_fmt(&b, ",\"MADE-%u\"", i);
	buf_str(&b, "]");
	ACCEPTS(TCB_CONFIGURATION_NEEDED, m.pcesvn = 12,
		TCB_EDIT("[\"MADE-P3\",\"MADE-M4\"]", buf_text(&b)));
	CHECK(r.advisories.n == LIMIT_ADVISORIES);
	b.n--;
	buf_str(&b, ",\"MADE-x\"]");
	REFUSES(E_TCB_INFO_FORMAT, m.pcesvn = 12,
		TCB_EDIT("[\"MADE-P3\",\"MADE-M4\"]", buf_text(&b)));
	buf_drop(&b);
}

/* A TD that was started on module SVN 5 while 6 runs now. */
static void old_module(struct made *m)
{
	m->version = 5;
	m->tee_tcb_svn[0] = 5;
}

TEST(check_made_relaunch)
{
	struct dcap_result r;

	ACCEPTS(TCB_TD_RELAUNCH_ADVISED, old_module(&m));
	CHECK(r.module_status == TCB_OUT_OF_DATE && r.platform_status == TCB_UP_TO_DATE);
	ACCEPTS(TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED, old_module(&m), m.pcesvn = 12);
	ACCEPTS(TCB_OUT_OF_DATE, old_module(&m), m.tee_tcb_svn2[0] = 5);
	ACCEPTS(TCB_OUT_OF_DATE, old_module(&m), m.tee_tcb_svn2[2] = 3);
	ACCEPTS(TCB_OUT_OF_DATE, old_module(&m), m.qe_svn = 3);
	ACCEPTS(TCB_OUT_OF_DATE, old_module(&m), m.body_type = 2);
	ACCEPTS(TCB_OUT_OF_DATE, old_module(&m), m.component[15] = 2);
	REFUSES(E_TDX_MODULE_MISMATCH, old_module(&m), m.tee_tcb_svn2[1] = 3);
	/* Only an old module is cured by a relaunch, not an old loader. */
	ACCEPTS(TCB_OUT_OF_DATE, m.version = 5, m.tee_tcb_svn[2] = 2);
	ACCEPTS(TCB_TD_RELAUNCH_ADVISED, old_module(&m), m.tee_tcb_svn[2] = 2);
	/* The newest module has version 0: the highest level's components decide. */
	ACCEPTS(TCB_TD_RELAUNCH_ADVISED, old_module(&m), m.tee_tcb_svn2[1] = 0,
		m.tee_tcb_svn2[0] = 4);
	ACCEPTS(TCB_OUT_OF_DATE, old_module(&m), m.tee_tcb_svn2[1] = 0, m.tee_tcb_svn2[0] = 3);
}

TEST(check_made_report_policy)
{
	struct dcap_result r;
	unsigned bit;

	for (bit = 0; bit < 64; bit++) {
		uint64_t one = 1ULL << bit;

		if (bit == 0)
			REFUSES(E_DEBUG, m.td_attributes |= one);
		else if (bit == 28 || bit == 30 || bit == 31 || bit == 63)
			ACCEPTS(TCB_UP_TO_DATE, m.td_attributes |= one);
		else
			REFUSES(E_TD_ATTRIBUTES, m.td_attributes |= one);
	}
	REFUSES(E_TD_ATTRIBUTES, m.td_attributes = 0);
	REFUSES(E_TD_ATTRIBUTES, m.td_attributes |= 3, m.in.allow_debug = true);
	ACCEPTS(TCB_UP_TO_DATE, m.td_attributes |= 1, m.in.allow_debug = true);
	REFUSES(E_TD_SERVICE_TD, m.version = 5, m.mrservicetd = 1);
	ACCEPTS(TCB_UP_TO_DATE, m.version = 5, m.mrservicetd = 1, m.in.allow_service_td = true);
	REFUSES(E_DEBUG, made_default_sgx(&m), m.sgx_flags |= 2);
	ACCEPTS(TCB_UP_TO_DATE, made_default_sgx(&m), m.sgx_flags |= 2, m.in.allow_debug = true);
}

/* C3: without collateral everything that needs none is still checked. */
TEST(check_made_without_collateral)
{
	struct dcap_result r;

	REFUSES(E_COLLATERAL_FORMAT, m.no_collateral = true);
	ACCEPTS(TCB_NOT_EVALUATED, BARE((void)0));
	CHECK(!r.evaluated && r.advisories.n == 0 && r.qe_status == TCB_NOT_EVALUATED);
	CHECK(r.done[STEP_REVOCATION] == DONE_NOT_EVALUATED &&
		r.done[STEP_QE_REPORT] == DONE_PINNED);
	CHECK(r.done[STEP_TDX_MODULE] == DONE_PINNED &&
		r.done[STEP_TCB_LEVEL] == DONE_NOT_EVALUATED);
	CHECK(r.valid_until == 1988150400 && strcmp(r.valid_until_of, "PCK chain") == 0);
	ACCEPTS(TCB_NOT_EVALUATED, made_default_sgx(&m), BARE((void)0));
	/* With collateral at hand the permission changes nothing. */
	REFUSES(E_CRL_EXPIRED, m.in.accept_unevaluated = true, m.pck_crl.until = "260228235959Z");
	REFUSES(E_CERT_DATA_TYPE, BARE(m.cert_type = 3));
	REFUSES(E_PCK_CHAIN, BARE(m.ca.ca = false));
	REFUSES(E_CERT_EXPIRED, BARE(m.pck.until = "260228235959Z"));
	REFUSES(E_PCK_EXTENSION, BARE(m.no_sgx = true));
	REFUSES(E_QE_REPORT_SIGNATURE, BARE(m.pck.key = KEY_OTHER));
	REFUSES(E_QE_REPORT_DATA, BARE(m.qe_data_tail = 1));
	REFUSES(E_QE_IDENTITY_MISMATCH, BARE(m.qe_signer_flip = 1));
	REFUSES(E_QE_IDENTITY_MISMATCH, BARE(m.qe_product = 1));
	REFUSES(E_QE_DEBUG, BARE(m.qe_flags = 0x13));
	REFUSES(E_QUOTE_SIGNATURE, BARE(m.bad_att_key = true));
	REFUSES(E_TDX_MODULE_MISMATCH, BARE(m.mrsignerseam = 1));
	REFUSES(E_TDX_MODULE_MISMATCH, BARE(m.seam_attributes = 1));
	REFUSES(E_DEBUG, BARE(m.td_attributes |= 1));
	REFUSES(E_TD_ATTRIBUTES, BARE(m.td_attributes = 0));
	REFUSES(E_QUOTE_FORMAT, BARE(m.padding = SLICE("x")));
}

TEST(check_made_default_root_is_intels)
{
	struct made m;
	struct dcap_result r;

	made_default(&m);
	made_build(&m);
	m.in.trusted_root = SLICE_NONE;
	CHECK_ERR(dcap_verify(&m.in, &r, NULL), E_PCK_CHAIN);
}

TEST(check_policy_on_statuses_and_advisories)
{
	const struct slice q3[] = {SLICE("MADE-Q3")}, other[] = {SLICE("MADE-P2")};
	struct dcap_policy p = {0};
	struct dcap_result r;

	ACCEPTS(TCB_UP_TO_DATE, (void)0);
	CHECK_ERR(dcap_policy_check(&p, &r, NULL), E_OK);
	ACCEPTS(TCB_OUT_OF_DATE, m.qe_svn = 3);
	CHECK_ERR(dcap_policy_check(&p, &r, NULL), E_TCB_POLICY);
	p.statuses = 1U << TCB_OUT_OF_DATE;
	CHECK_ERR(dcap_policy_check(&p, &r, NULL), E_OK);
	p.denied = q3;
	p.n_denied = 1;
	CHECK_ERR(dcap_policy_check(&p, &r, NULL), E_TCB_POLICY);
	p.denied = other;
	CHECK_ERR(dcap_policy_check(&p, &r, NULL), E_OK);
	p.limit_advisories = true;
	CHECK_ERR(dcap_policy_check(&p, &r, NULL), E_TCB_POLICY);
	p.allowed = q3;
	p.n_allowed = 1;
	CHECK_ERR(dcap_policy_check(&p, &r, NULL), E_OK);
	p.statuses = ~0U;
	r.status = TCB_REVOKED;
	CHECK_ERR(dcap_policy_check(&p, &r, NULL), E_TCB_POLICY);
	ACCEPTS(TCB_NOT_EVALUATED, BARE((void)0));
	CHECK_ERR(dcap_policy_check(&p, &r, NULL), E_TCB_POLICY);
	p.accept_unevaluated = true;
	CHECK_ERR(dcap_policy_check(&p, &r, NULL), E_OK);
}

/* The bundle with one text put in place of another. */
static enum err with_edit(struct slice bundle, const char *find, const char *put)
{
	struct slice f = slice_str(find);
	size_t at = slice_search(bundle, 0, f);
	struct collateral c;
	enum err e;

	CHECK(at < bundle.n);
	e = collateral_read(
		JOIN(slice_sub(bundle, 0, at), slice_str(put), slice_from(bundle, at + f.n)), &c,
		NULL);
	if (!e) collateral_drop(&c);
	return e;
}

TEST(check_collateral_members)
{
	static const char *const names[] = {"root_ca_crl", "pck_crl", "tcb_info_issuer_chain",
		"tcb_info", "tcb_info_signature", "qe_identity_issuer_chain", "qe_identity",
		"qe_identity_signature"};
	struct made m;
	struct slice bundle;
	struct buf big = buf_heap(2 << 20);
	struct collateral c;
	char find[64], put[64];
	size_t i;

	made_default(&m);
	m.chain_in_collateral = true;
	made_build(&m);
	bundle = m.in.collateral;
	for (i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(find, sizeof find, "\"%s\":", names[i]);
		snprintf(put, sizeof put, "\"%s_\":", names[i]);
		CHECK_ERR(with_edit(bundle, find, put), E_COLLATERAL_FORMAT);
		snprintf(put, sizeof put, "\"%s\":1,\"x\":", names[i]);
		CHECK_ERR(with_edit(bundle, find, put), E_COLLATERAL_FORMAT);
	}
	CHECK_ERR(with_edit(bundle, "\"pck_cert", "\"new"), E_OK);
	CHECK_ERR(with_edit(bundle,
			  "\"pck_certificate_chain\":", "\"pck_certificate_chain\":null,\"x\":"),
		E_OK);
	CHECK_ERR(with_edit(bundle,
			  "\"pck_certificate_chain\":", "\"pck_certificate_chain\":1,\"x\":"),
		E_COLLATERAL_FORMAT);
	CHECK_ERR(with_edit(bundle, "{", "["), E_COLLATERAL_FORMAT);
	buf_put(&big, bundle);
	while (big.n < LIMIT_COLLATERAL_BYTES)
		buf_str(&big, " ");
	CHECK_ERR(collateral_read(buf_slice(&big), &c, NULL), E_OK);
	collateral_drop(&c);
	buf_str(&big, " ");
	CHECK_ERR(collateral_read(buf_slice(&big), &c, NULL), E_COLLATERAL_FORMAT);
	buf_drop(&big);
}
