/* SPDX-License-Identifier: MIT */
/* A made-up platform: signed documents, quote, and the cases made of them. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json_write.h"
#include "made_cases.h"
#include "test.h"

#define ROOT_CN "Intel SGX Root CA"
#define CA_CN   "Intel SGX PCK Platform CA"

/* Sixteen equal components. */
static void put_components(struct buf *b, const char *name, unsigned svn)
{
	unsigned i;

	buf_fmt(b, "\"%s\":[", name);
	for (i = 0; i < 16; i++)
		buf_fmt(b, "%s{\"svn\":%u}", i ? "," : "", svn);
	buf_str(b, "]");
}

static void put_level(struct buf *b, bool tdx, unsigned svn, unsigned pcesvn, const char *rest)
{
	buf_str(b, "{\"tcb\":{");
	put_components(b, "sgxtcbcomponents", svn);
	buf_fmt(b, ",\"pcesvn\":%u", pcesvn);
	if (tdx) {
		buf_str(b, ",");
		put_components(b, "tdxtcbcomponents", svn);
	}
	buf_fmt(b, "},%s}", rest);
}

#define WINDOW "\"issueDate\":\"2026-02-20T10:00:00Z\",\"nextUpdate\":\"2026-03-22T10:00:00Z\","
#define MODULE                                                                                     \
	"\"mrsigner\":\"%096d\",\"attributes\":\"0000000000000000\","                              \
	"\"attributesMask\":\"FFFFFFFFFFFFFFFF\""

/* Documents of the kind Intel signs, before the edits of a test. */
static struct slice tcb_info(bool tdx, bool level_twice)
{
	struct buf b = buf_heap(1 << 16);

	buf_fmt(&b,
		"{\"id\":\"%s\",\"version\":3," WINDOW "\"fmspc\":\"A0B1C2D3E4F5\","
		"\"pceId\":\"0000\",\"tcbType\":0,\"tcbEvaluationDataNumber\":20,",
		tdx ? "TDX" : "SGX");
	if (tdx)
		buf_fmt(&b,
			"\"tdxModule\":{" MODULE
			"},\"tdxModuleIdentities\":[{\"id\":\"TDX_01\"," MODULE ",\"tcbLevels\":["
			"{\"tcb\":{\"isvsvn\":6},\"tcbDate\":\"2025-11-11T00:00:00Z\","
			"\"tcbStatus\":\"UpToDate\"},"
			"{\"tcb\":{\"isvsvn\":4},\"tcbDate\":\"2024-03-13T00:00:00Z\","
			"\"tcbStatus\":\"OutOfDate\",\"advisoryIDs\":[\"MADE-M4\"]}]}],",
			0, 0);
	buf_str(&b, "\"tcbLevels\":[");
	/* Not in descending order: the reader must not rely on it. */
	put_level(&b, tdx, 3, 11,
		"\"tcbDate\":\"2024-11-12T00:00:00Z\","
		"\"tcbStatus\":\"ConfigurationNeeded\",\"advisoryIDs\":[\"MADE-P3\",\"MADE-M4\"]");
	buf_str(&b, ",");
	put_level(
		&b, tdx, 4, 13, "\"tcbDate\":\"2025-11-12T00:00:00Z\",\"tcbStatus\":\"UpToDate\"");
	buf_str(&b, ",");
	put_level(&b, tdx, 2, 5,
		"\"tcbDate\":\"2023-11-12T00:00:00Z\","
		"\"tcbStatus\":\"OutOfDate\",\"advisoryIDs\":[\"MADE-P2\"]");
	if (level_twice) {
		buf_str(&b, ",");
		put_level(&b, tdx, 2, 5,
			"\"tcbDate\":\"2023-11-12T00:00:00Z\",\"tcbStatus\":\"UpToDate\"");
	}
	buf_str(&b, "]}");
	return made_kept(&b);
}

static struct slice qe_identity(bool tdx)
{
	struct buf b = buf_heap(1 << 16);

	buf_fmt(&b,
		"{\"id\":\"%s\",\"version\":2," WINDOW "\"tcbEvaluationDataNumber\":19,"
		"\"miscselect\":\"00000000\",\"miscselectMask\":\"FFFFFFFF\","
		"\"attributes\":\"11000000000000000000000000000000\","
		"\"attributesMask\":\"FDFFFFFFFFFFFFFF0000000000000000\",\"mrsigner\":\"%s\","
		"\"isvprodid\":%u,\"tcbLevels\":["
		"{\"tcb\":{\"isvsvn\":4},\"tcbDate\":\"2025-11-10T00:00:00Z\","
		"\"tcbStatus\":\"UpToDate\"},"
		"{\"tcb\":{\"isvsvn\":3},\"tcbDate\":\"2024-03-12T00:00:00Z\","
		"\"tcbStatus\":\"OutOfDate\",\"advisoryIDs\":[\"MADE-Q3\"]}]}",
		tdx ? "TD_QE" : "QE",
		tdx ? "DC9E2A7C6F948F17474E34A7FC43ED030F7C1563F1BABDDF6340C82E0E54A8C5"
		    : "8C4F5775D796503E96137F77C68A829A0056AC8DED70140B081B094490C57BFF",
		tdx ? 2U : 1U);
	return made_kept(&b);
}

static struct slice edited(struct slice text, const struct made_edit edit[4])
{
	size_t i;

	for (i = 0; i < 4 && edit[i].find; i++) {
		struct slice find = slice_str(edit[i].find);
		size_t at = slice_search(text, 0, find);

		if (at == text.n) {
			printf("# nothing to edit: %s\n", edit[i].find);
			abort();
		}
		text = JOIN(slice_sub(text, 0, at), slice_str(edit[i].put),
			slice_from(text, at + find.n));
	}
	return text;
}

static struct slice chain_pem(const struct made *m)
{
	return JOIN(made_pem(made_certificate(&m->pck, made_sgx(m))),
		made_pem(made_certificate(&m->ca, SLICE_NONE)),
		made_pem(made_certificate(&m->root, SLICE_NONE)));
}

static void key_signature(struct jw *w, const char *name, unsigned key, struct slice text)
{
	uint8_t sig[64];

	made_sign(key, text, sig);
	jw_key_hex(w, name, SLICE_OF(sig));
}

static struct slice collateral(const struct made *m)
{
	bool tdx = m->tee != TEE_TYPE_SGX;
	struct slice root = made_pem(made_certificate(&m->root, SLICE_NONE));
	struct slice tcb = edited(tcb_info(tdx, m->level_twice), m->tcb_edit);
	struct slice qe = edited(qe_identity(tdx), m->qe_edit);
	struct buf b = buf_heap(1 << 20);
	struct jw w = jw_to(&b, false);

	jw_object(&w);
	jw_key_hex(&w, "root_ca_crl", made_list(&m->root_crl));
	jw_key_hex(&w, "pck_crl", made_list(&m->pck_crl));
	jw_key_str(&w, "tcb_info_issuer_chain",
		JOIN(made_pem(made_certificate(&m->tcb, SLICE_NONE)), root));
	jw_key_str(&w, "tcb_info", tcb);
	key_signature(&w, "tcb_info_signature", m->tcb.key, tcb);
	jw_key_str(&w, "qe_identity_issuer_chain",
		JOIN(made_pem(made_certificate(&m->qe_signer, SLICE_NONE)), root));
	jw_key_str(&w, "qe_identity", qe);
	key_signature(&w, "qe_identity_signature", m->qe_signer.key, qe);
	if (m->chain_in_collateral) jw_key_str(&w, "pck_certificate_chain", chain_pem(m));
	jw_object_end(&w);
	return made_kept(&b);
}

static void put_times(struct buf *b, uint8_t v, size_t n)
{
	while (n-- > 0)
		buf_u8(b, v);
}

static void put_td_body(struct buf *b, const struct made *m, bool with_15)
{
	size_t i;

	buf_put(b, SLICE_OF(m->tee_tcb_svn));
	put_times(b, 0xa1, 48); /* MRSEAM */
	put_times(b, m->mrsignerseam, 48);
	buf_le64(b, m->seam_attributes);
	buf_le64(b, m->td_attributes);
	buf_le64(b, 0xe7);
	for (i = 0; i < 8; i++) /* MRTD to RTMR3 */
		put_times(b, (uint8_t)(0xb0 + i), 48);
	put_times(b, 0xd1, 64);
	if (!with_15) return;
	buf_put(b, SLICE_OF(m->tee_tcb_svn2));
	put_times(b, m->mrservicetd, 48);
}

static void put_sgx_report(struct buf *b, uint8_t flags, uint8_t misc, struct slice signer,
	unsigned product, unsigned svn, struct slice report_data)
{
	put_times(b, 2, 16);
	buf_le32(b, misc);
	buf_zeros(b, 28);
	buf_u8(b, flags);
	buf_zeros(b, 7);
	buf_le64(b, 0xe7);
	put_times(b, 0xc1, 32);
	buf_zeros(b, 32);
	buf_put(b, signer);
	buf_zeros(b, 96);
	buf_le16(b, (uint16_t)product);
	buf_le16(b, (uint16_t)svn);
	buf_zeros(b, 60);
	buf_put(b, report_data);
}

static struct slice signed_part(const struct made *m)
{
	static const uint8_t vendor[] = {0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a,
		0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07};
	static const uint8_t signer[32] = {0x51}, data[64] = {0x52};
	unsigned body = m->body_type ? m->body_type : m->version == 5 ? 3 : 2;
	struct buf b = buf_heap(1 << 16);

	buf_le16(&b, (uint16_t)m->version);
	buf_le16(&b, 2);
	buf_le32(&b, m->tee);
	buf_zeros(&b, 4);
	buf_put(&b, SLICE_OF(vendor));
	buf_zeros(&b, 20);
	if (m->version == 5) {
		buf_le16(&b, (uint16_t)body);
		buf_le32(&b, body == 3 ? 648 : body == 1 ? 384 : 584);
	}
	if (m->tee == TEE_TYPE_SGX)
		put_sgx_report(&b, m->sgx_flags, 0, SLICE_OF(signer), 3, 4, SLICE_OF(data));
	else
		put_td_body(&b, m, body == 3);
	return made_kept(&b);
}

static void put_qe_report(struct buf *b, const struct made *m, struct slice att_key)
{
	uint8_t signer[32], data[64] = {0};
	struct sha256 h;

	hex_exact(
		m->tee == TEE_TYPE_SGX
			? SLICE("8C4F5775D796503E96137F77C68A829A0056AC8DED70140B081B094490C57BFF")
			: SLICE("DC9E2A7C6F948F17474E34A7FC43ED030F7C1563F1BABDDF6340C82E0E54A8C5"),
		signer, 32);
	signer[7] ^= m->qe_signer_flip;
	sha256_init(&h);
	sha256_add(&h, att_key);
	sha256_add(&h, m->qe_auth);
	sha256_out(&h, data);
	data[63] = m->qe_data_tail;
	put_sgx_report(b, m->qe_flags, m->qe_misc, SLICE_OF(signer), m->qe_product, m->qe_svn,
		SLICE_OF(data));
}

static struct slice quote(const struct made *m)
{
	static const uint8_t ppid[404] = {0x33};
	struct slice head = signed_part(m), report;
	struct slice cert = m->cert_type == 5   ? JOIN(chain_pem(m), m->pem_tail)
			    : m->cert_type == 2 ? slice_of(ppid, 276)
						: SLICE_OF(ppid);
	struct buf b = buf_heap(1 << 20), qe = buf_heap(1 << 20);
	struct p256_key att;
	uint8_t sig[64], qe_sig[64];

	made_key(KEY_ATT, &att);
	if (m->bad_att_key) att.point[63] ^= 1;
	put_qe_report(&qe, m, SLICE_OF(att.point));
	report = made_kept(&qe);
	made_sign(KEY_ATT, head, sig);
	made_sign(KEY_PCK, report, qe_sig);
	qe = buf_heap(1 << 20);
	buf_put(&qe, report);
	buf_put(&qe, SLICE_OF(qe_sig));
	buf_le16(&qe, (uint16_t)m->qe_auth.n);
	buf_put(&qe, m->qe_auth);
	buf_le16(&qe, (uint16_t)m->cert_type);
	buf_le32(&qe, (uint32_t)cert.n);
	buf_put(&qe, cert);
	buf_put(&b, head);
	buf_le32(&b, (uint32_t)((m->version == 3 ? 128U : 134U) + qe.n));
	buf_put(&b, SLICE_OF(sig));
	buf_put(&b, SLICE_OF(att.point));
	if (m->version != 3) {
		buf_le16(&b, 6);
		buf_le32(&b, (uint32_t)qe.n);
	}
	buf_put(&b, made_kept(&qe));
	buf_put(&b, m->padding);
	return made_kept(&b);
}

void made_default(struct made *m)
{
	const struct made_cert root = {ROOT_CN, ROOT_CN, 0x1001, KEY_ROOT, KEY_ROOT,
		"180521000000Z", "491231235959Z", 3, true, true, 1, 0x06, .extra = SLICE_NONE};
	struct made_crl crl = {
		ROOT_CN, KEY_ROOT, KEY_ROOT, "251201000000Z", "261201000000Z", .version = 2};
	unsigned i;

	memset(m, 0, sizeof *m);
	m->root = m->ca = m->pck = m->tcb = root;
	m->ca.cn = CA_CN;
	m->ca.serial = 0x2002;
	m->ca.key = KEY_CA;
	m->ca.path_len = 0;
	m->ca.until = "330521000000Z";
	m->pck.cn = "Intel SGX PCK Certificate";
	m->pck.issuer = CA_CN;
	m->pck.serial = 0x83030303; /* needs a leading zero byte */
	m->pck.key = KEY_PCK;
	m->pck.signer = KEY_CA;
	m->pck.ca = false;
	m->pck.path_len = -1;
	m->pck.key_usage = 0xc0;
	m->pck.until = "330101000000Z";
	m->tcb.cn = "Intel SGX TCB Signing";
	m->tcb.serial = 0x4004;
	m->tcb.key = KEY_TCB;
	m->tcb.ca = false;
	m->tcb.path_len = -1;
	m->tcb.key_usage = 0xc0;
	m->qe_signer = m->tcb;
	m->root_crl = m->pck_crl = crl;
	m->pck_crl.issuer = CA_CN;
	m->pck_crl.signer = m->pck_crl.aki_key = KEY_CA;
	m->pck_crl.from = "260220000000Z";
	m->pck_crl.until = "260322000000Z";
	for (i = 0; i < 16; i++)
		m->component[i] = m->tee_tcb_svn[i] = 4;
	m->tee_tcb_svn[0] = 6;
	m->tee_tcb_svn[1] = 1;
	memcpy(m->tee_tcb_svn2, m->tee_tcb_svn, 16);
	m->pcesvn = 13;
	m->fmspc = SLICE("\xa0\xb1\xc2\xd3\xe4\xf5");
	m->pceid = SLICE("\0\0");
	m->ppid = SLICE("ppid-0123456789a");
	m->version = 4;
	m->tee = TEE_TYPE_TDX;
	m->td_attributes = 1ULL << 28;
	m->qe_flags = 0x11;
	m->sgx_flags = 0x05;
	m->qe_product = 2;
	m->qe_svn = 4;
	m->cert_type = 5;
	m->qe_auth = SLICE("0123456789abcdefghijklmnopqrstuv");
	m->pem_tail = SLICE("\0");
	m->in.now = MADE_NOW;
}

void made_default_sgx(struct made *m)
{
	made_default(m);
	m->version = 3;
	m->tee = TEE_TYPE_SGX;
	m->qe_product = 1;
}

void made_build(struct made *m)
{
	/* Most signatures are the same from case to case. */
	static struct sig_memo memo;

	m->in.memo = &memo;
	m->in.quote = quote(m);
	m->in.collateral = m->no_collateral ? SLICE_NONE : collateral(m);
	m->in.trusted_root = made_certificate(&m->root, SLICE_NONE);
}

void made_refused(const char *file, int line, struct made *m, enum err want)
{
	struct dcap_result r;
	struct why why = WHY_INIT;
	enum err e;

	made_build(m);
	e = dcap_verify(&m->in, &r, &why);
	if (e == want && why.code == want && why.text[0]) return;
	test_fail(file, line, "another outcome");
	printf("#   got %s (%s), want %s\n", err_name(e), why.text, err_name(want));
}

void made_accepted(
	const char *file, int line, struct made *m, enum tcb_status want, struct dcap_result *r)
{
	struct why why = WHY_INIT;
	enum err e;

	made_build(m);
	e = dcap_verify(&m->in, r, &why);
	if (!e && r->status == want) return;
	test_fail(file, line, "another outcome");
	printf("#   got %s (%s)\n", err_name(e), e ? why.text : tcb_status_name(r->status));
}
