/* SPDX-License-Identifier: MIT */
/*
 * More output than is read for anybody.
 * Outcome: LIMIT:output
 */
#include "hostile.h"

int main(void)
{
	static char page[1 << 16];

	for (;;)
		if (write(1, page, sizeof page) < 0 || write(2, page, sizeof page) < 0) return 1;
}
