/* SPDX-License-Identifier: MIT */
/*
 * 112, CVE-2022-24769 (moby), CVE-2022-29162 (runc exec) and CVE-2022-27649 (podman):
 * processes began with inheritable capabilities, which a program with file
 * capabilities could take up. 113, CVE-2022-36109 (moby): supplementary groups were
 * not those of the user, so permissions that exclude a group did not. Here every
 * set of capabilities is empty, in every program that is started, and there is no
 * group that means anything.
 * Outcome: PASSED:
 */
#include <grp.h>

#include "hostile.h"

int main(int argc, char **argv)
{
	static const char *const sets[] = {
		"CapInh:\t", "CapPrm:\t", "CapEff:\t", "CapBnd:\t", "CapAmb:\t"};
	char mem[4096], path[64];
	const char *text = text_of("/proc/self/status", mem, sizeof mem);
	gid_t groups[64];
	int i, n = getgroups(64, groups);
	size_t k;

	needs_proc();
	for (k = 0; k < sizeof sets / sizeof *sets; k++) {
		const char *line = strstr(text, sets[k]);

		holds(sets[k],
			line && strncmp(line + strlen(sets[k]), "0000000000000000\n", 17) == 0);
	}
	/* 65534: not mapped here, what an ordinary user's own groups look like. */
	for (i = 0; i < n; i++)
		holds("a group of somebody else", groups[i] == 65534);
	snprintf(path, sizeof path, "/proc/%d/status", getpid());
	holds("the same by number", text_of(path, mem, sizeof mem)[0] != '\0');
	if (argc > 1) return ending();
	execl("/proc/self/exe", argv[0], "again", (char *)NULL);
	return 3;
}
