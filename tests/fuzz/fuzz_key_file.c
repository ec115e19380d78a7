/* SPDX-License-Identifier: MIT */
/*
 * Keys with their chain. What is read has the lengths of its kind; who signed it
 * is the same twice, and somebody else when one bit of a link is another.
 */
#include "fuzz.h"

#include <string.h>

#include "check/key_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t app[20] = {0xa9, 0x01};
	uint8_t root[K256_POINT_LEN], kms[K256_POINT_LEN], again[K256_POINT_LEN];
	struct key_file k;
	struct why why = WHY_INIT;
	enum err e = key_file_read(slice_of(data, size), &k, &why);
	size_t i;

	if (e) {
		FUZZ_ASSERT(e == E_KEY_FORMAT || e == E_KEY_CHAIN || e == E_NO_MEMORY);
		FUZZ_ASSERT(e == E_NO_MEMORY || (why.code == e && why.text[0]));
		key_file_drop(&k);
		return 0;
	}
	FUZZ_ASSERT(k.chain.public_key.n == 32 || k.chain.public_key.n == K256_POINT_LEN);
	FUZZ_ASSERT((k.what == KEY_SIGNED_DATA) <= (k.chain.public_key.n == K256_POINT_LEN));
	FUZZ_ASSERT(k.chain.purpose.p != NULL);
	k.chain.app_id = SLICE_OF(app);
	if (keychain_signers(&k.chain, root, kms, NULL) == E_OK) {
		k.chain.kms_root = SLICE_OF(kms);
		FUZZ_ASSERT(keychain_check(&k.chain, again, NULL) == E_OK);
		FUZZ_ASSERT(memcmp(root, again, sizeof root) == 0);
		for (i = 0; i < 2; i++) {
			size_t at = data[0] % K256_RECOVERABLE_LEN;

			k.link[i][at] ^= 1;
			FUZZ_ASSERT(keychain_check(&k.chain, NULL, NULL) == E_KEY_CHAIN);
			k.link[i][at] ^= 1;
		}
	}
	key_file_drop(&k);
	return 0;
}
