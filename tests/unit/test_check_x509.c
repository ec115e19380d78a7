/* SPDX-License-Identifier: MIT */
/* check/x509: a certificate taken apart and put together again with one other part. */
#include <stdlib.h>
#include <string.h>

#include "base/der.h"
#include "base/oid.h"
#include "base/x509.h"
#include "made.h"
#include "test.h"

/* Elements of a version 3 certificate. */
enum { VERSION, SERIAL, ALG, ISSUER, VALIDITY, SUBJECT, KEY, EXTENSIONS, TBS_COUNT };

struct parts {
	struct slice tbs[TBS_COUNT], alg, sig, more;
};

static void take_apart(struct parts *p)
{
	struct made m;
	struct cur top, cert, tbs;
	unsigned i;

	made_default(&m);
	top = cur_of(made_certificate(&m.ca, SLICE_NONE));
	cert = der_enter(&top, DER_SEQUENCE);
	tbs = der_enter(&cert, DER_SEQUENCE);
	for (i = 0; i < TBS_COUNT; i++)
		p->tbs[i] = der_next(&tbs).whole;
	p->alg = der_next(&cert).whole;
	p->sig = der_next(&cert).whole;
	p->more = SLICE_NONE;
	CHECK_ERR(cur_end(&cert), E_OK);
}

static enum err read_parts(const struct parts *p, struct x509 *x)
{
	return x509_read(DER(DER_SEQUENCE, DER(DER_SEQUENCE, made_join(TBS_COUNT, p->tbs), p->more),
				 p->alg, p->sig),
		x);
}

#define WITH(part, value, code)                                                                    \
	do {                                                                                       \
		struct parts p;                                                                    \
		take_apart(&p);                                                                    \
		p.part = value;                                                                    \
		CHECK_ERR(read_parts(&p, &x), code);                                               \
	} while (0)

#define NUMBER(bytes) DER(DER_INTEGER, SLICE(bytes))

TEST(check_x509_parts)
{
	struct x509 x;
	struct slice twenty =
		SLICE("\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14");

	WITH(more, SLICE_NONE, E_OK);
	WITH(more, DER(0x81, SLICE("\0")), E_FORMAT);
	WITH(tbs[VERSION], SLICE_NONE, E_FORMAT); /* version 1 has no extensions */
	WITH(tbs[VERSION], DER(DER_CONTEXT(0), NUMBER("\0")), E_FORMAT);
	WITH(tbs[VERSION], DER(DER_CONTEXT(0), NUMBER("\1")), E_FORMAT);
	WITH(tbs[VERSION], DER(DER_CONTEXT(0), NUMBER("\3")), E_FORMAT);
	WITH(tbs[SERIAL], NUMBER("\x81"), E_FORMAT);
	WITH(tbs[SERIAL], NUMBER("\0"), E_OK);
	WITH(tbs[SERIAL], DER(DER_INTEGER, twenty), E_OK);
	CHECK(x.serial.n == 20);
	WITH(tbs[SERIAL], DER(DER_INTEGER, twenty, SLICE("\0")), E_FORMAT);
	WITH(tbs[VALIDITY], DER(DER_SEQUENCE, DER(DER_UTC_TIME, SLICE("260101000000Z"))), E_FORMAT);
	WITH(tbs[EXTENSIONS], SLICE_NONE, E_OK);
	CHECK(!x.ca && !x.has_key_usage);
}

TEST(check_x509_algorithms)
{
	const struct slice null = SLICE("\5\0"), rsa = SLICE("\x2a\x86\x48\x86\xf7\x0d\1\1\1");
	struct slice with_params = DER(DER_SEQUENCE, DER(DER_OID, OID_ECDSA_SHA256), null);
	struct slice key = DER(DER_BIT_STRING, SLICE("\0\x30\0")), point;
	struct x509 x;

	WITH(more, SLICE_NONE, E_OK);
	point = JOIN(SLICE("\0\4"), x.point);
	CHECK(x.ecdsa_sha256 && x.p256);
	WITH(alg, with_params, E_OK);
	CHECK(!x.ecdsa_sha256);
	WITH(tbs[ALG], with_params, E_OK);
	CHECK(!x.ecdsa_sha256);
	WITH(alg, DER(DER_SEQUENCE, null), E_FORMAT);
	WITH(alg, DER(DER_SEQUENCE, DER(DER_OID, OID_ECDSA_SHA256), null, null), E_FORMAT);
	WITH(tbs[KEY], DER(DER_SEQUENCE, DER(DER_SEQUENCE, DER(DER_OID, rsa), null), key), E_OK);
	CHECK(!x.p256 && !x.point.p);
	WITH(tbs[KEY], DER(DER_SEQUENCE, DER(DER_SEQUENCE, DER(DER_OID, rsa)), key), E_OK);
	CHECK(!x.p256);
#define EC_KEY(kind, curve, bits)                                                                  \
	DER(DER_SEQUENCE, DER(DER_SEQUENCE, DER(DER_OID, kind), DER(DER_OID, curve)),              \
		DER(DER_BIT_STRING, bits))
	WITH(tbs[KEY], EC_KEY(OID_EC_PUBLIC_KEY, OID_P256, point), E_OK);
	CHECK(x.p256);
	WITH(tbs[KEY], EC_KEY(rsa, OID_P256, point), E_OK);
	CHECK(!x.p256);
	WITH(tbs[KEY], EC_KEY(OID_EC_PUBLIC_KEY, rsa, point), E_OK);
	CHECK(!x.p256);
	WITH(tbs[KEY], EC_KEY(OID_EC_PUBLIC_KEY, OID_P256, JOIN(SLICE("\0\2"), x.point)), E_OK);
	CHECK(!x.p256);
	WITH(tbs[KEY],
		EC_KEY(OID_EC_PUBLIC_KEY, OID_P256, JOIN(SLICE("\0\2"), slice_from(point, 2))),
		E_OK);
	CHECK(!x.p256);
	WITH(tbs[KEY], EC_KEY(OID_EC_PUBLIC_KEY, OID_P256, JOIN(SLICE("\1"), slice_from(point, 1))),
		E_FORMAT);
}

#define SIG(...) DER(DER_BIT_STRING, SLICE("\0"), DER(DER_SEQUENCE, __VA_ARGS__))

TEST(check_x509_signature_forms)
{
	uint8_t wide[33] = {1};
	struct x509 x;

	WITH(sig, SIG(NUMBER("\1"), NUMBER("\2")), E_OK);
	CHECK(x.sig[31] == 1 && x.sig[63] == 2 && x.sig[0] == 0);
	WITH(sig, SIG(DER(DER_INTEGER, slice_of(wide, 32)), NUMBER("\1")), E_OK);
	CHECK(x.sig[0] == 1);
	WITH(sig, SIG(DER(DER_INTEGER, SLICE_OF(wide)), NUMBER("\1")), E_FORMAT);
	WITH(sig, SIG(NUMBER("\1"), DER(DER_INTEGER, SLICE_OF(wide))), E_FORMAT);
	WITH(sig, SIG(NUMBER("\x80"), NUMBER("\1")), E_FORMAT);
	WITH(sig, SIG(NUMBER("\0\1"), NUMBER("\1")), E_FORMAT);
	WITH(sig, SIG(NUMBER("\1")), E_FORMAT);
	WITH(sig, SIG(NUMBER("\1"), NUMBER("\1"), NUMBER("\1")), E_FORMAT);
	WITH(sig, DER(DER_BIT_STRING, SLICE("\0")), E_FORMAT);
	WITH(sig, DER(DER_OCTET_STRING, SLICE("\0")), E_FORMAT);
	WITH(sig, JOIN(SIG(NUMBER("\1"), NUMBER("\1")), SLICE("\5\0")), E_FORMAT);
}

static struct slice rdn(struct slice oid, uint8_t tag, const char *text)
{
	return DER(DER_SEQUENCE, DER(DER_OID, oid), DER(tag, slice_str(text)));
}

TEST(check_x509_names)
{
	struct slice cn = rdn(OID_COMMON_NAME, DER_UTF8_STRING, "A");
	struct slice other = rdn(SLICE("\x55\4\x0a"), DER_UTF8_STRING, "B");
	struct x509 x;

	WITH(tbs[SUBJECT], DER(DER_SEQUENCE, DER(DER_SET, cn), DER(DER_SET, other)), E_OK);
	CHECK_SLICE(x.cn, SLICE("A"));
	WITH(tbs[SUBJECT], DER(DER_SEQUENCE, DER(DER_SET, other, cn)), E_OK);
	CHECK_SLICE(x.cn, SLICE("A"));
	WITH(tbs[SUBJECT], DER(DER_SEQUENCE, DER(DER_SET, other)), E_OK);
	CHECK(x.cn.n == 0);
	WITH(tbs[SUBJECT], DER(DER_SEQUENCE, DER(DER_SET, cn), DER(DER_SET, cn)), E_OK);
	CHECK(x.cn.n == 0);
	WITH(tbs[SUBJECT], DER(DER_SEQUENCE, DER(DER_SET, rdn(OID_COMMON_NAME, 0x1e, "AB"))), E_OK);
	CHECK(x.cn.n == 0);
	WITH(tbs[SUBJECT], DER(DER_SEQUENCE, SLICE_NONE), E_OK);
	WITH(tbs[SUBJECT], DER(DER_SEQUENCE, DER(DER_SET, SLICE_NONE)), E_FORMAT);
	WITH(tbs[SUBJECT], DER(DER_SEQUENCE, DER(DER_SEQUENCE, cn)), E_FORMAT);
	WITH(tbs[SUBJECT],
		DER(DER_SEQUENCE, DER(DER_SET, DER(DER_SEQUENCE, DER(DER_OID, OID_COMMON_NAME)))),
		E_FORMAT);
	/* A value that is not read, but not well formed inside. */
	WITH(tbs[SUBJECT],
		DER(DER_SEQUENCE, DER(DER_SET, DER(DER_SEQUENCE, DER(DER_OID, SLICE("\x55\4\x0a")),
						       DER(DER_SEQUENCE, SLICE("\1\2\xff"))))),
		E_FORMAT);
}

#define EXTS(...) DER(DER_CONTEXT(3), DER(DER_SEQUENCE, __VA_ARGS__))

TEST(check_x509_extensions)
{
	struct slice list[34];
	struct x509 x;
	unsigned i;

	WITH(tbs[EXTENSIONS], EXTS(SLICE_NONE), E_FORMAT);
	for (i = 0; i < 33; i++) {
		uint8_t oid[2] = {0x2a, (uint8_t)(1 + i)};

		list[i] = made_extension(SLICE_OF(oid), false, SLICE("\5\0"));
	}
	WITH(tbs[EXTENSIONS], EXTS(made_join(32, list)), E_OK);
	CHECK(!x.unknown_critical);
	WITH(tbs[EXTENSIONS], EXTS(made_join(33, list)), E_FORMAT);
	list[1] = list[0];
	WITH(tbs[EXTENSIONS], EXTS(made_join(2, list)), E_FORMAT);
	list[1] = made_extension(SLICE("\x2a\x7f"), true, SLICE("\5\0"));
	WITH(tbs[EXTENSIONS], EXTS(made_join(2, list)), E_OK);
	CHECK(x.unknown_critical);
#define BASIC(value) EXTS(made_extension(OID_BASIC_CONSTRAINTS, true, value))
	WITH(tbs[EXTENSIONS], BASIC(SLICE("\x30\0")), E_OK);
	CHECK(x.has_basic_constraints && !x.ca && !x.has_path_len && !x.unknown_critical);
	WITH(tbs[EXTENSIONS], BASIC(SLICE("\x30\6\1\1\xff\2\1\5")), E_OK);
	CHECK(x.ca && x.has_path_len && x.path_len == 5);
	WITH(tbs[EXTENSIONS], BASIC(SLICE("\x30\3\1\1\0")), E_FORMAT);
	WITH(tbs[EXTENSIONS], BASIC(SLICE("\x30\7\1\1\xff\2\2\1\0")), E_FORMAT);
	WITH(tbs[EXTENSIONS], BASIC(SLICE("\x30\0\5\0")), E_FORMAT);
	WITH(tbs[EXTENSIONS], BASIC(SLICE("\x30\5\1\1\xff\5\0")), E_FORMAT);
	WITH(tbs[EXTENSIONS], EXTS(made_extension(OID_KEY_USAGE, true, SLICE("\3\2\1\6\5\0"))),
		E_FORMAT);
	WITH(tbs[EXTENSIONS], EXTS(made_extension(OID_SUBJECT_KEY_ID, true, SLICE("\4\1k"))), E_OK);
	CHECK(slice_is(x.ski, "k") && !x.unknown_critical);
	WITH(tbs[EXTENSIONS], EXTS(made_extension(OID_SUBJECT_KEY_ID, false, SLICE("\4\1k\0"))),
		E_FORMAT);
	WITH(tbs[EXTENSIONS],
		EXTS(made_extension(OID_AUTHORITY_KEY_ID, false, SLICE("\x30\3\x80\1k"))), E_OK);
	CHECK(slice_is(x.aki, "k"));
	WITH(tbs[EXTENSIONS],
		EXTS(made_extension(OID_AUTHORITY_KEY_ID, false, SLICE("\x30\3\x82\1k"))), E_OK);
	CHECK(x.aki.p == NULL);
	WITH(tbs[EXTENSIONS],
		EXTS(made_extension(OID_AUTHORITY_KEY_ID, false, SLICE("\x30\3\x80\2k"))),
		E_FORMAT);
}
