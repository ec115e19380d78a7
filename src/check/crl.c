/* SPDX-License-Identifier: MIT */
/* Revocation lists. Runs in the command line; pure. */
#include "check/crl.h"

#include "base/der.h"
#include "base/oid.h"

/* Extensions of one entry: a reason may be there, nothing critical else. */
static void read_entry_extensions(struct cur *entry)
{
	struct cur list = der_enter(entry, DER_SEQUENCE);
	struct x509_ext ext;

	if (cur_left(&list) == 0) cur_fail(&list, E_FORMAT);
	while (cur_left(&list) > 0) {
		x509_extension(&list, &ext);
		if (ext.critical && !slice_eq(ext.oid, OID_CRL_REASON)) cur_fail(&list, E_FORMAT);
	}
	der_leave(entry, &list);
}

/* One entry; its serial number. */
static struct slice read_entry(struct cur *list)
{
	struct cur entry = der_enter(list, DER_SEQUENCE);
	struct slice serial = der_integer(&entry);

	der_time(&entry);
	if (cur_left(&entry) > 0) read_entry_extensions(&entry);
	der_leave(list, &entry);
	return serial;
}

static void read_entries(struct cur *tbs, struct crl *crl)
{
	struct cur list;

	crl->entries = der_take(tbs, DER_SEQUENCE);
	list = cur_of(crl->entries);
	/* RFC 5280 section 5.1.2.6: an empty list is left out. */
	if (cur_left(&list) == 0) cur_fail(tbs, E_FORMAT);
	while (cur_left(&list) > 0)
		read_entry(&list);
	if (cur_end(&list)) cur_fail(tbs, E_FORMAT);
}

/* [0] SEQUENCE OF Extension: CRL number and key identifier, each exactly once. */
static void read_extensions(struct cur *tbs, struct crl *crl)
{
	struct cur outer = der_enter(tbs, DER_CONTEXT(0));
	struct cur list = der_enter(&outer, DER_SEQUENCE);
	unsigned numbers = 0, keys = 0;

	while (cur_left(&list) > 0) {
		struct x509_ext ext;
		struct cur v;

		x509_extension(&list, &ext);
		v = cur_of(ext.value);
		if (slice_eq(ext.oid, OID_CRL_NUMBER)) {
			numbers++;
			der_integer(&v);
			der_leave(&list, &v);
		} else if (slice_eq(ext.oid, OID_AUTHORITY_KEY_ID)) {
			keys++;
			crl->aki = x509_aki(ext.value, &list);
		} else if (ext.critical) {
			cur_fail(&list, E_FORMAT);
		}
	}
	if (numbers != 1 || keys != 1 || crl->aki.n == 0) cur_fail(&list, E_FORMAT);
	der_leave(&outer, &list);
	der_leave(tbs, &outer);
}

static void read_tbs(struct cur *list, struct crl *crl)
{
	struct cur top, tbs;

	crl->tbs = der_take_whole(list, DER_SEQUENCE);
	top = cur_of(crl->tbs);
	tbs = der_enter(&top, DER_SEQUENCE);
	if (der_uint(&tbs, DER_INTEGER, 1) != 1) cur_fail(&tbs, E_FORMAT); /* version 2 */
	if (!slice_eq(x509_algorithm(&tbs), OID_ECDSA_SHA256)) cur_fail(&tbs, E_FORMAT);
	crl->issuer = der_take_whole(&tbs, DER_SEQUENCE);
	crl->this_update = der_time(&tbs);
	crl->next_update = der_time(&tbs);
	if (der_is(&tbs, DER_SEQUENCE)) read_entries(&tbs, crl);
	read_extensions(&tbs, crl);
	der_leave(&top, &tbs);
	der_leave(list, &top);
}

enum err crl_read(struct slice der, struct crl *out)
{
	struct cur top = cur_of(der), list = der_enter(&top, DER_SEQUENCE);
	struct crl crl = {0};

	if (!der_valid(der)) return E_CRL_FORMAT;
	read_tbs(&list, &crl);
	if (!slice_eq(x509_algorithm(&list), OID_ECDSA_SHA256)) cur_fail(&list, E_FORMAT);
	x509_signature(&list, crl.sig, sizeof crl.sig);
	der_leave(&top, &list);
	if (cur_end(&top)) return E_CRL_FORMAT;
	*out = crl;
	return E_OK;
}

enum err crl_check(const struct crl *crl, const struct x509 *issuer, int64_t now,
	struct sig_memo *memo, const char *name, struct why *why)
{
	if (!slice_eq(crl->issuer, issuer->subject))
		return why_set(why, E_CRL_ISSUER, "%s: issued under another name", name);
	if (!sig_valid(memo, issuer->point, crl->tbs, SLICE_OF(crl->sig)))
		return why_set(why, E_CRL_SIGNATURE, "%s: the signature is wrong", name);
	if (!slice_eq(crl->aki, issuer->ski))
		return why_set(why, E_CRL_ISSUER, "%s: names another key than its own", name);
	if (now < crl->this_update)
		return why_set(why, E_CRL_NOT_YET_VALID, "%s: not valid yet", name);
	if (now > crl->next_update) return why_set(why, E_CRL_EXPIRED, "%s: expired", name);
	return E_OK;
}

bool crl_revokes(const struct crl *crl, struct slice serial)
{
	struct cur list = cur_of(crl->entries);

	while (cur_left(&list) > 0)
		if (slice_eq(read_entry(&list), serial)) return true;
	return false;
}
