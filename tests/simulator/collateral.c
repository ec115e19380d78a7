/* SPDX-License-Identifier: MIT */
/* Signed collateral. Runs in the simulator; pure. */
#include "collateral.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/json_write.h"
#include "keys.h"
#include "quote.h"
#include "x509.h"

#define PART_MAX        65536
#define TCB_EVALUATION  20
#define REVOKED_SERIALS 3
#define ZERO_48                                                                                    \
	"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000"   \
	"0000000000"

/* One level of the platform, highest first as Intel lists them. */
struct level {
	uint8_t sgx[16], tdx[16];
	unsigned pcesvn;
	const char *date, *status, *advisory;
};

static const struct level levels[] = {
	{{4, 4, 2, 2, 4, 1, 0, 5}, {5, 0, 4}, 13, "2025-08-13T00:00:00Z", "UpToDate", NULL},
	{{4, 4, 2, 2, 4, 1, 0, 5}, {5, 0, 4}, 11, "2024-03-13T00:00:00Z", "OutOfDate",
		"NOT-A-TEE-SA-00001"},
	{{3, 3, 2, 2, 3, 1, 0, 5}, {5, 0, 3}, 11, "2023-08-09T00:00:00Z", "OutOfDate",
		"NOT-A-TEE-SA-00002"},
};

struct svn_level {
	unsigned isvsvn;
	const char *date, *status, *advisory;
};

static const struct svn_level module_levels[] = {
	{TDX_MODULE_ISVSVN, "2025-08-13T00:00:00Z", "UpToDate", NULL},
	{6, "2025-05-14T00:00:00Z", "OutOfDate", "NOT-A-TEE-SA-00003"},
	{2, "2023-08-09T00:00:00Z", "Revoked", "NOT-A-TEE-SA-00004"},
};
static const struct svn_level qe_levels[] = {
	{QE_ISVSVN, "2025-05-14T00:00:00Z", "UpToDate", NULL},
	{3, "2024-03-13T00:00:00Z", "OutOfDate", "NOT-A-TEE-SA-00005"},
};

/* Dates of signed JSON have no fraction (specs/dcap.md 2.6). */
static void put_date(struct jw *w, const char *name, int64_t seconds)
{
	char iso[ISO_LEN], whole[ISO_LEN];
	struct buf b = buf_on(whole, sizeof whole);

	buf_put(&b, slice_sub(slice_str(clock_iso(iso, seconds * 1000)), 0, 19));
	buf_u8(&b, 'Z');
	jw_key_str(w, name, buf_slice(&b));
}

static void put_window(struct jw *w, int64_t now)
{
	put_date(w, "issueDate", now - COLLATERAL_BEFORE_S);
	put_date(w, "nextUpdate", now + COLLATERAL_AFTER_S);
}

static void put_status(struct jw *w, const char *date, const char *status, const char *advisory)
{
	jw_key_cstr(w, "tcbDate", date);
	jw_key_cstr(w, "tcbStatus", status);
	if (!advisory) return;
	jw_key(w, "advisoryIDs");
	jw_array(w);
	jw_cstr(w, advisory);
	jw_array_end(w);
}

static void put_svn_levels(struct jw *w, const struct svn_level *l, size_t n)
{
	size_t i;

	jw_key(w, "tcbLevels");
	jw_array(w);
	for (i = 0; i < n; i++) {
		jw_object(w);
		jw_key(w, "tcb");
		jw_object(w);
		jw_key_u64(w, "isvsvn", l[i].isvsvn);
		jw_object_end(w);
		put_status(w, l[i].date, l[i].status, l[i].advisory);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void put_components(struct jw *w, const char *name, const uint8_t svn[16])
{
	unsigned i;

	jw_key(w, name);
	jw_array(w);
	for (i = 0; i < 16; i++) {
		jw_object(w);
		jw_key_u64(w, "svn", svn[i]);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void put_levels(struct jw *w)
{
	size_t i;

	jw_key(w, "tcbLevels");
	jw_array(w);
	for (i = 0; i < sizeof levels / sizeof *levels; i++) {
		const struct level *l = &levels[i];

		jw_object(w);
		jw_key(w, "tcb");
		jw_object(w);
		put_components(w, "sgxtcbcomponents", l->sgx);
		jw_key_u64(w, "pcesvn", l->pcesvn);
		put_components(w, "tdxtcbcomponents", l->tdx);
		jw_object_end(w);
		put_status(w, l->date, l->status, l->advisory);
		jw_object_end(w);
	}
	jw_array_end(w);
}

/* The signer and attributes that a TDX module must have: Intel's, all zero. */
static void put_module(struct jw *w)
{
	jw_key_cstr(w, "mrsigner", ZERO_48);
	jw_key_cstr(w, "attributes", "0000000000000000");
	jw_key_cstr(w, "attributesMask", "FFFFFFFFFFFFFFFF");
}

static void put_tcb_info(struct buf *out, int64_t now)
{
	struct jw w = jw_to(out, false);

	jw_object(&w);
	jw_key_cstr(&w, "id", "TDX");
	jw_key_u64(&w, "version", 3);
	put_window(&w, now);
	jw_key_cstr(&w, "fmspc", PLATFORM_FMSPC);
	jw_key_cstr(&w, "pceId", PLATFORM_PCEID);
	jw_key_u64(&w, "tcbType", 0);
	jw_key_u64(&w, "tcbEvaluationDataNumber", TCB_EVALUATION);
	jw_key(&w, "tdxModule");
	jw_object(&w);
	put_module(&w);
	jw_object_end(&w);
	jw_key(&w, "tdxModuleIdentities");
	jw_array(&w);
	jw_object(&w);
	jw_key_cstr(&w, "id", "TDX_01");
	put_module(&w);
	put_svn_levels(&w, module_levels, sizeof module_levels / sizeof *module_levels);
	jw_object_end(&w);
	jw_array_end(&w);
	put_levels(&w);
	jw_object_end(&w);
}

static void put_qe_identity(struct buf *out, int64_t now)
{
	struct jw w = jw_to(out, false);

	jw_object(&w);
	jw_key_cstr(&w, "id", "TD_QE");
	jw_key_u64(&w, "version", 2);
	put_window(&w, now);
	jw_key_u64(&w, "tcbEvaluationDataNumber", TCB_EVALUATION);
	jw_key_cstr(&w, "miscselect", "00000000");
	jw_key_cstr(&w, "miscselectMask", "FFFFFFFF");
	jw_key_cstr(&w, "attributes", "11000000000000000000000000000000");
	jw_key_cstr(&w, "attributesMask", "FBFFFFFFFFFFFFFF0000000000000000");
	jw_key_cstr(&w, "mrsigner", TD_QE_MRSIGNER);
	jw_key_u64(&w, "isvprodid", QE_ISVPRODID);
	put_svn_levels(&w, qe_levels, sizeof qe_levels / sizeof *qe_levels);
	jw_object_end(&w);
}

/* A list of one authority as hex. The platform's revokes serials that nobody has. */
static void put_crl(struct jw *w, const char *name, const struct pki *pki, bool root, int64_t now)
{
	struct buf der = buf_heap(PART_MAX);
	uint8_t serial[REVOKED_SERIALS][X509_SKI_LEN];
	struct slice revoked[REVOKED_SERIALS];
	struct x509_crl_spec spec = {
		.issuer = buf_slice(root ? &pki->root_name : &pki->platform_name),
		.signer = root ? &pki->root_key : &pki->platform_key,
		.this_update = now - COLLATERAL_BEFORE_S,
		.next_update = now + COLLATERAL_AFTER_S,
		.revoked = revoked,
		.revoked_n = root ? 0 : REVOKED_SERIALS,
	};
	uint8_t i;

	for (i = 0; i < REVOKED_SERIALS; i++) {
		seed_bytes(slice_of(&i, 1), "revoked serial", serial[i], sizeof serial[i]);
		revoked[i] = SLICE_OF(serial[i]);
	}
	x509_crl(&der, &spec);
	jw_key_hex(w, name, buf_slice(&der));
	if (der.err && !w->b->err) w->b->err = der.err;
	buf_drop(&der);
}

static void put_chain(struct jw *w, const char *name, const struct pki *pki,
	void (*chain)(const struct pki *, struct buf *))
{
	struct buf pem = buf_heap(PART_MAX);

	chain(pki, &pem);
	jw_key_str(w, name, buf_slice(&pem));
	if (pem.err && !w->b->err) w->b->err = pem.err;
	buf_drop(&pem);
}

/* The text and the TCB signer's signature over exactly its bytes. */
static void put_signed(struct jw *w, const char *name, const char *sig_name, const struct pki *pki,
	void (*text)(struct buf *, int64_t), int64_t now)
{
	struct buf b = buf_heap(PART_MAX);
	uint8_t digest[SHA256_LEN], sig[64];

	text(&b, now);
	sha256(buf_slice(&b), digest);
	p256_sign_raw(&pki->tcb_key, digest, sig);
	jw_key_str(w, name, buf_slice(&b));
	jw_key_hex(w, sig_name, SLICE_OF(sig));
	if (b.err && !w->b->err) w->b->err = b.err;
	buf_drop(&b);
}

void collateral_bundle(const struct pki *pki, int64_t now, struct buf *out)
{
	struct jw w = jw_to(out, false);

	jw_object(&w);
	jw_key_cstr(&w, "note", "NOT-A-TEE dstack simulator");
	put_chain(&w, "pck_crl_issuer_chain", pki, pki_crl_chain);
	put_crl(&w, "root_ca_crl", pki, true, now);
	put_crl(&w, "pck_crl", pki, false, now);
	put_chain(&w, "tcb_info_issuer_chain", pki, pki_tcb_chain);
	put_signed(&w, "tcb_info", "tcb_info_signature", pki, put_tcb_info, now);
	put_chain(&w, "qe_identity_issuer_chain", pki, pki_tcb_chain);
	put_signed(&w, "qe_identity", "qe_identity_signature", pki, put_qe_identity, now);
	put_chain(&w, "pck_certificate_chain", pki, pki_pck_chain);
	jw_object_end(&w);
	buf_u8(out, '\n');
}
