/* SPDX-License-Identifier: MIT */
/* TCB level matching and merging. Runs in the command line; pure. */
#include "check/tcb_match.h"

/* Bytes of TEE_TCB_SVN, specs/dcap.md 1.3. */
enum { SVN_MODULE = 0, SVN_MODULE_VERSION = 1, SVN_LATE_MICROCODE = 2 };

enum err tcb_match_qe(const struct qe_identity *id, const struct sgx_report *qe,
	struct tcb_match *m, struct why *why)
{
	m->qe = isv_level_find(id->level, id->n_levels, qe->isvsvn);
	if (m->qe) return E_OK;
	return why_set(
		why, E_QE_TCB_NOT_SUPPORTED, "the quoting enclave has ISVSVN %u", qe->isvsvn);
}

static const struct module_identity *identity_of(const struct tcb_info *t, uint8_t version)
{
	size_t i;

	for (i = 0; i < t->n_identities; i++)
		if (t->identity[i].version == version) return &t->identity[i];
	return NULL;
}

static enum err check_rule(const struct module_rule *r, const struct tdx_body *td, struct why *why)
{
	if (!slice_eq(td->mrsignerseam, SLICE_OF(r->mrsigner)))
		return why_set(why, E_TDX_MODULE_MISMATCH, "MRSIGNERSEAM is another one");
	if ((td->seam_attributes & r->attributes_mask) != r->attributes)
		return why_set(why, E_TDX_MODULE_MISMATCH, "SEAMATTRIBUTES are others");
	/* Intel's library demands this whatever rule and mask say. */
	if (td->seam_attributes)
		return why_set(why, E_TDX_MODULE_MISMATCH, "SEAMATTRIBUTES are not zero");
	return E_OK;
}

enum err tcb_pinned_module(const struct tdx_body *td, struct why *why)
{
	static const struct module_rule intel = {{0}, 0, UINT64_MAX};

	return check_rule(&intel, td, why);
}

enum err tcb_match_module(
	const struct tcb_info *t, const struct tdx_body *td, struct tcb_match *m, struct why *why)
{
	uint8_t version = td->tcb_svn.p[SVN_MODULE_VERSION], svn = td->tcb_svn.p[SVN_MODULE];
	const struct module_identity *id;
	enum err e;

	m->module = NULL;
	if (version == 0) return check_rule(&t->module, td, why);
	id = identity_of(t, version);
	if (!id)
		return why_set(why, E_TDX_MODULE_MISMATCH,
			"there is no identity for TDX module version %u", version);
	e = check_rule(&id->rule, td, why);
	if (e) return e;
	m->module = isv_level_find(&t->isv_level[id->first], id->n, svn);
	if (m->module) return E_OK;
	return why_set(why, E_TCB_NOT_SUPPORTED, "the TDX module has ISVSVN %u", svn);
}

static bool all_at_least(const uint8_t *have, const uint8_t *want, size_t from)
{
	size_t i;

	for (i = from; i < SGX_COMPONENTS; i++)
		if (have[i] < want[i]) return false;
	return true;
}

static bool sgx_part(const struct tcb_level *l, const struct sgx_ext *pck)
{
	return all_at_least(pck->component, l->sgx, 0) && pck->pcesvn >= l->pcesvn;
}

/*
 * With a module version above zero, components 0 and 1 are the module's own
 * and its identity judges them (specs/dcap.md 2.6).
 */
static bool tdx_part(const struct tcb_level *l, const struct tdx_body *td)
{
	size_t from = td->tcb_svn.p[SVN_MODULE_VERSION] > 0 ? 2 : 0;

	return all_at_least(td->tcb_svn.p, l->tdx, from);
}

/* The highest level that passes; td NULL compares the SGX part alone. */
static const struct tcb_level *level_find(
	const struct tcb_info *t, const struct sgx_ext *pck, const struct tdx_body *td)
{
	const struct tcb_level *best = NULL;
	size_t i;

	for (i = 0; i < t->n_levels; i++) {
		const struct tcb_level *l = &t->level[i];

		if (!sgx_part(l, pck) || (td && !tdx_part(l, td))) continue;
		if (!best || tcb_level_cmp(l, best) > 0) best = l;
	}
	return best;
}

enum err tcb_match_platform(const struct tcb_info *t, const struct sgx_ext *pck,
	const struct tdx_body *td, struct tcb_match *m, struct why *why)
{
	m->platform = level_find(t, pck, td);
	if (m->platform) return E_OK;
	return why_set(why, E_TCB_NOT_SUPPORTED, "no level of the TCB info is low enough");
}

static enum tcb_status merge(enum tcb_status p, enum tcb_status x)
{
	if (x != TCB_OUT_OF_DATE) return p;
	if (p == TCB_UP_TO_DATE || p == TCB_SW_HARDENING_NEEDED) return TCB_OUT_OF_DATE;
	if (p == TCB_CONFIGURATION_NEEDED || p == TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED)
		return TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
	return p;
}

static bool any_configuration(enum tcb_status s)
{
	return s == TCB_CONFIGURATION_NEEDED || s == TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED ||
	       s == TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
}

/* The module that runs now (TEE_TCB_SVN_2) is the newest one known. */
static enum err module_is_newest(
	const struct tcb_info *t, const struct tdx_body *td, bool *out, struct why *why)
{
	const uint8_t *now = td->tcb_svn2.p;
	const struct tcb_level *top = &t->level[0];
	const struct module_identity *id;
	const struct isv_level *newest;
	size_t i;

	for (i = 1; i < t->n_levels; i++)
		if (tcb_level_cmp(&t->level[i], top) > 0) top = &t->level[i];
	*out = now[SVN_LATE_MICROCODE] >= top->tdx[SVN_LATE_MICROCODE];
	if (now[SVN_MODULE_VERSION] == 0) {
		*out = *out && now[SVN_MODULE] >= top->tdx[SVN_MODULE];
		return E_OK;
	}
	id = identity_of(t, now[SVN_MODULE_VERSION]);
	if (!id)
		return why_set(why, E_TDX_MODULE_MISMATCH,
			"there is no identity for TDX module version %u, which runs now",
			now[SVN_MODULE_VERSION]);
	newest = isv_level_find(&t->isv_level[id->first], id->n, UINT16_MAX);
	*out = *out && now[SVN_MODULE] >= newest->isvsvn;
	return E_OK;
}

/*
 * The TD was started on an old module that has been replaced under it by the
 * newest one: relaunching the TD is all that is missing.
 */
static enum err relaunch(const struct tcb_info *t, const struct sgx_ext *pck,
	const struct tdx_body *td, const struct tcb_match *m, enum tcb_status *p, struct why *why)
{
	const struct tcb_level *sgx = level_find(t, pck, NULL);
	enum tcb_status s = sgx ? sgx->verdict.status : TCB_REVOKED;
	bool newest;
	enum err e;

	if (m->qe->verdict.status != TCB_UP_TO_DATE) return E_OK;
	if (!m->module || m->module->verdict.status != TCB_OUT_OF_DATE) return E_OK;
	/* So *p is OutOfDate by now, with or without ConfigurationNeeded. */
	if (s > TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED) return E_OK;
	e = module_is_newest(t, td, &newest, why);
	if (e || !newest) return e;
	*p = any_configuration(s) || any_configuration(*p)
		     ? TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED
		     : TCB_TD_RELAUNCH_ADVISED;
	return E_OK;
}

enum err tcb_match_merge(const struct tcb_info *t, const struct sgx_ext *pck,
	const struct tdx_body *td, struct tcb_match *m, struct why *why)
{
	enum tcb_status p = m->platform->verdict.status;
	enum tcb_status module = m->module ? m->module->verdict.status : TCB_UP_TO_DATE;
	enum err e;

	if (p == TCB_REVOKED)
		return why_set(why, E_TCB_REVOKED, "the level of the platform is revoked");
	if (module == TCB_REVOKED)
		return why_set(why, E_TCB_REVOKED, "the level of the TDX module is revoked");
	if (m->qe->verdict.status == TCB_REVOKED)
		return why_set(why, E_TCB_REVOKED, "the level of the quoting enclave is revoked");
	p = merge(p, module);
	if (td && td->tcb_svn2.n) {
		e = relaunch(t, pck, td, m, &p, why);
		if (e) return e;
	}
	m->status = merge(p, m->qe->verdict.status);
	return E_OK;
}
