/* SPDX-License-Identifier: MIT */
/* check/der, check/pem and check/x509: the encodings that are refused. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "check/crl.h"
#include "base/der.h"
#include "check/pem.h"
#include "check/sgx_ext.h"
#include "base/x509.h"
#include "made.h"
#include "test.h"

TEST(check_der_lengths)
{
	static const struct {
		const char *hex;
		bool ok;
	} rows[] = {{"0400", true}, {"040101", true}, {"0401", false}, {"04", false}, {"", false},
		{"04010101", false}, {"04800000", false}, {"048101aa", false}, {"04817f", false},
		{"0482000101", false}, {"048400000001aa", false}, {"1f0100", false},
		{"3f810100", false}, {"3000", true}, {"30020400", true}, {"30020401", false},
		{"3003040000", false}, {"a003020101", true}, {"31800000", false},
		{"300304018000", false}, {"0489010203040506070809", false},
		{"0484ffffffff", false}};
	uint8_t big[0x84] = {0x04, 0x81, 0x80};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		CHECK(der_valid(test_hex(rows[i].hex)) == rows[i].ok);
		if (der_valid(test_hex(rows[i].hex)) != rows[i].ok) printf("#   %s\n", rows[i].hex);
	}
	CHECK(der_valid(slice_of(big, 0x83)) && !der_valid(slice_of(big, 0x84)));
	big[2] = 0x7f;
	CHECK(!der_valid(slice_of(big, 0x82)));
}

TEST(check_der_depth)
{
	struct slice s = DER(DER_OCTET_STRING, SLICE("x"));
	unsigned i;

	for (i = 0; i < LIMIT_DER_DEPTH; i++)
		s = DER(DER_SEQUENCE, s);
	CHECK(der_valid(s));
	CHECK(!der_valid(DER(DER_SEQUENCE, s)));
}

/* One primitive value at a time: what it reads as, and whether it is refused. */
TEST(check_der_integers)
{
	static const struct {
		const char *hex;
		uint64_t value;
		bool ok;
	} rows[] = {{"020100", 0, true}, {"02017f", 127, true}, {"02020080", 128, true},
		{"020200ff", 255, true}, {"02020100", 256, true}, {"0200", 0, false},
		{"020180", 0, false}, {"0201ff", 0, false}, {"0202007f", 0, false},
		{"02020000", 0, false}, {"0203000100", 0, false}, {"020300ffff", 65535, true},
		{"0203010000", 0, false}, {"0209010000000000000000", 0, false},
		{"040100", 0, false}};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cur c = cur_of(test_hex(rows[i].hex));
		uint64_t v = der_uint(&c, DER_INTEGER, 65535);

		CHECK((cur_end(&c) == E_OK) == rows[i].ok && v == rows[i].value);
	}
}

TEST(check_der_values)
{
	struct cur c = cur_of(test_hex("0101ff0101000101010102ffff"));

	CHECK(der_bool(&c) && !der_bool(&c) && !c.err);
	der_bool(&c);
	CHECK_ERR(c.err, E_FORMAT);
	c = cur_of(test_hex("0102ffff"));
	der_bool(&c);
	CHECK_ERR(c.err, E_FORMAT);
#define OID_FAILS(hex)                                                                             \
	do {                                                                                       \
		c = cur_of(test_hex(hex));                                                         \
		CHECK(der_oid(&c).n == 0 && c.err);                                                \
	} while (0)
	OID_FAILS("0600");
	OID_FAILS("060180");
	OID_FAILS("06022a80");
	OID_FAILS("06032a8001");
	c = cur_of(test_hex("06032a8101"));
	CHECK(der_oid(&c).n == 3 && !c.err);
#define BITS_FAIL(hex)                                                                             \
	do {                                                                                       \
		c = cur_of(test_hex(hex));                                                         \
		CHECK(der_named_bits(&c) == 0 && c.err);                                           \
	} while (0)
	BITS_FAIL("0300");
	BITS_FAIL("030100");
	BITS_FAIL("03020840");
	BITS_FAIL("030206c1");
	BITS_FAIL("03020680");
	BITS_FAIL("0304000180ff");
	c = cur_of(test_hex("030206c003020106030307008003020780"));
	CHECK(der_named_bits(&c) == 3 && der_named_bits(&c) == 0x60);
	CHECK(der_named_bits(&c) == 0x100 && der_named_bits(&c) == 1 && !c.err);
	c = cur_of(test_hex("030201aa"));
	der_bytes(&c);
	CHECK_ERR(c.err, E_FORMAT);
	/* After a fault nothing comes out any more. */
	c = cur_of(test_hex("040501020304"));
	CHECK(der_next(&c).whole.n == 0 && c.err);
	CHECK(der_take(&c, DER_OCTET_STRING).n == 0 && der_integer(&c).n == 0);
}

TEST(check_der_times)
{
	static const struct {
		uint8_t tag;
		const char *text;
		int64_t value;
		bool ok;
	} rows[] = {{0x17, "180521104510Z", 1526899510, true},
		{0x17, "491231235959Z", 2524607999, true},
		{0x17, "500101000000Z", -631152000, true},
		{0x18, "20500101000000Z", 2524608000, true},
		{0x18, "99991231235959Z", 253402300799, true}, {0x17, "260229000000Z", 0, false},
		{0x17, "261301000000Z", 0, false}, {0x17, "260101240000Z", 0, false},
		{0x17, "260101006000Z", 0, false}, {0x17, "260101000060Z", 0, false},
		{0x17, "2601010000Z", 0, false}, {0x17, "260101000000", 0, false},
		{0x17, "260101000000+0000", 0, false}, {0x17, "26010100000aZ", 0, false},
		{0x17, "260101000000z", 0, false}, {0x17, "20260101000000Z", 0, false},
		{0x18, "260101000000Z", 0, false}, {0x18, "20260101000000.5Z", 0, false},
		{0x16, "260101000000Z", 0, false}};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cur c = cur_of(DER(rows[i].tag, slice_str(rows[i].text)));
		int64_t v = der_time(&c);

		CHECK((cur_end(&c) == E_OK) == rows[i].ok && v == rows[i].value);
	}
}

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END   "-----END CERTIFICATE-----"

TEST(check_pem_forms)
{
	static const struct {
		const char *text;
		size_t n; /* sizeof text - 1, as some hold NUL */
		int count;
		enum err code;
	} rows[] = {
#define ROW(text, count, code) {text, sizeof(text) - 1, count, code}
		ROW("", 0, E_OK),
		ROW("\n\r\n\0\0", 0, E_OK),
		ROW(BEGIN "\nAAAA\n" END, 1, E_OK),
		ROW(BEGIN "\nAAAA\n" END "\n\0", 1, E_OK),
		ROW(BEGIN "\r\nAAAA\r\nBBBB\r\n" END "\r\n", 1, E_OK),
		ROW(BEGIN "\nAA==\n" END "\n\n" BEGIN "\nAAAA\n" END "\n", 2, E_OK),
		ROW(BEGIN "\nAAAA\n" END BEGIN "\nAAAA\n" END, 0, E_FORMAT),
		ROW(BEGIN "\n" END "\n", 0, E_FORMAT),
		ROW(BEGIN "\n\nAAAA\n" END "\n", 0, E_FORMAT),
		ROW(BEGIN "AAAA\n" END "\n", 0, E_FORMAT),
		ROW(BEGIN " \nAAAA\n" END "\n", 0, E_FORMAT),
		ROW(BEGIN "\nAAAA\n" END " \n", 0, E_FORMAT),
		ROW(" " BEGIN "\nAAAA\n" END "\n", 0, E_FORMAT),
		ROW(BEGIN "\nAAAA", 0, E_FORMAT),
		ROW(BEGIN "\nAAAA\n-----END", 0, E_FORMAT),
		ROW(BEGIN "\nAAAA\n" END "\n\0\n", 0, E_FORMAT),
		ROW(BEGIN "\nAAAA\n" END "\nx", 0, E_FORMAT),
		ROW("x\n" BEGIN "\nAAAA\n" END "\n", 0, E_FORMAT),
		ROW(BEGIN "\nAAA\n" END "\n", 0, E_CERT_FORMAT),
		ROW(BEGIN "\nA A=\n" END "\n", 0, E_CERT_FORMAT),
		ROW(BEGIN "\nAAAA\rAAAA\n" END "\n", 0, E_CERT_FORMAT),
		ROW(BEGIN "\nAB==\n" END "\n", 0, E_CERT_FORMAT),
		ROW(BEGIN "\nAA==AAAA\n" END "\n", 0, E_CERT_FORMAT),
	};
	struct slice cert[PEM_CERTS];
	size_t i, n;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf mem = buf_heap(4096);
		enum err e;

		buf_reserve(&mem, 4096);
		n = 99;
		e = pem_chain(slice_of(rows[i].text, rows[i].n), &mem, cert, &n);
		CHECK_ERR(e, rows[i].code);
		CHECK(e || n == (size_t)rows[i].count);
		if (e != rows[i].code) printf("#   row %zu\n", i);
		buf_drop(&mem);
	}
}

TEST(check_pem_bounds)
{
	struct buf text = buf_heap(1 << 20), mem = buf_heap(1 << 20);
	struct slice cert[PEM_CERTS];
	size_t n, i;

	buf_reserve(&mem, 1 << 18);
	for (i = 0; i < PEM_CERTS; i++)
		buf_str(&text, BEGIN "\nAAAA\n" END "\n");
	CHECK_ERR(pem_chain(buf_slice(&text), &mem, cert, &n), E_OK);
	CHECK(n == PEM_CERTS);
	buf_str(&text, BEGIN "\nAAAA\n" END "\n");
	CHECK_ERR(pem_chain(buf_slice(&text), &mem, cert, &n), E_FORMAT);
	buf_reset(&text);
	buf_str(&text, BEGIN "\nAAAA\n" END "\n");
	while (text.n < LIMIT_PEM_BYTES)
		buf_str(&text, "\n");
	CHECK_ERR(pem_chain(buf_slice(&text), &mem, cert, &n), E_OK);
	buf_str(&text, "\n");
	CHECK_ERR(pem_chain(buf_slice(&text), &mem, cert, &n), E_FORMAT);
	buf_drop(&text);
	buf_drop(&mem);
}

TEST(check_x509_fields)
{
	struct made m;
	struct x509 x;
	struct slice der;
	size_t i;

	made_default(&m);
	der = made_certificate(&m.pck, made_sgx(&m));
	CHECK_ERR(x509_read(der, &x), E_OK);
	CHECK(x.version == 3 && x.ecdsa_sha256 && x.p256 && !x.ca && x.sgx.n);
	CHECK_SLICE(x.serial, SLICE("\x83\x03\x03\x03"));
	CHECK_SLICE(x.cn, SLICE("Intel SGX PCK Certificate"));
	CHECK(x.not_before == 1526860800 && x.not_after == 1988150400);
	CHECK(x509_started(&x, 1526860800) && !x509_started(&x, 1526860799));
	CHECK(!x509_ended(&x, 1988150400) && x509_ended(&x, 1988150401));
	CHECK(x.key_usage == 3 && x.has_basic_constraints && !x.has_path_len);
	CHECK(x.ski.n == 20 && x.aki.n == 20 && !slice_eq(x.ski, x.aki));
	for (i = 0; i < der.n; i++)
		CHECK_ERR(x509_read(slice_sub(der, 0, i), &x), E_FORMAT);
	CHECK_ERR(x509_read(JOIN(der, SLICE("\0")), &x), E_FORMAT);
	der = made_certificate(&m.ca, SLICE_NONE);
	CHECK_ERR(x509_read(der, &x), E_OK);
	CHECK(x.ca && x.has_path_len && x.path_len == 0 && !x.sgx.p && x.key_usage == 0x60);
}

TEST(check_crl_fields)
{
	struct made m;
	struct crl crl;
	struct slice der;
	size_t i;

	made_default(&m);
	m.pck_crl.n_revoked = 2;
	m.pck_crl.revoked[0] = 0x80;
	m.pck_crl.revoked[1] = 5;
	der = made_list(&m.pck_crl);
	CHECK_ERR(crl_read(der, &crl), E_OK);
	CHECK(crl.this_update == 1771545600 && crl.next_update == 1774137600 && crl.aki.n == 20);
	CHECK(crl_revokes(&crl, SLICE("\x80")) && crl_revokes(&crl, SLICE("\5")));
	CHECK(!crl_revokes(&crl, SLICE("\x81")) && !crl_revokes(&crl, SLICE("\0\5")));
	for (i = 0; i < der.n; i++)
		CHECK_ERR(crl_read(slice_sub(der, 0, i), &crl), E_CRL_FORMAT);
	CHECK_ERR(crl_read(JOIN(der, SLICE("\0")), &crl), E_CRL_FORMAT);
}

/* Entries that nobody reads are well formed, too. */
TEST(check_sgx_ext_unknown_entries)
{
	struct sgx_ext x;
	struct made m;
	struct cur c;
	struct slice entries, oid = DER(DER_OID, SLICE("\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01\x07"));

	made_default(&m);
	c = cur_of(made_sgx(&m));
	entries = der_take(&c, DER_SEQUENCE);
	CHECK_ERR(
		sgx_ext_read(DER(DER_SEQUENCE, entries,
				     DER(DER_SEQUENCE, oid, DER(DER_SEQUENCE, SLICE("\1\1\xff")))),
			&x),
		E_OK);
	CHECK_ERR(
		sgx_ext_read(DER(DER_SEQUENCE, entries,
				     DER(DER_SEQUENCE, oid, DER(DER_SEQUENCE, SLICE("\1\2\xff")))),
			&x),
		E_PCK_EXTENSION);
}

/* No change of one byte of the extension reads as the same machine. */
TEST(check_sgx_ext_bytes)
{
	struct sgx_ext x, y;
	struct made m;
	struct slice value;
	uint8_t *p;
	struct buf b = buf_heap(4096);
	size_t i, survived = 0;

	made_default(&m);
	value = made_sgx(&m);
	buf_put(&b, value);
	p = b.p;
	memset(&x, 0, sizeof x);
	memset(&y, 0, sizeof y);
	CHECK_ERR(sgx_ext_read(buf_slice(&b), &x), E_OK);
	CHECK(x.component[0] == 4 && x.pcesvn == 13 && x.sgx_type == 1 && x.has_instance_id);
	for (i = 0; i < value.n; i++) {
		p[i] ^= 1;
		if (!sgx_ext_read(buf_slice(&b), &y) && memcmp(&x, &y, sizeof x) == 0) survived++;
		p[i] ^= 1;
	}
	CHECK(survived == 0);
	buf_drop(&b);
}

/* What specs/dcap.md 2.1 pins about the root that is built in. */
TEST(check_intel_root)
{
	struct x509 x;
	uint8_t digest[32];

	sha256(intel_root_der(), digest);
	CHECK_SLICE(SLICE_OF(digest),
		test_hex("44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3"));
	CHECK_ERR(x509_read(intel_root_der(), &x), E_OK);
	CHECK_SLICE(x.cn, SLICE("Intel SGX Root CA"));
	CHECK_SLICE(x.serial, test_hex("22650cd65a9d3489f383b49552bf501b392706ac"));
	CHECK_SLICE(slice_sub(x.point, 0, 32),
		test_hex("0ba9c4c0c0c86193a3fe23d6b02cda10a8bbd4e88e48b4458561a36e705525f5"));
	CHECK(x.ca && x.path_len == 1 && x.key_usage == 0x60 && slice_eq(x.issuer, x.subject));
	CHECK(x.not_before == 1526899510 && x.not_after == 2524607999);
}
