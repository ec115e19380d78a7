/* SPDX-License-Identifier: MIT */
/*
 * Shared by the fuzz targets: an assertion that libFuzzer sees, and the
 * question whether a slice lies in another. Seeds: tests/fuzz/README.md.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdlib.h>

#include "base/slice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_ASSERT(expr)                                                                          \
	do {                                                                                       \
		if (!(expr)) abort();                                                              \
	} while (0)

/* An empty slice lies anywhere. */
static inline bool inside(struct slice outer, struct slice inner)
{
	if (inner.n == 0) return true;
	return inner.p >= outer.p && inner.n <= outer.n &&
	       (size_t)(inner.p - outer.p) <= outer.n - inner.n;
}

#endif
