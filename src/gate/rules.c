/* SPDX-License-Identifier: MIT */
/* The decision table. Runs on the command line; pure. */
#include "gate/rules.h"

#include <string.h>

#include "base/text.h"

static const struct {
	const char *id;
	enum gate_effect effect;
	enum gate_accepts accepts;
	const char *text, *mend;
} rules[RULE_COUNT] = {
#define GATE_RULE(id, name, effect, accepts, text, mend) [id] = {name, effect, accepts, text, mend},
	GATE_RULE_LIST(GATE_RULE)
#undef GATE_RULE
};

const char *gate_rule_id(enum gate_rule r)
{
	return rules[r].id;
}

enum gate_effect gate_rule_effect(enum gate_rule r)
{
	return rules[r].effect;
}

enum gate_accepts gate_rule_accepts(enum gate_rule r)
{
	return rules[r].accepts;
}

const char *gate_rule_text(enum gate_rule r)
{
	return rules[r].text;
}

const char *gate_rule_mend(enum gate_rule r)
{
	return rules[r].mend;
}

enum gate_rule gate_rule_by_id(struct slice id)
{
	int i;

	for (i = 0; i < RULE_COUNT; i++)
		if (slice_is(id, rules[i].id)) break;
	return (enum gate_rule)i;
}

const char *gate_effect_name(enum gate_effect e)
{
	static const char *const names[] = {"note", "allow", "warn", "block"};

	return names[e];
}

/* By effect, then those first that no approval makes a note: what is left out must not be missed. */
static int rank(enum gate_rule rule, enum gate_effect effect)
{
	return 3 * (int)effect + (LATER - (int)rules[rule].accepts);
}

/* Room for one more: a free place, or that of the last reason that is weaker. */
static struct gate_reason *place(struct gate_reasons *l, enum gate_rule rule)
{
	int new = rank(rule, rules[rule].effect);
	size_t i;

	if (l->n < GATE_REASONS) return &l->item[l->n++];
	l->more++;
	for (i = l->n; i-- > 0;)
		if (rank(l->item[i].rule, l->item[i].effect) < new) return &l->item[i];
	return NULL;
}

void gate_add(struct gate_reasons *l, enum gate_rule rule, struct slice detail, struct slice path,
	uint64_t line)
{
	struct gate_reason *r = place(l, rule);

	if (!r) return;
	*r = (struct gate_reason){.rule = rule, .effect = rules[rule].effect};
	text_shown(r->detail, sizeof r->detail, detail);
	text_ascii(r->path, sizeof r->path, path);
	r->line = line > UINT32_MAX ? 0 : (uint32_t)line;
}

void gate_accept(struct gate_reasons *l, enum gate_accepts by)
{
	size_t i;

	for (i = 0; by != KEEP && i < l->n; i++) {
		struct gate_reason *r = &l->item[i];

		if (r->effect != GATE_WARN || rules[r->rule].accepts < by) continue;
		r->effect = GATE_NOTE;
		r->accepted = by;
	}
}

void gate_harden(struct gate_reasons *l, enum gate_rule rule)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->item[i].rule == rule && l->item[i].effect == GATE_WARN)
			l->item[i].effect = GATE_BLOCK;
}

const struct gate_reason *gate_headline(const struct gate_reasons *l)
{
	const struct gate_reason *best = NULL;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->item[i].effect > (best ? best->effect : GATE_NOTE)) best = &l->item[i];
	return best;
}

enum gate_effect gate_decision(const struct gate_reasons *l)
{
	const struct gate_reason *r = gate_headline(l);

	return r ? r->effect : GATE_BLOCK;
}
