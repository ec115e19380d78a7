/* SPDX-License-Identifier: MIT */
/*
 * Files outside: those named as arguments, by dots, by /proc, by handles; and
 * writing to what is shared (cases 35, 36, 40, 43, 48, 85).
 * Outcome: PASSED:
 */
#include "hostile.h"

int main(int argc, char **argv)
{
	static const char *const shared[] = {"/", "/bin", "/usr", "/usr/bin", "/etc", "/lib",
		"/dev", "/proc", "/proc/sys", "/home"};
	static const char *const kernel[] = {"/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern",
		"/proc/sys/kernel/hostname", "/proc/kcore", "/proc/kmsg", "/proc/keys",
		"/proc/1/environ", "/proc/1/root/etc/passwd", "/proc/1/cwd/etc/passwd",
		"/proc/1/fd/0", "/proc/mounts/x", "/sys/kernel", "/sys/firmware",
		"/var/run/dstack.sock", "/sys/fs/cgroup", "/etc/shadow"};
	struct {
		unsigned bytes;
		int type;
		unsigned char mem[128];
	} handle = {sizeof handle.mem, 0, {0}};
	char path[4096];
	int i, mount_id;
	size_t k;

	for (i = 1; i < argc; i++) {
		fails(argv[i], try_open(argv[i], O_RDONLY));
		fails(argv[i], try_open(argv[i], O_WRONLY));
		fails(argv[i], try_open(argv[i], O_WRONLY | O_CREAT));
		snprintf(path, sizeof path, "../../../../../../../../..%s", argv[i]);
		fails(path, try_open(path, O_RDONLY));
		snprintf(path, sizeof path, "/proc/1/root%s", argv[i]);
		fails(path, try_open(path, O_RDONLY));
		snprintf(path, sizeof path, "/proc/self/root%s", argv[i]);
		fails(path, try_open(path, O_RDONLY));
	}
	for (k = 0; k < sizeof kernel / sizeof *kernel; k++)
		fails(kernel[k], try_open(kernel[k], O_RDONLY));
	for (k = 0; k < sizeof shared / sizeof *shared; k++) {
		snprintf(path, sizeof path, "%s/planted", shared[k]);
		fails(path, try_open(path, O_WRONLY | O_CREAT));
		fails(path, mkdir(path, 0755));
		fails(path, symlink("/", path));
	}
	fails("write to a program", try_open("/bin/sh", O_WRONLY));
	fails("truncate a program", truncate("/bin/sh", 0));
	fails("chmod a program", chmod("/bin/sh", 04777));
	fails("link of a program", link("/bin/sh", "/tmp/sh"));
	fails("rename a program", rename("/bin/sh", "/tmp/sh"));
	fails("handle of /", syscall(SYS_name_to_handle_at, AT_FDCWD, "/", &handle, &mount_id, 0));
	fails("open by handle", syscall(SYS_open_by_handle_at, AT_FDCWD, &handle, O_RDONLY));
	return ending();
}
