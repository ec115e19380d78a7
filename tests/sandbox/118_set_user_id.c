/* SPDX-License-Identifier: MIT */
/*
 * Files that carry rights out of a layer. 118, CVE-2021-41091 (moby): programs with
 * set-user-id in a container's tree could be run by users of the host. 119,
 * CVE-2021-3493 (kernel): overlayfs let a user namespace put file capabilities that
 * counted outside; 120, CVE-2023-2640 and CVE-2023-32629 (Ubuntu's kernel): the same
 * by attributes copied up without a check; 121, CVE-2023-0386 (kernel): a set-user-id
 * file copied up from a nosuid mount kept its rights. Here every mount is nosuid,
 * the attributes cannot be set, and what is copied up has no rights.
 * Outcome: PASSED:
 */
#include <sys/prctl.h>
#include <sys/xattr.h>

#include "hostile.h"

int main(int argc, char **argv)
{
	/* cap_setuid and all others, permitted and effective, as the kernel stores them. */
	static const uint32_t caps2[] = {0x02000001, 0xffffffff, 0, 0x1ff, 0};
	static const uint32_t caps3[] = {0x03000001, 0xffffffff, 0, 0x1ff, 0, 0};
	char mem[16384], *line;
	struct stat st;

	holds("no new rights", getuid() == 1000 && geteuid() == 1000 && getegid() == 1000);
	holds("no_new_privs", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	fails("setuid 0", setuid(0));
	if (argc > 1) return ending();
	text_of("/proc/self/mountinfo", mem, sizeof mem);
	for (line = mem; *line;) {
		char *end = strchr(line, '\n');

		if (!end) break;
		*end = '\0';
		holds(line, strstr(line, "nosuid") != NULL);
		line = end + 1;
	}
	fails("capabilities of version 2",
		setxattr("/skill/t", "security.capability", caps2, sizeof caps2, 0));
	fails("capabilities of version 3",
		setxattr("/skill/t", "security.capability", caps3, sizeof caps3, 0));
	fails("a redirect of overlays", setxattr("/skill", "trusted.overlay.redirect", "/", 1, 0));
	fails("lower by descriptor", setxattr("/bin/sh", "user.overlay.metacopy", "", 0, 0));
	/* Its first change copies it up. */
	holds("set-user-id is accepted, or not", chmod("/skill/t", 06755) == 0 || errno == EPERM);
	holds("it belongs to us", stat("/skill/t", &st) == 0 && st.st_uid == 1000);
	fails("given away", chown("/skill/t", 0, 0));
	execl("/skill/t", argv[0], "again", (char *)NULL);
	return 3;
}
