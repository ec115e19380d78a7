/* SPDX-License-Identifier: MIT */
/* Revocation lists in DER, or in the hex of a bundle. */
#include "fuzz.h"

#include "base/num.h"
#include "check/collateral.h"
#include "check/crl.h"

static void one(struct slice der)
{
	struct crl crl;

	if (crl_read(der, &crl)) return;
	FUZZ_ASSERT(inside(der, crl.tbs) && crl.aki.n > 0);
	crl_revokes(&crl, SLICE("\x12\x34"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	struct buf b = buf_heap(size + 1);
	struct collateral c;

	one(in);
	buf_reserve(&b, 1);
	if (!collateral_read(in, &c, NULL)) {
		if (!hex_into(c.pck_crl, &b)) one(buf_slice(&b));
		buf_reset(&b);
		if (!hex_into(c.root_ca_crl, &b)) one(buf_slice(&b));
		collateral_drop(&c);
	}
	buf_drop(&b);
	return 0;
}
