/* SPDX-License-Identifier: MIT */
/* TDX quotes. Runs in the simulator; pure. */
#include "quote.h"

#include <string.h>

#include "base/num.h"
#include "keys.h"

#define QE_REPORT_LEN 384
#define QE_AUTH_LEN   32
/* XFAM of current dstack guests. */
#define XFAM 0x602e7ULL

void quote_measurement(const char *what, uint8_t out[SHA384_LEN])
{
	sha384_two(SLICE("NOT-A-TEE dstack-simulator "), slice_str(what), out);
}

/* Appends n bytes given as hex constants of our own. */
static void put_hex(struct buf *b, const char *hex)
{
	if (hex_into(slice_str(hex), b) && !b->err) b->err = E_INTERNAL;
}

/* The quoting enclave's report: binds the attestation key (specs/dcap.md 1.4, 2.3 I). */
static void put_qe_report(struct buf *b, const struct p256_key *att, struct slice auth)
{
	uint8_t enclave[SHA256_LEN], bound[SHA256_LEN];
	struct sha256 h;

	sha256(SLICE("NOT-A-TEE dstack-simulator QE"), enclave);
	sha256_init(&h);
	sha256_add(&h, SLICE_OF(att->point));
	sha256_add(&h, auth);
	sha256_out(&h, bound);
	buf_put(b, SLICE_OF(platform_svn)); /* CPUSVN */
	buf_zeros(b, 4 + 28);               /* MISCSELECT, reserved */
	buf_le64(b, 0x15);                  /* INIT, MODE64, PROVISION_KEY; not DEBUG */
	buf_le64(b, 0xe7);                  /* XFRM */
	buf_put(b, SLICE_OF(enclave));
	buf_zeros(b, 32);
	put_hex(b, TD_QE_MRSIGNER);
	buf_zeros(b, 96);
	buf_le16(b, QE_ISVPRODID);
	buf_le16(b, QE_ISVSVN);
	buf_zeros(b, 60);
	buf_put(b, SLICE_OF(bound));
	buf_zeros(b, 32);
}

/* Everything behind the quote signature but the padding (specs/dcap.md 1.5). */
static void put_tail(struct buf *out, const struct pki *pki, const struct p256_key *att)
{
	struct buf chain = buf_heap(QUOTE_MAX), report = buf_heap(QE_REPORT_LEN);
	uint8_t auth[QE_AUTH_LEN], digest[SHA256_LEN], sig[64];
	unsigned i;

	for (i = 0; i < sizeof auth; i++)
		auth[i] = (uint8_t)i;
	put_qe_report(&report, att, SLICE_OF(auth));
	sha256(buf_slice(&report), digest);
	p256_sign_raw(&pki->pck_key, digest, sig);
	pki_pck_chain(pki, &chain);
	buf_u8(&chain, 0);
	buf_put(out, SLICE_OF(att->point));
	buf_le16(out, 6);
	buf_le32(out, (uint32_t)(QE_REPORT_LEN + 64 + 2 + QE_AUTH_LEN + 6 + chain.n));
	buf_put(out, buf_slice(&report));
	buf_put(out, SLICE_OF(sig));
	buf_le16(out, QE_AUTH_LEN);
	buf_put(out, SLICE_OF(auth));
	buf_le16(out, 5);
	buf_le32(out, (uint32_t)chain.n);
	buf_put(out, buf_slice(&chain));
	if (!out->err) out->err = chain.err ? chain.err : report.err;
	buf_drop(&chain);
	buf_drop(&report);
}

enum err quoting_init(struct slice seed, const struct pki *pki, struct quoting *q)
{
	enum err e;

	q->tail = buf_heap(QUOTE_MAX);
	e = seed_p256(seed, "attestation", &q->att_key);
	if (e) return e;
	put_tail(&q->tail, pki, &q->att_key);
	return q->tail.err;
}

void quoting_drop(struct quoting *q)
{
	buf_drop(&q->tail);
}

static void put_header(struct buf *b, const struct quote_spec *spec)
{
	buf_le16(b, (uint16_t)spec->version);
	buf_le16(b, 2); /* ECDSA P-256 */
	buf_le32(b, spec->tee_type);
	buf_zeros(b, 4);
	put_hex(b, "939a7233f79c4ca9940a0db3957f0607"); /* QE vendor */
	buf_put(b, SLICE(QUOTE_USER_DATA));
	buf_zeros(b, 4);
	if (spec->version == 5) {
		buf_le16(b, 3);
		buf_le32(b, TDX_BODY_15);
	}
}

static void put_tcb_svn(struct buf *b)
{
	buf_u8(b, TDX_MODULE_ISVSVN);
	buf_u8(b, TDX_MODULE_MAJOR);
	buf_u8(b, TDX_LOADER_SVN);
	buf_zeros(b, 13);
}

static void put_body(struct buf *b, const struct quote_spec *spec)
{
	uint8_t mr[SHA384_LEN];
	unsigned i;

	put_tcb_svn(b);
	quote_measurement("mrseam", mr);
	buf_put(b, SLICE_OF(mr));
	buf_zeros(b, SHA384_LEN + 8); /* MRSIGNERSEAM, SEAMATTRIBUTES */
	buf_le64(b, spec->td_attributes);
	buf_le64(b, XFAM);
	quote_measurement("mrtd", mr);
	buf_put(b, SLICE_OF(mr));
	buf_put(b, spec->mrconfigid);
	buf_zeros(b, 2 * SHA384_LEN); /* MROWNER, MROWNERCONFIG */
	for (i = 0; i < 4; i++)
		buf_put(b, SLICE_OF(spec->rtmr[i]));
	buf_put(b, SLICE_OF(spec->report_data));
	if (spec->version != 5) return;
	put_tcb_svn(b);
	buf_zeros(b, SHA384_LEN); /* MRSERVICETD */
}

void quote_build(const struct quoting *q, const struct quote_spec *spec, struct buf *out)
{
	size_t at = out->n;
	uint8_t digest[SHA256_LEN], sig[64];

	put_header(out, spec);
	put_body(out, spec);
	sha256(slice_from(buf_slice(out), at), digest);
	p256_sign_raw(&q->att_key, digest, sig);
	if (spec->break_signature) sig[63] ^= 1;
	buf_le32(out, (uint32_t)(sizeof sig + q->tail.n));
	buf_put(out, SLICE_OF(sig));
	buf_put(out, buf_slice(&q->tail));
	buf_zeros(out, QUOTE_PADDING);
}
