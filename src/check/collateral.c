/* SPDX-License-Identifier: MIT */
/* Offline collateral bundles. Runs in the command line; pure. */
#include "check/collateral.h"

#include "base/json.h"
#include "base/limits.h"

static enum err read_members(const struct cJSON *tree, struct collateral *c, struct why *why)
{
	const struct {
		const char *name;
		struct slice *at;
	} members[] = {
		{"root_ca_crl", &c->root_ca_crl},
		{"pck_crl", &c->pck_crl},
		{"tcb_info_issuer_chain", &c->tcb_info_chain},
		{"tcb_info", &c->tcb_info},
		{"tcb_info_signature", &c->tcb_info_signature},
		{"qe_identity_issuer_chain", &c->qe_identity_chain},
		{"qe_identity", &c->qe_identity},
		{"qe_identity_signature", &c->qe_identity_signature},
	};
	const struct cJSON *chain = json_get(tree, "pck_certificate_chain");
	size_t i;

	for (i = 0; i < sizeof members / sizeof *members; i++)
		if (json_get_str(tree, members[i].name, members[i].at))
			return why_set(why, E_COLLATERAL_FORMAT,
				"collateral: %s is missing or no text", members[i].name);
	/* Writers of optional members put null for "none". */
	if (chain && !json_is_null(chain) && json_str(chain, &c->pck_chain))
		return why_set(
			why, E_COLLATERAL_FORMAT, "collateral: pck_certificate_chain is no text");
	/* Of no weight beside a quote, so no form of it is refused. */
	if (json_get_str(tree, "pck_crl_issuer_chain", &c->pck_crl_chain))
		c->pck_crl_chain = SLICE_NONE;
	return E_OK;
}

enum err collateral_read(struct slice text, struct collateral *out, struct why *why)
{
	struct collateral c = {0};
	struct why inner = WHY_INIT;
	enum err e;

	if (text.n > LIMIT_COLLATERAL_BYTES)
		return why_set(why, E_COLLATERAL_FORMAT, "collateral: too large");
	e = json_parse(text, JSON_INTEGERS, &c.tree, &inner);
	if (e == E_NO_MEMORY) return e;
	if (e) return why_set(why, E_COLLATERAL_FORMAT, "collateral: %s", inner.text);
	e = read_members(c.tree, &c, why);
	if (e) {
		collateral_drop(&c);
		return e;
	}
	*out = c;
	return E_OK;
}

void collateral_drop(struct collateral *c)
{
	json_drop(&c->tree);
}
