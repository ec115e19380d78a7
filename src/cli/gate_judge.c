/* SPDX-License-Identifier: MIT */
/* One candidate: inspected, compared with evidence and approvals. Runs on the command line. */
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/gate.h"
#include "cli/inspect.h"

/* ---- the candidate ---------------------------------------------------------------------- */

struct gate_candidate {
	struct report report;
	struct gate_tree tree;
	bool has_tree;
	struct why why;
};

struct gate_candidate *gate_candidate_read(const char *path)
{
	static struct gate_candidate c;
	static struct local l;
	enum err e;

	memset(&c, 0, sizeof c);
	memset(&l, 0, sizeof l);
	conf_default(&l.conf);
	l.reads_only = true;
	report_read(&l, path, true, &c.report);
	if (c.report.status == EXIT_YES) {
		e = gate_tree_read(c.report.json, &c.tree, &c.why);
		c.has_tree = !e;
		c.report.code = e;
	}
	return &c;
}

void gate_candidate_drop(struct gate_candidate *c)
{
	gate_tree_drop(&c->tree);
	report_drop(&c->report);
}

const struct gate_tree *gate_candidate_tree(const struct gate_candidate *c)
{
	return c->has_tree ? &c->tree : NULL;
}

enum err gate_candidate_code(const struct gate_candidate *c, bool *refused)
{
	*refused = c->report.status == EXIT_REFUSED;
	return c->report.code;
}

/* ---- judging it ------------------------------------------------------------------------------ */

static void add_approval(struct gate_setup *s, const struct gate_tree *t, struct gate_reasons *l)
{
	struct gate_approval a;
	struct why why = WHY_INIT;
	enum err e;

	if (!s->state) {
		gate_add(l, RULE_NO_STATE, SLICE_NONE, SLICE_NONE, 0);
		return;
	}
	e = gate_state_read(s->state, t->name, &a, &why);
	if (e)
		gate_add(l, RULE_STATE, slice_str(why.text[0] ? why.text : err_text(e)), SLICE_NONE,
			0);
	else
		gate_approval(l, &a, t);
	gate_approval_drop(&a);
}

void gate_judge(struct gate_setup *s, const struct gate_candidate *c, struct gate_reasons *l)
{
	const struct report *r = &c->report;
	size_t i;

	if (r->status == EXIT_REFUSED) {
		gate_refused(l, r->json);
	} else if (!c->has_tree) {
		gate_add(l, RULE_UNREAD,
			slice_str(c->why.text[0] ? c->why.text : err_text(r->code)), SLICE_NONE, 0);
	} else {
		gate_evidence(s, &c->tree, l);
		gate_package(l, r->json);
		add_approval(s, &c->tree, l);
	}
	for (i = 0; i < s->policy.gate.n_block; i++)
		gate_harden(l, gate_rule_by_id(slice_str(s->policy.gate.block[i])));
}

static void add_plugin(
	const struct gate_setup *s, const struct gate_request *r, struct gate_reasons *l)
{
	static const enum gate_rule rules[] = {[PLUGIN_WARN] = RULE_PLUGIN,
		[PLUGIN_BLOCK] = RULE_PLUGIN_BLOCKED,
		[PLUGIN_ALLOW] = RULE_PLUGIN_ALLOWED};

	gate_add(l, rules[s->policy.gate.plugin], r->name, SLICE_NONE, 0);
}

void gate_judge_request(struct gate_setup *s, const struct gate_request *r, struct gate_reasons *l)
{
	struct gate_candidate *c;
	struct stat st;

	if (r->plugin) {
		add_plugin(s, r, l);
		return;
	}
	/* A link, and a FIFO that nobody writes to, are no candidates. */
	if (lstat(r->path, &st) < 0) {
		gate_add(l, RULE_UNREAD, slice_str("sourcePath does not lead anywhere"),
			slice_str(r->path), 0);
		return;
	}
	if (r->directory ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode)) {
		gate_add(l, RULE_REQUEST, slice_str("sourcePath is not what sourcePathKind says"),
			slice_str(r->path), 0);
		return;
	}
	c = gate_candidate_read(r->path);
	gate_judge(s, c, l);
	gate_candidate_drop(c);
}
