/* SPDX-License-Identifier: MIT */
/*
 * The whole chain of one result: from the statement over the quote to Intel's
 * root, and from the quote over event log and compose text to the code that
 * ran. Every link is judged alone, so that a person sees all that is wrong and
 * not only the first thing; the verdict follows from the links (C1-C10).
 * Runs in the command line; pure; all input is attacker controlled but for
 * what the caller expects.
 */
#ifndef CHECK_PROOF_H
#define CHECK_PROOF_H

#include "base/eventlog.h"
#include "base/tdx.h"
#include "check/app_answer.h"
#include "check/bundle.h"
#include "check/compose.h"
#include "check/dcap.h"
#include "check/filelist.h"
#include "check/governance.h"
#include "check/images.h"
#include "check/keychain.h"
#include "check/statement.h"

/*
 * X(enum, name, decides, what it says when it holds). A link that decides must
 * hold for a genuine proof; the others add to it, and can only refute it.
 */
/* clang-format off */
#define LINK_LIST(X) \
	X(LINK_ENVELOPE, "envelope", true, "the statement is signed, in canonical form, by one key") \
	X(LINK_STATEMENT, "statement", true, "it is complete and does not contradict itself") \
	X(LINK_VERDICT, "verdict", true, "the verdict follows from the facts that were signed") \
	X(LINK_SANDBOX, "sandbox", true, "the test ran under the protections that the policy asks for") \
	X(LINK_BINDING, "binding", true, "the quote is about this statement and its key, and no other") \
	X(LINK_QUOTE, "quote", true, "the quote is signed by a key that leads to the root") \
	X(LINK_TCB, "tcb", true, "the machine's firmware is current and nothing is revoked") \
	X(LINK_LOG, "log", true, "the boot log gives the quoted registers") \
	X(LINK_IDENTITY, "identity", true, "the application is the one that was expected") \
	X(LINK_OS, "os", true, "the operating system is one that is known") \
	X(LINK_STATE, "state", true, "no other version of the application can have left something behind") \
	X(LINK_COMPOSE, "compose", true, "the application text is the measured one") \
	X(LINK_IMAGES, "images", true, "every image that it starts is pinned by digest") \
	X(LINK_GOVERNANCE, "governance", false, "who may change the application") \
	X(LINK_KMS, "kms", false, "who holds its keys") \
	X(LINK_DOMAIN, "domain", false, "which name leads to it") \
	X(LINK_PACKAGE, "package", false, "the package is the one that was tested") \
	X(LINK_FRESHNESS, "freshness", false, "the result was made after the question") \
	X(LINK_HISTORY, "history", false, "no other result exists")
/* clang-format on */

enum link_id {
#define LINK(id, name, decides, text) id,
	LINK_LIST(LINK)
#undef LINK
		LINK_COUNT
};

enum link_state { STATE_SKIP, STATE_OK, STATE_FAIL };

struct link {
	enum link_state state;
	bool waived;        /* a skip that the caller accepts by a flag */
	bool absent;        /* a link that a running application does not have */
	bool asked;         /* the caller wants to know: a skip leaves the proof open */
	enum err code;      /* of a failure, or E_OK */
	char text[448];     /* what was compared or why not; printable ASCII */
	const char *advice; /* what it means or how to mend it; NULL when it holds */
};

#define APP_ID_LEN 20

/* A compose hash that a policy accepts. */
struct accepted_hash {
	uint8_t sha256[SHA256_LEN];
	int64_t until; /* last second since 1970; 0: without end */
};

/* The key of a KMS root: SubjectPublicKeyInfo, for P-256 91 bytes. */
struct accepted_key {
	size_t n;
	uint8_t key[128];
};

/* What the caller knows and accepts. Slices empty and pointers NULL: not given. */
struct expect {
	struct slice root;       /* DER of another root than Intel's (C4) */
	struct slice collateral; /* bundle text of the caller's choice (C41) */
	int64_t now;             /* seconds since 1970: certificate windows are judged at it */
	uint32_t min_tcb_eval;
	bool accept_unevaluated_tcb, accept_unevaluated_os, accept_prior_versions;
	bool has_compose_hash; /* then the list below is not looked at */
	uint8_t compose_hash[SHA256_LEN];
	size_t n_compose_hashes, n_app_ids, n_images, n_kms_roots; /* out of a policy */
	const struct accepted_hash *compose_hashes;
	const uint8_t (*app_ids)[APP_ID_LEN];
	const uint8_t (*images)[SHA256_LEN]; /* one of them has to run */
	const struct accepted_key *kms_roots;
	size_t n_kms_keys; /* out of a policy */
	const uint8_t (*kms_keys)[K256_POINT_LEN];
	bool has_kms_key; /* then the list above is not looked at */
	uint8_t kms_key[K256_POINT_LEN];
	struct slice mr_config;    /* the document behind MRCONFIGID of version 3 */
	struct slice key_chain;    /* text for check/key_file.h */
	struct slice key_purpose;  /* p NULL: any, and the report says which */
	struct slice app_compose;  /* the exact text that was reviewed */
	struct slice measurements; /* text for check/measurements.h */
	bool has_image;            /* then images is not looked at */
	uint8_t image[SHA256_LEN];
	bool has_nonce;
	uint8_t nonce[NONCE_LEN];
	bool has_archive;
	uint8_t archive_sha256[SHA256_LEN];
	const struct filelist *files; /* of an installed directory */
	unsigned weakest_tier;        /* 2: T1 and T2 pass; up to 4 */
	struct compose_policy compose;
	struct dcap_policy tcb;
	struct sig_memo *memo; /* signatures known from earlier runs; NULL: none are */
};

enum proof_verdict { PROOF_GENUINE, PROOF_REFUTED, PROOF_UNDECIDED };

/* Everything that was found; slices point into the bundle text or in here. */
struct proof {
	struct link link[LINK_COUNT];
	enum proof_verdict verdict;
	char sentence[400]; /* what the PROOF line says behind "PROOF " */
	bool has_statement; /* statement may be used: it follows the schema */
	struct bundle bundle;
	struct statement statement;
	struct filelist files;
	bool has_td; /* the quote's report could be read; it is verified only if the link holds */
	struct tdx_body td;
	bool has_dcap;
	struct dcap_result dcap;
	struct eventlog log;
	bool has_launch;
	struct launch launch;
	struct findings findings;
	bool has_compose, has_images;
	struct compose compose;
	struct images images;
	struct sig_memo memo;
	bool live; /* of a running application: there is no statement and no result */
	/* Then: the nonce, and the report data that it asks for when has_asked. */
	bool has_asked;
	uint8_t nonce[NONCE_LEN], asked[REPORT_DATA_LEN];
	bool has_governance;
	struct gov_view governance;
	/* Of a key chain: who signed, as recovered; nothing without has_signers. */
	bool has_signers;
	uint8_t app_key[K256_POINT_LEN], kms_key[K256_POINT_LEN];
};

/*
 * Judges a bundle. E_OK whatever the verdict; E_NO_MEMORY, or E_FORMAT when
 * something that the caller gave cannot be read. out is to be dropped in any
 * case and is large: not for the stack.
 */
enum err proof_run(
	struct slice bundle, const struct expect *want, struct proof *out, struct why *why);
void proof_drop(struct proof *p);

/* How an application puts a nonce of 32 bytes into its report data. */
enum app_data {
	APP_DATA_IDENTITY,  /* our appliance (C15) */
	APP_DATA_RAW,       /* the bytes, then zeros */
	APP_DATA_HEX_ASCII, /* their 64 hex digits as text */
};

struct app_question {
	uint8_t nonce[NONCE_LEN];
	enum app_data data;
	bool has_id; /* the URL is a gateway's: it names an application or instance */
	uint8_t id[APP_ID_LEN];
};

/*
 * Judges the answer of a running application; like proof_run, without the links
 * of a result. a must live as long as out.
 */
enum err proof_app(const struct app_answer *a, const struct app_question *q,
	const struct expect *want, struct proof *out, struct why *why);

/*
 * The contract to ask about a proof that was run: the application's id is its
 * address. contract (20 bytes) or p NULL is what the caller expects. False when
 * there is nothing to ask; the link says why, and the verdict follows.
 */
bool proof_governance_subject(
	struct proof *p, const struct expect *want, struct slice contract, struct gov_subject *out);
/*
 * What nodes said about it, or code and why of a failure to ask; sets the link
 * and decides again.
 */
void proof_governance(struct proof *p, const struct expect *want, const struct gov_subject *s,
	const struct gov_view *view, unsigned nodes, enum err code, const struct why *why);

const char *link_name(enum link_id id);
/* What it says of this proof when it holds: an application that runs has no statement. */
const char *link_meaning(const struct proof *p, enum link_id id);
bool link_decides(enum link_id id);
/* "genuine", "refuted", "not decided" */
const char *proof_word(enum proof_verdict v);
/* The exit code of C5: 0 yes, 1 no, 2 not decided. */
int proof_exit(const struct proof *p, bool evidence_only);

#endif
