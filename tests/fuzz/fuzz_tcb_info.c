/* SPDX-License-Identifier: MIT */
/* TCB info and QE identity behind their signature, and matching; a bundle gives its own. */
#include "fuzz.h"

#include <string.h>

#include "check/collateral.h"
#include "check/tcb_match.h"

static void match(const struct tcb_info *t, const struct qe_identity *id)
{
	static const uint8_t zero[48], svn[3][16] = {{6, 1, 3}, {6, 0, 3}, {255, 3, 255, 255, 255}};
	struct sgx_report qe = {.isvsvn = 4};
	struct sgx_ext pck = {.pcesvn = 13};
	struct tdx_body td = {.mrsignerseam = SLICE_OF(zero)};
	struct tcb_match m;
	size_t i;

	memset(pck.component, 7, sizeof pck.component);
	for (i = 0; i < 3; i++) {
		td.tcb_svn = slice_of(svn[i], 16);
		td.tcb_svn2 = slice_of(svn[2 - i], 16);
		memset(&m, 0, sizeof m);
		if (tcb_match_qe(id, &qe, &m, NULL) || tcb_match_module(t, &td, &m, NULL) ||
			tcb_match_platform(t, &pck, &td, &m, NULL) ||
			tcb_match_merge(t, &pck, &td, &m, NULL))
			continue;
		FUZZ_ASSERT(m.status != TCB_REVOKED && tcb_status_name(m.status));
	}
}

static void one(struct slice tcb_text, struct slice qe_text)
{
	static struct tcb_info t;
	static struct qe_identity id;
	bool tcb = !tcb_info_read(tcb_text, &t, NULL), qe = !qe_identity_read(qe_text, &id, NULL);

	if (tcb) FUZZ_ASSERT(t.n_levels > 0 && t.n_levels <= LIMIT_TCB_LEVELS);
	if (qe) FUZZ_ASSERT(id.n_levels > 0 && id.n_levels <= LIMIT_TCB_LEVELS);
	if (tcb && qe) match(&t, &id);
	if (tcb) tcb_info_drop(&t);
	if (qe) qe_identity_drop(&id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	struct collateral c;

	if (collateral_read(in, &c, NULL)) {
		one(in, in);
		return 0;
	}
	one(c.tcb_info, c.qe_identity);
	collateral_drop(&c);
	return 0;
}
