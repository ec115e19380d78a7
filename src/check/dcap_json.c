/* SPDX-License-Identifier: MIT */
/* A verification in JSON. Runs in the command line; pure. */
#include "check/dcap_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/cur.h"

static void key_status(struct jw *w, const char *name, enum tcb_status s)
{
	const char *text = tcb_status_name(s);

	if (text)
		jw_key_cstr(w, name, text);
	else
		jw_key_null(w, name);
}

static int cmp_ids(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void dcap_json_accept(struct jw *w, const struct dcap_result *r)
{
	const char *id[LIMIT_ADVISORIES] = {NULL};
	size_t i;

	for (i = 0; i < r->advisories.n; i++)
		id[i] = r->advisories.id[i];
	qsort(id, r->advisories.n, sizeof *id, cmp_ids);
	jw_key_cstr(w, "verdict", "accept");
	key_status(w, "status", r->status);
	jw_key(w, "advisory_ids");
	jw_array(w);
	for (i = 0; i < r->advisories.n; i++)
		jw_cstr(w, id[i]);
	jw_array_end(w);
	key_status(w, "platform_status", r->platform_status);
	key_status(w, "qe_status", r->qe_status);
	key_status(w, "tdx_module_status", r->module_status);
}

void dcap_json_reject(struct jw *w, enum err code)
{
	jw_key_cstr(w, "verdict", "reject");
	jw_key_cstr(w, "error_class", err_name(code));
}

/* A 64-bit field as the bytes of the quote. */
static void key_le64(struct jw *w, const char *name, uint64_t v)
{
	uint8_t raw[8];
	struct buf b = buf_on(raw, sizeof raw);

	buf_le64(&b, v);
	jw_key_hex(w, name, SLICE_OF(raw));
}

static void td_fields(struct jw *w, const struct tdx_body *td)
{
	static const char *const rtmr[] = {"rtmr0", "rtmr1", "rtmr2", "rtmr3"};
	size_t i;

	jw_key_hex(w, "tee_tcb_svn", td->tcb_svn);
	jw_key_hex(w, "mr_seam", td->mrseam);
	jw_key_hex(w, "mr_signer_seam", td->mrsignerseam);
	key_le64(w, "seam_attributes", td->seam_attributes);
	key_le64(w, "td_attributes", td->td_attributes);
	key_le64(w, "xfam", td->xfam);
	jw_key_hex(w, "mr_td", td->mrtd);
	jw_key_hex(w, "mr_config_id", td->mrconfigid);
	jw_key_hex(w, "mr_owner", td->mrowner);
	jw_key_hex(w, "mr_owner_config", td->mrownerconfig);
	for (i = 0; i < 4; i++)
		jw_key_hex(w, rtmr[i], td->rtmr[i]);
	jw_key_hex(w, "report_data", td->report_data);
	if (td->mrservicetd.n == 0) return;
	jw_key_hex(w, "tee_tcb_svn2", td->tcb_svn2);
	jw_key_hex(w, "mr_service_td", td->mrservicetd);
}

static void sgx_fields(struct jw *w, const struct sgx_report *r)
{
	jw_key_hex(w, "mr_enclave", r->mrenclave);
	jw_key_hex(w, "mr_signer", r->mrsigner);
	jw_key_u64(w, "isv_prod_id", r->isvprodid);
	jw_key_u64(w, "isv_svn", r->isvsvn);
	jw_key_hex(w, "attributes", r->attributes);
	jw_key_hex(w, "report_data", r->report_data);
}

void dcap_json_fields(
	struct jw *w, const struct quote *q, const struct sgx_ext *pck, const char *pck_ca)
{
	size_t i;

	jw_key_u64(w, "version", q->version);
	jw_key_u64(w, "tee_type", q->tee_type);
	jw_key_u64(w, "signed_length", q->signed_part.n);
	jw_key_u64(w, "trailing_zero_bytes", q->padding);
	jw_key_u64(w, "inner_cert_type", q->cert_type);
	if (q->tee_type == TEE_TYPE_TDX)
		td_fields(w, &q->td);
	else
		sgx_fields(w, &q->sgx);
	if (!pck) return;
	jw_key_hex(w, "fmspc", SLICE_OF(pck->fmspc));
	jw_key_hex(w, "pce_id", SLICE_OF(pck->pceid));
	jw_key_hex(w, "pck_cpusvn", SLICE_OF(pck->cpusvn));
	jw_key(w, "pck_components");
	jw_array(w);
	for (i = 0; i < SGX_COMPONENTS; i++)
		jw_u64(w, pck->component[i]);
	jw_array_end(w);
	jw_key_u64(w, "pck_pcesvn", pck->pcesvn);
	jw_key_hex(w, "ppid", SLICE_OF(pck->ppid));
	jw_key_u64(w, "sgx_type", pck->sgx_type);
	jw_key_cstr(w, "pck_ca", pck_ca);
}
