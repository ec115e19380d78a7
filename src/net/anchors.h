/* SPDX-License-Identifier: MIT */
/*
 * Certificate authorities that may vouch for a server's name: the system's
 * bundle, or a file that the caller names. They say nothing about evidence,
 * only who was talked to.
 * Runs on the command line.
 */
#ifndef NET_ANCHORS_H
#define NET_ANCHORS_H

#include <bearssl.h>

#include "base/buf.h"
#include "base/err.h"

#define ANCHORS_SYSTEM "/etc/ssl/certs/ca-certificates.crt"

struct anchors {
	struct buf mem;  /* names and keys, sized once: never moves */
	struct buf list; /* struct br_x509_trust_anchor, sized once */
	size_t n;
};

#define ANCHORS_INIT                                                                               \
	{                                                                                          \
		BUF_INIT, BUF_INIT, 0                                                              \
	}

/*
 * Reads all certificates of a PEM text. One that BearSSL cannot read is left
 * out (system bundles hold all kinds); none at all is E_FORMAT, with why.
 */
enum err anchors_read(struct slice pem, struct anchors *out, struct why *why);
/* The same from a file; path NULL: the system's. */
enum err anchors_load(const char *path, struct anchors *out, struct why *why);
void anchors_drop(struct anchors *a);
const br_x509_trust_anchor *anchors_list(const struct anchors *a);

#endif
