/* SPDX-License-Identifier: MIT */
/*
 * Devices: made, opened, exchanged (cases 44, 46, 49).
 * Outcome: PASSED:
 */
#include <sys/sysmacros.h>

#include "hostile.h"

int main(void)
{
	static const char *const names[] = {"mem", "kmsg", "vda", "sda", "kvm", "tdx_guest",
		"tdx-guest", "sev-guest", "sev", "fuse", "net/tun", "loop-control", "loop0",
		"console", "tty", "ptmx", "pts/ptmx", "port", "vsock", "vhost-vsock", "userfaultfd",
		"snapshot", "cpu/0/msr"};
	char path[64];
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "/dev/%s", names[i]);
		fails(path, try_open(path, O_RDONLY));
	}
	fails("character device", mknod("/tmp/c", S_IFCHR | 0666, makedev(1, 3)));
	fails("block device", mknod("/tmp/b", S_IFBLK | 0666, makedev(254, 0)));
	fails("whiteout", mknod("/skill/w", S_IFCHR | 0666, makedev(0, 0)));
	fails("remove /dev/null", unlink("/dev/null"));
	fails("replace /dev/null", symlink("/tmp", "/dev/null2"));
	fails("rename /dev/null", rename("/dev/null", "/dev/x"));
	fails("execute from /dev/shm",
		try_open("/dev/shm/x", O_CREAT | O_WRONLY) < 0
			? 0
			: (chmod("/dev/shm/x", 0755), execl("/dev/shm/x", "x", (char *)NULL)));
	holds("/dev/null is there", try_open("/dev/null", O_RDWR) >= 0);
	return ending();
}
