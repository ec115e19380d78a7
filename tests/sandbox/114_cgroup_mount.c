/* SPDX-License-Identifier: MIT */
/*
 * 114, CVE-2023-25809 (runc): /sys/fs/cgroup of the host stayed writable in
 * containers without a cgroup namespace of their own. 115, CVE-2022-0492 (kernel):
 * release_agent of version 1 took commands from whoever could mount the hierarchy
 * in a new user namespace. Here none is mounted or can be, and the path of the own
 * group names nothing of the machine.
 * Outcome: PASSED:
 */
#include <sys/mount.h>

#include "hostile.h"

int main(void)
{
	static const char *const controllers[] = {
		"memory", "pids", "rdma", "devices", "freezer", "none,name=x"};
	char mem[16384];
	const char *text = text_of("/proc/self/mountinfo", mem, sizeof mem);
	size_t i;

	needs_proc();
	holds("mounts are listed", *text != '\0');
	holds("no control group among them", !strstr(text, " cgroup"));
	fails("/sys", try_open("/sys/fs/cgroup", O_PATH));
	text = text_of("/proc/self/cgroup", mem, sizeof mem);
	holds("no name of the machine",
		!strstr(text, "skill-verifier") && !strstr(text, "docker") &&
			!strstr(text, ".slice") && !strstr(text, ".service"));
	mkdir("/tmp/c", 0755);
	for (i = 0; i < sizeof controllers / sizeof *controllers; i++)
		fails(controllers[i], mount("cgroup", "/tmp/c", "cgroup", 0, controllers[i]));
	fails("version 2", mount("cgroup2", "/tmp/c", "cgroup2", 0, NULL));
	return ending();
}
