/* SPDX-License-Identifier: MIT */
/* A made-up platform: keys, certificates, revocation lists. */
#include "made.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/p256.h"
#include "base/der.h"
#include "base/oid.h"
#include "test.h"

struct slice made_kept(struct buf *b)
{
	if (b->err) abort();
	return test_keep(b);
}

struct slice made_der(uint8_t tag, size_t n, const struct slice *parts)
{
	struct buf b = buf_heap(1 << 20);
	size_t len = 0, i;

	for (i = 0; i < n; i++)
		len += parts[i].n;
	buf_u8(&b, tag);
	if (len >= 0x100) {
		buf_u8(&b, 0x82);
		buf_be16(&b, (uint16_t)len);
	} else if (len >= 0x80) {
		buf_u8(&b, 0x81);
		buf_u8(&b, (uint8_t)len);
	} else {
		buf_u8(&b, (uint8_t)len);
	}
	for (i = 0; i < n; i++)
		buf_put(&b, parts[i]);
	return made_kept(&b);
}

struct slice made_join(size_t n, const struct slice *parts)
{
	struct buf b = buf_heap(1 << 20);
	size_t i;

	buf_reserve(&b, 1);
	for (i = 0; i < n; i++)
		buf_put(&b, parts[i]);
	return made_kept(&b);
}

static struct slice der_number(uint8_t tag, uint64_t v)
{
	uint8_t raw[9];
	struct buf b = buf_on(raw, sizeof raw);
	size_t at = 0;

	buf_u8(&b, 0);
	buf_be32(&b, (uint32_t)(v >> 32));
	buf_be32(&b, (uint32_t)v);
	/* The shortest form keeps one zero bit in front. */
	while (at < 8 && raw[at] == 0 && !(raw[at + 1] & 0x80))
		at++;
	return DER(tag, slice_from(SLICE_OF(raw), at));
}

static struct slice bits(struct slice s)
{
	return DER(DER_BIT_STRING, SLICE("\0"), s);
}

void made_key(unsigned n, struct p256_key *key)
{
	uint8_t secret[32] = {0};

	secret[0] = 0x5e;
	secret[31] = (uint8_t)n;
	if (p256_from_secret(secret, key)) abort();
}

static struct slice key_id(unsigned n)
{
	struct p256_key key;
	uint8_t digest[32];
	struct buf b = buf_heap(64);

	made_key(n, &key);
	sha256(SLICE_OF(key.point), digest);
	buf_put(&b, slice_of(digest, 20));
	return made_kept(&b);
}

/* r || s over SHA-256 of a message; results are remembered, signing is slow. */
void made_sign(unsigned n, struct slice message, uint8_t out[64])
{
	static struct {
		uint8_t id[32], sig[64];
		bool used;
	} memo[4096];
	struct p256_key key;
	uint8_t digest[32], id[32], prefix = (uint8_t)n;
	struct sha256 h;
	size_t at;

	sha256(message, digest);
	sha256_init(&h);
	sha256_add(&h, slice_of(&prefix, 1));
	sha256_add(&h, SLICE_OF(digest));
	sha256_out(&h, id);
	at = (size_t)(id[0] << 4 | id[1] >> 4);
	if (!memo[at].used || memcmp(memo[at].id, id, 32) != 0) {
		made_key(n, &key);
		p256_sign_raw(&key, digest, memo[at].sig);
		memcpy(memo[at].id, id, 32);
		memo[at].used = true;
	}
	memcpy(out, memo[at].sig, 64);
}

/* 32 big-endian bytes as an INTEGER. */
static struct slice der_scalar(const uint8_t *p)
{
	size_t at = 0;

	while (at < 31 && p[at] == 0)
		at++;
	if (p[at] & 0x80) return DER(DER_INTEGER, SLICE("\0"), slice_of(p + at, 32 - at));
	return DER(DER_INTEGER, slice_of(p + at, 32 - at));
}

static struct slice sig_bits(unsigned key, struct slice tbs)
{
	uint8_t raw[64];

	made_sign(key, tbs, raw);
	return bits(DER(DER_SEQUENCE, der_scalar(raw), der_scalar(raw + 32)));
}

static struct slice algorithm(bool foreign)
{
	/* The other one is ecdsa-with-SHA384. */
	return DER(DER_SEQUENCE, DER(DER_OID, foreign ? SLICE("\x2a\x86\x48\xce\x3d\x04\x03\x03")
						      : OID_ECDSA_SHA256));
}

static struct slice pair(struct slice oid, uint8_t tag, const char *text)
{
	return DER(DER_SET, DER(DER_SEQUENCE, DER(DER_OID, oid), DER(tag, slice_str(text))));
}

static struct slice name(const char *cn, bool second_cn)
{
	return DER(DER_SEQUENCE, pair(OID_COMMON_NAME, DER_UTF8_STRING, cn),
		pair(SLICE("\x55\x04\x0a"), DER_UTF8_STRING, "Intel Corporation"),
		second_cn ? pair(OID_COMMON_NAME, DER_UTF8_STRING, "Another") : SLICE_NONE,
		pair(SLICE("\x55\x04\x06"), DER_PRINTABLE_STRING, "US"));
}

struct slice made_extension(struct slice oid, bool critical, struct slice value)
{
	return DER(DER_SEQUENCE, DER(DER_OID, oid),
		critical ? DER(DER_BOOLEAN, SLICE("\xff")) : SLICE_NONE,
		DER(DER_OCTET_STRING, value));
}

static struct slice spki(const struct made_cert *c)
{
	struct p256_key key;

	made_key(c->key, &key);
	return DER(DER_SEQUENCE,
		DER(DER_SEQUENCE, DER(DER_OID, OID_EC_PUBLIC_KEY),
			DER(DER_OID, c->foreign_curve ? SLICE("\x2b\x81\x04\x00\x0a") : OID_P256)),
		bits(JOIN(SLICE("\x04"), SLICE_OF(key.point))));
}

static struct slice basic_constraints(const struct made_cert *c)
{
	if (!c->basic) return SLICE_NONE;
	return made_extension(OID_BASIC_CONSTRAINTS, true,
		DER(DER_SEQUENCE, c->ca ? DER(DER_BOOLEAN, SLICE("\xff")) : SLICE_NONE,
			c->path_len >= 0 ? der_number(DER_INTEGER, (uint64_t)c->path_len)
					 : SLICE_NONE));
}

static struct slice key_usage(const struct made_cert *c)
{
	uint8_t raw[2] = {0, (uint8_t)c->key_usage};

	if (c->key_usage < 0) return SLICE_NONE;
	while (raw[1] && !(raw[1] >> raw[0] & 1))
		raw[0]++;
	return made_extension(OID_KEY_USAGE, true, DER(DER_BIT_STRING, SLICE_OF(raw)));
}

struct slice made_certificate(const struct made_cert *c, struct slice sgx)
{
	struct slice extensions = DER(DER_SEQUENCE,
		made_extension(OID_AUTHORITY_KEY_ID, false,
			DER(DER_SEQUENCE, DER(0x80, key_id(c->signer)))),
		made_extension(OID_SUBJECT_KEY_ID, false, DER(DER_OCTET_STRING, key_id(c->key))),
		key_usage(c), basic_constraints(c),
		sgx.n ? made_extension(OID_SGX, false, sgx) : SLICE_NONE, c->extra);
	struct slice tbs = DER(DER_SEQUENCE,
		c->version > 1 ? DER(DER_CONTEXT(0), der_number(DER_INTEGER, c->version - 1))
			       : SLICE_NONE,
		der_number(DER_INTEGER, c->serial), algorithm(c->foreign_inner_alg),
		name(c->issuer, false),
		DER(DER_SEQUENCE, DER(DER_UTC_TIME, slice_str(c->from)),
			DER(DER_UTC_TIME, slice_str(c->until))),
		name(c->cn, c->second_cn), spki(c),
		c->version == 3 ? DER(DER_CONTEXT(3), extensions) : SLICE_NONE);

	return DER(DER_SEQUENCE, tbs, algorithm(c->foreign_alg), sig_bits(c->signer, tbs));
}

static struct slice crl_entries(const struct made_crl *c)
{
	struct buf b = buf_heap(4096);
	size_t i;

	for (i = 0; i < c->n_revoked; i++)
		buf_put(&b, DER(DER_SEQUENCE, der_number(DER_INTEGER, c->revoked[i]),
				    DER(DER_UTC_TIME, SLICE("260225000000Z")),
				    c->entry_ext.n ? DER(DER_SEQUENCE, c->entry_ext) : SLICE_NONE));
	if (c->n_revoked == 0 && !c->empty_list) return SLICE_NONE;
	return DER(DER_SEQUENCE, made_kept(&b));
}

struct slice made_list(const struct made_crl *c)
{
	struct slice number = made_extension(OID_CRL_NUMBER, false, der_number(DER_INTEGER, 1));
	struct slice aki = c->aki_key ? made_extension(OID_AUTHORITY_KEY_ID, false,
						DER(DER_SEQUENCE, DER(0x80, key_id(c->aki_key))))
				      : SLICE_NONE;
	struct slice tbs = DER(DER_SEQUENCE, der_number(DER_INTEGER, c->version - 1),
		algorithm(c->foreign_alg), name(c->issuer, false),
		DER(DER_UTC_TIME, slice_str(c->from)),
		c->until ? DER(DER_UTC_TIME, slice_str(c->until)) : SLICE_NONE, crl_entries(c),
		DER(DER_CONTEXT(0),
			DER(DER_SEQUENCE, c->no_number ? SLICE_NONE : number, aki, c->extra)));

	return DER(DER_SEQUENCE, tbs, algorithm(false), sig_bits(c->signer, tbs));
}

struct slice made_pem(struct slice der)
{
	struct buf b = buf_heap(1 << 20);

	buf_pem(&b, "CERTIFICATE", der);
	return made_kept(&b);
}

/* OID_SGX with one or two more numbers. */
static struct slice sgx_oid(unsigned a, unsigned b)
{
	uint8_t raw[2] = {(uint8_t)a, (uint8_t)b};

	return DER(DER_OID, OID_SGX, slice_of(raw, b ? 2 : 1));
}

/* An entry as often as the masks say. */
static void put_entry(struct buf *b, unsigned k, uint32_t drop, uint32_t twice, struct slice entry)
{
	if (!(drop >> k & 1)) buf_put(b, entry);
	if (twice >> k & 1) buf_put(b, entry);
}

static struct slice sgx_tcb(const struct made *m)
{
	struct buf b = buf_heap(4096);
	unsigned k;

	for (k = 1; k <= 18; k++) {
		struct slice value = k <= 16   ? der_number(DER_INTEGER, m->component[k - 1])
				     : k == 17 ? der_number(DER_INTEGER, m->pcesvn)
					       : DER(DER_OCTET_STRING, SLICE("0123456789abcdef"));

		put_entry(
			&b, k, m->tcb_drop, m->tcb_twice, DER(DER_SEQUENCE, sgx_oid(2, k), value));
	}
	return DER(DER_SEQUENCE, made_kept(&b));
}

struct slice made_sgx(const struct made *m)
{
	struct buf b = buf_heap(4096);
	const struct slice values[] = {DER(DER_OCTET_STRING, m->ppid), sgx_tcb(m),
		DER(DER_OCTET_STRING, m->pceid), DER(DER_OCTET_STRING, m->fmspc),
		DER(DER_ENUMERATED, SLICE("\x01")),
		DER(DER_OCTET_STRING, SLICE("instance-id-0016"))};
	unsigned k;

	if (m->no_sgx) return SLICE_NONE;
	for (k = 1; k <= 6; k++)
		put_entry(&b, k, m->sgx_drop, m->sgx_twice,
			DER(DER_SEQUENCE, sgx_oid(k, 0), values[k - 1]));
	return DER(DER_SEQUENCE, made_kept(&b));
}
