/* SPDX-License-Identifier: MIT */
/* The whole chain and its verdict. Runs in the command line; pure. */
#include "check/proof.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "check/proof_links.h"

static const struct {
	const char *name, *meaning;
	bool decides;
} links[LINK_COUNT] = {
#define LINK(id, name, decides, text) [id] = {name, text, decides},
	LINK_LIST(LINK)
#undef LINK
};

const char see_earlier[] = "Mend the links that fail; then this one is looked at.";

const char *link_name(enum link_id id)
{
	return links[id].name;
}

const char *link_meaning(const struct proof *p, enum link_id id)
{
	if (p->live && id == LINK_BINDING) return "the quote is about this question, and no other";
	if (p->live && id == LINK_FRESHNESS) return "the quote was made after the question";
	return links[id].meaning;
}

bool link_decides(enum link_id id)
{
	return links[id].decides;
}

const char *proof_word(enum proof_verdict v)
{
	static const char *const words[] = {"genuine", "refuted", "not decided"};

	return words[v];
}

void link_ok(struct proof *p, enum link_id id, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->link[id].text, sizeof p->link[id].text, fmt, ap);
	va_end(ap);
	p->link[id].state = STATE_OK;
	p->link[id].code = E_OK;
	p->link[id].advice = NULL;
}

void link_skip(struct proof *p, enum link_id id, const char *advice, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->link[id].text, sizeof p->link[id].text, fmt, ap);
	va_end(ap);
	p->link[id].state = STATE_SKIP;
	p->link[id].advice = advice;
}

void link_fail(
	struct proof *p, enum link_id id, enum err code, const struct why *why, const char *advice)
{
	struct link *l = &p->link[id];
	bool detail = why && why->text[0];

	l->state = STATE_FAIL;
	l->code = code;
	l->advice = advice;
	snprintf(l->text, sizeof l->text, "%s%s%s", err_text(code), detail ? ": " : "",
		detail ? why->text : "");
}

bool link_holds(const struct proof *p, enum link_id id)
{
	return p->link[id].state == STATE_OK;
}

const char *hex_short(char mem[SHORT_LEN], struct slice digest)
{
	struct buf b = buf_on(mem, SHORT_LEN);

	buf_hex(&b, slice_sub(digest, 0, 16));
	if (digest.n > 16) buf_str(&b, "...");
	return buf_text(&b);
}

/* ---- the verdict ------------------------------------------------------------------ */

static void add(struct buf *b, const char *text)
{
	buf_str(b, text);
}

/* A skip that keeps the proof from being genuine. */
static bool is_open(const struct proof *p, int i)
{
	const struct link *l = &p->link[i];

	return l->state == STATE_SKIP && (links[i].decides || l->asked) && !l->waived && !l->absent;
}

/* Names of the links in this state, in order: "os, state". */
static void list_links(struct buf *b, const struct proof *p, enum link_state state)
{
	bool first = true;
	int i;

	for (i = 0; i < LINK_COUNT; i++) {
		const struct link *l = &p->link[i];

		if (l->state != state) continue;
		if (state == STATE_SKIP && !is_open(p, i)) continue;
		if (!first) add(b, ", ");
		add(b, links[i].name);
		first = false;
	}
}

/* What a genuine proof was not asked to show: the sentence must say so (C3, C4, C41). */
static void caveats(struct buf *b, const struct proof *p, const struct expect *want)
{
	char iso[ISO_LEN];

	if (p->link[LINK_TCB].waived) add(b, ", firmware level and revocation not evaluated");
	if (p->link[LINK_OS].waived) add(b, ", operating system not evaluated");
	if (p->link[LINK_STATE].waived) add(b, ", prior versions accepted");
	if (p->has_dcap && p->dcap.evaluated) {
		add(b, ", as of ");
		buf_put(b, slice_sub(slice_str(clock_iso(iso, want->now * 1000)), 0, 10));
		buf_fmt(b, ", TCB evaluation %u", (unsigned)p->dcap.tcb_info_evaluation);
	}
	if (p->has_dcap && !p->dcap.intel_root) {
		add(b, ", under test root ");
		buf_hex(b, SLICE_OF(p->dcap.root_sha256));
		add(b, ": proves nothing about hardware");
	}
}

void proof_decide(struct proof *p, const struct expect *want)
{
	struct buf b = buf_on(p->sentence, sizeof p->sentence);
	bool fail = false, open = false;
	int i;

	for (i = 0; i < LINK_COUNT; i++) {
		if (p->link[i].state == STATE_FAIL) fail = true;
		if (is_open(p, i)) open = true;
	}
	p->verdict = fail ? PROOF_REFUTED : open ? PROOF_UNDECIDED : PROOF_GENUINE;
	add(&b, proof_word(p->verdict));
	if (fail) {
		add(&b, ": ");
		list_links(&b, p, STATE_FAIL);
	} else if (open) {
		add(&b, ": ");
		list_links(&b, p, STATE_SKIP);
		add(&b, " left open");
	} else {
		caveats(&b, p, want);
	}
	buf_text(&b);
}

int proof_exit(const struct proof *p, bool evidence_only)
{
	if (p->verdict == PROOF_REFUTED) return 1;
	if (p->verdict == PROOF_UNDECIDED) return 2;
	if (evidence_only || p->live) return 0;
	switch (p->statement.verdict) {
	case VERDICT_PASSED: return 0;
	case VERDICT_FAILED:
	case VERDICT_TIMEOUT:
	case VERDICT_LIMIT: return 1;
	default: return 2;
	}
}

/* ---- the chain ---------------------------------------------------------------------- */

void proof_begin(struct proof *p)
{
	int i;

	memset(p, 0, sizeof *p);
	for (i = 0; i < LINK_COUNT; i++)
		link_skip(p, (enum link_id)i, see_earlier,
			"not reached: an earlier link does not hold");
}

enum err proof_run(
	struct slice bundle, const struct expect *want, struct proof *out, struct why *why)
{
	struct why reason = WHY_INIT;
	enum err e;

	proof_begin(out);
	e = bundle_read(bundle, &out->bundle, &reason);
	if (e == E_NO_MEMORY) return e;
	if (e) {
		link_fail(out, LINK_ENVELOPE, e, &reason,
			"The file is not what an appliance serves; fetch it again.");
		proof_decide(out, want);
		return E_OK;
	}
	e = links_statement(want, out);
	if (!e) e = links_evidence(want, out);
	if (!e) e = links_application(want, out, why);
	if (e) return e;
	links_package(want, out);
	proof_decide(out, want);
	return E_OK;
}

void proof_drop(struct proof *p)
{
	images_drop(&p->images);
	compose_drop(&p->compose);
	eventlog_drop(&p->log);
	filelist_drop(&p->files);
	statement_drop(&p->statement);
	bundle_drop(&p->bundle);
}
