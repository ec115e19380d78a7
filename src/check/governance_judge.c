/* SPDX-License-Identifier: MIT */
/* Contracts of applications: what follows from answers. Runs in the command line; pure. */
#include <string.h>

#include "check/governance_table.h"

/* Byte 0 (lowest) of storage slot 1: upgradesDisabled; no getter tells (3.1). */
#define FLAG_UPGRADES_DISABLED 31

static void forget_history(struct gov_view *v)
{
	v->fact[GOV_HISTORY] = (struct gov_value){0};
	v->too_many = false;
	v->n_versions = 0;
	v->upgrades = 0;
	memset(v->versions, 0, sizeof v->versions);
}

void gov_common(struct gov_view *a, struct gov_view *b)
{
	if (a->fact[GOV_HISTORY].known && b->fact[GOV_HISTORY].known) return;
	forget_history(a);
	forget_history(b);
}

enum err gov_same(const struct gov_view *a, const struct gov_view *b, struct why *why)
{
	int i;

	if (a->chain != b->chain) return why_set(why, E_RPC_DISAGREE, "chainId");
	if (a->block_number != b->block_number || a->block_time != b->block_time ||
		memcmp(a->block_hash, b->block_hash, sizeof a->block_hash) != 0)
		return why_set(
			why, E_RPC_DISAGREE, "block %llu", (unsigned long long)a->block_number);
	for (i = 0; i < GOV_COUNT; i++) {
		const struct gov_value *x = &a->fact[i], *y = &b->fact[i];

		if (x->known != y->known || x->empty != y->empty ||
			memcmp(x->word, y->word, sizeof x->word) != 0)
			return why_set(why, E_RPC_DISAGREE, "%s", gov_row[i].name);
	}
	if (strcmp(a->app_reason, b->app_reason) != 0 || strcmp(a->kms_reason, b->kms_reason) != 0)
		return why_set(why, E_RPC_DISAGREE, "the reason of isAppAllowed");
	return E_OK;
}

static bool is_true(const struct gov_view *v, enum gov_fact f)
{
	return v->fact[f].known && v->fact[f].word[ABI_WORD - 1] == 1;
}

static bool is_zero(const struct gov_value *x)
{
	static const uint8_t zero[ABI_WORD];

	return memcmp(x->word, zero, sizeof zero) == 0;
}

/* Device, and the contract's own whole answer where all that it wants is known. */
static enum err judge_machine(const struct gov_subject *s, const struct gov_view *v,
	enum gov_fact allows, struct why *why)
{
	const char *reason = allows == GOV_APP_ALLOWED ? v->app_reason : v->kms_reason;

	if (s->has_device && !is_true(v, GOV_APP_ANY_DEVICE) && !is_true(v, GOV_APP_DEVICE))
		return why_set(why, s->device_named ? E_NOT_ALLOWED : E_DEVICE_UNKNOWN,
			"allowedDeviceIds says no");
	if (s->has_boot && !is_true(v, allows))
		return why_set(why, E_NOT_ALLOWED, "isAppAllowed says no: %s",
			reason[0] ? reason : "without a reason");
	return E_OK;
}

enum err gov_judge(const struct gov_subject *s, const struct gov_view *v, struct why *why)
{
	if (s->has_chain && v->chain != s->chain)
		return why_set(why, E_CHAIN_OTHER, "the node is on chain %llu",
			(unsigned long long)v->chain);
	if (!v->fact[GOV_APP_CODE].known || v->fact[GOV_APP_CODE].empty)
		return why_set(why, E_NO_CONTRACT, "the application's address has no code");
	if (!is_true(v, GOV_APP_IS_AUTH))
		return why_set(why, E_NO_CONTRACT, "the contract does not claim to be IAppAuth");
	if (!is_true(v, GOV_APP_COMPOSE))
		return why_set(why, E_NOT_ALLOWED, "allowedComposeHashes says no");
	if (!s->has_kms) return judge_machine(s, v, GOV_APP_ALLOWED, why);
	if (!v->fact[GOV_KMS_CODE].known || v->fact[GOV_KMS_CODE].empty)
		return why_set(why, E_NO_CONTRACT, "the KMS address has no code");
	if (!is_true(v, GOV_KMS_REGISTERED))
		return why_set(
			why, E_NOT_ALLOWED, "the KMS contract does not know the application");
	if (s->has_os_image && !is_true(v, GOV_KMS_OS))
		return why_set(why, E_NOT_ALLOWED, "the KMS contract does not allow this OS image");
	return judge_machine(s, v, GOV_KMS_ALLOWED, why);
}

bool gov_upgradable(const struct gov_view *v)
{
	/* The flag means something only behind a proxy; without one there is nothing to swap. */
	if (is_zero(&v->fact[GOV_APP_IMPL])) return false;
	return v->fact[GOV_APP_FLAGS].word[FLAG_UPGRADES_DISABLED] != 1;
}

bool gov_owner_is_key(const struct gov_view *v)
{
	return v->fact[GOV_OWNER_CODE].known && v->fact[GOV_OWNER_CODE].empty &&
	       !is_zero(&v->fact[GOV_APP_OWNER]);
}

static void put_address(struct buf *b, const struct gov_value *x)
{
	buf_str(b, "0x");
	buf_hex(b, slice_from(SLICE_OF(x->word), ABI_WORD - ABI_ADDRESS));
}

struct slice gov_kms_key(const struct gov_view *v)
{
	return slice_of(v->kms_key, v->kms_key_len);
}

struct slice gov_kms_ca(const struct gov_view *v)
{
	return slice_of(v->kms_ca, v->kms_ca_len);
}

static void put_kms_info(struct buf *b, const struct gov_view *v)
{
	buf_str(b, "key ");
	buf_hex(b, gov_kms_key(v));
	if (!v->kms_key_len) buf_str(b, "none");
	buf_str(b, ", CA key ...");
	/* Every P-256 key begins alike; the end tells them apart. */
	buf_hex(b, slice_from(gov_kms_ca(v), v->kms_ca_len > 16 ? v->kms_ca_len - 16 : 0));
	if (!v->kms_ca_len) buf_str(b, "none");
}

bool gov_fact_text(enum gov_fact f, const struct gov_view *v, struct buf *b)
{
	const struct gov_value *x = &v->fact[f];
	const char *reason = f == GOV_APP_ALLOWED ? v->app_reason : v->kms_reason;
	uint64_t number = 0;

	if (f == GOV_CHAIN || f == GOV_BLOCK || !x->known) return false;
	switch (gov_row[f].type) {
	case TYPE_BOOL:
	case TYPE_REASONED:
		buf_str(b, is_true(v, f) ? "yes" : "no");
		if (gov_row[f].type == TYPE_REASONED && reason[0]) buf_fmt(b, ": %s", reason);
		break;
	case TYPE_ADDRESS: put_address(b, x); break;
	case TYPE_NUMBER:
		if (abi_u64(SLICE_OF(x->word), &number)) return false;
		buf_fmt(b, "%llu", (unsigned long long)number);
		break;
	case TYPE_TEXT: buf_str(b, v->gateway[0] ? v->gateway : "none"); break;
	case TYPE_KMS_INFO: put_kms_info(b, v); break;
	case TYPE_HISTORY:
		buf_fmt(b, "%s%zu versions ever allowed, implementation set %u times",
			v->too_many ? "more than " : "", v->n_versions, v->upgrades);
		break;
	default:
		if (x->empty)
			buf_str(b, "none");
		else
			buf_hex(b, SLICE_OF(x->word));
	}
	return true;
}

void gov_describe(struct buf *b, const struct gov_subject *s, const struct gov_view *v)
{
	const struct gov_value *owner = &v->fact[GOV_APP_OWNER];

	buf_str(b, "contract 0x");
	buf_hex(b, SLICE_OF(s->app));
	buf_fmt(b, " on chain %llu at block %llu 0x", (unsigned long long)v->chain,
		(unsigned long long)v->block_number);
	buf_hex(b, SLICE_OF(v->block_hash));
	buf_str(b, "; owner ");
	if (is_zero(owner)) {
		buf_str(b, "nobody");
	} else {
		put_address(b, owner);
		buf_str(b, gov_owner_is_key(v) ? " (a key)" : " (a contract)");
	}
	if (is_zero(&v->fact[GOV_APP_IMPL])) {
		buf_str(b, ", no proxy");
	} else {
		buf_str(b, gov_upgradable(v) ? ", upgradable, now " : ", upgrades disabled, ");
		put_address(b, &v->fact[GOV_APP_IMPL]);
	}
	buf_str(b, is_true(v, GOV_APP_ANY_DEVICE) ? ", any device"
		   : is_true(v, GOV_APP_DEVICE)   ? ", this device is listed"
						  : ", listed devices only");
	if (v->fact[GOV_APP_TCB].known)
		buf_str(b, is_true(v, GOV_APP_TCB) ? ", current firmware only" : ", any firmware");
}

const char *gov_risk(const struct gov_view *v)
{
	if (is_zero(&v->fact[GOV_APP_OWNER])) return NULL;
	if (gov_owner_is_key(v) && gov_upgradable(v))
		return "One key can allow any other version, or replace the rules, at any time.";
	if (gov_owner_is_key(v)) return "One key can allow any other version at any time.";
	if (gov_upgradable(v))
		return "The owning contract can replace the rules; what governs it was not looked at.";
	return "The owning contract can allow other versions; what governs it was not looked at.";
}
