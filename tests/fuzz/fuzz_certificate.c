/* SPDX-License-Identifier: MIT */
/* Certificates and PEM chains; a quote gives its own chain. */
#include "fuzz.h"

#include "base/limits.h"
#include "check/pem.h"
#include "check/quote.h"
#include "check/sgx_ext.h"
#include "base/x509.h"

static void one(struct slice der)
{
	struct sgx_ext ext;
	struct x509 x;

	if (x509_read(der, &x)) return;
	FUZZ_ASSERT(inside(der, x.tbs) && inside(der, x.issuer) && inside(der, x.subject));
	FUZZ_ASSERT(!x.p256 || x.point.n == 64);
	FUZZ_ASSERT(x.serial.n >= 1 && x.serial.n <= 20);
	if (x.sgx.p) sgx_ext_read(x.sgx, &ext);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size), pem = in, cert[PEM_CERTS];
	struct buf mem = buf_heap(2 * LIMIT_PEM_BYTES + 1);
	struct sgx_ext ext;
	struct quote q;
	size_t n = 0;

	one(in);
	sgx_ext_read(in, &ext);
	if (!quote_read(in, 0, &q, NULL)) pem = q.cert_data;
	if (!buf_reserve(&mem, 2 * LIMIT_PEM_BYTES + 1)) return 0;
	if (!pem_chain(pem, &mem, cert, &n))
		while (n > 0)
			one(cert[--n]);
	buf_drop(&mem);
	return 0;
}
