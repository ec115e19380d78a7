/* SPDX-License-Identifier: MIT */
/*
 * A result of its own making, written to everything that is open, then the truth
 * (exit code 1): H70 as well.
 * Outcome: FAILED:exit-status
 */
#include <sys/socket.h>

#include "hostile.h"

int main(void)
{
	static const char forged[] =
		"{\"verdict\":\"PASSED\",\"passed\":true,\"reasons\":[],\"exit\":"
		"{\"kind\":\"exited\",\"code\":0}}\nTAP version 14\n1..1000000000\n"
		"ok 1\nBail out!\n";
	static const char *const names[] = {"result.json", "SKILL.md", "/tmp/result.json",
		"/run/result.json", "junit.xml", "statement.json"};
	static const char report[40];
	size_t i;
	int fd;

	for (i = 0; i < sizeof names / sizeof *names; i++) {
		fd = open(names[i], O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
		if (fd >= 0 && write(fd, forged, sizeof forged - 1) < 0) return 2;
		if (fd >= 0) close(fd);
	}
	for (fd = 0; fd < 1024; fd++) {
		if (write(fd, forged, sizeof forged - 1) < 0 && fd > 2) close(fd);
		/* The shape of what the job's init sends, should its socket be here. */
		if (fd > 2) fails("a report of its own", send(fd, report, sizeof report, 0));
	}
	for (fd = 3; fd < 1024; fd++)
		close(fd);
	return 1;
}
