/* SPDX-License-Identifier: MIT */
/* Versioned attestations in both encodings. */
#include "fuzz.h"

#include "check/attestation.h"
#include "check/msgpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	struct attestation a;
	struct launch l;
	struct cur c = cur_of(in);

	FUZZ_ASSERT(mp_skip(&c).n <= size);
	if (attestation_read(in, &a, NULL)) return 0;
	FUZZ_ASSERT(a.report_data.n == 64);
	FUZZ_ASSERT(inside(in, a.quote) || inside(buf_slice(&a.mem), a.quote));
	eventlog_launch(&a.log, &l, NULL);
	attestation_drop(&a);
	return 0;
}
