/* SPDX-License-Identifier: MIT */
/* What the gate is set up with: policy, what that names, the state folder. Runs on the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "cli/check.h"
#include "cli/gate.h"

static enum err read_policy(const char *path, struct gate_setup *s, struct why *why)
{
	struct buf text = buf_heap(POLICY_BYTES + 1);
	enum err e = file_read(path, POLICY_BYTES, &text);
	size_t i;

	if (e) e = why_set(why, E_CONFIG, "%.160s: %s", path, err_text(e));
	if (!e) e = policy_read(buf_slice(&text), &s->policy, why);
	for (i = 0; !e && i < s->policy.gate.n_block; i++) {
		const char *id = s->policy.gate.block[i];
		enum gate_rule rule = gate_rule_by_id(slice_str(id));

		if (rule == RULE_COUNT || gate_rule_effect(rule) != GATE_WARN)
			e = why_set(why, E_CONFIG, "block: no rule that warns is called %s", id);
	}
	if (!e) policy_apply(&s->policy, &s->want);
	buf_drop(&text);
	return e;
}

/* --state, the policy's key, $XDG_STATE_HOME, ~/.local/state: the first that is there. */
static enum err find_state(const struct gate_options *o, struct gate_setup *s, struct why *why)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int n = 0;

	s->state = o->state ? o->state : s->policy.gate.state[0] ? s->policy.gate.state : NULL;
	if (s->state) return E_OK;
	/* The specification of these folders has relative ones ignored. */
	if (xdg && xdg[0] == '/')
		n = snprintf(s->state_mem, sizeof s->state_mem, "%s/skill-verifier", xdg);
	else if (home && home[0] == '/')
		n = snprintf(
			s->state_mem, sizeof s->state_mem, "%s/.local/state/skill-verifier", home);
	if (n >= (int)sizeof s->state_mem)
		return why_set(why, E_CONFIG, "the path of the state folder is too long");
	if (n > 0) s->state = s->state_mem;
	return E_OK;
}

enum err gate_setup(const struct gate_options *o, struct gate_setup *s, struct why *why)
{
	const struct policy_gate *g = &s->policy.gate;
	enum err e = E_OK;

	memset(s, 0, sizeof *s);
	s->want.now = clock_wall_ms() / 1000;
	if (o->policy) e = read_policy(o->policy, s, why);
	if (!e) e = find_state(o, s, why);
	if (!e && g->root[0] && check_root(g->root, &s->root))
		e = why_set(why, E_CONFIG, "root: %.160s cannot be used", g->root);
	if (!e && g->collateral[0]) {
		s->collateral = buf_heap(LIMIT_COLLATERAL_BYTES + 1);
		if (file_read(g->collateral, LIMIT_COLLATERAL_BYTES, &s->collateral))
			e = why_set(
				why, E_CONFIG, "collateral: %.160s cannot be read", g->collateral);
	}
	s->want.root = buf_slice(&s->root);
	s->want.collateral = buf_slice(&s->collateral);
	return e;
}

void gate_setup_drop(struct gate_setup *s)
{
	buf_drop(&s->root);
	buf_drop(&s->collateral);
	policy_drop(&s->policy);
}
