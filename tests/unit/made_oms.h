/* SPDX-License-Identifier: MIT */
/*
 * A made-up signed package: files, the statement over them, a chain of P-384
 * certificates, the bundle. A test starts from made_oms_default(), changes what
 * it is about, and judges; everything is signed again, so exactly that one
 * thing is wrong. Keys follow from their numbers; these are the tests' own.
 */
#ifndef MADE_OMS_H
#define MADE_OMS_H

#include "proc/signature.h"

#define OMS_NOW 1795165200 /* 2026-11-20T09:00:00Z */

enum oms_key { OMS_ROOT = 1, OMS_CA, OMS_LEAF, OMS_OTHER };

struct made_oms_cert {
	const char *cn, *issuer;
	unsigned key, signer; /* enum oms_key */
	const char *from, *until;
	unsigned version;
	bool ca;
	int path_len;  /* -1: none */
	int key_usage; /* first byte of the BIT STRING; -1: no extension */
	bool foreign_alg, foreign_curve, critical;
};

struct made_oms_file {
	const char *path;
	const char *content;
	const char *listed; /* content whose digest stands in the list; NULL: not listed */
};

#define MADE_OMS_FILES 8

struct made_oms {
	struct made_oms_cert cert[3];              /* leaf, CA, root */
	unsigned n_certs;                          /* of them in the bundle */
	struct made_oms_file file[MADE_OMS_FILES]; /* until path is NULL */
	/* Text replaced before signing, in the payload; find NULL: nothing. */
	const char *find, *put;
	/* The same in the finished bundle. */
	const char *bundle_find, *bundle_put;
	unsigned signer;      /* of the statement */
	bool sign_sha256;     /* the hash of another curve */
	const char *pae_type; /* the type that is signed */
	bool raw_signature;   /* r || s instead of DER */
	struct slice payload; /* instead of the made one, when p is set */
	struct anchors anchors;
	uint64_t now;
	struct slice bundle; /* result of made_oms_build */
};

void made_oms_default(struct made_oms *m);
/* The certificate as the chain has it; kept. */
struct slice made_oms_certificate(const struct made_oms_cert *c);
/* Adds this certificate to the anchors, as the command line does. */
void made_oms_trust(struct made_oms *m, const struct made_oms_cert *c);
/* Fills m->bundle; kept. */
void made_oms_build(struct made_oms *m);
/* What oms_check says of the bundle as it stands; the subject's text is kept until the next call. */
struct signature_facts made_oms_judge(const struct made_oms *m);
/* The encoded request for m as it stands; kept. */
struct slice made_oms_request(const struct made_oms *m);
/* Builds and judges. */
struct signature_facts made_oms_facts(struct made_oms *m);

#endif
