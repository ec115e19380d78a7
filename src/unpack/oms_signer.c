/* SPDX-License-Identifier: MIT */
/* Who made an OMS signature. Runs in unpack; no I/O. */
#include "unpack/oms_signer.h"

#include <string.h>

#include "base/dsse.h"
#include "unpack/oms_name.h"

static enum err read_chain(const struct oms_bundle *b, struct oms_chain *chain, struct buf *name,
	struct signature_facts *f)
{
	size_t i, from = name->n;

	for (i = 0; i < b->n_certs; i++) {
		struct x509 *x = &chain->cert[i];

		if (x509_read(b->cert[i], x)) return E_SIGNATURE_CERTIFICATE;
		if (i == 0) {
			if (oms_name_text(x->subject, name)) return E_SIGNATURE_CERTIFICATE;
			sha256(x->der, f->leaf_sha256);
			f->leaf_subject = slice_from(buf_slice(name), from);
			f->has_leaf = true;
		}
		if (!x->p384 || !x->ecdsa_sha384) return E_SIGNATURE_CERTIFICATE;
	}
	chain->n = b->n_certs;
	return E_OK;
}

/* ECDSA over SHA-384 of the PAE, by the leaf's key. */
static enum err check_envelope(const struct oms_bundle *b, const struct x509 *leaf)
{
	uint8_t head[64 + sizeof DSSE_TYPE], digest[SHA384_LEN], sig[P384_SIG_LEN];
	struct buf pae = buf_on(head, sizeof head);

	if (x509_ecdsa(b->sig, sig, sizeof sig)) return E_SIGNATURE_WRONG;
	buf_pae_head(&pae, SLICE(DSSE_TYPE), b->payload.n);
	if (pae.err) return E_SIGNATURE_WRONG;
	sha384_two(buf_slice(&pae), b->payload, digest);
	return p384_verify_raw(leaf->point, digest, SLICE_OF(sig)) ? E_OK : E_SIGNATURE_WRONG;
}

static bool signed_by(const struct x509 *c, struct slice name, struct slice point)
{
	uint8_t digest[SHA384_LEN];

	if (!slice_eq(c->issuer, name)) return false;
	sha384(c->tbs, digest);
	return p384_verify_raw(point, digest, SLICE_OF(c->sig384));
}

/* RFC 5280: who may sign what. below is the number of CA certificates under this one. */
static bool may_certify(const struct x509 *c, uint64_t below)
{
	return c->ca && c->has_key_usage && c->key_usage & KEY_USAGE_CERT_SIGN &&
	       (!c->has_path_len || c->path_len >= below);
}

static enum err check_chain(const struct oms_chain *chain)
{
	const struct x509 *leaf = &chain->cert[0];
	size_t i;

	if (leaf->ca || !leaf->has_key_usage || !(leaf->key_usage & KEY_USAGE_DIGITAL_SIGNATURE))
		return E_SIGNATURE_CHAIN;
	for (i = 0; i < chain->n; i++) {
		const struct x509 *c = &chain->cert[i];

		/* Older versions have no extensions, so no key usage: they fail as well. */
		if (c->unknown_critical) return E_SIGNATURE_CHAIN;
		if (i > 0 && !may_certify(c, i - 1)) return E_SIGNATURE_CHAIN;
		if (i + 1 < chain->n && !signed_by(c, c[1].subject, c[1].point))
			return E_SIGNATURE_CHAIN;
	}
	return E_OK;
}

static enum err check_dates(const struct oms_chain *chain, uint64_t now)
{
	size_t i;

	for (i = 0; i < chain->n; i++)
		if (!x509_started(&chain->cert[i], (int64_t)now)) return E_SIGNATURE_NOT_YET_VALID;
	for (i = 0; i < chain->n; i++)
		if (x509_ended(&chain->cert[i], (int64_t)now)) return E_SIGNATURE_EXPIRED;
	return E_OK;
}

enum err oms_signer_check(const struct oms_bundle *b, uint64_t now, struct oms_chain *chain,
	struct buf *name, struct signature_facts *f)
{
	enum err e = read_chain(b, chain, name, f);

	if (!e) e = check_envelope(b, &chain->cert[0]);
	if (!e) e = check_chain(chain);
	if (!e) e = check_dates(chain, now);
	return e;
}

/* Is this anchor one of the chain's CA certificates, or above them? */
static bool leads_to(const struct oms_chain *chain, const struct anchor *a)
{
	const struct x509 *last = &chain->cert[chain->n - 1];
	uint8_t sha[SHA256_LEN];
	size_t i;

	for (i = 1; i < chain->n; i++) {
		sha256(chain->cert[i].der, sha);
		if (memcmp(sha, a->sha256, sizeof sha) == 0) return true;
	}
	return a->below >= chain->n - 1 &&
	       signed_by(last, slice_of(a->name, a->name_len), SLICE_OF(a->point));
}

enum err oms_anchor_find(const struct oms_chain *chain, const struct anchors *anchors, uint64_t now,
	struct signature_facts *f)
{
	const struct anchor *a;
	unsigned i;

	if (anchors->n == 0) return E_SIGNATURE_NO_ANCHOR;
	for (i = 0; i < anchors->n; i++) {
		a = &anchors->list[i];
		if (!leads_to(chain, a)) continue;
		f->has_anchor = true;
		memcpy(f->anchor_sha256, a->sha256, sizeof f->anchor_sha256);
		if (now < a->not_before) return E_SIGNATURE_NOT_YET_VALID;
		return now > a->not_after ? E_SIGNATURE_EXPIRED : E_OK;
	}
	return E_SIGNATURE_ANCHOR;
}
