/* SPDX-License-Identifier: MIT */
/* Certificate fields. Runs in unpack and the command line; pure. */
#include "base/x509.h"

#include <string.h>

#include "base/limits.h"
#include "base/der.h"
#include "base/oid.h"

/* RFC 5280 section 4.1.2.2. */
#define SERIAL_MAX 20

/* r || s on the larger of the curves. */
#define X509_SIG_MAX 96

/* More extensions than any certificate of these chains has. */
#define EXTENSIONS_MAX 32

struct slice x509_algorithm(struct cur *c)
{
	struct cur alg = der_enter(c, DER_SEQUENCE);
	struct slice oid = der_oid(&alg);
	bool bare = cur_left(&alg) == 0;

	/* Parameters of other algorithms are of no interest, but stay well formed. */
	if (!bare) der_next(&alg);
	der_leave(c, &alg);
	return !c->err && bare ? oid : SLICE_NONE;
}

/* One INTEGER, left-padded to n bytes. */
static void put_number(struct cur *c, uint8_t *out, size_t n)
{
	struct slice s = der_integer(c);

	if (s.n > n) cur_fail(c, E_FORMAT);
	if (c->err) return;
	memset(out, 0, n);
	memcpy(out + (n - s.n), s.p, s.n);
}

enum err x509_ecdsa(struct slice der, uint8_t *out, size_t n)
{
	struct cur top = cur_of(der), seq = der_enter(&top, DER_SEQUENCE);
	uint8_t both[X509_SIG_MAX] = {0};

	if (n > sizeof both) return E_INTERNAL;
	put_number(&seq, both, n / 2);
	put_number(&seq, both + n / 2, n / 2);
	der_leave(&top, &seq);
	if (cur_end(&top)) return E_FORMAT;
	memcpy(out, both, n);
	return E_OK;
}

void x509_signature(struct cur *c, uint8_t *out, size_t n)
{
	struct slice bits = der_bytes(c);

	if (!c->err && x509_ecdsa(bits, out, n)) cur_fail(c, E_FORMAT);
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
	if (c->err || !slice_eq(kind, OID_EC_PUBLIC_KEY) || key.n == 0 || key.p[0] != 0x04) return;
	key = slice_from(key, 1);
	x->p256 = slice_eq(curve, OID_P256) && key.n == 64;
	x->p384 = slice_eq(curve, OID_P384) && key.n == 96;
	if (x->p256 || x->p384) x->point = key;
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

/* Everything under the signature; returns the OID of its algorithm. */
static struct slice read_tbs(struct cur *cert, struct x509 *x)
{
	struct cur tbs, validity;
	struct slice alg;

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
	struct slice inner, outer;

	if (!der_valid(der)) return E_FORMAT;
	inner = read_tbs(&cert, &x);
	outer = x509_algorithm(&cert);
	x.ecdsa_sha256 = slice_eq(inner, OID_ECDSA_SHA256) && slice_eq(outer, OID_ECDSA_SHA256);
	x.ecdsa_sha384 = slice_eq(inner, OID_ECDSA_SHA384) && slice_eq(outer, OID_ECDSA_SHA384);
	/* Signatures of other algorithms have other forms; nothing accepts them. */
	if (slice_eq(outer, OID_ECDSA_SHA256))
		x509_signature(&cert, x.sig, sizeof x.sig);
	else if (slice_eq(outer, OID_ECDSA_SHA384))
		x509_signature(&cert, x.sig384, sizeof x.sig384);
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
