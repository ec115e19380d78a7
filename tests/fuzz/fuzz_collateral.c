/* SPDX-License-Identifier: MIT */
/* Bundles beside a real quote (VECTORS), so that changed ones get far. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#include "check/collateral.h"
#include "check/dcap.h"

static struct slice real_quote;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static uint8_t bytes[1 << 16];
	const char *dir = getenv("VECTORS");
	char path[4096];
	FILE *f;

	(void)argc;
	(void)argv;
	snprintf(path, sizeof path, "%s/dcap/real/quotes/dq_tdx.bin",
		dir ? dir : "../shared/vectors");
	f = fopen(path, "rb");
	if (!f) return 0;
	real_quote = slice_of(bytes, fread(bytes, 1, sizeof bytes, f));
	fclose(f);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sig_memo memo;
	struct dcap_input in = {.quote = real_quote,
		.collateral = slice_of(data, size),
		.now = 1751624191,
		.memo = &memo};
	struct collateral c;
	struct dcap_result r;

	if (collateral_read(in.collateral, &c, NULL)) return 0;
	collateral_drop(&c);
	if (real_quote.n && !dcap_verify(&in, &r, NULL)) FUZZ_ASSERT(r.status == TCB_UP_TO_DATE);
	return 0;
}
