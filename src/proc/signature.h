/* SPDX-License-Identifier: MIT */
/*
 * The OMS signature of a package, skill.oms.sig in its root (specs/skills.md
 * 1.8): what the runner hands to the throw-away process that reads it, what
 * comes back, and which files such a signature is about.
 * Runs in runner, unpack, attest, http and the command line; pure.
 */
#ifndef PROC_SIGNATURE_H
#define PROC_SIGNATURE_H

#include "base/hash.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/p384.h"
#include "proc/codec.h"

#define SIGNATURE_FILE "skill.oms.sig"

/*
 * A certification authority whose signers count: name and key out of a
 * certificate that the operator gave (RFC 5280 section 6.1.1 d). Plain data,
 * because it is part of the configuration.
 */
struct anchor {
	uint8_t sha256[SHA256_LEN]; /* of the certificate; its name in policy and statement */
	uint8_t point[P384_POINT_LEN];
	uint64_t not_before, not_after; /* seconds since 1970, both inclusive */
	uint32_t below;                 /* how many CA certificates may stand below it */
	uint32_t name_len;
	uint8_t name[LIMIT_ANCHOR_NAME_BYTES]; /* DER of its subject */
};

struct anchors {
	unsigned n;
	struct anchor list[LIMIT_ANCHORS]; /* sorted by sha256, unique */
};

/* What is known of a signature. Without `present` nothing else counts. */
struct signature_facts {
	bool present;
	uint8_t sha256[SHA256_LEN]; /* of the file */
	enum err reason;            /* E_OK: verified; else E_SIGNATURE_* */
	/* What holds whoever signed; false too where the statement could not be read. */
	bool subject_match;      /* the signed tree digest is that of the package's files */
	bool resources_match;    /* the signed list is the package's files, each with its digest */
	uint32_t unsigned_files; /* beside the signature itself: left out by its own rules */
	bool has_leaf;
	uint8_t leaf_sha256[SHA256_LEN];
	struct slice leaf_subject; /* RFC 4514, printable ASCII */
	bool has_anchor;           /* the chain leads to this one */
	uint8_t anchor_sha256[SHA256_LEN];
};

/* True when the reason is the package's fault, and so a warning. */
bool signature_warns(const struct signature_facts *f);
/*
 * The value of the member "signature" in statement, answers and `inspect`: null,
 * or an object with its members in the order of their names.
 */
void signature_json(struct jw *w, const struct signature_facts *f);
/* E_PROTOCOL for facts that cannot be true together (a signature verified by nobody). */
void codec_signature(struct codec *c, struct signature_facts *f);

struct signed_file {
	struct slice path;
	uint8_t sha256[SHA256_LEN];
};

struct signature_request {
	uint64_t now; /* seconds since 1970: when certificates have to be valid */
	struct anchors anchors;
	struct slice bundle;       /* content of SIGNATURE_FILE, read by nobody yet */
	unsigned n_files;          /* all of the package, sorted bytewise by path */
	struct signed_file *files; /* room for LIMIT_MEMBERS, the caller's */
};

/* Upper bounds of the encoded forms. */
#define SIGNATURE_REQUEST_BYTES                                                                    \
	(LIMIT_SIGNATURE_BYTES + LIMIT_MEMBERS * (LIMIT_PATH_BYTES + 64) + 16 * KIB)
#define SIGNATURE_RESULT_BYTES (4 * KIB)

void codec_signature_request(struct codec *c, struct signature_request *r);

/*
 * What OMS leaves out by its own habit: names in the root, each with everything
 * below it. A signature says which of them it leaves out.
 */
enum { OMS_GIT = 1, OMS_GITATTRIBUTES = 2, OMS_GITHUB = 4, OMS_GITIGNORE = 8, OMS_ALL = 15 };
/* The bit of one of those names; 0 for any other. */
unsigned oms_rule(struct slice name);
/* True for SIGNATURE_FILE and for what the rules (bits) leave out. */
bool oms_left_out(struct slice path, unsigned rules);
/* Order of files in OMS: folder by folder, as its own tool sorts paths. */
int oms_cmp(struct slice a, struct slice b);

#endif
