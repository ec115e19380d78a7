/* SPDX-License-Identifier: MIT */
/*
 * 101, CVE-2024-21626 (runc): a directory of the host stayed open in the
 * container, and a working directory of /proc/self/fd/N led there. Here no
 * descriptor is inherited, and neither working directory nor any link of /proc
 * is outside; the working directory of the manifest is judged in sandbox.sh (37).
 * Outcome: PASSED:
 */
#include "hostile.h"

int main(void)
{
	static const char *const links[] = {
		"/proc/self/cwd", "/proc/self/root", "/proc/self/exe", "/proc/thread-self/cwd"};
	char path[96], cwd[4096];
	struct stat root, st;
	size_t i;
	int fd;

	needs_proc();
	holds("root", stat("/", &root) == 0);
	for (fd = 3; fd < 1024; fd++) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		fails(path, chdir(path));
		snprintf(path, sizeof path, "/proc/self/fd/%d/../../../../../../..", fd);
		fails(path, chdir(path));
		fails("fchdir", fchdir(fd));
		fails("openat", openat(fd, "..", O_PATH));
	}
	for (i = 0; i < sizeof links / sizeof *links; i++) {
		ssize_t n = readlink(links[i], cwd, sizeof cwd - 1);

		holds(links[i], n > 0 && cwd[0] == '/');
		cwd[n < 0 ? 0 : n] = '\0';
		holds("no deleted or unreachable place", !strstr(cwd, "(unreachable)"));
		snprintf(path, sizeof path, "%s/../../../../../../../..", links[i]);
		if (i != 2)
			holds("up from there is our root", stat(path, &st) == 0 &&
								   st.st_dev == root.st_dev &&
								   st.st_ino == root.st_ino);
	}
	return ending();
}
