/* SPDX-License-Identifier: MIT */
/* SGX and TDX quotes to the last byte. Runs in the command line; pure. */
#include "check/quote.h"

#include "base/cur.h"
#include "base/limits.h"

/* Header fields, specs/dcap.md 1.2. */
#define ATT_KEY_ECDSA_P256 2

/* Lengths of the encrypted PPID forms: ciphertext, CPUSVN, PCESVN, PCEID. */
#define PPID_2048_LEN (256 + 16 + 2 + 2)
#define PPID_3072_LEN (384 + 16 + 2 + 2)

/* Certification data that wraps the QE report in versions 4 and 5. */
#define CERT_DATA_QE_REPORT 6

static const uint8_t intel_vendor[16] = {0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a,
	0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07};

static enum err format(struct why *why, const char *what)
{
	return why_set(why, E_QUOTE_FORMAT, "%s", what);
}

static void read_report(struct slice raw, struct sgx_report *r)
{
	struct cur c = cur_of(raw);

	r->raw = raw;
	r->cpusvn = cur_take(&c, 16);
	r->miscselect = cur_take(&c, 4);
	cur_take(&c, 28);
	r->attributes = cur_take(&c, 16);
	r->mrenclave = cur_take(&c, 32);
	cur_take(&c, 32);
	r->mrsigner = cur_take(&c, 32);
	cur_take(&c, 96);
	r->isvprodid = cur_le16(&c);
	r->isvsvn = cur_le16(&c);
	cur_take(&c, 60);
	r->report_data = cur_take(&c, 64);
}

static enum err read_header(struct slice bytes, struct quote *q, struct why *why)
{
	struct cur c = cur_of(bytes);
	uint16_t key_type;
	struct slice vendor;

	q->version = cur_le16(&c);
	key_type = cur_le16(&c);
	q->tee_type = cur_le32(&c);
	cur_take(&c, 4); /* QE and PCE SVN of version 3, else reserved; nobody uses them */
	vendor = cur_take(&c, sizeof intel_vendor);
	q->user_data = cur_take(&c, 20);
	if (c.err) return format(why, "shorter than a header");
	if (q->version < 3 || q->version > 5)
		return why_set(why, E_QUOTE_VERSION, "version %u", q->version);
	if (key_type != ATT_KEY_ECDSA_P256)
		return why_set(why, E_ATT_KEY_TYPE, "attestation key type %u", key_type);
	/* Types that are neither come out where the body is read. */
	if ((q->version == 3) != (q->tee_type == TEE_TYPE_SGX))
		return why_set(why, E_TEE_TYPE, "TEE type 0x%x in a version %u quote",
			(unsigned)q->tee_type, q->version);
	if (!slice_eq(vendor, SLICE_OF(intel_vendor)))
		return why_set(why, E_QE_VENDOR, "the vendor id is not Intel's");
	return E_OK;
}

static enum err read_body(struct slice bytes, struct quote *q, struct why *why)
{
	struct slice body;
	enum err e;

	if (q->version == 3) {
		body = slice_sub(bytes, TDX_HEADER_LEN, SGX_REPORT_LEN);
		read_report(body, &q->sgx);
		q->signed_part = slice_sub(bytes, 0, TDX_HEADER_LEN + SGX_REPORT_LEN);
		return E_OK;
	}
	e = tdx_body_read(bytes, &q->td);
	if (e) return why_set(why, e, "TEE type, body descriptor or length");
	q->has_15 = q->td.mrservicetd.n > 0;
	q->signed_part = slice_sub(bytes, 0, q->td.signed_len);
	return E_OK;
}

/* QE report, its signature, authentication data and certification data; fills c. */
static enum err read_qe(struct cur *c, struct quote *q, struct why *why)
{
	uint32_t size;

	read_report(cur_take(c, SGX_REPORT_LEN), &q->qe);
	q->qe_signature = cur_take(c, 64);
	q->qe_auth_data = cur_take(c, cur_le16(c));
	q->cert_type = cur_le16(c);
	size = cur_le32(c);
	q->cert_data = cur_take(c, size);
	if (cur_end(c)) return format(why, "the lengths around the QE report do not fit");
	switch (q->cert_type) {
	case CERT_DATA_CHAIN: return E_OK;
	case CERT_DATA_PPID_2048:
		if (size == PPID_2048_LEN) return E_OK;
		return format(why, "the encrypted PPID has a wrong length");
	case CERT_DATA_PPID_3072:
		if (size == PPID_3072_LEN) return E_OK;
		return format(why, "the encrypted PPID has a wrong length");
	default:
		return why_set(
			why, E_CERT_DATA_TYPE, "certification data of type %u", q->cert_type);
	}
}

static enum err read_auth(struct slice auth, struct quote *q, struct why *why)
{
	struct cur c = cur_of(auth), qe;
	uint16_t type;

	q->signature = cur_take(&c, 64);
	q->att_key = cur_take(&c, 64);
	if (q->version == 3) return read_qe(&c, q, why);
	type = cur_le16(&c);
	qe = cur_of(cur_take(&c, cur_le32(&c)));
	if (cur_end(&c)) return format(why, "the lengths of the signature section do not fit");
	if (type != CERT_DATA_QE_REPORT)
		return why_set(why, E_CERT_DATA_TYPE, "outer certification data of type %u", type);
	return read_qe(&qe, q, why);
}

enum err quote_read(
	struct slice bytes, uint32_t min_qe_auth_data, struct quote *out, struct why *why)
{
	struct quote q = {0};
	struct slice auth, rest;
	struct cur c;
	size_t i;
	enum err e;

	if (bytes.n > LIMIT_QUOTE_BYTES) return format(why, "larger than any quote");
	e = read_header(bytes, &q, why);
	if (!e) e = read_body(bytes, &q, why);
	if (e) return e;
	c = cur_of(slice_from(bytes, q.signed_part.n));
	auth = cur_take(&c, cur_le32(&c));
	rest = cur_rest(&c);
	/* Nothing is left of a section that is cut, and that does not read. */
	e = read_auth(auth, &q, why);
	if (e) return e;
	for (i = 0; i < rest.n; i++)
		if (rest.p[i]) return format(why, "unsigned bytes behind the signature section");
	q.padding = rest.n;
	if (q.qe_auth_data.n < min_qe_auth_data)
		return format(why, "less QE authentication data than demanded");
	*out = q;
	return E_OK;
}
