/* SPDX-License-Identifier: MIT */
/* check/dcap on a made-up platform: one thing wrong at a time. */
#include <string.h>

#include "check/dcap.h"
#include "check/der.h"
#include "check/oid.h"
#include "made_cases.h"
#include "test.h"

static struct slice unknown_ext(bool critical)
{
	return made_extension(SLICE("\x2a\x03\x04"), critical, SLICE("\x05\x00"));
}

TEST(check_made_platforms_are_accepted)
{
	struct dcap_result r;

	ACCEPTS(TCB_UP_TO_DATE, (void)0);
	CHECK(r.evaluated && !r.intel_root && r.module_status == TCB_UP_TO_DATE);
	CHECK(r.tcb_info_evaluation == 20 && r.qe_identity_evaluation == 19);
	CHECK(r.tcb_date == 1762905600 && r.tcb_date_min == 1762732800);
	CHECK(r.valid_until == 1774137600 && strcmp(r.valid_until_of, "PCK CRL") == 0);
	CHECK(strcmp(r.pck_ca, "Intel SGX PCK Platform CA") == 0);
	ACCEPTS(TCB_UP_TO_DATE, made_default_sgx(&m));
	CHECK(r.module_status == TCB_NOT_EVALUATED &&
		r.done[STEP_TDX_MODULE] == DONE_NOT_APPLICABLE);
	ACCEPTS(TCB_UP_TO_DATE, m.version = 5);
	CHECK(r.quote.has_15 && r.quote.signed_part.n == 702);
	ACCEPTS(TCB_UP_TO_DATE, m.version = 5, m.body_type = 2);
	ACCEPTS(TCB_UP_TO_DATE, m.cert_type = 3, m.chain_in_collateral = true);
	ACCEPTS(TCB_UP_TO_DATE, m.cert_type = 2, m.chain_in_collateral = true);
	ACCEPTS(TCB_UP_TO_DATE, m.qe_auth = SLICE_NONE);
	ACCEPTS(TCB_UP_TO_DATE, m.pem_tail = SLICE_NONE);
	ACCEPTS(TCB_UP_TO_DATE, m.pem_tail = SLICE("\r\n\n\0\0"));
	ACCEPTS(TCB_UP_TO_DATE, m.padding = SLICE("\0\0\0\0\0"));
	ACCEPTS(TCB_UP_TO_DATE,
		m.ca.cn = m.pck.issuer = m.pck_crl.issuer = "Intel SGX PCK Processor CA");
}

TEST(check_made_quote_form)
{
	REFUSES(E_TEE_TYPE, m.version = 5, m.body_type = 1);
	REFUSES(E_TEE_TYPE, m.version = 4, m.tee = TEE_TYPE_SGX);
	REFUSES(E_TEE_TYPE, m.tee = 0x82);
	REFUSES(E_CERT_DATA_TYPE, m.cert_type = 3);
	REFUSES(E_CERT_DATA_TYPE, m.cert_type = 1);
	REFUSES(E_CERT_DATA_TYPE, m.cert_type = 4);
	REFUSES(E_QUOTE_FORMAT, m.padding = SLICE("\0\0\1"));
	REFUSES(E_PCK_CHAIN, m.pem_tail = SLICE("x"));
	REFUSES(E_PCK_CHAIN, m.pem_tail = SLICE(" "));
	REFUSES(E_PCK_CHAIN, m.pem_tail = SLICE("\0\n"));
	REFUSES(E_QUOTE_FORMAT, m.in.min_qe_auth_data = 33);
}

TEST(check_made_quote_lengths)
{
	struct dcap_result r;

	ACCEPTS(TCB_UP_TO_DATE, m.in.min_qe_auth_data = 32);
	REFUSES(E_QUOTE_FORMAT, m.in.min_qe_auth_data = 1, m.qe_auth = SLICE_NONE);
}

TEST(check_made_chain_rules)
{
	REFUSES(E_PCK_CHAIN, m.pck.version = 1);
	REFUSES(E_PCK_CHAIN, m.pck.foreign_alg = true);
	REFUSES(E_PCK_CHAIN, m.ca.foreign_inner_alg = true);
	REFUSES(E_PCK_CHAIN, m.ca.foreign_curve = true);
	REFUSES(E_PCK_CHAIN, m.pck.second_cn = true);
	REFUSES(E_PCK_CHAIN, m.pck.cn = "Intel SGX PCK");
	REFUSES(E_PCK_CHAIN, m.pck.signer = KEY_OTHER);
	REFUSES(E_PCK_CHAIN, m.ca.signer = KEY_OTHER);
	REFUSES(E_PCK_CHAIN, m.pck.issuer = "Intel SGX PCK Processor CA");
	REFUSES(E_PCK_CHAIN, m.ca.issuer = "Intel SGX Root");
	REFUSES(E_PCK_CHAIN, m.ca.cn = m.pck.issuer = m.pck_crl.issuer = "Intel SGX CA");
	REFUSES(E_PCK_CHAIN, m.pck.ca = true);
	REFUSES(E_PCK_CHAIN, m.pck.key_usage = 0x40);
	REFUSES(E_PCK_CHAIN, m.pck.key_usage = -1);
	REFUSES(E_PCK_CHAIN, m.ca.ca = false);
	REFUSES(E_PCK_CHAIN, m.ca.basic = false);
	REFUSES(E_PCK_CHAIN, m.ca.path_len = 1);
	REFUSES(E_PCK_CHAIN, m.ca.key_usage = 0x04);
	REFUSES(E_PCK_CHAIN, m.ca.key_usage = 0x02);
	REFUSES(E_PCK_CHAIN, m.ca.key_usage = -1);
	REFUSES(E_PCK_CHAIN, m.root.path_len = 0);
	REFUSES(E_PCK_CHAIN, m.root.ca = false);
	REFUSES(E_PCK_CHAIN, m.root.key_usage = 0xc0);
	REFUSES(E_PCK_CHAIN, m.pck.extra = unknown_ext(true));
	REFUSES(E_PCK_CHAIN, m.ca.extra = unknown_ext(true));
	REFUSES(E_PCK_CHAIN, m.root.extra = unknown_ext(true));
	REFUSES(E_CERT_FORMAT,
		m.pck.extra = made_extension(OID_KEY_USAGE, false, SLICE("\x03\x02\x06\xc0")));
	REFUSES(E_CERT_FORMAT,
		m.pck.extra = DER(DER_SEQUENCE, DER(DER_OID, SLICE("\x2a")),
			DER(DER_BOOLEAN, SLICE("\0")), DER(DER_OCTET_STRING, SLICE("\5\0"))));
	REFUSES(E_CERT_FORMAT, m.pck.until = "260231000000Z");
	REFUSES(E_CERT_FORMAT, m.pck.until = "2602280000Z");
}

TEST(check_made_chain_leniency)
{
	struct dcap_result r;

	ACCEPTS(TCB_UP_TO_DATE, m.pck.extra = unknown_ext(false));
	ACCEPTS(TCB_UP_TO_DATE, m.pck.basic = false);
	ACCEPTS(TCB_UP_TO_DATE, m.ca.path_len = -1);
	ACCEPTS(TCB_UP_TO_DATE, m.root.path_len = -1);
	ACCEPTS(TCB_UP_TO_DATE, m.pck.key_usage = 0x80);
}

TEST(check_made_signer_chains)
{
	REFUSES(E_TCB_INFO_CHAIN, m.tcb.cn = "Intel SGX PCK Certificate");
	REFUSES(E_TCB_INFO_CHAIN, m.tcb.ca = true);
	REFUSES(E_TCB_INFO_CHAIN, m.tcb.signer = KEY_OTHER);
	REFUSES(E_TCB_INFO_CHAIN, m.tcb.issuer = "Intel SGX PCK Platform CA");
	REFUSES(E_TCB_INFO_CHAIN, m.tcb.key_usage = 0x40);
	REFUSES(E_TCB_INFO_CHAIN, m.tcb.extra = unknown_ext(true));
	REFUSES(E_TCB_INFO_CHAIN, m.tcb.version = 1);
	REFUSES(E_QE_IDENTITY_CHAIN, m.qe_signer.cn = "Intel SGX PCK Certificate");
	REFUSES(E_QE_IDENTITY_CHAIN, m.qe_signer.ca = true);
	REFUSES(E_QE_IDENTITY_CHAIN, m.qe_signer.signer = KEY_OTHER);
	REFUSES(E_QE_IDENTITY_CHAIN, m.qe_signer.extra = unknown_ext(true));
	REFUSES(E_CERT_REVOKED, m.qe_signer.serial = 0x5005, m.root_crl.revoked[0] = 0x5005,
		m.root_crl.n_revoked = 1);
	REFUSES(E_CERT_REVOKED, m.root_crl.revoked[0] = 0x4004, m.root_crl.n_revoked = 1);
}

TEST(check_made_dates_are_inclusive)
{
	struct dcap_result r;

	/* Noon of the 1st of March 2026 is MADE_NOW + 43200. */
	REFUSES(E_CERT_NOT_YET_VALID, m.pck.from = "260301000001Z");
	REFUSES(E_CERT_NOT_YET_VALID, m.ca.from = "260301000001Z");
	REFUSES(E_CERT_NOT_YET_VALID, m.root.from = "260301000001Z");
	REFUSES(E_CERT_NOT_YET_VALID, m.tcb.from = "260301000001Z");
	REFUSES(E_CERT_NOT_YET_VALID, m.qe_signer.from = "260301000001Z");
	REFUSES(E_CERT_EXPIRED, m.pck.until = "260228235959Z");
	REFUSES(E_CERT_EXPIRED, m.ca.until = "260228235959Z");
	REFUSES(E_CERT_EXPIRED, m.root.until = "260228235959Z");
	REFUSES(E_CERT_EXPIRED, m.tcb.until = "260228235959Z");
	REFUSES(E_CERT_EXPIRED, m.qe_signer.until = "260228235959Z");
	REFUSES(E_CRL_NOT_YET_VALID, m.root_crl.from = "260301000001Z");
	REFUSES(E_CRL_NOT_YET_VALID, m.pck_crl.from = "260301000001Z");
	REFUSES(E_CRL_EXPIRED, m.root_crl.until = "260228235959Z");
	REFUSES(E_CRL_EXPIRED, m.pck_crl.until = "260228235959Z");
	REFUSES(E_TCB_INFO_NOT_YET_VALID, TCB_EDIT("2026-02-20T10:00:00Z", "2026-03-01T00:00:01Z"));
	REFUSES(E_TCB_INFO_EXPIRED, TCB_EDIT("2026-03-22T10:00:00Z", "2026-02-28T23:59:59Z"));
	REFUSES(E_QE_IDENTITY_NOT_YET_VALID,
		QE_EDIT("2026-02-20T10:00:00Z", "2026-03-01T00:00:01Z"));
	REFUSES(E_QE_IDENTITY_EXPIRED, QE_EDIT("2026-03-22T10:00:00Z", "2026-02-28T23:59:59Z"));
	ACCEPTS(TCB_UP_TO_DATE,
		m.pck.from = m.ca.from = m.root.from = m.tcb.from = m.qe_signer.from =
			m.root_crl.from = m.pck_crl.from = "260301000000Z",
		TCB_EDIT("2026-02-20T10:00:00Z", "2026-03-01T00:00:00Z"),
		QE_EDIT("2026-02-20T10:00:00Z", "2026-03-01T00:00:00Z"));
	CHECK(r.valid_from == MADE_NOW);
	ACCEPTS(TCB_UP_TO_DATE,
		m.pck.until = m.ca.until = m.root.until = m.tcb.until = m.qe_signer.until =
			m.root_crl.until = m.pck_crl.until = "260301000000Z",
		TCB_EDIT("2026-03-22T10:00:00Z", "2026-03-01T00:00:00Z"),
		QE_EDIT("2026-03-22T10:00:00Z", "2026-03-01T00:00:00Z"));
	CHECK(r.valid_until == MADE_NOW);
}

TEST(check_made_sgx_extension)
{
	struct dcap_result r;
	unsigned k;

	REFUSES(E_PCK_EXTENSION, m.no_sgx = true);
	for (k = 1; k <= 5; k++)
		REFUSES(E_PCK_EXTENSION, m.sgx_drop = 1U << k);
	for (k = 1; k <= 6; k++)
		REFUSES(E_PCK_EXTENSION, m.sgx_twice = 1U << k);
	for (k = 1; k <= 18; k++) {
		REFUSES(E_PCK_EXTENSION, m.tcb_drop = 1U << k);
		REFUSES(E_PCK_EXTENSION, m.tcb_twice = 1U << k);
	}
	REFUSES(E_PCK_EXTENSION, m.component[15] = 256);
	REFUSES(E_PCK_EXTENSION, m.pcesvn = 65536);
	REFUSES(E_PCK_EXTENSION, m.fmspc = SLICE("\xa0\xb1\xc2\xd3\xe4"));
	REFUSES(E_PCK_EXTENSION, m.fmspc = SLICE("\xa0\xb1\xc2\xd3\xe4\xf5\x00"));
	REFUSES(E_PCK_EXTENSION, m.pceid = SLICE("\0"));
	REFUSES(E_PCK_EXTENSION, m.ppid = SLICE("ppid-0123456789"));
	ACCEPTS(TCB_UP_TO_DATE, m.sgx_drop = 1U << 6);
	CHECK(!r.pck.has_instance_id);
	ACCEPTS(TCB_UP_TO_DATE, m.component[0] = 255, m.pcesvn = 65535);
	CHECK(r.pck.component[0] == 255 && r.pck.pcesvn == 65535 && r.pck.has_instance_id);
}

TEST(check_made_revocation_lists)
{
	struct dcap_result r;
	struct slice reason = made_extension(OID_CRL_REASON, true, SLICE("\x0a\x01\x01"));

	REFUSES(E_CRL_FORMAT, m.root_crl.version = 1);
	REFUSES(E_CRL_FORMAT, m.pck_crl.foreign_alg = true);
	REFUSES(E_CRL_FORMAT, m.pck_crl.aki_key = 0);
	REFUSES(E_CRL_FORMAT, m.root_crl.no_number = true);
	REFUSES(E_CRL_FORMAT, m.root_crl.empty_list = true);
	REFUSES(E_CRL_FORMAT, m.pck_crl.until = NULL);
	REFUSES(E_CRL_FORMAT, m.pck_crl.extra = unknown_ext(true));
	REFUSES(E_CRL_FORMAT,
		m.pck_crl.extra = made_extension(OID_CRL_NUMBER, false, SLICE("\2\1\1")));
	REFUSES(E_CRL_FORMAT, m.pck_crl.n_revoked = 1, m.pck_crl.entry_ext = unknown_ext(true));
	REFUSES(E_CRL_ISSUER, m.pck_crl.issuer = "Intel SGX Root CA");
	REFUSES(E_CRL_ISSUER, m.root_crl.issuer = "Intel SGX PCK Platform CA");
	REFUSES(E_CRL_ISSUER, m.root_crl.aki_key = KEY_CA);
	REFUSES(E_CRL_ISSUER, m.pck_crl.aki_key = KEY_ROOT);
	REFUSES(E_CRL_SIGNATURE, m.pck_crl.signer = KEY_ROOT);
	REFUSES(E_CRL_SIGNATURE, m.root_crl.signer = KEY_OTHER);
	REFUSES(E_CERT_REVOKED, m.pck_crl.n_revoked = 4, m.pck_crl.revoked[0] = 0x83030303);
	REFUSES(E_CERT_REVOKED, m.pck_crl.n_revoked = 4, m.pck_crl.revoked[3] = 0x83030303);
	REFUSES(E_CERT_REVOKED, m.pck_crl.n_revoked = 1, m.pck_crl.revoked[0] = 0x83030303,
		m.pck_crl.entry_ext = reason);
	REFUSES(E_CERT_REVOKED, m.root_crl.n_revoked = 1, m.root_crl.revoked[0] = 0x2002);
	REFUSES(E_CERT_REVOKED, m.root_crl.n_revoked = 1, m.root_crl.revoked[0] = 0x1001);
	/* Neighbours, and the leaf's number on the other list. */
	ACCEPTS(TCB_UP_TO_DATE, m.pck_crl.n_revoked = 2, m.pck_crl.revoked[0] = 0x83030302,
		m.pck_crl.revoked[1] = 0x03030303);
	ACCEPTS(TCB_UP_TO_DATE, m.root_crl.n_revoked = 1, m.root_crl.revoked[0] = 0x83030303);
	ACCEPTS(TCB_UP_TO_DATE, m.pck_crl.n_revoked = 1, m.pck_crl.entry_ext = reason);
	ACCEPTS(TCB_UP_TO_DATE, m.pck_crl.extra = unknown_ext(false));
}
