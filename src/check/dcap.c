/* SPDX-License-Identifier: MIT */
/*
 * Quote verification, specs/dcap.md 2.3 A to O in order. Runs in the command
 * line; pure.
 */
#include "check/dcap.h"

#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "check/chain.h"
#include "check/collateral.h"
#include "check/crl.h"
#include "check/tcb_match.h"

/* TDATTRIBUTES, specs/dcap.md 1.3 and 2.8. */
#define TD_DEBUG           (1ULL << 0)
#define TD_SEPT_VE_DISABLE (1ULL << 28)
#define TD_PKS             (1ULL << 30)
#define TD_KEY_LOCKER      (1ULL << 31)
#define TD_PERFMON         (1ULL << 63)
#define TD_ALLOWED         (TD_SEPT_VE_DISABLE | TD_PKS | TD_KEY_LOCKER | TD_PERFMON)

/* The documents that we can use, specs/dcap.md 2.3 G. */
#define TCB_INFO_VERSION    3
#define TCB_TYPE            0
#define QE_IDENTITY_VERSION 2

/* Everything one verification works on. */
struct run {
	const struct dcap_input *in;
	struct why *why;
	struct sig_memo own, *memo;
	struct slice root;
	bool full;      /* there is collateral */
	struct buf mem; /* decoded certificates and lists; sized once, never moves */
	struct collateral coll;
	struct chain pck, signer;
	struct slice signer_pem; /* the text that signer was read from */
	struct crl root_crl, pck_crl;
	struct tcb_info tcb;
	struct qe_identity qe;
	struct tcb_match match;
	struct dcap_result r;
};

static bool is_tdx(const struct run *run)
{
	return run->r.quote.tee_type == TEE_TYPE_TDX;
}

static const struct tdx_body *td_of(const struct run *run)
{
	return is_tdx(run) ? &run->r.quote.td : NULL;
}

static void done(struct run *run, enum dcap_step s, enum dcap_done d)
{
	run->r.done[s] = d;
}

/* Keeps the intersection of all windows. */
static void note_window(struct run *run, int64_t from, int64_t until, const char *of)
{
	if (from > run->r.valid_from) run->r.valid_from = from;
	if (until >= run->r.valid_until) return;
	run->r.valid_until = until;
	run->r.valid_until_of = of;
}

static void note_chain(struct run *run, const struct chain *chain, const char *of)
{
	size_t i;

	for (i = 0; i < chain->n; i++)
		note_window(run, chain->cert[i].not_before, chain->cert[i].not_after, of);
}

/* A */
static enum err step_quote(struct run *run)
{
	enum err e = quote_read(run->in->quote, run->in->min_qe_auth_data, &run->r.quote, run->why);

	if (!e) done(run, STEP_QUOTE_FORM, DONE_COMPARED);
	return e;
}

/* Takes the bundle apart and makes room for all that will be decoded. */
static enum err step_bundle(struct run *run)
{
	const struct collateral *c = &run->coll;
	size_t room = PEM_ROOM(run->r.quote.cert_data.n) + 1;
	enum err e;

	if (run->full) {
		e = collateral_read(run->in->collateral, &run->coll, run->why);
		if (e) return e;
		room += PEM_ROOM(c->pck_chain.n + c->tcb_info_chain.n + c->qe_identity_chain.n) +
			PEM_ROOM(c->pck_crl_chain.n) + c->root_ca_crl.n + c->pck_crl.n;
	} else if (!run->in->accept_unevaluated) {
		return why_set(run->why, E_COLLATERAL_FORMAT, "there is no collateral");
	}
	run->mem = buf_heap(room);
	return buf_reserve(&run->mem, room) ? E_OK : E_NO_MEMORY;
}

/* B */
static enum err step_pck_chain(struct run *run)
{
	const struct quote *q = &run->r.quote;
	struct slice pem = q->cert_data;
	enum err e;

	if (q->cert_type != CERT_DATA_CHAIN) pem = run->coll.pck_chain;
	if (!pem.p)
		return why_set(run->why, E_CERT_DATA_TYPE,
			"certification data of type %u, and no PCK chain in the collateral",
			q->cert_type);
	e = chain_check(
		CHAIN_PCK, pem, run->root, run->in->now, run->memo, &run->mem, &run->pck, run->why);
	if (e) return e;
	slice_text(run->r.pck_ca, sizeof run->r.pck_ca, run->pck.cert[1].cn);
	note_chain(run, &run->pck, "PCK chain");
	done(run, STEP_PCK_CHAIN, DONE_COMPARED);
	return E_OK;
}

/* C */
static enum err step_pck_extension(struct run *run)
{
	const struct x509 *leaf = &run->pck.cert[0];

	if (!leaf->sgx.p)
		return why_set(
			run->why, E_PCK_EXTENSION, "the PCK certificate has no SGX extension");
	if (sgx_ext_read(leaf->sgx, &run->r.pck))
		return why_set(
			run->why, E_PCK_EXTENSION, "the SGX extension is malformed or incomplete");
	done(run, STEP_PCK_EXTENSION, DONE_COMPARED);
	return E_OK;
}

static enum err read_crl(struct run *run, struct slice hex, const struct x509 *issuer,
	const char *name, struct crl *out)
{
	size_t at = run->mem.n;
	enum err e;

	if (hex_into(hex, &run->mem))
		return why_set(run->why, E_CRL_FORMAT, "%s: not hexadecimal", name);
	if (crl_read(slice_from(buf_slice(&run->mem), at), out))
		return why_set(run->why, E_CRL_FORMAT, "%s: not well formed", name);
	e = crl_check(out, issuer, run->in->now, run->memo, name, run->why);
	if (!e) note_window(run, out->this_update, out->next_update, name);
	return e;
}

static enum err refuse_revoked(
	struct run *run, const struct crl *crl, const struct x509 *cert, const char *name)
{
	if (!crl_revokes(crl, cert->serial)) return E_OK;
	return why_set(run->why, E_CERT_REVOKED, "%s: revoked", name);
}

/* Both lists, and the authorities that are on neither. */
static enum err read_lists(struct run *run)
{
	const struct x509 *cert = run->pck.cert;
	enum err e;

	e = read_crl(run, run->coll.root_ca_crl, &cert[2], "root CRL", &run->root_crl);
	if (!e) e = read_crl(run, run->coll.pck_crl, &cert[1], "PCK CRL", &run->pck_crl);
	if (!e) e = refuse_revoked(run, &run->root_crl, &cert[2], "root certificate");
	if (!e) e = refuse_revoked(run, &run->root_crl, &cert[1], "PCK CA certificate");
	return e;
}

/* D */
static enum err step_revocation(struct run *run)
{
	enum err e;

	if (!run->full) return E_OK;
	e = read_lists(run);
	if (!e) e = refuse_revoked(run, &run->pck_crl, &run->pck.cert[0], "PCK certificate");
	if (!e) done(run, STEP_REVOCATION, DONE_COMPARED);
	return e;
}

/* One signed text of the bundle, and how its faults are called. */
struct signed_text {
	enum chain_kind kind;
	const char *name;
	struct slice pem, text, signature;
	enum err wrong, early, late;
};

/* E and F up to the signature: the chain, its revocation, the exact bytes. */
static enum err check_signed(struct run *run, const struct signed_text *t)
{
	uint8_t sig[64];
	enum err e;

	/* One signer for both texts, as Intel has it, is looked at once: the rules are the same. */
	if (t->pem.n == 0 || !slice_eq(t->pem, run->signer_pem)) {
		e = chain_check(t->kind, t->pem, run->root, run->in->now, run->memo, &run->mem,
			&run->signer, run->why);
		if (e) return e;
		run->signer_pem = t->pem;
	}
	note_chain(run, &run->signer, t->name);
	e = refuse_revoked(run, &run->root_crl, &run->signer.cert[0], "TCB signing certificate");
	if (e) return e;
	if (hex_exact(t->signature, sig, sizeof sig) ||
		!sig_valid(run->memo, run->signer.cert[0].point, t->text, SLICE_OF(sig)))
		return why_set(run->why, t->wrong, "%s: the signature is wrong", t->name);
	return E_OK;
}

static enum err check_window(
	struct run *run, const struct signed_text *t, int64_t from, int64_t until)
{
	if (run->in->now < from) return why_set(run->why, t->early, "%s: not valid yet", t->name);
	if (run->in->now > until) return why_set(run->why, t->late, "%s: expired", t->name);
	note_window(run, from, until, t->name);
	return E_OK;
}

/* E */
static enum err step_tcb_info(struct run *run)
{
	const struct collateral *c = &run->coll;
	const struct signed_text t = {CHAIN_TCB_INFO, "TCB info", c->tcb_info_chain, c->tcb_info,
		c->tcb_info_signature, E_TCB_INFO_SIGNATURE, E_TCB_INFO_NOT_YET_VALID,
		E_TCB_INFO_EXPIRED};
	enum err e;

	if (!run->full) return E_OK;
	e = check_signed(run, &t);
	if (!e) e = tcb_info_read(t.text, &run->tcb, run->why);
	if (!e) e = check_window(run, &t, run->tcb.issue_date, run->tcb.next_update);
	if (e) return e;
	run->r.tcb_info_evaluation = run->tcb.evaluation;
	done(run, STEP_TCB_INFO, DONE_COMPARED);
	return E_OK;
}

/* F */
static enum err step_qe_identity(struct run *run)
{
	const struct collateral *c = &run->coll;
	const struct signed_text t = {CHAIN_QE_IDENTITY, "QE identity", c->qe_identity_chain,
		c->qe_identity, c->qe_identity_signature, E_QE_IDENTITY_SIGNATURE,
		E_QE_IDENTITY_NOT_YET_VALID, E_QE_IDENTITY_EXPIRED};
	enum err e;

	if (!run->full) return E_OK;
	e = check_signed(run, &t);
	if (!e) e = qe_identity_read(t.text, &run->qe, run->why);
	if (!e) e = check_window(run, &t, run->qe.issue_date, run->qe.next_update);
	if (e) return e;
	run->r.qe_identity_evaluation = run->qe.evaluation;
	done(run, STEP_QE_IDENTITY, DONE_COMPARED);
	return E_OK;
}

/* G: both documents are of the kind we know, and for this machine. */
static enum err step_bindings(struct run *run)
{
	const struct tcb_info *t = &run->tcb;
	const struct sgx_ext *pck = &run->r.pck;
	uint32_t least = run->in->min_tcb_eval;

	if (!run->full) return E_OK;
	if (t->version != TCB_INFO_VERSION || t->tcb_type != TCB_TYPE)
		return why_set(run->why, E_TCB_INFO_FORMAT, "TCB info: version %u, tcbType %u",
			(unsigned)t->version, (unsigned)t->tcb_type);
	if (is_tdx(run) ? !t->tdx : !t->sgx)
		return why_set(run->why, E_TCB_INFO_MISMATCH, "TCB info: for another TEE");
	if (memcmp(t->fmspc, pck->fmspc, sizeof t->fmspc) != 0)
		return why_set(run->why, E_TCB_INFO_MISMATCH, "TCB info: for another FMSPC");
	if (memcmp(t->pceid, pck->pceid, sizeof t->pceid) != 0)
		return why_set(run->why, E_TCB_INFO_MISMATCH, "TCB info: for another PCEID");
	if (run->qe.version != QE_IDENTITY_VERSION)
		return why_set(run->why, E_QE_IDENTITY_FORMAT, "QE identity: version %u",
			(unsigned)run->qe.version);
	if (is_tdx(run) ? !run->qe.td_qe : !run->qe.qe)
		return why_set(run->why, E_QE_IDENTITY_MISMATCH,
			"QE identity: of another quoting enclave");
	if (t->evaluation < least)
		return why_set(run->why, E_TCB_EVALUATION, "TCB info: evaluation number %u",
			(unsigned)t->evaluation);
	if (run->qe.evaluation < least)
		return why_set(run->why, E_TCB_EVALUATION, "QE identity: evaluation number %u",
			(unsigned)run->qe.evaluation);
	done(run, STEP_BINDINGS, DONE_COMPARED);
	return E_OK;
}

/* H */
static enum err step_qe_signature(struct run *run)
{
	const struct quote *q = &run->r.quote;

	if (!sig_valid(run->memo, run->pck.cert[0].point, q->qe.raw, q->qe_signature))
		return why_set(run->why, E_QE_REPORT_SIGNATURE,
			"the PCK certificate's key did not sign the QE report");
	done(run, STEP_QE_REPORT_SIGNATURE, DONE_COMPARED);
	return E_OK;
}

/* I; the second half is checked as well, although Intel's library does not. */
static enum err step_qe_report_data(struct run *run)
{
	const struct quote *q = &run->r.quote;
	uint8_t want[64] = {0};
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, q->att_key);
	sha256_add(&h, q->qe_auth_data);
	sha256_out(&h, want);
	if (!slice_eq(q->qe.report_data, SLICE_OF(want)))
		return why_set(run->why, E_QE_REPORT_DATA,
			"the QE report does not name this attestation key");
	done(run, STEP_QE_REPORT_DATA, DONE_COMPARED);
	return E_OK;
}

/* J */
static enum err step_qe_report(struct run *run)
{
	const struct sgx_report *qe = &run->r.quote.qe;
	enum err e;

	if (run->full) {
		e = qe_identity_matches(&run->qe, qe, run->why);
		if (!e) e = tcb_match_qe(&run->qe, qe, &run->match, run->why);
	} else {
		e = qe_pinned_matches(is_tdx(run), qe, run->why);
	}
	if (!e) done(run, STEP_QE_REPORT, run->full ? DONE_COMPARED : DONE_PINNED);
	return e;
}

/* K */
static enum err step_quote_signature(struct run *run)
{
	const struct quote *q = &run->r.quote;

	if (!sig_valid(run->memo, q->att_key, q->signed_part, q->signature))
		return why_set(run->why, E_QUOTE_SIGNATURE,
			"the attestation key did not sign header and body");
	done(run, STEP_QUOTE_SIGNATURE, DONE_COMPARED);
	return E_OK;
}

/* L */
static enum err step_module(struct run *run)
{
	const struct tdx_body *td = td_of(run);
	enum err e;

	if (!td) {
		done(run, STEP_TDX_MODULE, DONE_NOT_APPLICABLE);
		return E_OK;
	}
	if (run->full)
		e = tcb_match_module(&run->tcb, td, &run->match, run->why);
	else
		e = tcb_pinned_module(td, run->why);
	if (!e) done(run, STEP_TDX_MODULE, run->full ? DONE_COMPARED : DONE_PINNED);
	return e;
}

/* Statuses, advisories and dates of the levels taken. */
static enum err take_levels(struct run *run)
{
	const struct tcb_match *m = &run->match;
	struct dcap_result *r = &run->r;
	enum err e;

	r->status = m->status;
	r->platform_status = m->platform->verdict.status;
	r->qe_status = m->qe->verdict.status;
	r->tcb_date = r->tcb_date_min = m->platform->verdict.date;
	if (m->qe->verdict.date < r->tcb_date_min) r->tcb_date_min = m->qe->verdict.date;
	e = advisories_add(&r->advisories, m->platform->verdict.advisories);
	if (!e && m->module) {
		r->module_status = m->module->verdict.status;
		if (m->module->verdict.date < r->tcb_date_min)
			r->tcb_date_min = m->module->verdict.date;
		e = advisories_add(&r->advisories, m->module->verdict.advisories);
	}
	if (!e) e = advisories_add(&r->advisories, m->qe->verdict.advisories);
	if (e) return why_set(run->why, E_TCB_INFO_FORMAT, "more advisories than we can list");
	return E_OK;
}

/* M and N */
static enum err step_levels(struct run *run)
{
	const struct tdx_body *td = td_of(run);
	enum err e;

	if (!run->full) return E_OK;
	e = tcb_match_platform(&run->tcb, &run->r.pck, td, &run->match, run->why);
	if (!e) e = tcb_match_merge(&run->tcb, &run->r.pck, td, &run->match, run->why);
	if (!e) e = take_levels(run);
	if (e) return e;
	run->r.evaluated = true;
	done(run, STEP_TCB_LEVEL, DONE_COMPARED);
	return E_OK;
}

static enum err check_td(const struct dcap_input *in, const struct tdx_body *td, struct why *why)
{
	static const uint8_t zero[TDX_REG_LEN];
	uint64_t a = td->td_attributes;

	if (a & TD_DEBUG && !in->allow_debug)
		return why_set(why, E_DEBUG, "TDATTRIBUTES has the debug bit");
	if (a & ~(TD_ALLOWED | TD_DEBUG))
		return why_set(why, E_TD_ATTRIBUTES, "TDATTRIBUTES %016llx has other bits",
			(unsigned long long)a);
	/* Without it the host can inject #VE on private pages. */
	if (!(a & TD_SEPT_VE_DISABLE))
		return why_set(why, E_TD_ATTRIBUTES, "SEPT_VE_DISABLE is not set");
	if (td->mrservicetd.n && !slice_eq(td->mrservicetd, SLICE_OF(zero)) &&
		!in->allow_service_td)
		return why_set(why, E_TD_SERVICE_TD, "MRSERVICETD is not zero");
	return E_OK;
}

/* O */
static enum err step_report_policy(struct run *run)
{
	const struct tdx_body *td = td_of(run);
	enum err e = E_OK;

	if (td)
		e = check_td(run->in, td, run->why);
	else if (run->r.quote.sgx.attributes.p[0] & SGX_FLAG_DEBUG && !run->in->allow_debug)
		e = why_set(run->why, E_DEBUG, "the enclave has the debug attribute");
	if (!e) done(run, STEP_REPORT_POLICY, DONE_COMPARED);
	return e;
}

/* Runs steps in their order and cleans up. The first fault names the class. */
static enum err run_steps(
	struct run *run, enum err (*const steps[])(struct run *), size_t n, struct dcap_result *out)
{
	const struct dcap_input *in = run->in;
	enum err e = E_OK;
	size_t i;

	run->memo = in->memo ? in->memo : &run->own;
	run->root = in->trusted_root.n ? in->trusted_root : intel_root_der();
	run->full = in->collateral.n > 0;
	run->r.valid_from = INT64_MIN;
	run->r.valid_until = INT64_MAX;
	for (i = 0; i < n && !e; i++)
		e = steps[i](run);
	if (!e) {
		sha256(run->root, run->r.root_sha256);
		run->r.intel_root = slice_eq(run->root, intel_root_der());
		*out = run->r;
	}
	tcb_info_drop(&run->tcb);
	qe_identity_drop(&run->qe);
	collateral_drop(&run->coll);
	buf_drop(&run->mem);
	return e;
}

enum err dcap_verify(const struct dcap_input *in, struct dcap_result *out, struct why *why)
{
	static enum err (*const steps[])(struct run *) = {step_quote, step_bundle, step_pck_chain,
		step_pck_extension, step_revocation, step_tcb_info, step_qe_identity, step_bindings,
		step_qe_signature, step_qe_report_data, step_qe_report, step_quote_signature,
		step_module, step_levels, step_report_policy};
	struct run run = {.in = in, .why = why};

	return run_steps(&run, steps, sizeof steps / sizeof *steps, out);
}

/* ---- collateral alone ------------------------------------------------------------- */

/* In place of B: the authority out of the bundle, where a quote's chain would have it. */
static enum err step_pck_ca(struct run *run)
{
	struct chain chain;
	struct slice pem = run->coll.pck_crl_chain;
	enum err e;

	if (!pem.p)
		return why_set(run->why, E_COLLATERAL_FORMAT,
			"collateral: pck_crl_issuer_chain is missing");
	e = chain_check(
		CHAIN_PCK_CA, pem, run->root, run->in->now, run->memo, &run->mem, &chain, run->why);
	if (e) return e;
	run->pck.cert[1] = chain.cert[0];
	run->pck.cert[2] = chain.cert[1];
	slice_text(run->r.pck_ca, sizeof run->r.pck_ca, chain.cert[0].cn);
	note_chain(run, &chain, "PCK CA chain");
	return read_lists(run);
}

/* In place of C: whatever PCEID the TCB info is for. */
static enum err step_any_pceid(struct run *run)
{
	memcpy(run->r.pck.pceid, run->tcb.pceid, sizeof run->r.pck.pceid);
	return E_OK;
}

enum err dcap_collateral(const struct dcap_input *in, const struct dcap_scope *scope,
	struct dcap_result *out, struct why *why)
{
	static enum err (*const steps[])(struct run *) = {step_bundle, step_pck_ca, step_tcb_info,
		step_qe_identity, step_any_pceid, step_bindings};
	struct run run = {.in = in, .why = why};

	run.r.quote.tee_type = scope->tdx ? TEE_TYPE_TDX : TEE_TYPE_SGX;
	memcpy(run.r.pck.fmspc, scope->fmspc, sizeof run.r.pck.fmspc);
	return run_steps(&run, steps, sizeof steps / sizeof *steps, out);
}
