/* SPDX-License-Identifier: MIT */
/*
 * Fills every place that may be written to: one limit covers them all.
 * Outcome: PASSED:limit-hit:disk
 */
#include "hostile.h"

int main(void)
{
	static const char *const places[] = {
		"/tmp", "/var/tmp", "/dev/shm", "/run", "/home/skill", "/skill"};
	static char page[1 << 16];
	uint64_t all = 0;
	size_t i;

	signal(SIGXFSZ, SIG_IGN);
	for (i = 0; i < sizeof places / sizeof *places; i++) {
		int fd = chdir(places[i]) < 0 ? -1 : open("f", O_CREAT | O_WRONLY, 0600);
		ssize_t n;

		while ((n = write(fd, page, sizeof page)) > 0)
			all += (uint64_t)n;
		holds("the place is full", fd < 0 || errno == ENOSPC || errno == EFBIG);
	}
	holds("at most 256 MiB", all <= 256U << 20);
	return ending();
}
