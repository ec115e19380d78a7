/* SPDX-License-Identifier: MIT */
/* Runs of zero bytes. Runs in unpack; pure. */
#include "unpack/zeros.h"

bool all_zero(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i]) return false;
	return true;
}

bool is_padding(struct slice rest, uint64_t total)
{
	if (rest.n == 0) return true;
	return rest.n < RECORD_BYTES && total % RECORD_BYTES == 0 && all_zero(rest);
}
