/* SPDX-License-Identifier: MIT */
/*
 * Does nothing, for ever.
 * Timeout: 500ms
 * Outcome: TIMEOUT:wall-time
 */
#include "hostile.h"

int main(void)
{
	for (;;)
		pause();
}
