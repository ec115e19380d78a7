/* SPDX-License-Identifier: MIT */
/*
 * Links from the statement over the quote to the root and to the boot log.
 * Runs in the command line; pure.
 */
#include <string.h>

#include "base/clock.h"
#include "check/proof_links.h"

static const char foreign_quote[] =
	"The quote belongs to another result, or the result was changed afterwards.";
static const char see_quote[] = "Nothing can be compared with it; see the link quote.";

/* A result without a quote: made without a TEE (C20), or an envelope alone. */
static void no_quote(struct proof *p)
{
	static const enum link_id all[] = {LINK_BINDING, LINK_QUOTE, LINK_TCB, LINK_LOG};
	struct why why = WHY_INIT;
	size_t i;

	for (i = 0; i < sizeof all / sizeof *all; i++)
		link_skip(p, all[i], "Only a quote can show this; see the link quote.",
			"there is no quote");
	if (p->has_statement && p->statement.tee && !p->bundle.bare) {
		why_set(&why, E_COPY_MISMATCH,
			"the statement promises a quote, the bundle has none");
		link_fail(p, LINK_QUOTE, E_COPY_MISMATCH, &why, foreign_quote);
	} else if (p->has_statement && !p->statement.tee) {
		link_skip(p, LINK_QUOTE,
			"The appliance ran with --no-tee: its operator could have written anything.",
			"%s", err_text(E_NO_TEE));
	} else {
		link_skip(p, LINK_QUOTE, "Fetch the bundle from /attestation/<job id>.",
			"an envelope alone has no quote");
	}
}

static void link_binding(struct proof *p)
{
	const struct statement *s = &p->statement;
	uint8_t expected[REPORT_DATA_LEN];
	struct why why = WHY_INIT;
	char id[SHORT_LEN];

	if (!p->has_statement) return;
	if (!p->has_td) {
		link_skip(p, LINK_BINDING, see_quote, "the quote cannot be read");
		return;
	}
	report_data(REPORT_RESULT, p->bundle.payload, s->has_nonce ? s->nonce : NULL, expected);
	if (!slice_eq(slice_sub(p->td.report_data, 0, SHA256_LEN),
		    slice_sub(SLICE_OF(expected), 0, SHA256_LEN)))
		link_fail(p, LINK_BINDING, E_REPORT_DATA_MISMATCH, NULL, foreign_quote);
	else if (!slice_eq(p->td.report_data, SLICE_OF(expected)))
		link_fail(p, LINK_BINDING, E_NONCE_MISMATCH, NULL, foreign_quote);
	else if (!slice_eq(p->td.report_data, SLICE_OF(p->bundle.report_data))) {
		why_set(&why, E_COPY_MISMATCH, "reportData of the bundle and of the quote");
		link_fail(p, LINK_BINDING, E_COPY_MISMATCH, &why, foreign_quote);
	} else if (!s->tee) {
		why_set(&why, E_COPY_MISMATCH, "the statement says tee none, yet there is a quote");
		link_fail(p, LINK_BINDING, E_COPY_MISMATCH, &why, foreign_quote);
	} else {
		link_ok(p, LINK_BINDING, "report data is SHA-256 of the signed statement %s and %s",
			hex_short(id, slice_sub(SLICE_OF(expected), 0, SHA256_LEN)),
			s->has_nonce ? "its nonce" : "no nonce");
	}
}

static enum err verify(const struct expect *want, struct proof *p, struct slice collateral,
	struct dcap_result *out, struct why *why)
{
	struct dcap_input in = {
		.quote = p->bundle.quote,
		.collateral = collateral,
		.trusted_root = want->root,
		.now = want->now,
		.accept_unevaluated = collateral.n == 0,
		.min_tcb_eval = want->min_tcb_eval,
		.memo = want->memo ? want->memo : &p->memo,
	};

	return dcap_verify(&in, out, why);
}

static void link_tcb(const struct expect *want, struct proof *p, const struct dcap_result *r)
{
	struct why why = WHY_INIT;
	char date[ISO_LEN], until[ISO_LEN];

	if (dcap_policy_check(&want->tcb, r, &why)) {
		link_fail(p, LINK_TCB, E_TCB_POLICY, &why,
			"The machine lacks updates of its vendor; another machine may have them.");
		return;
	}
	link_ok(p, LINK_TCB, "%s, level of %.10s, nothing revoked; valid until %.10s (%s)",
		tcb_status_name(r->status), clock_iso(date, r->tcb_date * 1000),
		clock_iso(until, r->valid_until * 1000), r->valid_until_of);
}

/* First without collateral, so that its faults do not hide the quote's own state. */
enum err links_quote(const struct expect *want, struct proof *p)
{
	struct why why = WHY_INIT;
	char root[SHORT_LEN];
	enum err e = verify(want, p, SLICE_NONE, &p->dcap, &why);

	if (e == E_NO_MEMORY) return e;
	if (!e && p->dcap.quote.tee_type != TEE_TYPE_TDX)
		e = why_set(&why, E_TEE_TYPE, "an enclave's quote instead of a trust domain's");
	if (e) {
		link_fail(p, LINK_QUOTE, e, &why,
			"The quote does not come from the hardware that it claims.");
		link_skip(p, LINK_TCB, see_quote, "not reached: the quote does not hold");
		return E_OK;
	}
	p->has_dcap = true;
	link_ok(p, LINK_QUOTE, "TDX quote version %u, signed under %s %s; no debug mode",
		(unsigned)p->dcap.quote.version,
		p->dcap.intel_root ? "Intel's root" : "the test root",
		hex_short(root, SLICE_OF(p->dcap.root_sha256)));
	if (!want->collateral.n) {
		link_skip(p, LINK_TCB,
			"Name a collateral bundle with --collateral, "
			"or go without with --accept-unevaluated-tcb.",
			"no collateral: firmware level and revocation not evaluated");
		p->link[LINK_TCB].waived = want->accept_unevaluated_tcb;
		return E_OK;
	}
	e = verify(want, p, want->collateral, &p->dcap, &why);
	if (e == E_NO_MEMORY) return e;
	if (e)
		link_fail(p, LINK_TCB, e, &why,
			"Collateral has to be of this machine and of this time; fetch it anew.");
	else
		link_tcb(want, p, &p->dcap);
	return E_OK;
}

enum err link_log(struct proof *p)
{
	struct why why = WHY_INIT;
	char reg[SHORT_LEN];
	unsigned i, other = 0;
	enum err e = eventlog_from_json(p->bundle.event_log, &p->log, &why);

	if (!e && !p->has_td) {
		link_skip(p, LINK_LOG, see_quote, "the quote cannot be read");
		return E_OK;
	}
	if (!e) e = eventlog_matches(&p->log, 3, p->td.rtmr[3], &why);
	for (i = 0; i < 3 && !e; i++) {
		if (!p->log.replayable[i]) continue;
		e = eventlog_matches(&p->log, i, p->td.rtmr[i], &why);
		other++;
	}
	if (!e) e = eventlog_launch(&p->log, &p->launch, &why);
	if (e == E_NO_MEMORY) return e;
	if (e) {
		link_fail(p, LINK_LOG, e, &why,
			"The log was changed: it does not say what the machine measured.");
		return E_OK;
	}
	p->has_launch = true;
	link_ok(p, LINK_LOG, "%zu events give RTMR3 %s%s; %u after start, not used", p->log.n,
		hex_short(reg, p->td.rtmr[3]), other == 3 ? " and RTMR0 to 2" : "",
		p->launch.after_ready);
	return E_OK;
}

enum err links_evidence(const struct expect *want, struct proof *p)
{
	enum err e;

	if (!p->bundle.quote.n) {
		no_quote(p);
		return E_OK;
	}
	p->has_td = tdx_body_read(p->bundle.quote, &p->td) == E_OK;
	link_binding(p);
	e = links_quote(want, p);
	return e ? e : link_log(p);
}
