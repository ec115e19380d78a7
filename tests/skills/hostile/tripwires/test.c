/* SPDX-License-Identifier: MIT */
/* One call each of what no test needs; all must be refused, and the refusals stand in the report. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int worked;

static void refused(const char *name, long answer)
{
	if (answer >= 0) worked = 1;
	printf("%s: %s\n", name, answer >= 0 ? "worked" : strerror(errno));
}

int main(void)
{
	refused("ptrace", syscall(SYS_ptrace, 0, 0, 0, 0));
	refused("mount", syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL));
	refused("umount2", syscall(SYS_umount2, "/tmp", 0));
	refused("chroot", syscall(SYS_chroot, "/tmp"));
	refused("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp"));
	refused("unshare", syscall(SYS_unshare, 0x00020000));
	refused("setns", syscall(SYS_setns, 0, 0));
	refused("bpf", syscall(SYS_bpf, 0, NULL, 0));
	refused("perf_event_open", syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
	refused("userfaultfd", syscall(SYS_userfaultfd, 0));
	refused("init_module", syscall(SYS_init_module, NULL, 0, ""));
	refused("process_vm_readv", syscall(SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0));
	refused("AF_PACKET", socket(AF_PACKET, SOCK_RAW, 0));
	refused("AF_VSOCK", socket(AF_VSOCK, SOCK_STREAM, 0));
	return worked;
}
