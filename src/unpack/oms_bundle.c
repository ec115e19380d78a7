/* SPDX-License-Identifier: MIT */
/* The outer form of an OMS signature. Runs in unpack; no I/O. */
#include "unpack/oms_bundle.h"

#include "base/dsse.h"
#include "base/num.h"

#define MEDIA_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"

bool oms_shape(const struct cJSON *j, const char *const *names)
{
	size_t n = 0;

	if (!json_is_object(j)) return false;
	for (; *names; names++) {
		bool optional = **names == '?', has = json_get(j, *names + optional) != NULL;

		if (!has && !optional) return false;
		n += has;
	}
	return json_count(j) == n;
}

/* Strict base64 behind what mem holds already. */
static enum err decode(const struct cJSON *j, struct buf *mem, struct slice *out)
{
	size_t from = mem->n;
	struct slice text;

	if (json_str(j, &text) || base64_into(text, mem)) return E_SIGNATURE_FORMAT;
	*out = slice_from(buf_slice(mem), from);
	return out->n ? E_OK : E_SIGNATURE_FORMAT;
}

/* {"x509CertificateChain":{"certificates":[{"rawBytes":...}]}, "tlogEntries":[]} */
static enum err read_material(const struct cJSON *j, struct buf *mem, struct oms_bundle *out)
{
	static const char *const material[] = {"x509CertificateChain", "?tlogEntries", NULL};
	static const char *const chain[] = {"certificates", NULL};
	static const char *const certificate[] = {"rawBytes", NULL};
	const struct cJSON *x509 = json_get(j, "x509CertificateChain"), *c;
	const struct cJSON *log = json_get(j, "tlogEntries");
	enum err e;

	/* A bundle with a bare key, one certificate or timestamps is signed in another way. */
	if (json_is_object(j) && !x509) return E_SIGNATURE_TYPE;
	if (!oms_shape(j, material) || !oms_shape(x509, chain)) return E_SIGNATURE_FORMAT;
	if (log && !json_is_array(log)) return E_SIGNATURE_FORMAT;
	if (log && json_child(log)) return E_SIGNATURE_TYPE;
	c = json_get(x509, "certificates");
	if (!json_is_array(c) || !json_child(c)) return E_SIGNATURE_FORMAT;
	for (c = json_child(c); c; c = json_next(c)) {
		if (out->n_certs == LIMIT_SIGNATURE_CERTS || !oms_shape(c, certificate))
			return E_SIGNATURE_FORMAT;
		e = decode(json_get(c, "rawBytes"), mem, &out->cert[out->n_certs]);
		if (e) return e;
		out->n_certs++;
	}
	return E_OK;
}

static enum err read_envelope(const struct cJSON *j, struct buf *mem, struct oms_bundle *out)
{
	static const char *const envelope[] = {"payload", "payloadType", "signatures", NULL};
	static const char *const signature[] = {"sig", "?keyid", NULL};
	const struct cJSON *list = json_get(j, "signatures"), *s = json_child(list);
	struct slice type;
	enum err e;

	if (!oms_shape(j, envelope) || json_get_str(j, "payloadType", &type))
		return E_SIGNATURE_FORMAT;
	if (!slice_is(type, DSSE_TYPE)) return E_SIGNATURE_TYPE;
	if (!json_is_array(list) || json_count(list) != 1 || !oms_shape(s, signature))
		return E_SIGNATURE_FORMAT;
	/* The key is the leaf's, whatever a hint says. */
	if (json_get(s, "keyid") && !json_is_string(json_get(s, "keyid")))
		return E_SIGNATURE_FORMAT;
	e = decode(json_get(j, "payload"), mem, &out->payload);
	return e ? e : decode(json_get(s, "sig"), mem, &out->sig);
}

enum err oms_bundle_read(struct slice text, struct buf *mem, struct oms_bundle *out)
{
	static const char *const bundle[] = {
		"mediaType", "verificationMaterial", "dsseEnvelope", NULL};
	struct oms_bundle b = {.n_certs = 0};
	struct cJSON *j = NULL;
	struct slice type;
	enum err e = json_parse(text, JSON_INTEGERS, &j, NULL);

	if (e) return e == E_NO_MEMORY ? e : E_SIGNATURE_FORMAT;
	e = E_SIGNATURE_FORMAT;
	if (json_get_str(j, "mediaType", &type)) goto out;
	e = E_SIGNATURE_TYPE;
	if (!slice_is(type, MEDIA_TYPE)) goto out;
	e = E_SIGNATURE_FORMAT;
	if (!oms_shape(j, bundle)) goto out;
	e = read_material(json_get(j, "verificationMaterial"), mem, &b);
	if (!e) e = read_envelope(json_get(j, "dsseEnvelope"), mem, &b);
	if (!e) *out = b;
out:
	/* What is needed was decoded: the statement gets the tree's memory. */
	json_drop(&j);
	return e;
}
