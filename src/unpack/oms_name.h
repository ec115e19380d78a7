/* SPDX-License-Identifier: MIT */
/*
 * Names of certificates for people.
 * Runs in unpack; no I/O; input is attacker controlled.
 */
#ifndef UNPACK_OMS_NAME_H
#define UNPACK_OMS_NAME_H

#include "base/buf.h"

/*
 * Appends a Name (a whole DER element) in the form of RFC 4514: last attribute
 * first, known types by name, every byte that is not plain ASCII as \HH.
 * E_FORMAT; E_TOO_LARGE when out is full.
 */
enum err oms_name_text(struct slice name, struct buf *out);

#endif
