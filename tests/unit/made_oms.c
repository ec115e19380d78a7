/* SPDX-License-Identifier: MIT */
/* A made-up signed package. */
#include "made_oms.h"

#include <bearssl.h>
#include <stdlib.h>
#include <string.h>

#include "base/der.h"
#include "base/dsse.h"
#include "base/fdio.h"
#include "base/oid.h"
#include "cli/anchors.h"
#include "made.h"
#include "records.h"
#include "test.h"
#include "unpack/oms.h"

#define EC (&br_ec_prime_i31)

static br_ec_private_key key_of(unsigned n, uint8_t secret[48])
{
	br_ec_private_key k = {.curve = BR_EC_secp384r1, .x = secret, .xlen = 48};

	memset(secret, 0, 48);
	secret[0] = 0x5e;
	secret[47] = (uint8_t)n;
	return k;
}

static void point_of(unsigned n, uint8_t out[97])
{
	uint8_t secret[48];
	br_ec_private_key k = key_of(n, secret);

	if (EC->mulgen(out, k.x, k.xlen, BR_EC_secp384r1) != 97) abort();
}

/* An ECDSA signature as DER. */
static struct slice sign(unsigned n, struct slice message, bool with_sha256, bool raw)
{
	uint8_t secret[48], digest[48], sig[128];
	br_ec_private_key k = key_of(n, secret);
	const br_hash_class *hash = with_sha256 ? &br_sha256_vtable : &br_sha384_vtable;
	size_t len;

	if (with_sha256)
		sha256(message, digest);
	else
		sha384(message, digest);
	len = raw ? br_ecdsa_i31_sign_raw(EC, hash, digest, &k, sig)
		  : br_ecdsa_i31_sign_asn1(EC, hash, digest, &k, sig);
	return JOIN(slice_of(sig, len));
}

static struct slice name_of(const char *cn)
{
	return DER(DER_SEQUENCE,
		DER(DER_SET, DER(DER_SEQUENCE, DER(DER_OID, SLICE("\x55\x04\x06")),
				     DER(DER_PRINTABLE_STRING, SLICE("US")))),
		DER(DER_SET, DER(DER_SEQUENCE, DER(DER_OID, OID_COMMON_NAME),
				     DER(DER_UTF8_STRING, slice_str(cn)))));
}

static struct slice algorithm(bool foreign)
{
	return DER(DER_SEQUENCE, DER(DER_OID, foreign ? OID_ECDSA_SHA256 : OID_ECDSA_SHA384));
}

static struct slice extensions(const struct made_oms_cert *c)
{
	uint8_t usage[2] = {0, (uint8_t)c->key_usage}, len = (uint8_t)c->path_len;
	struct slice basic = DER(DER_SEQUENCE, c->ca ? DER(DER_BOOLEAN, SLICE("\xff")) : SLICE_NONE,
		c->path_len >= 0 ? DER(DER_INTEGER, slice_of(&len, 1)) : SLICE_NONE);

	while (c->key_usage > 0 && !(usage[1] >> usage[0] & 1))
		usage[0]++;
	return DER(DER_SEQUENCE, made_extension(OID_BASIC_CONSTRAINTS, true, basic),
		c->key_usage > 0
			? made_extension(OID_KEY_USAGE, true, DER(DER_BIT_STRING, SLICE_OF(usage)))
			: SLICE_NONE,
		c->critical ? made_extension(SLICE("\x55\x1d\x63"), true, SLICE("\5\0"))
			    : SLICE_NONE);
}

struct slice made_oms_certificate(const struct made_oms_cert *c)
{
	uint8_t q[97];
	struct slice version = DER(DER_INTEGER, c->version == 3 ? SLICE("\2") : SLICE("\1")), tbs;

	point_of(c->key, q);
	tbs = DER(DER_SEQUENCE, DER(DER_CONTEXT(0), version), DER(DER_INTEGER, SLICE("\7")),
		algorithm(c->foreign_alg), name_of(c->issuer),
		DER(DER_SEQUENCE, DER(DER_UTC_TIME, slice_str(c->from)),
			DER(DER_UTC_TIME, slice_str(c->until))),
		name_of(c->cn),
		DER(DER_SEQUENCE,
			DER(DER_SEQUENCE, DER(DER_OID, OID_EC_PUBLIC_KEY),
				DER(DER_OID, c->foreign_curve ? SLICE("\x2b\x81\x04\x00\x0a")
							      : OID_P384)),
			DER(DER_BIT_STRING, SLICE("\0"), SLICE_OF(q))),
		c->version == 3 ? DER(DER_CONTEXT(3), extensions(c)) : SLICE_NONE);
	return DER(DER_SEQUENCE, tbs, algorithm(c->foreign_alg),
		DER(DER_BIT_STRING, SLICE("\0"), sign(c->signer, tbs, c->foreign_alg, false)));
}

void made_oms_trust(struct made_oms *m, const struct made_oms_cert *c)
{
	char path[] = "/tmp/sv-anchor-XXXXXX";
	struct why why = WHY_INIT;
	int fd = mkstemp(path);

	fd_close(&fd);
	if (file_write(path, made_pem(made_oms_certificate(c)))) abort();
	if (anchors_add(&m->anchors, path, &why)) {
		printf("# %s\n", why.text);
		abort();
	}
	remove(path);
}

void made_oms_default(struct made_oms *m)
{
	*m = (struct made_oms){
		.cert = {{"Signer", "CA", OMS_LEAF, OMS_CA, "260101000000Z", "280101000000Z", 3,
				 false, -1, 0x80, false, false, false},
			{"CA", "Root", OMS_CA, OMS_ROOT, "250101000000Z", "300101000000Z", 3, true,
				0, 0x06, false, false, false},
			{"Root", "Root", OMS_ROOT, OMS_ROOT, "240101000000Z", "400101000000Z", 3,
				true, -1, 0x06, false, false, false}},
		.n_certs = 3,
		.file = {{"SKILL.md", "---\nname: x\n---\n", "---\nname: x\n---\n"},
			{"a-c.txt", "1", "1"}, {"a/b.txt", "2", "2"}, {SIGNATURE_FILE, "", NULL}},
		.signer = OMS_LEAF,
		.pae_type = DSSE_TYPE,
		.now = OMS_NOW};
	made_oms_trust(m, &m->cert[2]);
}

static void put_digest(struct buf *b, const char *content)
{
	uint8_t sha[SHA256_LEN];

	sha256(slice_str(content), sha);
	buf_hex(b, SLICE_OF(sha));
}

static struct slice made_payload(const struct made_oms *m)
{
	struct buf b = buf_heap(1 << 20);
	const struct made_oms_file *f;
	struct sha256 h;
	uint8_t sha[SHA256_LEN];
	bool first = true;

	sha256_init(&h);
	for (f = m->file; f->path; f++) {
		if (!f->listed) continue;
		sha256(slice_str(f->listed), sha);
		sha256_add(&h, SLICE_OF(sha));
	}
	sha256_out(&h, sha);
	buf_str(&b, "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"x\","
		    "\"digest\":{\"sha256\":\"");
	buf_hex(&b, SLICE_OF(sha));
	buf_str(&b, "\"}}],\"predicateType\":\"https://model_signing/signature/v1.0\","
		    "\"predicate\":{\"serialization\":{\"method\":\"files\",\"ignore_paths\":["
		    "\".github\",\".git\",\".gitattributes\",\".gitignore\"],"
		    "\"hash_type\":\"sha256\",\"allow_symlinks\":false},\"resources\":[");
	for (f = m->file; f->path; f++) {
		if (!f->listed) continue;
		buf_fmt(&b, "%s{\"name\":\"%s\",\"algorithm\":\"sha256\",\"digest\":\"",
			first ? "" : ",", f->path);
		put_digest(&b, f->listed);
		buf_str(&b, "\"}");
		first = false;
	}
	buf_str(&b, "]}}");
	return made_kept(&b);
}

void made_oms_build(struct made_oms *m)
{
	struct buf b = buf_heap(4 << 20), pae = buf_heap(4 << 20);
	struct slice payload = m->payload.p ? m->payload : made_payload(m);
	unsigned i;

	if (m->find) payload = edited(payload, m->find, m->put);
	buf_str(&b, "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
		    "\"verificationMaterial\":{\"x509CertificateChain\":{\"certificates\":[");
	for (i = 0; i < m->n_certs; i++) {
		buf_str(&b, i ? ",{\"rawBytes\":\"" : "{\"rawBytes\":\"");
		buf_base64(&b, made_oms_certificate(&m->cert[i]));
		buf_str(&b, "\"}");
	}
	buf_str(&b, "]},\"tlogEntries\":[]},\"dsseEnvelope\":{\"payload\":\"");
	buf_base64(&b, payload);
	buf_str(&b, "\",\"payloadType\":\"" DSSE_TYPE "\",\"signatures\":[{\"sig\":\"");
	buf_pae(&pae, slice_str(m->pae_type), payload);
	buf_base64(&b, sign(m->signer, buf_slice(&pae), m->sign_sha256, m->raw_signature));
	buf_str(&b, "\",\"keyid\":\"\"}]}}");
	buf_drop(&pae);
	m->bundle = made_kept(&b);
	if (m->bundle_find) m->bundle = edited(m->bundle, m->bundle_find, m->bundle_put);
}

static int cmp_files(const void *a, const void *b)
{
	return slice_cmp(
		((const struct signed_file *)a)->path, ((const struct signed_file *)b)->path);
}

static void request_of(
	const struct made_oms *m, struct signature_request *r, struct signed_file *files)
{
	*r = (struct signature_request){
		.now = m->now, .anchors = m->anchors, .bundle = m->bundle, .files = files};
	for (; m->file[r->n_files].path; r->n_files++) {
		files[r->n_files].path = slice_str(m->file[r->n_files].path);
		sha256(slice_str(m->file[r->n_files].content), files[r->n_files].sha256);
	}
	if (r->n_files) qsort(files, r->n_files, sizeof *files, cmp_files);
}

struct signature_facts made_oms_judge(const struct made_oms *m)
{
	static uint8_t mem[LIMIT_SIGNER_BYTES];
	struct signed_file files[MADE_OMS_FILES];
	struct buf name = buf_on(mem, sizeof mem);
	struct signature_request r;
	struct signature_facts f;

	request_of(m, &r, files);
	if (oms_check(&r, &name, &f)) abort();
	return f;
}

struct slice made_oms_request(const struct made_oms *m)
{
	struct buf b = buf_heap(SIGNATURE_REQUEST_BYTES);
	struct codec c = codec_writer(&b);
	struct signed_file files[MADE_OMS_FILES];
	struct signature_request r;

	request_of(m, &r, files);
	codec_signature_request(&c, &r);
	if (codec_end(&c)) abort();
	return made_kept(&b);
}

struct signature_facts made_oms_facts(struct made_oms *m)
{
	made_oms_build(m);
	return made_oms_judge(m);
}
