/* SPDX-License-Identifier: MIT */
/*
 * The chain of a running application: no result is looked at, but whether what
 * answered a fresh question is the application that was expected.
 * Runs in the command line; pure; the answer is attacker controlled.
 */
#include <string.h>

#include "base/dsse.h"
#include "base/num.h"
#include "check/proof_links.h"

static const char passed_on[] = "Nothing to mend; a TLS key named in the quote would tell.";
static const char not_fresh[] =
	"The answer was not made for this question: somebody replays or passes on another's.";

/* What 64 bytes an application must have had quoted for this nonce. */
static void expected_data(
	const struct app_question *q, const struct app_answer *a, uint8_t out[REPORT_DATA_LEN])
{
	struct buf b = buf_on(out, REPORT_DATA_LEN);

	memset(out, 0, REPORT_DATA_LEN);
	switch (q->data) {
	case APP_DATA_IDENTITY:
		report_data(REPORT_IDENTITY, SLICE_OF(a->spki), q->nonce, out);
		break;
	case APP_DATA_RAW: buf_put(&b, SLICE_OF(q->nonce)); break;
	case APP_DATA_HEX_ASCII: buf_hex(&b, SLICE_OF(q->nonce)); break;
	}
}

static void link_question(const struct app_question *q, const struct app_answer *a, struct proof *p)
{
	uint8_t expected[REPORT_DATA_LEN], copy[REPORT_DATA_LEN], keyid[SHA256_LEN];
	struct why why = WHY_INIT;
	char id[SHORT_LEN];

	if (!p->has_td) {
		link_skip(p, LINK_BINDING, see_earlier, "the quote cannot be read");
		return;
	}
	if (q->data == APP_DATA_IDENTITY && !a->has_key) {
		why_set(&why, E_REPORT_DATA_MISMATCH, "the answer names no key");
		link_fail(p, LINK_BINDING, E_REPORT_DATA_MISMATCH, &why,
			"Not our appliance? Name what is quoted with --report-data.");
		return;
	}
	expected_data(q, a, expected);
	memcpy(p->asked, expected, sizeof p->asked);
	p->has_asked = true;
	if (q->data == APP_DATA_IDENTITY &&
		slice_eq(slice_sub(p->td.report_data, 0, SHA256_LEN),
			slice_sub(SLICE_OF(expected), 0, SHA256_LEN)) &&
		!slice_eq(p->td.report_data, SLICE_OF(expected))) {
		link_fail(p, LINK_BINDING, E_NONCE_MISMATCH, NULL, not_fresh);
		return;
	}
	if (!slice_eq(p->td.report_data, SLICE_OF(expected))) {
		why_set(&why, E_REPORT_DATA_MISMATCH, "of the quote and of this question");
		link_fail(p, LINK_BINDING, E_REPORT_DATA_MISMATCH, &why, not_fresh);
		return;
	}
	if (a->report_data.p && (hex_exact(hex_bare(a->report_data), copy, sizeof copy) ||
					!slice_eq(p->td.report_data, SLICE_OF(copy)))) {
		why_set(&why, E_COPY_MISMATCH, "report data of the answer and of the quote");
		link_fail(p, LINK_BINDING, E_COPY_MISMATCH, &why, not_fresh);
		return;
	}
	sha256(SLICE_OF(a->spki), keyid);
	if (q->data == APP_DATA_IDENTITY)
		link_ok(p, LINK_BINDING, "report data is of the key %s and of this nonce",
			hex_short(id, SLICE_OF(keyid)));
	else
		link_ok(p, LINK_BINDING, "report data is this nonce, and nothing else");
	link_ok(p, LINK_FRESHNESS, "the quote was made after the question, nonce %s",
		hex_short(id, SLICE_OF(q->nonce)));
}

/* A gateway's URL names the application or the instance; who ends TLS it does not say. */
static void link_name_of_url(const struct app_question *q, struct proof *p)
{
	struct why why = WHY_INIT;
	char id[2 * APP_ID_LEN + 1];
	struct buf b = buf_on(id, sizeof id);

	if (!q->has_id || !p->has_launch) {
		link_skip(p, LINK_DOMAIN, passed_on,
			"the name leads to whoever passed the question on; TLS proves no more");
		return;
	}
	buf_hex(&b, slice_sub(p->launch.app_id, 0, APP_ID_LEN));
	if (slice_eq(SLICE_OF(q->id), p->launch.app_id) ||
		slice_eq(SLICE_OF(q->id), p->launch.instance_id)) {
		link_skip(p, LINK_DOMAIN, passed_on,
			"the URL names this application; that nobody passes it on, TLS does not prove");
		return;
	}
	why_set(&why, E_IDENTITY_MISMATCH, "the URL names another application than %s",
		buf_text(&b));
	link_fail(p, LINK_DOMAIN, E_IDENTITY_MISMATCH, &why,
		"Another application answered than the one that was called.");
}

/* Links about a result, which nobody asked for here. */
static void leave_out(struct proof *p)
{
	static const enum link_id none[] = {LINK_ENVELOPE, LINK_STATEMENT, LINK_VERDICT,
		LINK_SANDBOX, LINK_PACKAGE, LINK_HISTORY};
	size_t i;

	for (i = 0; i < sizeof none / sizeof *none; i++) {
		link_skip(p, none[i], NULL, "no result was asked for");
		p->link[none[i]].absent = true;
	}
}

enum err proof_app(const struct app_answer *a, const struct app_question *q,
	const struct expect *want, struct proof *out, struct why *why)
{
	struct why reason = WHY_INIT;
	enum err e;

	proof_begin(out);
	leave_out(out);
	out->live = true;
	memcpy(out->nonce, q->nonce, sizeof out->nonce);
	out->bundle.quote = a->quote;
	out->bundle.event_log = a->event_log;
	out->bundle.app_compose = a->app_compose;
	out->bundle.vm_config = a->vm_config;
	out->has_td = tdx_body_read(a->quote, &out->td) == E_OK;
	link_question(q, a, out);
	e = links_quote(want, out);
	if (!e) e = link_log(out);
	if (!e) e = links_application(want, out, why);
	if (e) return e;
	link_name_of_url(q, out);
	if (a->texts_differ) {
		why_set(&reason, E_COPY_MISMATCH, "compose text of the answer and of its guest");
		link_fail(out, LINK_COMPOSE, E_COPY_MISMATCH, &reason,
			"Two descriptions of one application differ.");
	}
	if (out->has_launch && !a->app_compose.p) {
		link_skip(out, LINK_COMPOSE,
			"Name where the guest's public information is with --info.",
			"the application does not show its text");
		link_skip(out, LINK_IMAGES, see_earlier, "not reached: there is no text");
	}
	proof_decide(out, want);
	return E_OK;
}
