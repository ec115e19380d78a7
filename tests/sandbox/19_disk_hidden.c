/* SPDX-License-Identifier: MIT */
/*
 * Fills the disk, then tidies up: that it was full is seen all the same.
 * Limits: write-bytes=4194304
 * Outcome: PASSED:limit-hit:disk
 */
#include "hostile.h"

int main(void)
{
	static char page[1 << 16];
	int fd = open("/tmp/fill", O_CREAT | O_WRONLY, 0600);

	signal(SIGXFSZ, SIG_IGN);
	while (write(fd, page, sizeof page) > 0)
		;
	/* The rest of the last block, and what a file of limited size leaves. */
	fd = open("/tmp/fill2", O_CREAT | O_WRONLY, 0600);
	while (write(fd, page, 1) > 0)
		;
	holds("the disk is full", errno == ENOSPC);
	usleep(800000);
	unlink("/tmp/fill");
	unlink("/tmp/fill2");
	return ending();
}
