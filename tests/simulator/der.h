/* SPDX-License-Identifier: MIT */
/*
 * DER writer of the simulator: definite minimal lengths, minimal integers,
 * nothing that BER allows beside it. Values are appended to a struct buf,
 * whose sticky error is the only failure; constructed values are opened and
 * closed, the length is filled in at the close.
 * Runs in the simulator and its tests; pure.
 */
#ifndef SIM_DER_H
#define SIM_DER_H

#include "base/buf.h"
#include "base/slice.h"

#define DER_BOOLEAN      0x01
#define DER_INTEGER      0x02
#define DER_BIT_STRING   0x03
#define DER_OCTET_STRING 0x04
#define DER_OID          0x06
#define DER_ENUMERATED   0x0a
#define DER_UTF8         0x0c
#define DER_PRINTABLE    0x13
#define DER_IA5          0x16
#define DER_UTC_TIME     0x17
#define DER_TIME         0x18
#define DER_SEQUENCE     0x30
#define DER_SET          0x31
/* Context-specific tags: primitive and constructed. */
#define DER_CONTEXT(n)             (0x80 | (n))
#define DER_CONTEXT_CONSTRUCTED(n) (0xa0 | (n))

/*
 * Begins a value whose content is what is appended until asn_close, which gets
 * the returned mark. Values nest and are closed in reverse order.
 */
size_t asn_open(struct buf *b, uint8_t tag);
void asn_close(struct buf *b, size_t mark);
/* A whole value with this content. */
void asn_value(struct buf *b, uint8_t tag, struct slice content);

void asn_bool(struct buf *b, bool v);
void asn_int(struct buf *b, uint64_t v);
/* A non-negative INTEGER from big-endian bytes of any length. */
void asn_int_bytes(struct buf *b, struct slice magnitude);
void asn_enum(struct buf *b, uint8_t v);
/* A BIT STRING of whole bytes, or of the named bits of one byte (bit 0 is 0x80). */
void asn_bits(struct buf *b, struct slice bytes);
void asn_named_bits(struct buf *b, uint8_t bits);
/* Dotted text of our own, for example "2.5.29.19"; E_FORMAT sticks when it is none. */
void asn_oid(struct buf *b, const char *dotted);
/* UTCTime up to 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5); seconds since 1970. */
void asn_time(struct buf *b, int64_t seconds);

#endif
