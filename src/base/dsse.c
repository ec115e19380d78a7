/* SPDX-License-Identifier: MIT */
/* PAE and report_data. Runs in attest, the command line and tests; pure. */
#include "base/dsse.h"

#include <string.h>

void buf_pae_head(struct buf *b, struct slice type, size_t payload_len)
{
	buf_str(b, "DSSEv1 ");
	buf_u64_dec(b, type.n);
	buf_u8(b, ' ');
	buf_put(b, type);
	buf_u8(b, ' ');
	buf_u64_dec(b, payload_len);
	buf_u8(b, ' ');
}

void buf_pae(struct buf *b, struct slice type, struct slice payload)
{
	buf_pae_head(b, type, payload.n);
	buf_put(b, payload);
}

void dsse_digest(struct slice payload, uint8_t out[SHA256_LEN])
{
	/* Tag, type and two decimal lengths. */
	uint8_t head[sizeof "DSSEv1 " + sizeof DSSE_TYPE + 2 * 24];
	struct buf b = buf_on(head, sizeof head);
	struct sha256 h;

	buf_pae_head(&b, SLICE(DSSE_TYPE), payload.n);
	sha256_init(&h);
	sha256_add(&h, buf_slice(&b));
	sha256_add(&h, payload);
	sha256_out(&h, out);
}

void report_data(enum report_kind kind, struct slice subject, const uint8_t nonce[NONCE_LEN],
	uint8_t out[REPORT_DATA_LEN])
{
	/* sizeof includes the NUL that ends the tag. */
	static const char identity[] = "skill-verifier/identity/v1";
	struct sha256 h;

	switch (kind) {
	case REPORT_RESULT: dsse_digest(subject, out); break;
	case REPORT_IDENTITY:
		sha256_init(&h);
		sha256_add(&h, SLICE_OF(identity));
		sha256_add(&h, subject);
		sha256_out(&h, out);
		break;
	}
	if (nonce)
		memcpy(out + SHA256_LEN, nonce, NONCE_LEN);
	else
		memset(out + SHA256_LEN, 0, NONCE_LEN);
}
