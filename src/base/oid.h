/* SPDX-License-Identifier: MIT */
/*
 * Object identifiers as the content bytes of their DER form.
 * Runs in unpack and the command line; pure.
 */
#ifndef BASE_OID_H
#define BASE_OID_H

#include "base/slice.h"

#define OID_ECDSA_SHA256      SLICE("\x2a\x86\x48\xce\x3d\x04\x03\x02") /* 1.2.840.10045.4.3.2 */
#define OID_ECDSA_SHA384      SLICE("\x2a\x86\x48\xce\x3d\x04\x03\x03") /* 1.2.840.10045.4.3.3 */
#define OID_EC_PUBLIC_KEY     SLICE("\x2a\x86\x48\xce\x3d\x02\x01")     /* 1.2.840.10045.2.1 */
#define OID_P256              SLICE("\x2a\x86\x48\xce\x3d\x03\x01\x07") /* 1.2.840.10045.3.1.7 */
#define OID_P384              SLICE("\x2b\x81\x04\x00\x22")             /* 1.3.132.0.34 */
#define OID_COMMON_NAME       SLICE("\x55\x04\x03")                     /* 2.5.4.3 */
#define OID_SUBJECT_KEY_ID    SLICE("\x55\x1d\x0e")                     /* 2.5.29.14 */
#define OID_KEY_USAGE         SLICE("\x55\x1d\x0f")                     /* 2.5.29.15 */
#define OID_BASIC_CONSTRAINTS SLICE("\x55\x1d\x13")                     /* 2.5.29.19 */
#define OID_CRL_NUMBER        SLICE("\x55\x1d\x14")                     /* 2.5.29.20 */
#define OID_CRL_REASON        SLICE("\x55\x1d\x15")                     /* 2.5.29.21 */
#define OID_AUTHORITY_KEY_ID  SLICE("\x55\x1d\x23")                     /* 2.5.29.35 */
/* 1.2.840.113741.1.13.1, Intel's arc for PCK certificates; below it .n and .2.n. */
#define OID_SGX SLICE("\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01")

#endif
