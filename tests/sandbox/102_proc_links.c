/* SPDX-License-Identifier: MIT */
/*
 * 102, CVE-2019-19921 and CVE-2023-27561 (runc): /proc of the image was a link, so
 * the runtime mounted proc elsewhere and its writes went to a tree of the
 * attacker's. 103, CVE-2023-28642 (runc): a linked /proc kept the LSM label from
 * being set. 104, CVE-2025-52881 (runc): a mount raced away made its writes to
 * /proc hit other files. Here the package has links of these names and /proc is
 * the kernel's, with nothing of the system below it.
 * Setup: ["sh", "-c", "ln -s /tmp proc; ln -s /proc sys; ln -s / dev; ln -s /proc /tmp/proc"]
 * Outcome: PASSED:
 */
#include <sys/vfs.h>

#include "hostile.h"

int main(void)
{
	static const char *const absent[] = {"/proc/sys", "/proc/sysrq-trigger", "/proc/kcore",
		"/proc/kallsyms", "/proc/fs", "/proc/bus", "/proc/irq", "/proc/acpi", "/proc/scsi",
		"/proc/timer_list", "/proc/interrupts", "/proc/keys", "/skill/sys/sys",
		"/skill/proc/proc/sys", "/skill/dev/proc/sys"};
	static const char *const attributes[] = {"/proc/self/attr/exec", "/proc/self/attr/current",
		"/proc/self/attr/apparmor/exec", "/proc/thread-self/attr/exec"};
	struct statfs fs;
	struct stat st;
	size_t i;

	needs_proc();
	holds("/proc is proc", statfs("/proc", &fs) == 0 && fs.f_type == 0x9fa0);
	holds("/proc is a directory", lstat("/proc", &st) == 0 && S_ISDIR(st.st_mode));
	holds("/proc/self is ours", statfs("/proc/self/", &fs) == 0 && fs.f_type == 0x9fa0);
	for (i = 0; i < sizeof absent / sizeof *absent; i++)
		fails(absent[i], lstat(absent[i], &st));
	for (i = 0; i < sizeof attributes / sizeof *attributes; i++) {
		int fd = open(attributes[i], O_WRONLY | O_CLOEXEC);

		if (fd >= 0) fails(attributes[i], write(fd, "x", 1));
	}
	fails("exchange /proc", rename("/proc", "/proc2"));
	fails("over /proc", rename("/skill/proc", "/proc"));
	return ending();
}
