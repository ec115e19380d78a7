/* SPDX-License-Identifier: MIT */
/*
 * Answers of a PCS, cut out of one input at NUL bytes: a bundle that is made is
 * one that our reader reads, with the exact bytes of the signed object. The
 * same input as an application's answer, and as its guest's information.
 */
#include "fuzz.h"

#include "base/json.h"
#include "check/app_answer.h"
#include "check/collateral.h"
#include "check/pcs.h"

static void check_bundle(const struct pcs_answers *a)
{
	struct buf b = buf_heap(1 << 20);
	struct collateral c;

	if (!pcs_bundle(a, &b, NULL) && !b.err) {
		FUZZ_ASSERT(collateral_read(buf_slice(&b), &c, NULL) == E_OK);
		FUZZ_ASSERT(slice_search(a->tcb_info, 0, c.tcb_info) < a->tcb_info.n);
		FUZZ_ASSERT(slice_search(a->qe_identity, 0, c.qe_identity) < a->qe_identity.n);
		FUZZ_ASSERT(c.tcb_info_signature.n == 128 && c.qe_identity_signature.n == 128);
		collateral_drop(&c);
	}
	buf_drop(&b);
}

/* What is cut is the object that the JSON reader sees. */
static void check_cut(struct slice text)
{
	struct cJSON *whole = NULL, *part = NULL;
	struct slice cut;

	if (json_parse(text, JSON_INTEGERS, &whole, NULL) == E_OK &&
		pcs_cut(text, "tcbInfo", &cut) == E_OK) {
		FUZZ_ASSERT(inside(text, cut));
		FUZZ_ASSERT(json_is_object(json_get(whole, "tcbInfo")));
		FUZZ_ASSERT(json_parse(cut, JSON_INTEGERS, &part, NULL) == E_OK);
		FUZZ_ASSERT(json_count(part) == json_count(json_get(whole, "tcbInfo")));
	}
	json_drop(&whole);
	json_drop(&part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), part[7];
	struct app_answer answer;
	size_t i;

	for (i = 0; i < 7; i++)
		part[i] = slice_split(&rest, 0);
	check_bundle(&(struct pcs_answers){.tcb_info = part[0],
		.qe_identity = part[1],
		.tcb_info_chain = part[2],
		.qe_identity_chain = part[3],
		.pck_crl_chain = part[4],
		.pck_crl = part[5],
		.root_crl = part[6]});
	check_cut(part[0]);
	if (app_answer_read(part[0], &answer, NULL) == E_OK) {
		FUZZ_ASSERT(answer.quote.n && json_is_array(answer.event_log));
		if (app_answer_info(part[1], &answer, NULL) == E_OK && answer.app_compose.p)
			FUZZ_ASSERT(answer.app_compose.n <= size);
	}
	app_answer_drop(&answer);
	return 0;
}
