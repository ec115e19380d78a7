/* SPDX-License-Identifier: MIT */
/* Constant-time comparison and wiping. Runs in every role; pure. */
#include "base/ct.h"

#include <stdint.h>
#include <string.h>

bool ct_equal(const void *a, const void *b, size_t n)
{
	const uint8_t *x = a, *y = b;
	unsigned diff = 0;
	size_t i;

	for (i = 0; i < n; i++)
		diff |= (unsigned)(x[i] ^ y[i]);
	return diff == 0;
}

void wipe(void *p, size_t n)
{
	if (n == 0) return;
	memset(p, 0, n);
	/* The compiler must assume that this statement reads the memory. */
	__asm__ volatile("" : : "r"(p) : "memory");
}
