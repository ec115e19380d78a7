/* SPDX-License-Identifier: MIT */
/*
 * Who may change an application, as its contract on a chain says
 * (specs/trust-chain.md 3). Here stands what is asked, how answers read, and
 * what follows; who carries the questions to a node is the caller's business. A
 * node may lie: several must tell the same, about the same block.
 * Runs in the command line; pure; answers are attacker controlled.
 */
#ifndef CHECK_GOVERNANCE_H
#define CHECK_GOVERNANCE_H

#include "base/hash.h"
#include "check/abi.h"
#include "check/tcb_level.h"

/*
 * Everything that is asked, in this order. X(enum, name, of whom, how, signature
 * or slot, argument, type). OPTIONAL: contracts before some version lack it.
 * What is about the KMS's own machine (isKmsAllowed, kmsAllowedDeviceIds) is not
 * here: that needs the KMS's evidence. A GOV_HISTORY that a node refuses is not
 * known, and only means that nothing follows from it.
 */
/* clang-format off */
#define GOV_IS_APP_ALLOWED \
	"isAppAllowed((address,bytes32,address,bytes32,bytes32,bytes32,bytes32,string,string[]))"
#define GOV_LIST(X) \
	X(GOV_CHAIN, "chainId", NOBODY, CHAIN, "", NONE, NUMBER) \
	X(GOV_BLOCK, "block", NOBODY, BLOCK, "", NONE, NUMBER) \
	X(GOV_APP_CODE, "appCode", APP, CODE, "", NONE, DIGEST) \
	X(GOV_APP_IMPL, "appImplementation", APP, SLOT, "360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc", NONE, ADDRESS) \
	X(GOV_APP_FLAGS, "appFlags", APP, SLOT, "0000000000000000000000000000000000000000000000000000000000000001", NONE, WORD) \
	X(GOV_APP_IS_AUTH, "appIsAuth", APP, CALL, "supportsInterface(bytes4)", INTERFACE, BOOL) \
	X(GOV_APP_COMPOSE, "composeAllowed", APP, CALL, "allowedComposeHashes(bytes32)", COMPOSE, BOOL) \
	X(GOV_APP_ANY_DEVICE, "anyDevice", APP, CALL, "allowAnyDevice()", NONE, BOOL) \
	X(GOV_APP_DEVICE, "deviceAllowed", APP, CALL, "allowedDeviceIds(bytes32)", DEVICE, BOOL) \
	X(GOV_APP_ALLOWED, "appAllows", APP, CALL, GOV_IS_APP_ALLOWED, BOOT, REASONED) \
	X(GOV_HISTORY, "history", APP, LOGS, "", NONE, HISTORY) \
	X(GOV_APP_TCB, "requireTcbUpToDate", APP, OPTIONAL, "requireTcbUpToDate()", NONE, BOOL) \
	X(GOV_APP_VERSION, "appVersion", APP, OPTIONAL, "version()", NONE, NUMBER) \
	X(GOV_APP_OWNER, "owner", APP, CALL, "owner()", NONE, ADDRESS) \
	X(GOV_APP_PENDING, "pendingOwner", APP, OPTIONAL, "pendingOwner()", NONE, ADDRESS) \
	X(GOV_OWNER_CODE, "ownerCode", OWNER, CODE, "", NONE, DIGEST) \
	X(GOV_KMS_CODE, "kmsCode", KMS, CODE, "", NONE, DIGEST) \
	X(GOV_KMS_IMPL, "kmsImplementation", KMS, SLOT, "360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc", NONE, ADDRESS) \
	X(GOV_KMS_REGISTERED, "registered", KMS, CALL, "registeredApps(address)", APP_ADDRESS, BOOL) \
	X(GOV_KMS_OS, "osAllowed", KMS, CALL, "allowedOsImages(bytes32)", OS_IMAGE, BOOL) \
	X(GOV_KMS_ALLOWED, "kmsAllows", KMS, CALL, GOV_IS_APP_ALLOWED, BOOT, REASONED) \
	X(GOV_KMS_INFO, "kmsInfo", KMS, OPTIONAL, "kmsInfo()", NONE, KMS_INFO) \
	X(GOV_KMS_GATEWAY, "gatewayAppId", KMS, OPTIONAL, "gatewayAppId()", NONE, TEXT) \
	X(GOV_KMS_MR, "kmsMrAllowed", KMS, OPTIONAL, "kmsAllowedAggregatedMrs(bytes32)", KMS_MR, BOOL) \
	X(GOV_KMS_APP_IMPL, "kmsAppImplementation", KMS, OPTIONAL, "appImplementation()", NONE, ADDRESS) \
	X(GOV_KMS_OWNER, "kmsOwner", KMS, CALL, "owner()", NONE, ADDRESS) \
	X(GOV_KMS_OWNER_CODE, "kmsOwnerCode", KMS_OWNER, CODE, "", NONE, DIGEST)
/* clang-format on */

enum gov_fact {
#define GOV(id, name, whom, how, text, arg, type) id,
	GOV_LIST(GOV)
#undef GOV
		GOV_COUNT
};

/* Of whom, and about what. */
struct gov_subject {
	uint8_t app[ABI_ADDRESS];
	bool has_kms, has_chain, has_os_image, has_device, has_kms_mr;
	bool device_named; /* by the caller; else what a quote tells */
	bool has_boot;     /* boot is complete: the contract can be asked its whole question */
	bool history;      /* ask which versions it ever allowed */
	uint8_t kms[ABI_ADDRESS];
	uint64_t chain; /* the chain that is meant */
	uint8_t compose_hash[SHA256_LEN];
	uint8_t os_image[SHA256_LEN];
	uint8_t device[SHA256_LEN];
	uint8_t kms_mr[SHA256_LEN]; /* the KMS that the machine booted against (mr-kms) */
	uint8_t mr_aggregated[SHA256_LEN], mr_system[SHA256_LEN];
	uint8_t instance[ABI_ADDRESS];
	const char *tcb_status;
	const struct advisories *advisories;
};

#define GOV_VERSIONS    64 /* as many as a policy holds */
#define GOV_TEXT_LEN    96
#define GOV_KMS_KEY_LEN 33 /* secp256k1, compressed */
#define GOV_KMS_CA_LEN  128

struct gov_value {
	bool known;             /* false: not asked, or an optional one that the contract lacks */
	bool empty;             /* code: there is none */
	uint8_t word[ABI_WORD]; /* the value, or Keccak-256 of code, of a text or of a list */
};

/* What one node says, all of one block. */
struct gov_view {
	bool pinned; /* block_number was set by the caller: ask for exactly this block */
	uint64_t chain, block_number, block_time;
	uint8_t block_hash[32];
	struct gov_value fact[GOV_COUNT];
	/* Printable: why isAppAllowed says no; an id as the contract has it. */
	char app_reason[GOV_TEXT_LEN], kms_reason[GOV_TEXT_LEN], gateway[GOV_TEXT_LEN];
	/* Of kmsInfo; lengths are 0 where the contract has none. */
	size_t kms_key_len, kms_ca_len;
	uint8_t kms_key[GOV_KMS_KEY_LEN], kms_ca[GOV_KMS_CA_LEN];
	/* Of the history, when it is known: every version that was ever added, once. */
	bool too_many; /* more than fit: versions is no whole list */
	size_t n_versions;
	unsigned upgrades; /* how often an implementation was set, the first time included */
	uint8_t versions[GOV_VERSIONS][SHA256_LEN];
};

const char *gov_name(enum gov_fact f);
/* Whether f is to be asked, given what is known so far. */
bool gov_applies(enum gov_fact f, const struct gov_subject *s, const struct gov_view *v);
/* The request's body; its id is f + 1. */
void gov_request(
	enum gov_fact f, const struct gov_subject *s, const struct gov_view *v, struct buf *out);
/* Reads the answer into v: E_RPC_FORMAT, E_RPC_ERROR, E_RPC_REVERT, E_ABI or E_NO_MEMORY. */
enum err gov_answer(enum gov_fact f, struct slice text, struct gov_view *v, struct why *why);

/*
 * A history that only one of two nodes gave is nobody's: it is forgotten. To be
 * called before gov_same.
 */
void gov_common(struct gov_view *a, struct gov_view *b);
/* Two nodes say the same about the same block. E_RPC_DISAGREE; why names the fact. */
enum err gov_same(const struct gov_view *a, const struct gov_view *b, struct why *why);
/*
 * What follows: E_NO_CONTRACT, E_CHAIN_OTHER, E_NOT_ALLOWED (why says what),
 * E_DEVICE_UNKNOWN (it lists devices, not this one, and the caller named none), or
 * E_OK: the contract allows this compose hash now.
 */
enum err gov_judge(const struct gov_subject *s, const struct gov_view *v, struct why *why);

/* True when whoever owns the application can replace its rules. */
bool gov_upgradable(const struct gov_view *v);
/* True when the owner is a plain key: no code of its own. */
bool gov_owner_is_key(const struct gov_view *v);
/* The keys of kmsInfo, empty where it has none: secp256k1, and the CA's SPKI. */
struct slice gov_kms_key(const struct gov_view *v);
struct slice gov_kms_ca(const struct gov_view *v);
/*
 * What a fact is, for people: an answer, an address, a text. False when it is
 * not known.
 */
bool gov_fact_text(enum gov_fact f, const struct gov_view *v, struct buf *b);
/* One printable line: contract, block, owner, upgrades; fits into text of cap bytes. */
void gov_describe(struct buf *b, const struct gov_subject *s, const struct gov_view *v);
/* The sentence about what an allowed version is worth, or NULL. */
const char *gov_risk(const struct gov_view *v);

#endif
