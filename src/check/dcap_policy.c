/* SPDX-License-Identifier: MIT */
/* What a relying party accepts, and names for people. Runs in the command line; pure. */
#include "check/dcap.h"

#include "base/clock.h"

static const char *const step_names[STEP_COUNT] = {
	[STEP_QUOTE_FORM] = "quote-form",
	[STEP_PCK_CHAIN] = "pck-chain",
	[STEP_PCK_EXTENSION] = "pck-extension",
	[STEP_REVOCATION] = "revocation",
	[STEP_TCB_INFO] = "tcb-info",
	[STEP_QE_IDENTITY] = "qe-identity",
	[STEP_BINDINGS] = "collateral-bindings",
	[STEP_QE_REPORT_SIGNATURE] = "qe-report-signature",
	[STEP_QE_REPORT_DATA] = "qe-report-data",
	[STEP_QE_REPORT] = "qe-report",
	[STEP_QUOTE_SIGNATURE] = "quote-signature",
	[STEP_TDX_MODULE] = "tdx-module",
	[STEP_TCB_LEVEL] = "tcb-level",
	[STEP_REPORT_POLICY] = "report-policy",
};

const char *dcap_step_name(enum dcap_step s)
{
	return s < STEP_COUNT ? step_names[s] : "unknown";
}

const char *dcap_done_name(enum dcap_done d)
{
	switch (d) {
	case DONE_COMPARED: return "compared";
	case DONE_PINNED: return "compared with constants";
	case DONE_NOT_APPLICABLE: return "not applicable";
	default: return "not evaluated";
	}
}

static bool listed(const struct slice *list, size_t n, const char *id)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (slice_is(list[i], id)) return true;
	return false;
}

static enum err check_advisories(
	const struct dcap_policy *p, const struct advisories *a, struct why *why)
{
	size_t i;

	for (i = 0; i < a->n; i++) {
		if (listed(p->denied, p->n_denied, a->id[i]))
			return why_set(why, E_TCB_POLICY, "%s is open and denied", a->id[i]);
		if (p->limit_advisories && !listed(p->allowed, p->n_allowed, a->id[i]))
			return why_set(why, E_TCB_POLICY, "%s is open and not allowed", a->id[i]);
	}
	return E_OK;
}

enum err dcap_policy_check(
	const struct dcap_policy *p, const struct dcap_result *r, struct why *why)
{
	char date[ISO_LEN];

	if (!r->evaluated) {
		if (p->accept_unevaluated) return E_OK;
		return why_set(why, E_TCB_POLICY, "the TCB level was not evaluated");
	}
	if (r->status == TCB_REVOKED ||
		(r->status != TCB_UP_TO_DATE && !(p->statuses >> r->status & 1)))
		return why_set(why, E_TCB_POLICY, "the status is %s", tcb_status_name(r->status));
	if (r->tcb_date_min < p->min_date)
		return why_set(why, E_TCB_POLICY, "its level is of %.10s, older than demanded",
			clock_iso(date, r->tcb_date_min * 1000));
	return check_advisories(p, &r->advisories, why);
}
