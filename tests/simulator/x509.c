/* SPDX-License-Identifier: MIT */
/* Certificates and revocation lists. Runs in the simulator and its tests; pure. */
#include "x509.h"

#include "base/hash.h"
#include "der.h"

#define ECDSA_SHA256 "1.2.840.10045.4.3.2"
/* A free-text note in a certificate that every tool prints ("Netscape Comment"). */
#define COMMENT_OID  "2.16.840.1.113730.1.13"
#define COMMENT_TEXT "NOT-A-TEE dstack simulator"
/* A certificate with an attestation inside has about 10 KB; application events add to it. */
#define TBS_MAX (1024 * 1024)

static void put_algorithm(struct buf *b)
{
	size_t seq = asn_open(b, DER_SEQUENCE);

	asn_oid(b, ECDSA_SHA256);
	asn_close(b, seq);
}

/* SEQUENCE { tbs, algorithm, signature over tbs }. */
static void put_signed(struct buf *out, struct slice tbs, const struct p256_key *signer)
{
	size_t seq = asn_open(out, DER_SEQUENCE);
	uint8_t digest[SHA256_LEN], sig[P256_SIG_MAX];

	sha256(tbs, digest);
	buf_put(out, tbs);
	put_algorithm(out);
	asn_bits(out, slice_of(sig, p256_sign(signer, digest, sig)));
	asn_close(out, seq);
}

void sim_x509_extension(struct buf *out, const char *oid, bool critical, struct slice value)
{
	size_t seq = asn_open(out, DER_SEQUENCE);

	asn_oid(out, oid);
	if (critical) asn_bool(out, true);
	asn_value(out, DER_OCTET_STRING, value);
	asn_close(out, seq);
}

void x509_ski(const uint8_t point[P256_POINT_LEN], uint8_t out[X509_SKI_LEN])
{
	br_sha1_context h;
	uint8_t uncompressed = 0x04;

	br_sha1_init(&h);
	br_sha1_update(&h, &uncompressed, 1);
	br_sha1_update(&h, point, P256_POINT_LEN);
	br_sha1_out(&h, out);
}

static void put_attribute(struct buf *b, const char *oid, uint8_t tag, struct slice text)
{
	size_t set = asn_open(b, DER_SET), seq = asn_open(b, DER_SEQUENCE);

	asn_oid(b, oid);
	asn_value(b, tag, text);
	asn_close(b, seq);
	asn_close(b, set);
}

void x509_intel_name(struct buf *out, const char *common_name)
{
	size_t seq = asn_open(out, DER_SEQUENCE);

	put_attribute(out, "2.5.4.3", DER_UTF8, slice_str(common_name));
	put_attribute(out, "2.5.4.10", DER_UTF8, SLICE("Intel Corporation"));
	put_attribute(out, "2.5.4.7", DER_UTF8, SLICE("Santa Clara"));
	put_attribute(out, "2.5.4.8", DER_UTF8, SLICE("CA"));
	put_attribute(out, "2.5.4.6", DER_PRINTABLE, SLICE("US"));
	asn_close(out, seq);
}

void x509_dstack_name(struct buf *out, const char *organization, struct slice common_name)
{
	size_t seq = asn_open(out, DER_SEQUENCE);

	if (organization) put_attribute(out, "2.5.4.10", DER_UTF8, slice_str(organization));
	put_attribute(out, "2.5.4.3", DER_UTF8, common_name);
	asn_close(out, seq);
}

/* The key identifier inside an AuthorityKeyIdentifier. */
static void put_aki(struct buf *out, const uint8_t point[P256_POINT_LEN])
{
	uint8_t mem[64], ski[X509_SKI_LEN];
	struct buf b = buf_on(mem, sizeof mem);
	size_t seq = asn_open(&b, DER_SEQUENCE);

	x509_ski(point, ski);
	asn_value(&b, DER_CONTEXT(0), SLICE_OF(ski));
	asn_close(&b, seq);
	sim_x509_extension(out, "2.5.29.35", false, buf_slice(&b));
}

static void put_crl_url(struct buf *out, const char *url)
{
	uint8_t mem[512];
	struct buf b = buf_on(mem, sizeof mem);
	size_t list = asn_open(&b, DER_SEQUENCE), point = asn_open(&b, DER_SEQUENCE);
	size_t name = asn_open(&b, DER_CONTEXT_CONSTRUCTED(0));
	size_t full = asn_open(&b, DER_CONTEXT_CONSTRUCTED(0));

	asn_value(&b, DER_CONTEXT(6), slice_str(url));
	asn_close(&b, full);
	asn_close(&b, name);
	asn_close(&b, point);
	asn_close(&b, list);
	if (b.err && !out->err) out->err = b.err;
	sim_x509_extension(out, "2.5.29.31", false, buf_slice(&b));
}

/* The extensions in the order of Intel's certificates. */
static void put_extensions(struct buf *out, const struct x509_spec *spec)
{
	size_t tag = asn_open(out, DER_CONTEXT_CONSTRUCTED(3)), seq = asn_open(out, DER_SEQUENCE);
	uint8_t mem[64], ski[X509_SKI_LEN];
	struct buf b = buf_on(mem, sizeof mem);
	size_t inner;

	put_aki(out, spec->signer->point);
	if (spec->crl_url) put_crl_url(out, spec->crl_url);
	x509_ski(spec->point, ski);
	asn_value(&b, DER_OCTET_STRING, SLICE_OF(ski));
	sim_x509_extension(out, "2.5.29.14", false, buf_slice(&b));
	buf_reset(&b);
	asn_named_bits(&b, spec->usage);
	sim_x509_extension(out, "2.5.29.15", true, buf_slice(&b));
	buf_reset(&b);
	inner = asn_open(&b, DER_SEQUENCE);
	if (spec->path_len >= 0) {
		asn_bool(&b, true);
		asn_int(&b, (uint64_t)spec->path_len);
	}
	asn_close(&b, inner);
	sim_x509_extension(out, "2.5.29.19", true, buf_slice(&b));
	buf_put(out, spec->more);
	buf_reset(&b);
	asn_value(&b, DER_IA5, SLICE(COMMENT_TEXT));
	sim_x509_extension(out, COMMENT_OID, false, buf_slice(&b));
	asn_close(out, seq);
	asn_close(out, tag);
}

void x509_cert(struct buf *out, const struct x509_spec *spec)
{
	struct buf tbs = buf_heap(TBS_MAX);
	uint8_t spki[P256_SPKI_LEN], ski[X509_SKI_LEN];
	size_t seq = asn_open(&tbs, DER_SEQUENCE);
	size_t part = asn_open(&tbs, DER_CONTEXT_CONSTRUCTED(0));

	asn_int(&tbs, 2); /* v3 */
	asn_close(&tbs, part);
	x509_ski(spec->point, ski);
	asn_int_bytes(&tbs, spec->serial.n ? spec->serial : SLICE_OF(ski));
	put_algorithm(&tbs);
	buf_put(&tbs, spec->issuer);
	part = asn_open(&tbs, DER_SEQUENCE);
	asn_time(&tbs, spec->from);
	asn_time(&tbs, spec->to);
	asn_close(&tbs, part);
	buf_put(&tbs, spec->subject);
	p256_spki(spec->point, spki);
	buf_put(&tbs, SLICE_OF(spki));
	put_extensions(&tbs, spec);
	asn_close(&tbs, seq);
	if (tbs.err && !out->err) out->err = tbs.err;
	put_signed(out, buf_slice(&tbs), spec->signer);
	buf_drop(&tbs);
}

/* One revoked serial with reason keyCompromise, as Intel's lists have it. */
static void put_revoked(struct buf *b, struct slice serial, int64_t when)
{
	size_t entry = asn_open(b, DER_SEQUENCE), extensions;
	uint8_t reason[] = {DER_ENUMERATED, 1, 1};

	asn_int_bytes(b, serial);
	asn_time(b, when);
	extensions = asn_open(b, DER_SEQUENCE);
	sim_x509_extension(b, "2.5.29.21", false, SLICE_OF(reason));
	asn_close(b, extensions);
	asn_close(b, entry);
}

void x509_crl(struct buf *out, const struct x509_crl_spec *spec)
{
	struct buf tbs = buf_heap(TBS_MAX);
	size_t seq = asn_open(&tbs, DER_SEQUENCE), part, list, i;
	uint8_t number[] = {DER_INTEGER, 1, 1};

	asn_int(&tbs, 1); /* v2 */
	put_algorithm(&tbs);
	buf_put(&tbs, spec->issuer);
	asn_time(&tbs, spec->this_update);
	asn_time(&tbs, spec->next_update);
	if (spec->revoked_n) {
		list = asn_open(&tbs, DER_SEQUENCE);
		for (i = 0; i < spec->revoked_n; i++)
			put_revoked(&tbs, spec->revoked[i], spec->this_update);
		asn_close(&tbs, list);
	}
	part = asn_open(&tbs, DER_CONTEXT_CONSTRUCTED(0));
	list = asn_open(&tbs, DER_SEQUENCE);
	sim_x509_extension(&tbs, "2.5.29.20", false, SLICE_OF(number));
	put_aki(&tbs, spec->signer->point);
	asn_close(&tbs, list);
	asn_close(&tbs, part);
	asn_close(&tbs, seq);
	if (tbs.err && !out->err) out->err = tbs.err;
	put_signed(out, buf_slice(&tbs), spec->signer);
	buf_drop(&tbs);
}
