/* SPDX-License-Identifier: MIT */
/*
 * Typing into a terminal (CVE-2017-5226, CVE-2019-10063).
 * Outcome: PASSED:
 */
#include "hostile.h"

int main(void)
{
	static const unsigned long commands[] = {0x5412, 0x541c, 0x541d, 0x5423, 0x5457};
	size_t i;
	int fd;

	for (i = 0; i < sizeof commands / sizeof *commands; i++)
		for (fd = 0; fd < 3; fd++) {
			fails_with("terminal", syscall(SYS_ioctl, fd, commands[i], "x"), EPERM);
			fails_with("terminal, high half set",
				syscall(SYS_ioctl, fd, commands[i] | 1UL << 32, "x"), EPERM);
		}
	fails("controlling terminal", try_open("/dev/tty", O_RDWR));
	fails("a new terminal", try_open("/dev/ptmx", O_RDWR));
	return ending();
}
