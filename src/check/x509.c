/* SPDX-License-Identifier: MIT */
/* Certificate fields. Runs in the command line; pure. */
#include "check/x509.h"

#include <string.h>

#include "base/limits.h"
#include "check/der.h"
#include "check/oid.h"

/* RFC 5280 section 4.1.2.2. */
#define SERIAL_MAX 20

/* More extensions than any certificate of these chains has. */
#define EXTENSIONS_MAX 32

bool x509_algorithm(struct cur *c)
{
	struct cur alg = der_enter(c, DER_SEQUENCE);
	struct slice oid = der_oid(&alg);
	bool bare = cur_left(&alg) == 0;

	/* Parameters of other algorithms are of no interest, but stay well formed. */
	if (!bare) der_next(&alg);
	der_leave(c, &alg);
	return !c->err && bare && slice_eq(oid, OID_ECDSA_SHA256);
}

/* One INTEGER, left-padded to 32 bytes. */
static void put_number(struct cur *c, uint8_t *out)
{
	struct slice s = der_integer(c);

	if (s.n > 32) cur_fail(c, E_FORMAT);
	if (c->err) return;
	memset(out, 0, 32);
	memcpy(out + (32 - s.n), s.p, s.n);
}

void x509_signature(struct cur *c, uint8_t out[64])
{
	struct cur bits = cur_of(der_bytes(c)), seq;
	uint8_t r[32] = {0}, s[32] = {0};

	seq = der_enter(&bits, DER_SEQUENCE);
	put_number(&seq, r);
	put_number(&seq, s);
	der_leave(&bits, &seq);
	der_leave(c, &bits);
	memcpy(out, r, 32);
	memcpy(out + 32, s, 32);
}

void x509_extension(struct cur *list, struct x509_ext *out)
{
	struct cur ext = der_enter(list, DER_SEQUENCE);

	out->oid = der_oid(&ext);
	out->critical = false;
	if (der_is(&ext, DER_BOOLEAN)) {
		out->critical = der_bool(&ext);
		/* FALSE is the default, which DER leaves out (X.690 11.5). */
		if (!out->critical) cur_fail(&ext, E_FORMAT);
	}
	out->value = der_take(&ext, DER_OCTET_STRING);
	der_leave(list, &ext);
}

struct slice x509_aki(struct slice value, struct cur *c)
{
	struct cur v = cur_of(value), seq = der_enter(&v, DER_SEQUENCE);
	struct slice id = SLICE_NONE;

	/* [0] keyIdentifier; issuer and serial behind it are not used by anyone here. */
	if (der_is(&seq, 0x80)) id = der_take(&seq, 0x80);
	while (cur_left(&seq) > 0)
		der_next(&seq);
	der_leave(&v, &seq);
	der_leave(c, &v);
	return id;
}

/* One RelativeDistinguishedName; counts common names and keeps the last. */
static void read_rdn(struct cur *name, struct slice *cn, unsigned *count)
{
	struct cur set = der_enter(name, DER_SET);

	if (cur_left(&set) == 0) cur_fail(&set, E_FORMAT);
	while (cur_left(&set) > 0) {
		struct cur pair = der_enter(&set, DER_SEQUENCE);
		struct slice oid = der_oid(&pair);
		struct der_item value = der_next(&pair);

		der_leave(&set, &pair);
		if (!slice_eq(oid, OID_COMMON_NAME)) continue;
		*count += 1;
		*cn = value.tag == DER_UTF8_STRING || value.tag == DER_PRINTABLE_STRING
			      ? value.body
			      : SLICE_NONE;
	}
	der_leave(name, &set);
}

/* A Name as it stands; its common name when there is exactly one. */
static struct slice read_name(struct cur *c, struct slice *cn)
{
	struct slice whole = der_take_whole(c, DER_SEQUENCE), last = SLICE_NONE;
	struct cur outer = cur_of(whole), name = der_enter(&outer, DER_SEQUENCE);
	unsigned count = 0;

	while (cur_left(&name) > 0)
		read_rdn(&name, &last, &count);
	der_leave(&outer, &name);
	der_leave(c, &outer);
	if (cn) *cn = count == 1 ? last : SLICE_NONE;
	return whole;
}

static void read_key(struct cur *c, struct x509 *x)
{
	struct cur spki = der_enter(c, DER_SEQUENCE);
	struct cur alg = der_enter(&spki, DER_SEQUENCE);
	struct slice kind = der_oid(&alg), curve = SLICE_NONE, key;

	if (der_is(&alg, DER_OID))
		curve = der_oid(&alg);
	else if (cur_left(&alg) > 0)
		der_next(&alg);
	der_leave(&spki, &alg);
	key = der_bytes(&spki);
	der_leave(c, &spki);
	x->p256 = !c->err && slice_eq(kind, OID_EC_PUBLIC_KEY) && slice_eq(curve, OID_P256) &&
		  key.n == 65 && key.p[0] == 0x04;
	if (x->p256) x->point = slice_from(key, 1);
}

static void read_basic_constraints(struct slice value, struct x509 *x, struct cur *c)
{
	struct cur v = cur_of(value), seq = der_enter(&v, DER_SEQUENCE);

	x->has_basic_constraints = true;
	if (der_is(&seq, DER_BOOLEAN)) {
		x->ca = der_bool(&seq);
		if (!x->ca) cur_fail(&seq, E_FORMAT);
	}
	if (cur_left(&seq) > 0) {
		x->has_path_len = true;
		x->path_len = der_uint(&seq, DER_INTEGER, 255);
	}
	der_leave(&v, &seq);
	der_leave(c, &v);
}

static void read_known(const struct x509_ext *ext, struct x509 *x, struct cur *c)
{
	struct cur v = cur_of(ext->value);

	if (slice_eq(ext->oid, OID_BASIC_CONSTRAINTS)) {
		read_basic_constraints(ext->value, x, c);
	} else if (slice_eq(ext->oid, OID_KEY_USAGE)) {
		x->has_key_usage = true;
		x->key_usage = der_named_bits(&v);
		der_leave(c, &v);
	} else if (slice_eq(ext->oid, OID_SUBJECT_KEY_ID)) {
		x->ski = der_take(&v, DER_OCTET_STRING);
		der_leave(c, &v);
	} else if (slice_eq(ext->oid, OID_AUTHORITY_KEY_ID)) {
		x->aki = x509_aki(ext->value, c);
	} else if (slice_eq(ext->oid, OID_SGX)) {
		x->sgx = ext->value;
	} else if (ext->critical) {
		x->unknown_critical = true;
	}
}

/* [3] SEQUENCE OF Extension, no OID twice. */
static void read_extensions(struct cur *tbs, struct x509 *x)
{
	struct slice seen[EXTENSIONS_MAX];
	struct cur outer = der_enter(tbs, DER_CONTEXT(3));
	struct cur list = der_enter(&outer, DER_SEQUENCE);
	size_t n = 0, i;

	while (cur_left(&list) > 0) {
		struct x509_ext ext;

		x509_extension(&list, &ext);
		for (i = 0; i < n; i++)
			if (slice_eq(seen[i], ext.oid)) cur_fail(&list, E_FORMAT);
		if (n == EXTENSIONS_MAX) cur_fail(&list, E_FORMAT);
		if (list.err) break;
		seen[n++] = ext.oid;
		read_known(&ext, x, &list);
	}
	if (n == 0) cur_fail(&list, E_FORMAT);
	der_leave(&outer, &list);
	der_leave(tbs, &outer);
}

static void read_version(struct cur *tbs, struct x509 *x)
{
	struct cur v;

	x->version = 1;
	if (!der_is(tbs, DER_CONTEXT(0))) return;
	v = der_enter(tbs, DER_CONTEXT(0));
	/* Version 1 is the default and must not be written out. */
	x->version = 1 + (unsigned)der_uint(&v, DER_INTEGER, 2);
	if (x->version == 1) cur_fail(&v, E_FORMAT);
	der_leave(tbs, &v);
}

/* Everything under the signature; returns whether its algorithm is the one we take. */
static bool read_tbs(struct cur *cert, struct x509 *x)
{
	struct cur tbs, validity;
	bool alg;

	x->tbs = der_take_whole(cert, DER_SEQUENCE);
	tbs = cur_of(x->tbs);
	tbs = der_enter(&tbs, DER_SEQUENCE);
	read_version(&tbs, x);
	x->serial = der_integer(&tbs);
	if (x->serial.n > SERIAL_MAX) cur_fail(&tbs, E_FORMAT);
	alg = x509_algorithm(&tbs);
	x->issuer = read_name(&tbs, NULL);
	validity = der_enter(&tbs, DER_SEQUENCE);
	x->not_before = der_time(&validity);
	x->not_after = der_time(&validity);
	der_leave(&tbs, &validity);
	x->subject = read_name(&tbs, &x->cn);
	read_key(&tbs, x);
	if (x->version == 3 && cur_left(&tbs) > 0) read_extensions(&tbs, x);
	der_leave(cert, &tbs);
	return alg;
}

enum err x509_read(struct slice der, struct x509 *out)
{
	struct cur top = cur_of(der), cert = der_enter(&top, DER_SEQUENCE);
	struct x509 x = {.der = der};
	bool inner, outer;

	if (!der_valid(der)) return E_FORMAT;
	inner = read_tbs(&cert, &x);
	outer = x509_algorithm(&cert);
	x.ecdsa_sha256 = inner && outer;
	/* Signatures of other algorithms have other forms; nothing accepts them. */
	if (outer)
		x509_signature(&cert, x.sig);
	else
		der_bytes(&cert);
	der_leave(&top, &cert);
	if (cur_end(&top)) return E_FORMAT;
	*out = x;
	return E_OK;
}

bool x509_started(const struct x509 *c, int64_t now)
{
	return now >= c->not_before;
}

bool x509_ended(const struct x509 *c, int64_t now)
{
	return now > c->not_after;
}
