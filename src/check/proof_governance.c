/* SPDX-License-Identifier: MIT */
/*
 * The link to the contract that says which versions an application may have.
 * Runs in the command line; pure.
 */
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "check/measures.h"
#include "check/proof_links.h"

static const char not_asked[] =
	"Ask again, or ask another node; or leave --rpc away, and the question with it.";

/*
 * What the contract is asked about the machine: its device, and the whole
 * question of a KMS when the evidence has all of it. A device that the caller
 * names is in out already.
 */
static void put_machine(const struct proof *p, struct gov_subject *out)
{
	const struct launch *l = &p->launch;

	out->has_kms_mr = slice_copy_exact(out->kms_mr, sizeof out->kms_mr, l->mr_kms);
	if (!link_holds(p, LINK_QUOTE) || !p->has_dcap) return;
	/* As guests and KMS name a machine whose quote they have verified. */
	if (!out->device_named) sha256(SLICE_OF(p->dcap.pck.ppid), out->device);
	out->has_device = true;
	if (!p->dcap.evaluated || !out->has_os_image) return;
	mr_aggregated(&p->td, out->mr_aggregated);
	mr_system(&p->td, l->key_provider, out->mr_system);
	slice_copy_exact(out->instance, sizeof out->instance, l->instance_id);
	out->tcb_status = tcb_status_name(p->dcap.status);
	out->advisories = &p->dcap.advisories;
	out->has_boot = true;
}

/* The caller named a version, by whatever means. */
static bool is_named(const struct expect *want, struct slice hash)
{
	uint8_t text[SHA256_LEN];
	size_t i;

	if (want->app_compose.n) sha256(want->app_compose, text);
	if (want->app_compose.n && slice_eq(hash, SLICE_OF(text))) return true;
	if (want->has_compose_hash && slice_eq(hash, SLICE_OF(want->compose_hash))) return true;
	for (i = 0; i < want->n_compose_hashes; i++)
		if (slice_eq(hash, SLICE_OF(want->compose_hashes[i].sha256))) return true;
	return false;
}

bool proof_governance_subject(
	struct proof *p, const struct expect *want, struct slice contract, struct gov_subject *out)
{
	const struct launch *l = &p->launch;
	struct why why = WHY_INIT;
	char id[SHORT_LEN + 4];
	struct buf b = buf_on(id, sizeof id);

	p->link[LINK_GOVERNANCE].asked = true;
	if (!p->has_launch || !link_holds(p, LINK_LOG)) {
		link_skip(p, LINK_GOVERNANCE, NULL, "not reached: the boot log does not hold");
	} else if (slice_eq(l->app_id, slice_sub(l->compose_hash, 0, l->app_id.n))) {
		link_skip(p, LINK_GOVERNANCE,
			"No contract decides about this application; leave --rpc away.",
			"not governed on a chain: the application id is its compose hash");
	} else if (contract.p && !slice_eq(contract, l->app_id)) {
		buf_hex(&b, slice_sub(l->app_id, 0, ABI_ADDRESS));
		why_set(&why, E_CONTRACT_OTHER, "its application id is 0x%s", buf_text(&b));
		link_fail(p, LINK_GOVERNANCE, E_CONTRACT_OTHER, &why,
			"Another contract was named than the one that its key service would ask.");
	} else if (slice_copy_exact(out->app, sizeof out->app, l->app_id) &&
		   slice_copy_exact(out->compose_hash, sizeof out->compose_hash, l->compose_hash)) {
		out->has_os_image =
			slice_copy_exact(out->os_image, sizeof out->os_image, l->os_image_hash);
		put_machine(p, out);
		/* Only where the answer could decide something. */
		out->history = out->has_kms && p->link[LINK_STATE].state == STATE_SKIP;
		return true;
	}
	proof_decide(p, want);
	return false;
}

/* A lie or a refusal of the contract refutes; a node that cannot be asked does not. */
static bool refutes(enum err code)
{
	return code == E_RPC_DISAGREE || code == E_NO_CONTRACT || code == E_NOT_ALLOWED ||
	       code == E_CHAIN_OTHER;
}

/*
 * Why the history that nodes gave does not show that only named versions ever
 * had the keys; NULL: it does, as far as nodes and both contracts can tell.
 */
static const char *history_fault(
	const struct proof *p, const struct expect *want, const struct gov_view *v)
{
	uint8_t id[GOV_KMS_CA_LEN];
	struct buf b = buf_on(id, sizeof id);
	bool complete = false;
	size_t i;

	if (!v->fact[GOV_HISTORY].known) return "a node does not give the contract's whole history";
	if (!v->kms_ca_len || hex_into(p->launch.key_provider_id, &b) ||
		!slice_eq(buf_slice(&b), gov_kms_ca(v)))
		return "kmsInfo does not name the measured key provider";
	if (!v->fact[GOV_KMS_APP_IMPL].known ||
		memcmp(v->fact[GOV_KMS_APP_IMPL].word, v->fact[GOV_APP_IMPL].word, ABI_WORD) != 0)
		return "the contract's code is not the one that its key service deploys";
	if (v->upgrades != 1) return "the contract's rules were replaced at least once";
	for (i = 0; i < v->n_versions; i++) {
		if (!is_named(want, SLICE_OF(v->versions[i])))
			return "the contract once allowed a version that you do not name";
		complete = complete || slice_eq(p->launch.compose_hash, SLICE_OF(v->versions[i]));
	}
	if (v->too_many) return "the contract allowed more versions than are looked at";
	return complete ? NULL : "the history lacks the version that runs";
}

/* C8: every version that was ever authorised is one that the caller reviewed. */
static void decide_state(struct proof *p, const struct expect *want, const struct gov_view *v)
{
	const char *fault = history_fault(p, want, v);
	char name[32];

	text_ascii(name, sizeof name, p->launch.key_provider_name);
	if (fault) {
		link_skip(p, LINK_STATE, p->link[LINK_STATE].advice,
			"key provider %s serves every authorised version of this application; %s",
			name, fault);
		return;
	}
	link_ok(p, LINK_STATE, "every version that the contract ever allowed is named: %zu",
		v->n_versions);
	p->link[LINK_STATE].waived = false;
	p->link[LINK_STATE].advice =
		"That is what the nodes tell; what the key service's own contract did before is not.";
}

void proof_governance(struct proof *p, const struct expect *want, const struct gov_subject *s,
	const struct gov_view *view, unsigned nodes, enum err code, const struct why *why)
{
	struct link *l = &p->link[LINK_GOVERNANCE];
	char mem[sizeof l->text];
	struct buf b = buf_on(mem, sizeof mem);

	l->asked = true;
	if (!code) {
		gov_describe(&b, s, view);
		link_ok(p, LINK_GOVERNANCE, "allowed by %s; %u %s", buf_text(&b), nodes,
			nodes == 1 ? "node, believed" : "nodes agree");
		l->advice = gov_risk(view);
		p->has_governance = true;
		p->governance = *view;
		if (s->history) decide_state(p, want, view);
		code = link_kms(want, p);
		if (code) link_skip(p, LINK_KMS, not_asked, "not judged: %s", err_text(code));
	} else if (code == E_DEVICE_UNKNOWN) {
		link_skip(p, LINK_GOVERNANCE,
			"Name the machine's device id with --device if you know it.",
			"%s: SHA-256 of its PPID is not one", err_text(code));
		l->code = code;
	} else if (refutes(code)) {
		link_fail(p, LINK_GOVERNANCE, code, why,
			"The contract does not stand behind what ran, or a node lies.");
	} else {
		link_skip(p, LINK_GOVERNANCE, not_asked, "could not be asked: %s: %s",
			err_text(code), why->text);
		l->code = code;
	}
	proof_decide(p, want);
}
