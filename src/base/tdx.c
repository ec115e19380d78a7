/* SPDX-License-Identifier: MIT */
/* Header and TD report of a quote. Runs in attest and the command line; pure. */
#include "base/tdx.h"

#include "base/cur.h"

static void read_report(struct cur *c, bool with_15, struct tdx_body *b)
{
	int i;

	b->tcb_svn = cur_take(c, 16);
	b->mrseam = cur_take(c, TDX_REG_LEN);
	b->mrsignerseam = cur_take(c, TDX_REG_LEN);
	b->seam_attributes = cur_le64(c);
	b->td_attributes = cur_le64(c);
	b->xfam = cur_le64(c);
	b->mrtd = cur_take(c, TDX_REG_LEN);
	b->mrconfigid = cur_take(c, TDX_REG_LEN);
	b->mrowner = cur_take(c, TDX_REG_LEN);
	b->mrownerconfig = cur_take(c, TDX_REG_LEN);
	for (i = 0; i < 4; i++)
		b->rtmr[i] = cur_take(c, TDX_REG_LEN);
	b->report_data = cur_take(c, 64);
	if (!with_15) return;
	b->tcb_svn2 = cur_take(c, 16);
	b->mrservicetd = cur_take(c, TDX_REG_LEN);
}

enum err tdx_body_read(struct slice quote, struct tdx_body *out)
{
	struct cur c = cur_of(quote);
	struct tdx_body b = {0};
	uint16_t body_type = 2;
	uint32_t tee, size = TDX_BODY_10;

	b.version = cur_le16(&c);
	cur_le16(&c); /* attestation key type: the signature check's matter */
	tee = cur_le32(&c);
	cur_take(&c, TDX_HEADER_LEN - 8);
	if (c.err) return E_QUOTE_FORMAT;
	if (b.version != 4 && b.version != 5) return E_QUOTE_VERSION;
	if (tee != TEE_TYPE_TDX) return E_TEE_TYPE;
	if (b.version == 5) {
		body_type = cur_le16(&c);
		size = cur_le32(&c);
		if (body_type == 1) return E_TEE_TYPE;
		if (body_type != 2 && body_type != 3) return E_QUOTE_FORMAT;
	}
	if (size != (body_type == 3 ? TDX_BODY_15 : TDX_BODY_10)) return E_QUOTE_FORMAT;
	read_report(&c, body_type == 3, &b);
	if (c.err) return E_QUOTE_FORMAT;
	b.signed_len = quote.n - cur_left(&c);
	*out = b;
	return E_OK;
}
