/* SPDX-License-Identifier: MIT */
/* Digests over the registers of a TD report. Runs in the command line; pure. */
#include "check/measures.h"

void mr_system(const struct tdx_body *td, struct slice key_provider, uint8_t out[SHA256_LEN])
{
	uint8_t provider[SHA256_LEN] = {0};
	struct sha256 h;

	if (key_provider.n) sha256(key_provider, provider);
	sha256_init(&h);
	sha256_add(&h, td->mrtd);
	sha256_add(&h, td->rtmr[0]);
	sha256_add(&h, td->rtmr[1]);
	sha256_add(&h, td->rtmr[2]);
	sha256_add(&h, SLICE_OF(provider));
	sha256_out(&h, out);
}

void mr_aggregated(const struct tdx_body *td, uint8_t out[SHA256_LEN])
{
	static const uint8_t zero[TDX_REG_LEN];
	const struct slice owner[] = {td->mrconfigid, td->mrowner, td->mrownerconfig};
	bool set = false;
	struct sha256 h;
	size_t i;

	sha256_init(&h);
	sha256_add(&h, td->mrtd);
	for (i = 0; i < 4; i++)
		sha256_add(&h, td->rtmr[i]);
	for (i = 0; i < 3; i++)
		set = set || !slice_eq(owner[i], SLICE_OF(zero));
	for (i = 0; i < 3 && set; i++)
		sha256_add(&h, owner[i]);
	sha256_out(&h, out);
}
