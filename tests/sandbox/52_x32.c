/* SPDX-License-Identifier: MIT */
/*
 * A system call of the x32 table.
 * Outcome: FAILED:sigsys
 */
#include "hostile.h"

int main(void)
{
	syscall(0x40000000 | SYS_getpid);
	return 0;
}
