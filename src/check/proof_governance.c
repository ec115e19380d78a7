/* SPDX-License-Identifier: MIT */
/*
 * The link to the contract that says which versions an application may have.
 * Runs in the command line; pure.
 */
#include <string.h>

#include "base/text.h"
#include "check/proof_links.h"

static const char not_asked[] =
	"Ask again, or ask another node; or leave --rpc away, and the question with it.";

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
