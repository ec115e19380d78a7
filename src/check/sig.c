/* SPDX-License-Identifier: MIT */
/* ECDSA P-256 with a memory of valid signatures. Runs in the command line; pure. */
#include "check/sig.h"

#include <string.h>

#include "base/hash.h"
#include "base/p256.h"

static bool remembered(const struct sig_memo *memo, const uint8_t key[SHA256_LEN])
{
	unsigned i;

	for (i = 0; i < memo->n; i++)
		if (memcmp(memo->seen[i], key, SHA256_LEN) == 0) return true;
	return false;
}

bool sig_valid(struct sig_memo *memo, struct slice point, struct slice message, struct slice sig)
{
	uint8_t digest[SHA256_LEN], key[SHA256_LEN];
	struct sha256 h;

	/* The memory needs unambiguous parts: all three have one length only. */
	if (point.n != P256_POINT_LEN || sig.n != 64) return false;
	sha256(message, digest);
	sha256_init(&h);
	sha256_add(&h, point);
	sha256_add(&h, SLICE_OF(digest));
	sha256_add(&h, sig);
	sha256_out(&h, key);
	if (remembered(memo, key)) return true;
	memo->computed++;
	if (!p256_verify_raw(point, digest, sig)) return false;
	memcpy(memo->seen[memo->next], key, SHA256_LEN);
	memo->next = (memo->next + 1) % SIG_MEMO;
	if (memo->n < SIG_MEMO) memo->n++;
	return true;
}
