/* SPDX-License-Identifier: MIT */
/* check/dcap on a made-up platform: one thing wrong at a time. */
#include <string.h>

#include "base/limits.h"
#include "check/dcap.h"
#include "base/der.h"
#include "base/oid.h"
#include "made_cases.h"
#include "test.h"

static struct slice unknown_ext(bool critical)
{
	return made_extension(SLICE("\x2a\x03\x04"), critical, SLICE("\x05\x00"));
}

TEST(check_made_platforms_are_accepted)
{
	struct dcap_result r;
	unsigned i;

	ACCEPTS(TCB_UP_TO_DATE, (void)0);
	for (i = 0; i < STEP_COUNT; i++)
		CHECK(r.done[i] == DONE_COMPARED);
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

/* A quote that may be written to. */
static struct slice copy(struct slice s, uint8_t **p)
{
	struct buf b = buf_heap(1 << 20);

	buf_put(&b, s);
	*p = b.p;
	return test_keep(&b);
}

static enum err read_code(struct slice bytes)
{
	struct quote q;
	struct why why = WHY_INIT;
	enum err e = quote_read(bytes, 0, &q, &why);

	CHECK(why.code == e && (e == E_OK) == (why.text[0] == 0));
	return e;
}

/* Of two faults in a header, the one named first in specs/dcap.md 2.3 A counts. */
TEST(check_made_quote_header_order)
{
	struct made m;
	struct slice s;
	uint8_t *p;

	made_default_sgx(&m);
	made_build(&m);
	s = copy(m.in.quote, &p);
	CHECK_ERR(read_code(s), E_OK);
	p[4] = 0x81;
	CHECK_ERR(read_code(s), E_TEE_TYPE);
	p[4] = 0x82;
	CHECK_ERR(read_code(s), E_TEE_TYPE);
	p[12] ^= 1;
	CHECK_ERR(read_code(s), E_TEE_TYPE);
	p[2] = 3;
	CHECK_ERR(read_code(s), E_ATT_KEY_TYPE);
	p[0] = 2;
	CHECK_ERR(read_code(s), E_QUOTE_VERSION);
	p[0] = 6;
	CHECK_ERR(read_code(s), E_QUOTE_VERSION);
	CHECK_ERR(read_code(slice_sub(s, 0, 47)), E_QUOTE_FORMAT);
	p[0] = 3;
	p[2] = 2;
	p[4] = 0;
	CHECK_ERR(read_code(s), E_QE_VENDOR);
}

TEST(check_made_quote_containers)
{
	struct made m;
	struct slice s;
	struct buf big = buf_heap(1 << 20);
	size_t i;
	uint8_t *p;

	made_default(&m);
	m.padding = SLICE("\0\0\0\0");
	made_build(&m);
	s = copy(m.in.quote, &p);
	/* The signature section reaches over the padding, its parts do not. */
	p[632] = (uint8_t)(p[632] + 4);
	CHECK_ERR(read_code(s), E_QUOTE_FORMAT);
	p[632] = (uint8_t)(p[632] - 4);
	for (i = 0; i + 5 < s.n; i += 7)
		CHECK_ERR(read_code(slice_sub(s, 0, i)), E_QUOTE_FORMAT);
	buf_put(&big, s);
	buf_zeros(&big, LIMIT_QUOTE_BYTES - s.n);
	CHECK_ERR(read_code(buf_slice(&big)), E_OK);
	buf_u8(&big, 0);
	CHECK_ERR(read_code(buf_slice(&big)), E_QUOTE_FORMAT);
	buf_drop(&big);
	made_default_sgx(&m);
	made_build(&m);
	for (i = 0; i < m.in.quote.n; i += 7)
		CHECK_ERR(read_code(slice_sub(m.in.quote, 0, i)), E_QUOTE_FORMAT);
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

static bool says(struct made *m, enum err want, const char *text)
{
	struct why why = WHY_INIT;
	struct dcap_result r;

	made_build(m);
	return dcap_verify(&m->in, &r, &why) == want && strstr(why.text, text);
}

/* Faults of one class that only the sentence tells apart. */
TEST(check_made_sentences)
{
	struct made m;
	struct slice good;

	made_default(&m);
	m.pck.version = 2;
	CHECK(says(&m, E_PCK_CHAIN, "version 3"));
	made_default(&m);
	m.pem_tail = SLICE("-----BEGIN CERTIFICATE-----\nA===\n-----END CERTIFICATE-----\n");
	CHECK(says(&m, E_CERT_FORMAT, "base64"));
	m.pem_tail = SLICE("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	CHECK(says(&m, E_PCK_CHAIN, "4 certificates"));
	m.pem_tail = SLICE("-----BEGIN");
	CHECK(says(&m, E_PCK_CHAIN, "PEM"));
	made_default(&m);
	m.root_crl.n_revoked = 1;
	m.root_crl.revoked[0] = 0x1001;
	CHECK(says(&m, E_CERT_REVOKED, "root certificate"));
	made_default(&m);
	made_build(&m);
	good = m.in.collateral;
	m.in.collateral = slice_sub(good, 0, good.n - 1);
	CHECK_ERR(dcap_verify(&m.in, &(struct dcap_result){0}, NULL), E_COLLATERAL_FORMAT);
}

/* The memory saves work and nothing else. */
TEST(check_made_memory_of_signatures)
{
	static struct sig_memo memo;
	struct dcap_result r;
	struct made m;

	made_default(&m);
	made_build(&m);
	m.in.memo = &memo;
	CHECK_ERR(dcap_verify(&m.in, &r, NULL), E_OK);
	CHECK(memo.computed == 9 && memo.n == 9);
	CHECK_ERR(dcap_verify(&m.in, &r, NULL), E_OK);
	CHECK(memo.computed == 9);
	m.in.now = 1988150401;
	CHECK_ERR(dcap_verify(&m.in, &r, NULL), E_CERT_EXPIRED);
	m.in.now = MADE_NOW;
	made_default(&m);
	m.pck_crl.n_revoked = 1;
	m.pck_crl.revoked[0] = 0x83030303;
	made_build(&m);
	m.in.memo = &memo;
	CHECK_ERR(dcap_verify(&m.in, &r, NULL), E_CERT_REVOKED);
	CHECK(memo.computed == 10);
}
