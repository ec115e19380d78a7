/* SPDX-License-Identifier: MIT */
/*
 * More memory than permitted, handed to swap as it goes: swap is no second limit.
 * Limits: memory-bytes=67108864
 * Outcome: LIMIT:memory
 */
#include <sys/mman.h>
#include <sys/sysinfo.h>

#include "hostile.h"

/* MADV_PAGEOUT: Linux 5.4. */
#define PAGEOUT 21

int main(void)
{
	struct sysinfo machine;
	size_t i;

	if (sysinfo(&machine) == 0 && machine.totalswap == 0)
		cannot_be_tried("this machine has no swap to escape to");
	for (i = 0; i < 1024; i++) {
		char *p = mmap(
			NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED) continue;
		memset(p, 1, 1 << 20);
		madvise(p, 1 << 20, PAGEOUT);
	}
	return 0;
}
