/* SPDX-License-Identifier: MIT */
/* Application certificates. Runs in the simulator; pure. */
#include "tls.h"

#include <string.h>

#include "base/clock.h"
#include "base/ct.h"
#include "base/json.h"
#include "der.h"
#include "x509.h"

/* Extensions of dstack's certificates (specs/dstack.md 4.2). */
#define EXT_QUOTE       "1.3.6.1.4.1.62397.1.1"
#define EXT_EVENT_LOG   "1.3.6.1.4.1.62397.1.2"
#define EXT_APP_ID      "1.3.6.1.4.1.62397.1.3"
#define EXT_USAGE       "1.3.6.1.4.1.62397.1.4"
#define EXT_ATTESTATION "1.3.6.1.4.1.62397.1.8"

/* Dstack wraps each value in an OCTET STRING of its own. */
static void put_wrapped(struct buf *out, const char *oid, struct slice content)
{
	struct buf b = buf_heap(TLS_CERT_MAX);

	asn_value(&b, DER_OCTET_STRING, content);
	sim_x509_extension(out, oid, false, buf_slice(&b));
	if (b.err && !out->err) out->err = b.err;
	buf_drop(&b);
}

static enum err put_alt_name(struct buf *b, const struct cJSON *j)
{
	struct slice s;
	size_t i;

	if (json_str(j, &s)) return E_FORMAT;
	for (i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80) return E_FORMAT;
	asn_value(b, DER_CONTEXT(2), s);
	return E_OK;
}

static enum err put_alt_names(struct buf *out, const struct cJSON *names)
{
	struct buf b = buf_heap(TLS_CERT_MAX);
	size_t seq = asn_open(&b, DER_SEQUENCE);
	const struct cJSON *j;
	enum err e = names && !json_is_array(names) ? E_FORMAT : E_OK;

	for (j = json_child(names); j && !e; j = json_next(j))
		e = put_alt_name(&b, j);
	asn_close(&b, seq);
	if (!e && json_count(names)) sim_x509_extension(out, "2.5.29.17", false, buf_slice(&b));
	if (b.err && !out->err) out->err = b.err;
	buf_drop(&b);
	return e;
}

static void put_key_usage(struct buf *out, bool server, bool client)
{
	uint8_t mem[64];
	struct buf b = buf_on(mem, sizeof mem);
	size_t seq = asn_open(&b, DER_SEQUENCE);

	if (server) asn_oid(&b, "1.3.6.1.5.5.7.3.1");
	if (client) asn_oid(&b, "1.3.6.1.5.5.7.3.2");
	asn_close(&b, seq);
	if (server || client) sim_x509_extension(out, "2.5.29.37", false, buf_slice(&b));
}

/* Evidence whose quote binds the certificate's key. */
static enum err put_evidence(const struct guest *g, const uint8_t point[P256_POINT_LEN],
	uint32_t faults, struct buf *out)
{
	static const char tag[] = "ratls-cert:";
	uint8_t text[sizeof tag - 1 + P256_SPKI_LEN], report_data[REPORT_DATA_LEN];
	struct buf part = buf_heap(TLS_CERT_MAX);
	struct evidence evidence;
	struct jw w = jw_to(&part, false);
	enum err e = E_OK;

	memcpy(text, tag, sizeof tag - 1);
	p256_spki(point, text + sizeof tag - 1);
	sha512(SLICE_OF(text), report_data);
	guest_evidence(g, faults, &evidence);
	if (g->o.version >= GUEST_0_5_6) {
		e = guest_attestation(g, &evidence, faults, report_data, true, &part);
		put_wrapped(out, EXT_ATTESTATION, buf_slice(&part));
	} else {
		guest_quote(g, &evidence, faults, report_data, &part);
		put_wrapped(out, EXT_QUOTE, buf_slice(&part));
		buf_reset(&part);
		evlog_json(&evidence.log, EVLOG_FULL, &w);
		put_wrapped(out, EXT_EVENT_LOG, buf_slice(&part));
	}
	if (part.err && !out->err) out->err = part.err;
	buf_drop(&part);
	return e;
}

/* Appends one certificate to the chain. */
static void add(struct tls_chain *chain, const struct x509_spec *spec)
{
	struct buf *der = &chain->der[chain->n++];

	*der = buf_heap(TLS_CERT_MAX);
	x509_cert(der, spec);
}

/* The app CA, by itself or below the key server's CA. */
static void add_authorities(const struct guest *g, struct slice app_ca, struct tls_chain *chain)
{
	struct buf kms = buf_heap(TLS_CERT_MAX), more = buf_heap(TLS_CERT_MAX);
	struct x509_spec spec = {
		.issuer = app_ca,
		.subject = app_ca,
		.signer = &g->app_ca,
		.point = g->app_ca.point,
		.from = clock_from_civil(2025, 1, 1),
		.to = clock_from_civil(2050, 1, 1) - 1,
		.path_len = 0,
		.usage = KU_CERT_SIGN | KU_CRL_SIGN,
	};

	x509_dstack_name(&kms, "Dstack", SLICE("Dstack KMS CA"));
	if (g->o.kms) {
		put_wrapped(&more, EXT_APP_ID, SLICE_OF(g->app_id));
		put_wrapped(&more, EXT_USAGE, SLICE("app:ca"));
		spec.issuer = buf_slice(&kms);
		spec.signer = &g->kms_ca;
		spec.more = buf_slice(&more);
	}
	add(chain, &spec);
	if (g->o.kms) {
		spec.subject = buf_slice(&kms);
		spec.point = g->kms_ca.point;
		spec.path_len = 1;
		spec.more = SLICE_NONE;
		add(chain, &spec);
	}
	buf_drop(&kms);
	buf_drop(&more);
}

enum err tls_chain_make(const struct guest *g, const uint8_t point[P256_POINT_LEN],
	const struct tls_spec *spec, struct tls_chain *chain)
{
	struct buf ca = buf_heap(TLS_CERT_MAX), name = buf_heap(TLS_CERT_MAX);
	struct buf more = buf_heap(TLS_CERT_MAX);
	struct x509_spec leaf = {
		.signer = &g->app_ca,
		.point = point,
		.from = spec->from,
		.to = spec->to,
		.path_len = -1,
		.usage = KU_DIGITAL_SIGNATURE,
	};
	enum err e;
	size_t i;

	memset(chain, 0, sizeof *chain);
	x509_dstack_name(&ca, "Dstack", SLICE("Dstack App CA NOT-A-TEE"));
	x509_dstack_name(&name, NULL, spec->subject);
	e = put_alt_names(&more, spec->alt_names);
	put_key_usage(&more, spec->server_auth, spec->client_auth);
	if (g->o.kms) put_wrapped(&more, EXT_APP_ID, SLICE_OF(g->app_id));
	put_wrapped(&more, EXT_USAGE, SLICE("app:custom"));
	if (!e && spec->ra_tls) e = put_evidence(g, point, spec->faults, &more);
	leaf.issuer = buf_slice(&ca);
	leaf.subject = buf_slice(&name);
	leaf.more = buf_slice(&more);
	add(chain, &leaf);
	add_authorities(g, buf_slice(&ca), chain);
	if (!e) e = more.err;
	for (i = 0; i < chain->n && !e; i++)
		e = chain->der[i].err;
	buf_drop(&ca);
	buf_drop(&name);
	buf_drop(&more);
	return e;
}

void tls_chain_drop(struct tls_chain *chain)
{
	while (chain->n)
		buf_drop(&chain->der[--chain->n]);
}

void tls_key_pem(const struct p256_key *key, struct buf *out)
{
	uint8_t mem[256], point[1 + P256_POINT_LEN] = {0x04};
	struct buf b = buf_on(mem, sizeof mem);
	size_t all = asn_open(&b, DER_SEQUENCE), part, inner, tag;

	memcpy(point + 1, key->point, P256_POINT_LEN);
	asn_int(&b, 0);
	part = asn_open(&b, DER_SEQUENCE);
	asn_oid(&b, "1.2.840.10045.2.1");
	asn_oid(&b, "1.2.840.10045.3.1.7");
	asn_close(&b, part);
	/* ECPrivateKey of RFC 5915 inside OneAsymmetricKey of RFC 5958. */
	part = asn_open(&b, DER_OCTET_STRING);
	inner = asn_open(&b, DER_SEQUENCE);
	asn_int(&b, 1);
	asn_value(&b, DER_OCTET_STRING, SLICE_OF(key->secret));
	tag = asn_open(&b, DER_CONTEXT_CONSTRUCTED(1));
	asn_bits(&b, SLICE_OF(point));
	asn_close(&b, tag);
	asn_close(&b, inner);
	asn_close(&b, part);
	asn_close(&b, all);
	buf_pem(out, "PRIVATE KEY", buf_slice(&b));
	wipe(mem, sizeof mem);
}
