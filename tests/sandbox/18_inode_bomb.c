/* SPDX-License-Identifier: MIT */
/*
 * Empty files until there is no more room, and a deep tree (case 20).
 * Outcome: PASSED:limit-hit:disk
 */
#include "hostile.h"

int main(void)
{
	char name[300];
	int i, deep;

	memset(name, 'd', 200);
	name[200] = '\0';
	if (chdir("/tmp") < 0) return 2;
	for (deep = 0; deep < 2000; deep++)
		if (mkdir(name, 0700) < 0 || chdir(name) < 0) break;
	if (chdir("/tmp") < 0) return 2;
	for (i = 0; i < 1000000; i++) {
		int fd;

		snprintf(name, sizeof name, "f%d", i);
		fd = open(name, O_CREAT | O_WRONLY, 0600);
		if (fd < 0) break;
		close(fd);
	}
	holds("ENOSPC", errno == ENOSPC && i < 70000);
	return ending();
}
