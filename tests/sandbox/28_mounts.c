/* SPDX-License-Identifier: MIT */
/*
 * Every way to change mounts and roots (cases 28, 29, 33, 34, 42).
 * Outcome: PASSED:
 */
#include <sys/mount.h>

#include "hostile.h"

/* Numbers of the system calls from open_tree to fspick, and mount_setattr. */
enum { OPEN_TREE = 428, MOVE_MOUNT, FSOPEN, FSCONFIG, FSMOUNT, FSPICK, MOUNT_SETATTR = 442 };

int main(void)
{
	static const char *const types[] = {
		"tmpfs", "proc", "sysfs", "cgroup", "cgroup2", "overlay", "devpts", "ramfs"};
	size_t i;

	mkdir("/tmp/m", 0755);
	for (i = 0; i < sizeof types / sizeof *types; i++) {
		fails(types[i], mount(types[i], "/tmp/m", types[i], 0, NULL));
		fails(types[i], syscall(FSOPEN, types[i], 0));
	}
	fails("bind", mount("/", "/tmp/m", NULL, MS_BIND | MS_REC, NULL));
	fails("move", mount("/proc", "/tmp/m", NULL, MS_MOVE, NULL));
	fails("remount", mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL));
	fails("remount /dev", mount(NULL, "/dev", NULL, MS_REMOUNT | MS_BIND, NULL));
	fails("propagation", mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL));
	fails("umount /proc", umount2("/proc", MNT_DETACH));
	fails("umount /dev/null", umount2("/dev/null", MNT_DETACH));
	fails("umount /", umount2("/", MNT_DETACH));
	fails("open_tree", syscall(OPEN_TREE, AT_FDCWD, "/", 1));
	fails("move_mount", syscall(MOVE_MOUNT, AT_FDCWD, "/proc", AT_FDCWD, "/tmp/m", 0));
	fails("fspick", syscall(FSPICK, AT_FDCWD, "/", 0));
	fails("fsmount", syscall(FSMOUNT, 0, 0, 0));
	fails("fsconfig", syscall(FSCONFIG, 0, 6, NULL, NULL, 0));
	fails("mount_setattr", syscall(MOUNT_SETATTR, AT_FDCWD, "/", 0, NULL, 0));
	fails("chroot", chroot("/tmp/m"));
	fails("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp/m"));
	return ending();
}
