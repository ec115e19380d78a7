/* SPDX-License-Identifier: MIT */
/*
 * The report of a proof as one page: no script, no resource, a content
 * security policy that allows its own style and nothing else. A reader who has
 * only this page and the bundle can repeat the judgement: what went in stands
 * below with its digests.
 * Runs on the command line.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/num.h"
#include "base/version.h"
#include "check/proof_values.h"
#include "cli/behaviour.h"
#include "cli/facts.h"
#include "cli/report.h"
#include "cli/report_style.h"
#include "cli/trials.h"

#define PAGE_BYTES (2 * MIB)  /* pages of real bundles have about 100 KiB */
#define TEXT_BYTES (64 * KIB) /* one line of the report */

static void text(struct buf *b, const char *s)
{
	buf_html(b, slice_str(s));
}

static void element(struct buf *b, const char *tag, const char *s)
{
	buf_fmt(b, "<%s>", tag);
	text(b, s);
	buf_fmt(b, "</%s>", tag);
}

static const char *heading(const struct report *r)
{
	return r->proof->live ? "Application report" : "Test report";
}

static void head(struct buf *b, const struct report *r)
{
	uint8_t digest[SHA256_LEN];

	sha256(slice_str(report_style), digest);
	buf_str(b, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		   "style-src 'sha256-");
	buf_base64(b, SLICE_OF(digest));
	buf_str(b, "'; base-uri 'none'; form-action 'none'\">\n"
		   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		   "<meta name=\"referrer\" content=\"no-referrer\">\n"
		   "<title>");
	buf_str(b, heading(r));
	buf_str(b, "</title>\n<style>");
	buf_str(b, report_style);
	buf_str(b, "</style>\n</head>\n<body>\n");
}

/* ---- the two answers (C5) --------------------------------------------------------------- */

static const char *result_class(const struct proof *p)
{
	static const char *const classes[COLOUR_COUNT] = {"none", "fail", "skip", "ok"};

	return classes[report_result_colour(p)];
}

static void answer(
	struct buf *b, const char *class, const char *ask, const char *say, const char *more)
{
	buf_fmt(b, "<div class=\"answer %s\"><p class=\"ask\">%s</p><p class=\"say\">", class, ask);
	text(b, say);
	buf_str(b, "</p><p>");
	text(b, more);
	buf_str(b, "</p></div>\n");
}

static void answers(struct buf *b, const struct report *r)
{
	static const char *const classes[] = {"ok", "fail", "skip"};
	const struct proof *p = r->proof;
	enum proof_verdict shown = report_colour(p);
	struct buf line = buf_heap(TEXT_BYTES);
	char say[64], says[HEADLINE_MAX];

	buf_fmt(b, "<header>\n<h1>%s</h1>\n<div class=\"answers\">\n", heading(r));
	snprintf(say, sizeof say, "PROOF %s", proof_word(p->verdict));
	answer(b, classes[shown],
		p->live ? "Did the expected application answer?" : "Did this happen as signed?",
		say, p->sentence);
	snprintf(say, sizeof say, "RESULT %s",
		p->has_statement ? verdict_word(p->statement.verdict) : "none");
	if (p->has_statement && !p->live)
		buf_fmt(&line, "%s ", statement_headline(&p->statement, report_standing(p), says));
	report_result(&line, p);
	answer(b, result_class(p), p->live ? "What came of a test?" : "What happened?", say,
		buf_text(&line));
	buf_str(b, "</div>\n</header>\n");
	buf_drop(&line);
}

/* ---- links -------------------------------------------------------------------------------- */

static void side(struct buf *b, const char *word, const char *from, const char *value)
{
	if (!value[0]) return;
	buf_fmt(b, "<dd><span class=\"from\">%s", word);
	if (from) {
		buf_str(b, word[0] ? ": " : "");
		text(b, from);
	}
	buf_str(b, "</span>");
	element(b, "code", value);
	buf_str(b, "</dd>");
}

static void values(struct buf *b, const struct report *r, enum link_id id)
{
	struct proof_value v[PROOF_VALUES];
	size_t i, n = proof_values(r->proof, r->want, id, v);

	if (n == 0) return;
	buf_str(b, "<dl>");
	for (i = 0; i < n; i++) {
		bool both = v[i].expected[0] && v[i].found[0];

		buf_str(b, "<dt>");
		text(b, v[i].what);
		if (v[i].relation == VALUE_EQUAL)
			buf_str(b, " <span class=\"same\">&#61; the same</span>");
		if (v[i].relation == VALUE_DIFFERENT)
			buf_str(b, " <span class=\"other\">&#8800; different</span>");
		buf_str(b, "</dt>");
		side(b, v[i].relation == VALUE_BOUND ? "limit" : "expected", v[i].expected_from,
			v[i].expected);
		side(b, both ? "found" : "", v[i].found_from, v[i].found);
	}
	buf_str(b, "</dl>\n");
}

static void one_link(struct buf *b, const struct report *r, enum link_id id)
{
	static const char *const shape[] = {[STATE_SKIP] = "M-4 0h8",
		[STATE_OK] = "M-4.5 .5l3 3 6-6.5",
		[STATE_FAIL] = "M-3.5-3.5l7 7m0-7l-7 7"};
	const struct link *l = &r->proof->link[id];
	const char *class = l->waived                ? "waived"
			    : l->state == STATE_OK   ? "ok"
			    : l->state == STATE_FAIL ? "fail"
						     : "skip";
	bool open = l->state == STATE_FAIL ||
		    (l->state == STATE_SKIP && link_decides(id) && !l->waived);

	buf_fmt(b, "<details class=\"link %s\" id=\"link-%s\"%s>\n<summary>", class, link_name(id),
		open ? " open" : "");
	buf_fmt(b, "<svg viewBox=\"-11 -11 22 22\" aria-hidden=\"true\"><g class=\"mark %s\">",
		class);
	buf_fmt(b, "<circle r=\"9\"/><path d=\"%s\"/></g></svg>", shape[l->state]);
	buf_fmt(b, "<span class=\"name\">%s</span><span class=\"word\">%s</span>", link_name(id),
		l->waived ? "SKIP (accepted)" : report_state(l->state));
	buf_str(b, "<span class=\"txt\">");
	text(b, l->text);
	buf_str(b, "</span></summary>\n<div class=\"more\">");
	if (l->advice && !l->waived) {
		buf_str(b, "<p class=\"advice\">");
		text(b, l->advice);
		buf_str(b, "</p>");
	}
	buf_fmt(b, "<p>When it holds: %s.%s", link_meaning(r->proof, id),
		link_decides(id) ? ""
				 : " A proof can be genuine without it, but not when it fails.");
	if (l->code) buf_fmt(b, " Error class <code>%s</code>.", err_name(l->code));
	buf_str(b, "</p>");
	values(b, r, id);
	buf_str(b, "</div>\n</details>\n");
}

static void chain(struct buf *b, const struct report *r)
{
	int i;

	buf_str(b, "<section aria-labelledby=\"chain\">\n<h2 id=\"chain\">The chain</h2>\n<p>");
	buf_str(b,
		r->proof->live
			? "From the answer of the running application over the processor's quote "
			  "to the root, and from the quote to the code that answered."
			: "From the signed result over the processor's quote to the root, and from "
			  "the quote to the code that made the result.");
	buf_str(b, "</p>\n<figure>\n");
	report_picture(b, r, false);
	report_picture(b, r, true);
	buf_str(b,
		"<figcaption>A tick: OK. A cross: FAIL. A dash in a ring: SKIP, not decided. "
		"Values are shortened here and whole below.</figcaption>\n</figure>\n</section>\n"
		"<section aria-labelledby=\"links\">\n<h2 id=\"links\">Every link in words</h2>\n"
		"<p>Each opens to show what was compared, and what to do about it.</p>\n"
		"<div class=\"links\">\n");
	for (i = 0; i < LINK_COUNT; i++)
		if (!r->proof->link[i].absent) one_link(b, r, (enum link_id)i);
	buf_str(b, "</div>\n</section>\n");
}

/* As the statement says it; the headline above says whether that is proven. */
static void behaviour(struct buf *b, const struct proof *p)
{
	struct observation o;

	if (!p->has_statement || p->live) return;
	behaviour_read(&p->statement, &o);
	behaviour_html(b, &o);
}

static void findings(struct buf *b, const struct findings *f)
{
	size_t i;

	if (f->n == 0) return;
	buf_str(b,
		"<section aria-labelledby=\"text\">\n<h2 id=\"text\">What the application's text "
		"starts</h2>\n<p>For a person to look at: a note, something to look into, or "
		"open, which means code that nothing pins.</p>\n<ul>\n");
	for (i = 0; i < f->n; i++) {
		const struct finding *x = &f->item[i];

		buf_fmt(b, "<li class=\"finding\"><span class=\"tag %s\">%s</span><b>",
			report_weight(x->weight), report_weight(x->weight));
		text(b, x->where);
		buf_fmt(b, "</b> %s: %s", finding_name(x->code), finding_text(x->code));
		if (x->text[0]) {
			buf_str(b, ": ");
			element(b, "code", x->text);
		}
		buf_str(b, "</li>\n");
	}
	if (f->more) buf_fmt(b, "<li>and %zu more</li>\n", f->more);
	buf_str(b, "</ul>\n</section>\n");
}

/* ---- what went in --------------------------------------------------------------------------- */

static void input(struct buf *b, const char *name, struct slice s)
{
	uint8_t digest[SHA256_LEN];

	buf_fmt(b, "<dt>%s</dt><dd>", name);
	if (s.n) {
		sha256(s, digest);
		buf_str(b, "<code>sha256 ");
		buf_hex(b, SLICE_OF(digest));
		buf_str(b, "</code>");
	} else {
		buf_str(b, "not given");
	}
	buf_str(b, "</dd>\n");
}

/* What a running application was asked, and what came back. */
static void asked(struct buf *b, const struct report *r)
{
	buf_str(b, "<dt>Application</dt><dd>");
	text(b, r->asked);
	buf_str(b, "</dd>\n<dt>Nonce of the question</dt><dd><code>");
	buf_hex(b, SLICE_OF(r->proof->nonce));
	buf_str(b, "</code></dd>\n");
	input(b, "Its answer", r->bundle);
	/* Empty when the answer had all that is needed. */
	if (r->info.n) input(b, "Public information of its guest", r->info);
}

static void inputs(struct buf *b, const struct report *r)
{
	const struct expect *w = r->want;
	char iso[ISO_LEN];
	size_t i;

	buf_str(b, "<section aria-labelledby=\"inputs\">\n<h2 id=\"inputs\">What was judged, and "
		   "with what</h2>\n<p>");
	buf_str(b, r->asked ? "Another question gets another quote. The same answer to the same "
			      "question, judged at the same time, gives the same report."
			    : "The same files and the same time give the same report.");
	buf_str(b, "</p>\n<dl class=\"facts\">\n");
	if (r->asked)
		asked(b, r);
	else
		input(b, "Bundle", r->bundle);
	buf_fmt(b, "<dt>Dates judged at</dt><dd>%s</dd>\n", clock_iso(iso, w->now * 1000));
	if (r->policy) {
		buf_str(b, "<dt>Policy</dt><dd><code>sha256 ");
		buf_hex(b, SLICE_OF(r->policy->sha256));
		buf_str(b, "</code>");
		for (i = 0; i < r->n_overridden; i++)
			buf_fmt(b, "%s%s", i ? ", " : ", overridden by ", r->overridden[i]);
		buf_str(b, "</dd>\n");
	}
	input(b, "Collateral", w->collateral);
	input(b, "Known systems", w->measurements);
	input(b, "Reviewed application text", w->app_compose);
	input(b, "Root in place of Intel's", w->root);
	buf_str(b, "</dl>\n</section>\n");
}

static void foot(struct buf *b, const struct report *r)
{
	buf_str(b, "<section aria-labelledby=\"limits\">\n<h2 id=\"limits\">What this does not "
		   "show</h2>\n<ul>\n");
	if (r->asked)
		buf_str(b,
			"<li>A proof shows what answered once. What answers next may be another, "
			"and no test was looked at.</li>\n"
			"<li>Whoever has the name, or ends TLS, may have passed the question on to "
			"a genuine application.</li>\n");
	else
		buf_str(b, "<li>A proof shows what happened once. Other results of the same skill "
			   "may exist, and other versions may behave otherwise.</li>\n"
			   "<li>A test that passes says what its author tests, and nothing about "
			   "what a skill does when it is used.</li>\n");
	buf_str(b,
		"<li>Pinned is not reviewed: a digest says which code ran, not what it does.</li>\n"
		"<li>A quote that was signed with a key taken out of a machine by physical attack "
		"looks like any other.</li>\n</ul>\n</section>\n</main>\n");
	buf_fmt(b,
		"<footer><p>Made by " SV_NAME " %s, <code>check %s --html</code>. "
		"The page runs nothing and fetches nothing; whoever made it could have written "
		"anything into it. %s yourself.</p></footer>\n</body>\n</html>\n",
		SV_VERSION, r->asked ? "app" : "attestation",
		r->asked ? "Ask the application" : "Check the bundle");
}

enum err report_html(const struct report *r, const char *path)
{
	struct buf b = buf_heap(PAGE_BYTES);
	enum err e;

	head(&b, r);
	answers(&b, r);
	buf_str(&b, "<main>\n");
	behaviour(&b, r->proof);
	chain(&b, r);
	/* Words of a statement that is refuted are nobody's. */
	if (r->proof->has_statement && r->proof->verdict != PROOF_REFUTED) {
		trials_html(&b, r->proof->statement.predicate);
		facts_html(&b, json_get(r->proof->statement.predicate, "inspection"));
	}
	findings(&b, &r->proof->findings);
	inputs(&b, r);
	foot(&b, r);
	e = b.err;
	if (!e) e = file_replace(path, buf_slice(&b));
	if (e) fprintf(stderr, "skill-verifier check: %s: %s\n", path, err_text(e));
	buf_drop(&b);
	return e;
}
