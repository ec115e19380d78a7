/* SPDX-License-Identifier: MIT */
/*
 * A chain of certificates as PEM text, as quotes and collateral carry it. The
 * form is exact:
 *   chain = *EOL *(block *EOL) *NUL
 *   block = "-----BEGIN CERTIFICATE-----" EOL 1*(base64 EOL) "-----END CERTIFICATE-----"
 *   EOL   = LF / CR LF
 * Two blocks have at least one EOL between them. NUL bytes stand only at the
 * very end: quotes of Intel's service have one there (specs/dcap.md 1.5).
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_PEM_H
#define CHECK_PEM_H

#include "base/buf.h"
#include "base/err.h"

/* More than the longest chain we accept, so that "too many" can be told. */
#define PEM_CERTS 4

/* Room that pem_chain needs in its buffer for text of n bytes. */
#define PEM_ROOM(n) (2 * (n))

/*
 * Decodes all blocks of text. mem must hold PEM_ROOM(text.n) more bytes without
 * moving; cert[] points into it. E_FORMAT: not this form, more than PEM_CERTS
 * blocks or more than LIMIT_PEM_BYTES; E_CERT_FORMAT: bad base64 in a block.
 */
enum err pem_chain(struct slice text, struct buf *mem, struct slice cert[PEM_CERTS], size_t *count);

#endif
