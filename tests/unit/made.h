/* SPDX-License-Identifier: MIT */
/*
 * A made-up platform: root, PCK chain, revocation lists, TCB info, QE identity
 * and quote, all signed with keys that follow from their numbers. A test starts
 * from made_default(), changes what it is about, and builds; everything is
 * signed again, so exactly that one thing is wrong. Dates are UTCTime texts;
 * the valid time is MADE_NOW.
 */
#ifndef MADE_H
#define MADE_H

#include "base/buf.h"
#include "base/p256.h"
#include "check/dcap.h"

#define MADE_NOW 1772323200 /* 2026-03-01T00:00:00Z */

/* Keys by number. */
enum made_key { KEY_ROOT = 1, KEY_CA, KEY_PCK, KEY_TCB, KEY_ATT, KEY_OTHER };

struct made_cert {
	const char *cn, *issuer; /* common names */
	uint32_t serial;
	unsigned key, signer; /* enum made_key */
	const char *from, *until;
	unsigned version; /* 1 to 3 */
	bool basic, ca;
	int path_len;  /* -1: none */
	int key_usage; /* two bytes of the BIT STRING; -1: no extension */
	bool foreign_alg, foreign_inner_alg, foreign_curve, second_cn;
	struct slice extra; /* one more Extension element, or several */
};

struct made_crl {
	const char *issuer;
	unsigned signer, aki_key; /* aki_key 0: no such extension */
	const char *from, *until; /* until NULL: no nextUpdate */
	uint32_t revoked[4];
	size_t n_revoked;
	unsigned version;
	bool no_number, empty_list, foreign_alg;
	struct slice entry_ext; /* one Extension for every entry */
	struct slice extra;
};

/* Text replaced in a JSON document before it is signed; find NULL: nothing. */
struct made_edit {
	const char *find, *put;
};

struct made {
	struct made_cert root, ca, pck, tcb, qe_signer;
	struct made_crl root_crl, pck_crl;
	/* SGX extension: entries to leave out or to write twice, by their number */
	uint32_t sgx_drop, sgx_twice, tcb_drop, tcb_twice;
	bool no_sgx;
	unsigned component[16], pcesvn;
	struct slice fmspc, pceid, ppid;
	/* quote */
	unsigned version, tee, body_type; /* body_type 0: by version */
	uint8_t tee_tcb_svn[16], tee_tcb_svn2[16];
	uint64_t td_attributes, seam_attributes;
	uint8_t mrsignerseam, mrservicetd; /* repeated byte */
	uint8_t sgx_flags;
	uint8_t qe_misc, qe_flags, qe_signer_flip, qe_data_tail;
	unsigned qe_product, qe_svn, cert_type;
	struct slice qe_auth, padding, pem_tail;
	bool chain_in_collateral, bad_att_key;
	/* signed texts */
	bool level_twice; /* the lowest TCB level again, with another status */
	struct made_edit tcb_edit[4], qe_edit[4];
	/* what the verifier is given */
	bool no_collateral;
	struct dcap_input in;
};

void made_default(struct made *m);
/* An SGX platform instead of a TDX one. */
void made_default_sgx(struct made *m);
/* Fills m->in: quote, collateral, trusted root, time. */
void made_build(struct made *m);

/* Parts, for tests that need only one. Kept until the process ends. */
struct slice made_certificate(const struct made_cert *c, struct slice sgx);
struct slice made_list(const struct made_crl *c);
struct slice made_sgx(const struct made *m);
struct slice made_pem(struct slice der);

/* DER of tag over the given slices. */
struct slice made_der(uint8_t tag, size_t n, const struct slice *parts);
#define DER(tag, ...)                                                                              \
	made_der(tag, sizeof((struct slice[]){__VA_ARGS__}) / sizeof(struct slice),                \
		(struct slice[]){__VA_ARGS__})
/* Bytes of all parts behind each other. */
struct slice made_join(size_t n, const struct slice *parts);
#define JOIN(...)                                                                                  \
	made_join(sizeof((struct slice[]){__VA_ARGS__}) / sizeof(struct slice),                    \
		(struct slice[]){__VA_ARGS__})
/* What was built, kept; aborts when building failed. */
struct slice made_kept(struct buf *b);
void made_key(unsigned n, struct p256_key *key);
/* r || s over SHA-256 of a message; remembered, as signing is slow. */
void made_sign(unsigned n, struct slice message, uint8_t out[64]);
/* An Extension with this OID content. */
struct slice made_extension(struct slice oid, bool critical, struct slice value);

#endif
