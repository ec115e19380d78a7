/* SPDX-License-Identifier: MIT */
/*
 * Comparison without early exit and wiping that the compiler keeps.
 * Runs in every role; pure.
 */
#ifndef BASE_CT_H
#define BASE_CT_H

#include <stdbool.h>
#include <stddef.h>

/* Equality of n bytes in time that depends on n only. */
bool ct_equal(const void *a, const void *b, size_t n);
/* Zeroes n bytes, also when nobody reads them afterwards. */
void wipe(void *p, size_t n);

#endif
