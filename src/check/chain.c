/* SPDX-License-Identifier: MIT */
/* Certificate chains of DCAP. Runs in the command line; pure. */
#include "check/chain.h"

/* What differs between the kinds. */
struct rules {
	enum err code;
	size_t n;
	size_t above;        /* where the first one stands: 1 is the authority of a leaf */
	const char *leaf_cn; /* a part of the leaf's common name */
	const char *name[3]; /* for people, by position */
};

static const struct rules rules_of[] = {
	[CHAIN_PCK] = {E_PCK_CHAIN, 3, 0, "SGX PCK Certificate",
		{"PCK certificate", "PCK CA certificate", "root certificate"}},
	[CHAIN_TCB_INFO] = {E_TCB_INFO_CHAIN, 2, 0, "SGX TCB Signing",
		{"TCB info signing certificate", "root certificate"}},
	[CHAIN_QE_IDENTITY] = {E_QE_IDENTITY_CHAIN, 2, 0, "SGX TCB Signing",
		{"QE identity signing certificate", "root certificate"}},
	[CHAIN_PCK_CA] = {E_PCK_CHAIN, 2, 1, "SGX PCK P",
		{"PCK CA certificate", "root certificate"}},
};

static enum err refuse(const struct rules *r, size_t i, struct why *why, const char *what)
{
	return why_set(why, r->code, "%s: %s", r->name[i], what);
}

static enum err decode(const struct rules *r, struct slice pem, struct slice root, struct buf *mem,
	struct chain *chain, struct why *why)
{
	struct slice der[PEM_CERTS];
	size_t n = 0, i;
	enum err e = pem_chain(pem, mem, der, &n);

	if (e == E_CERT_FORMAT) return why_set(why, e, "a certificate is not base64");
	if (e == E_NO_MEMORY) return e;
	if (e) return why_set(why, r->code, "the chain is not plain PEM");
	if (n != r->n) return why_set(why, r->code, "%zu certificates instead of %zu", n, r->n);
	if (!slice_eq(der[n - 1], root)) return refuse(r, n - 1, why, "it is not the root");
	for (i = 0; i < n; i++)
		if (x509_read(der[i], &chain->cert[i]))
			return why_set(why, E_CERT_FORMAT, "%s: not well formed", r->name[i]);
	chain->n = n;
	return E_OK;
}

/* B 2: each certificate is signed by the next; the root is known byte for byte. */
static enum err check_signatures(
	const struct rules *r, const struct chain *chain, struct sig_memo *memo, struct why *why)
{
	size_t i;

	for (i = 0; i < chain->n; i++)
		if (!chain->cert[i].p256 || !chain->cert[i].ecdsa_sha256)
			return refuse(r, i, why, "not ECDSA on P-256 with SHA-256");
	for (i = 0; i + 1 < chain->n; i++) {
		const struct x509 *c = &chain->cert[i], *up = &chain->cert[i + 1];

		if (!slice_eq(c->issuer, up->subject))
			return refuse(r, i, why, "its issuer is not the next certificate");
		if (!sig_valid(memo, up->point, c->tbs, SLICE_OF(c->sig)))
			return refuse(r, i, why, "its signature is wrong");
	}
	return E_OK;
}

static bool usage(const struct x509 *c, unsigned bits)
{
	return c->has_key_usage && (c->key_usage & bits) == bits;
}

/* B 3: who may sign what. below is the number of CA certificates under this one. */
static const char *ca_fault(const struct x509 *c, uint64_t below)
{
	if (!c->ca) return "it is not a CA certificate";
	if (c->has_path_len && c->path_len < below) return "its path length is too short";
	if (!usage(c, KEY_USAGE_CERT_SIGN | KEY_USAGE_CRL_SIGN))
		return "it may not sign certificates and revocation lists";
	return NULL;
}

static enum err check_constraints(const struct rules *r, const struct chain *chain, struct why *why)
{
	size_t i;

	for (i = 0; i < chain->n; i++) {
		const struct x509 *c = &chain->cert[i];
		size_t at = i + r->above;
		const char *fault = NULL;

		if (c->version != 3) return refuse(r, i, why, "not X.509 version 3");
		if (c->unknown_critical)
			return refuse(r, i, why, "it has an unknown critical extension");
		if (at > 0)
			fault = ca_fault(c, at - 1);
		else if (c->ca)
			fault = "it is a CA certificate";
		else if (!usage(c, KEY_USAGE_DIGITAL_SIGNATURE))
			fault = "it may not make signatures";
		if (fault) return refuse(r, i, why, fault);
		/* An intermediate must not have other CAs below it. */
		if (at == 1 && r->n + r->above == 3 && c->has_path_len && c->path_len != 0)
			return refuse(r, i, why, "its path length is not zero");
	}
	return E_OK;
}

/* B 4 */
static enum err check_names(const struct rules *r, const struct chain *chain, struct why *why)
{
	const struct x509 *leaf = &chain->cert[0], *ca = &chain->cert[1 - r->above];

	if (slice_search(leaf->cn, 0, slice_str(r->leaf_cn)) == leaf->cn.n)
		return refuse(r, 0, why, "its subject has another name");
	if (r->n + r->above == 2 || slice_is(ca->cn, "Intel SGX PCK Platform CA") ||
		slice_is(ca->cn, "Intel SGX PCK Processor CA"))
		return E_OK;
	return refuse(r, 1 - r->above, why, "its subject is neither PCK CA");
}

/* B 5 */
static enum err check_dates(
	const struct rules *r, const struct chain *chain, int64_t now, struct why *why)
{
	size_t i;

	for (i = 0; i < chain->n; i++) {
		if (!x509_started(&chain->cert[i], now))
			return why_set(why, E_CERT_NOT_YET_VALID, "%s: not valid yet", r->name[i]);
		if (x509_ended(&chain->cert[i], now))
			return why_set(why, E_CERT_EXPIRED, "%s: expired", r->name[i]);
	}
	return E_OK;
}

enum err chain_check(enum chain_kind kind, struct slice pem, struct slice root, int64_t now,
	struct sig_memo *memo, struct buf *mem, struct chain *out, struct why *why)
{
	const struct rules *r = &rules_of[kind];
	struct chain chain = {0};
	enum err e;

	e = decode(r, pem, root, mem, &chain, why);
	if (!e) e = check_signatures(r, &chain, memo, why);
	if (!e) e = check_constraints(r, &chain, why);
	if (!e) e = check_names(r, &chain, why);
	if (!e) e = check_dates(r, &chain, now, why);
	if (e) return e;
	*out = chain;
	return E_OK;
}
