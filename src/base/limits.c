/* SPDX-License-Identifier: MIT */
/* The table of limits. Runs in every role; pure. */
#include "base/limits.h"

#include <stddef.h>

const struct limit limit_table[] = {
#define LIMIT(name, value, unit, failure, reason) {#name, unit, failure, reason, (uint64_t)(value)},
	LIMIT_LIST(LIMIT)
#undef LIMIT
		{NULL, NULL, NULL, NULL, 0},
};
