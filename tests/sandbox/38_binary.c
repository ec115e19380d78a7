/* SPDX-License-Identifier: MIT */
/*
 * The appliance's binary, through every link that could lead to it, again and
 * again (CVE-2019-5736), and the job's init behind it (case 39).
 * Outcome: PASSED:
 */
#include "hostile.h"

int main(void)
{
	static const char *const of_init[] = {"exe", "mem", "environ", "maps", "fd/0", "fd/3",
		"cwd", "root", "auxv", "stack", "syscall", "io", "ns/user"};
	char path[64], link[256];
	int i;
	size_t k;

	fails("write to our own file while it runs", try_open("/proc/self/exe", O_WRONLY));
	for (i = 0; i < 2000; i++)
		fails("the binary", try_open("/proc/1/exe", i & 1 ? O_RDONLY : O_RDWR));
	for (k = 0; k < sizeof of_init / sizeof *of_init; k++) {
		snprintf(path, sizeof path, "/proc/1/%s", of_init[k]);
		fails(path, try_open(path, O_RDONLY));
		fails(path, try_open(path, O_RDWR));
		fails(path, readlink(path, link, sizeof link));
	}
	fails("execute the binary", execl("/proc/1/exe", "x", "version", (char *)NULL));
	return ending();
}
