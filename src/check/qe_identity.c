/* SPDX-License-Identifier: MIT */
/* Identity of a quoting enclave. Runs in the command line; pure. */
#include "check/qe_identity.h"

#include <string.h>

/* Signers and products of Intel's quoting enclaves, specs/dcap.md 2.1. */
static const uint8_t td_qe_signer[32] = {0xdc, 0x9e, 0x2a, 0x7c, 0x6f, 0x94, 0x8f, 0x17, 0x47, 0x4e,
	0x34, 0xa7, 0xfc, 0x43, 0xed, 0x03, 0x0f, 0x7c, 0x15, 0x63, 0xf1, 0xba, 0xbd, 0xdf, 0x63,
	0x40, 0xc8, 0x2e, 0x0e, 0x54, 0xa8, 0xc5};
static const uint8_t sgx_qe_signer[32] = {0x8c, 0x4f, 0x57, 0x75, 0xd7, 0x96, 0x50, 0x3e, 0x96,
	0x13, 0x7f, 0x77, 0xc6, 0x8a, 0x82, 0x9a, 0x00, 0x56, 0xac, 0x8d, 0xed, 0x70, 0x14, 0x0b,
	0x08, 0x1b, 0x09, 0x44, 0x90, 0xc5, 0x7b, 0xff};
#define TD_QE_PRODUCT  2
#define SGX_QE_PRODUCT 1

static enum err bad(struct why *why, const char *what)
{
	return why_set(why, E_QE_IDENTITY_FORMAT, "%s", what);
}

static enum err read_measures(const struct cJSON *j, struct qe_identity *q)
{
	uint64_t product;

	if (json_get_hex(j, "miscselect", q->miscselect, sizeof q->miscselect) ||
		json_get_hex(j, "miscselectMask", q->miscselect_mask, sizeof q->miscselect_mask))
		return E_FORMAT;
	if (json_get_hex(j, "attributes", q->attributes, sizeof q->attributes) ||
		json_get_hex(j, "attributesMask", q->attributes_mask, sizeof q->attributes_mask))
		return E_FORMAT;
	if (json_get_hex(j, "mrsigner", q->mrsigner, sizeof q->mrsigner)) return E_FORMAT;
	if (json_get_u64(j, "isvprodid", UINT16_MAX, &product)) return E_FORMAT;
	q->isvprodid = (uint16_t)product;
	return E_OK;
}

static enum err read_all(const struct cJSON *j, struct qe_identity *q, struct why *why)
{
	struct slice id;
	uint64_t v;

	if (json_get_u64(j, "version", UINT32_MAX, &v)) return bad(why, "QE identity: no version");
	q->version = (uint32_t)v;
	if (json_get_str(j, "id", &id)) return bad(why, "QE identity: no id");
	q->td_qe = slice_is(id, "TD_QE");
	q->qe = slice_is(id, "QE");
	if (tcb_date(j, "issueDate", &q->issue_date) || tcb_date(j, "nextUpdate", &q->next_update))
		return bad(why, "QE identity: a date is missing or malformed");
	if (json_get_u64(j, "tcbEvaluationDataNumber", UINT32_MAX, &v))
		return bad(why, "QE identity: no tcbEvaluationDataNumber");
	q->evaluation = (uint32_t)v;
	if (read_measures(j, q)) return bad(why, "QE identity: a measure is missing or malformed");
	if (isv_levels_read(json_get(j, "tcbLevels"), q->level, LIMIT_TCB_LEVELS, &q->n_levels))
		return bad(why, "QE identity: tcbLevels is missing or malformed");
	return E_OK;
}

enum err qe_identity_read(struct slice text, struct qe_identity *out, struct why *why)
{
	struct why inner = WHY_INIT;
	enum err e;

	memset(out, 0, sizeof *out);
	e = json_parse(text, JSON_INTEGERS, &out->tree, &inner);
	if (e == E_NO_MEMORY) return e;
	if (e) return why_set(why, E_QE_IDENTITY_FORMAT, "QE identity: %s", inner.text);
	e = read_all(out->tree, out, why);
	if (e) qe_identity_drop(out);
	return e;
}

void qe_identity_drop(struct qe_identity *q)
{
	json_drop(&q->tree);
}

/* (value & mask) == want, byte by byte in the order of the hex strings. */
static bool masked_equal(struct slice value, const uint8_t *mask, const uint8_t *want)
{
	size_t i;

	for (i = 0; i < value.n; i++)
		if ((value.p[i] & mask[i]) != want[i]) return false;
	return true;
}

static enum err check_debug(const struct sgx_report *qe, struct why *why)
{
	if (qe->attributes.p[0] & SGX_FLAG_DEBUG)
		return why_set(why, E_QE_DEBUG, "the quoting enclave has the debug attribute");
	return E_OK;
}

enum err qe_identity_matches(
	const struct qe_identity *id, const struct sgx_report *qe, struct why *why)
{
	const char *fault = NULL;

	if (!masked_equal(qe->miscselect, id->miscselect_mask, id->miscselect))
		fault = "MISCSELECT of the QE report is another one";
	else if (!masked_equal(qe->attributes, id->attributes_mask, id->attributes))
		fault = "ATTRIBUTES of the QE report are others";
	else if (!slice_eq(qe->mrsigner, SLICE_OF(id->mrsigner)))
		fault = "MRSIGNER of the QE report is another one";
	else if (qe->isvprodid != id->isvprodid)
		fault = "ISVPRODID of the QE report is another one";
	if (fault) return why_set(why, E_QE_IDENTITY_MISMATCH, "%s", fault);
	return check_debug(qe, why);
}

enum err qe_pinned_matches(bool tdx, const struct sgx_report *qe, struct why *why)
{
	struct slice signer = tdx ? SLICE_OF(td_qe_signer) : SLICE_OF(sgx_qe_signer);

	if (!slice_eq(qe->mrsigner, signer))
		return why_set(why, E_QE_IDENTITY_MISMATCH, "MRSIGNER of the QE is not Intel's");
	if (qe->isvprodid != (tdx ? TD_QE_PRODUCT : SGX_QE_PRODUCT))
		return why_set(why, E_QE_IDENTITY_MISMATCH, "ISVPRODID of the QE is not Intel's");
	return check_debug(qe, why);
}
