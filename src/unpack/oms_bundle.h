/* SPDX-License-Identifier: MIT */
/*
 * The outer form of skill.oms.sig: a sigstore bundle of version 0.3 around a
 * DSSE envelope with an in-toto statement, signed by a chain of certificates
 * (specs/skills.md 1.8). The form is closed: a member that is not known here
 * may change what is meant, so it ends the reading.
 * Runs in unpack; no I/O; input is attacker controlled.
 */
#ifndef UNPACK_OMS_BUNDLE_H
#define UNPACK_OMS_BUNDLE_H

#include "base/buf.h"
#include "base/json.h"
#include "base/limits.h"

struct oms_bundle {
	struct slice payload, sig; /* decoded; sig is DER */
	size_t n_certs;            /* at least 1; leaf first */
	struct slice cert[LIMIT_SIGNATURE_CERTS];
};

/*
 * Decodes into mem, which must take text.n more bytes without moving.
 * E_SIGNATURE_FORMAT or E_SIGNATURE_TYPE; E_NO_MEMORY.
 */
enum err oms_bundle_read(struct slice text, struct buf *mem, struct oms_bundle *out);

/*
 * True when j is an object with these members and no other; a name behind a
 * question mark may be absent. The list ends with NULL.
 */
bool oms_shape(const struct cJSON *j, const char *const *names);

#endif
