/* SPDX-License-Identifier: MIT */
/*
 * Strict DER (X.690): definite lengths in their shortest form, one-byte tags,
 * bounded depth, no byte left over. Certificates, revocation lists, the SGX
 * extension and ECDSA signatures are read with it (specs/dcap.md 6). Readers work on a sticky
 * struct cur: after the first fault everything comes back empty and the cursor
 * holds E_FORMAT or E_TRUNCATED. Slices point into the input.
 * Runs in unpack and the command line; pure; input is attacker controlled.
 */
#ifndef BASE_DER_H
#define BASE_DER_H

#include "base/cur.h"

#define DER_BOOLEAN          0x01
#define DER_INTEGER          0x02
#define DER_BIT_STRING       0x03
#define DER_OCTET_STRING     0x04
#define DER_OID              0x06
#define DER_ENUMERATED       0x0a
#define DER_UTF8_STRING      0x0c
#define DER_PRINTABLE_STRING 0x13
#define DER_UTC_TIME         0x17
#define DER_GENERALIZED_TIME 0x18
#define DER_SEQUENCE         0x30
#define DER_SET              0x31
/* [n] of a context, constructed. */
#define DER_CONTEXT(n) (0xa0 | (n))

struct der_item {
	uint8_t tag;
	struct slice body;  /* the content */
	struct slice whole; /* tag, length and content */
};

/*
 * True when s is exactly one element and everything inside constructed
 * elements, at most LIMIT_DER_DEPTH deep, is well formed too. Content of
 * primitive elements (OCTET STRINGs that hold DER) is not entered.
 */
bool der_valid(struct slice s);

/* The next element, of any tag. */
struct der_item der_next(struct cur *c);
/* True when the next element has this tag; takes nothing. */
bool der_is(const struct cur *c, uint8_t tag);
/* Content of the next element, which must have this tag. */
struct slice der_take(struct cur *c, uint8_t tag);
/* The same with tag and length. */
struct slice der_take_whole(struct cur *c, uint8_t tag);

/*
 * Steps into the next element, which must have this tag. der_leave hands a
 * fault of the inner reader, or bytes left in it, to the outer one.
 */
struct cur der_enter(struct cur *c, uint8_t tag);
void der_leave(struct cur *outer, const struct cur *inner);

/* A BOOLEAN (00 or FF). */
bool der_bool(struct cur *c);
/* Magnitude of a non-negative INTEGER without its leading zero byte; one byte for zero. */
struct slice der_integer(struct cur *c);
/* An INTEGER or ENUMERATED (by tag) of 0 to max. */
uint64_t der_uint(struct cur *c, uint8_t tag, uint64_t max);
/* Content of an OBJECT IDENTIFIER. */
struct slice der_oid(struct cur *c);
/* Bits of a BIT STRING whose length is a whole number of bytes. */
struct slice der_bytes(struct cur *c);
/* Named bits of a BIT STRING of up to 16 bits: bit n of the result is named bit n. */
uint16_t der_named_bits(struct cur *c);
/* UTCTime or GeneralizedTime ending in Z, as seconds since 1970. */
int64_t der_time(struct cur *c);

#endif
