/* SPDX-License-Identifier: MIT */
/* Quotes: container, chain and everything that needs no collateral. */
#include "fuzz.h"

#include "check/dcap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dcap_input in = {
		.quote = slice_of(data, size), .now = 1772323200, .accept_unevaluated = true};
	struct dcap_result r;
	struct quote q;

	if (quote_read(in.quote, 0, &q, NULL)) return 0;
	/* What was read fills the input, and nothing lies outside it. */
	FUZZ_ASSERT(q.signed_part.p == data && q.signed_part.n + q.padding < size);
	FUZZ_ASSERT(inside(in.quote, q.cert_data) && inside(in.quote, q.qe_auth_data));
	FUZZ_ASSERT(q.att_key.n == 64 && q.signature.n == 64 && q.qe.raw.n == SGX_REPORT_LEN);
	dcap_verify(&in, &r, NULL);
	return 0;
}
