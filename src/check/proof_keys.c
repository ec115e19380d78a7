/* SPDX-License-Identifier: MIT */
/*
 * The link to the key service: the one that was measured, and the one that
 * issued a key of the application. Only a root that the caller names, or a
 * contract that he names, makes either worth something.
 * Runs in the command line; pure.
 */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "check/key_file.h"
#include "check/proof_links.h"

static const char another[] =
	"Somebody else can read what the application keeps, or stand in for it.";
static const char whose[] =
	"Name the KMS that you expect: --kms-key, kms-key in a policy, or --kms-contract with --rpc.";

/* The measured provider is a KMS with a root key of the policy. */
static bool provider_is_named(const struct expect *want, const struct launch *l)
{
	uint8_t key[sizeof want->kms_roots->key];
	struct buf b = buf_on(key, sizeof key);
	size_t i;

	if (!slice_is(l->key_provider_name, "kms") || hex_into(l->key_provider_id, &b))
		return false;
	for (i = 0; i < want->n_kms_roots; i++)
		if (slice_eq(buf_slice(&b), slice_of(want->kms_roots[i].key, want->kms_roots[i].n)))
			return true;
	return false;
}

/* Where the root that kms was compared with comes from; NULL: nobody named one. */
static const char *root_from(
	const struct expect *want, const struct proof *p, struct slice kms, bool *same)
{
	size_t i;

	*same = false;
	if (want->has_kms_key) {
		*same = slice_eq(kms, SLICE_OF(want->kms_key));
		return "as expected";
	}
	for (i = 0; i < want->n_kms_keys && !*same; i++)
		*same = slice_eq(kms, SLICE_OF(want->kms_keys[i]));
	if (want->n_kms_keys) return "as in the policy";
	if (!p->has_governance || !p->governance.kms_key_len) return NULL;
	*same = slice_eq(kms, gov_kms_key(&p->governance));
	return "as its contract says";
}

static const char *signed_text(const struct key_file *k)
{
	if (k->what == KEY_SIGNED_DATA) return "; its signature over the data holds";
	return k->what == KEY_SIGNED_UNREAD ? "; its signature was not looked at" : "";
}

/* Both signatures are of somebody, and the purpose is the one that was asked for. */
static enum err read_chain(
	const struct expect *want, struct proof *p, struct key_file *k, struct why *why)
{
	enum err e = key_file_read(want->key_chain, k, why);

	if (e) return e;
	if (want->key_purpose.p && !slice_eq(want->key_purpose, k->chain.purpose))
		return why_set(why, E_KEY_CHAIN, "the key is for another purpose");
	k->chain.app_id = p->launch.app_id;
	e = keychain_signers(&k->chain, p->app_key, p->kms_key, why);
	p->has_signers = e == E_OK;
	return e;
}

static void judge_chain(const struct expect *want, struct proof *p, const struct key_file *k)
{
	char key[SHORT_LEN], kms[SHORT_LEN], purpose[64];
	struct why why = WHY_INIT;
	bool same;
	const char *from = root_from(want, p, SLICE_OF(p->kms_key), &same);

	hex_short(kms, SLICE_OF(p->kms_key));
	if (!from) {
		link_skip(p, LINK_KMS, whose, "the chain leads to KMS key %s, which nobody named",
			kms);
		p->link[LINK_KMS].asked = true;
	} else if (!same) {
		why_set(&why, E_KEY_CHAIN,
			"the chain leads to KMS key %s, which is not the expected one", kms);
		link_fail(p, LINK_KMS, E_KEY_CHAIN, &why, another);
	} else {
		link_ok(p, LINK_KMS,
			"key %s for \"%s\" is this application's, issued by the KMS with key %s, %s%s",
			hex_short(key, k->chain.public_key),
			text_ascii(purpose, sizeof purpose, k->chain.purpose), kms, from,
			signed_text(k));
	}
}

static enum err link_chain(const struct expect *want, struct proof *p)
{
	struct why why = WHY_INIT;
	struct key_file k = {0};
	char name[32];
	enum err e;

	if (!slice_is(p->launch.key_provider_name, "kms")) {
		link_skip(p, LINK_KMS, "Leave --key-chain away; nobody vouches for such a key.",
			"the measured key provider is %s, so no KMS issued a key",
			text_ascii(name, sizeof name, p->launch.key_provider_name));
		p->link[LINK_KMS].asked = true;
		return E_OK;
	}
	e = read_chain(want, p, &k, &why);
	if (!e)
		judge_chain(want, p, &k);
	else if (e != E_NO_MEMORY)
		link_fail(p, LINK_KMS, e, &why, "The key may be anybody's.");
	key_file_drop(&k);
	return e == E_NO_MEMORY ? e : E_OK;
}

/* The contract that was named is the measured provider's; false after a failure. */
static bool contract_agrees(struct proof *p)
{
	uint8_t id[sizeof((struct accepted_key *)0)->key];
	struct buf b = buf_on(id, sizeof id);
	struct why why = WHY_INIT;
	struct slice ca = gov_kms_ca(&p->governance);

	if (!p->has_governance || !ca.n) return true;
	if (slice_is(p->launch.key_provider_name, "kms") &&
		hex_into(p->launch.key_provider_id, &b) == E_OK && slice_eq(buf_slice(&b), ca))
		return true;
	why_set(&why, E_CONTRACT_OTHER,
		"kmsInfo names another CA key than the measured provider's");
	link_fail(p, LINK_KMS, E_CONTRACT_OTHER, &why,
		"The contract of another key service was asked, or the keys come from elsewhere.");
	return false;
}

enum err link_kms(const struct expect *want, struct proof *p)
{
	const struct launch *l = &p->launch;
	struct why why = WHY_INIT;
	char name[32], shown[SHORT_LEN];

	text_ascii(name, sizeof name, l->key_provider_name);
	if (want->n_kms_roots && !provider_is_named(want, l)) {
		why_set(&why, E_KEY_CHAIN, "key provider %s is not one of the policy", name);
		link_fail(p, LINK_KMS, E_KEY_CHAIN, &why, another);
		return E_OK;
	}
	if (!contract_agrees(p)) return E_OK;
	if (want->key_chain.p) return link_chain(want, p);
	/* Every P-256 key begins alike; the end tells them apart. */
	text_ascii(shown, sizeof shown,
		slice_from(l->key_provider_id,
			l->key_provider_id.n > 32 ? l->key_provider_id.n - 32 : 0));
	if (want->n_kms_roots)
		link_ok(p, LINK_KMS, "the KMS with root key ...%s, as expected", shown);
	else if (p->has_governance && gov_kms_ca(&p->governance).n)
		link_ok(p, LINK_KMS, "the KMS with root key ...%s, as its contract says", shown);
	else
		link_skip(p, LINK_KMS,
			"Nothing to mend; kms-root in a policy, or --key-chain, tells who holds the keys.",
			"no key service and no key chain was named; the measured provider is %s%s%s",
			name[0] ? name : "(none)", shown[0] ? " ..." : "", shown);
	return E_OK;
}
