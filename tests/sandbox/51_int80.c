/* SPDX-License-Identifier: MIT */
/*
 * A system call of 32-bit programs.
 * Outcome: FAILED:sigsys
 */
int main(void)
{
	long r = 20; /* getpid there */

	__asm__ volatile("int $0x80" : "+a"(r) : : "memory", "r8", "r9", "r10", "r11");
	return 0;
}
