/* SPDX-License-Identifier: MIT */
/* SHA-2 and HMAC over slices. Runs in every role; pure. */
#include "base/hash.h"

#include "base/sha256_x86.h"

#define BLOCK 64
/* Shorter input is not worth the detour. */
#define BULK (4 * BLOCK)

void sha256_init(struct sha256 *h)
{
	br_sha256_init(&h->ctx);
}

void sha256_add(struct sha256 *h, struct slice s)
{
	size_t first = (BLOCK - h->ctx.count % BLOCK) % BLOCK, blocks;

	/* BearSSL has portable code only. */
	if (s.n >= BULK && sha256_x86_present()) {
		br_sha256_update(&h->ctx, s.p, first);
		s = slice_from(s, first);
		blocks = s.n / BLOCK;
		sha256_x86_blocks(h->ctx.val, s.p, blocks);
		h->ctx.count += blocks * BLOCK;
		s = slice_from(s, blocks * BLOCK);
	}
	br_sha256_update(&h->ctx, s.p, s.n);
}

void sha256_out(const struct sha256 *h, uint8_t out[SHA256_LEN])
{
	br_sha256_out(&h->ctx, out);
}

void sha256(struct slice s, uint8_t out[SHA256_LEN])
{
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, s);
	sha256_out(&h, out);
}

void sha384_two(struct slice a, struct slice b, uint8_t out[SHA384_LEN])
{
	br_sha384_context h;

	br_sha384_init(&h);
	br_sha384_update(&h, a.p, a.n);
	br_sha384_update(&h, b.p, b.n);
	br_sha384_out(&h, out);
}

void sha384(struct slice s, uint8_t out[SHA384_LEN])
{
	sha384_two(s, SLICE_NONE, out);
}

void sha512(struct slice s, uint8_t out[SHA512_LEN])
{
	br_sha512_context h;

	br_sha512_init(&h);
	br_sha512_update(&h, s.p, s.n);
	br_sha512_out(&h, out);
}

void hmac_sha256(struct slice key, struct slice s, uint8_t out[SHA256_LEN])
{
	br_hmac_key_context k;
	br_hmac_context h;

	br_hmac_key_init(&k, &br_sha256_vtable, key.p, key.n);
	br_hmac_init(&h, &k, 0);
	br_hmac_update(&h, s.p, s.n);
	br_hmac_out(&h, out);
}
