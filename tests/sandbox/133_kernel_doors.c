/* SPDX-License-Identifier: MIT */
/*
 * Doors into the kernel that stood open to everybody. 133, CVE-2021-3490 (bpf
 * verifier). 134, CVE-2022-0995 (pipes as queues of notices). 135, CVE-2022-29582 and
 * CVE-2022-2602 (io_uring). 136, CVE-2021-26708 (vsock). 137, CVE-2021-23133 (SCTP),
 * CVE-2022-0435 and CVE-2021-43267 (TIPC), CVE-2020-16119 (DCCP): protocols whose module
 * a mere socket(2) loads. 138, CVE-2022-24122 (counters of user namespaces). 139,
 * CVE-2022-0811 (CRI-O): a kernel setting out of a container's description; 140,
 * CVE-2023-28100 (flatpak): TIOCLINUX types into a console. Here none of them opens.
 * Outcome: PASSED:
 */
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "hostile.h"

static void protocols(void)
{
	/* ICMP, IGMP, DCCP, GRE, ESP, L2TP, SCTP, UDP-Lite, SMC, MPTCP. */
	static const int numbers[] = {1, 2, 33, 47, 50, 58, 115, 132, 136, 256, 262};
	/* X.25, RDS, PPPoE, LLC, CAN, TIPC, Bluetooth, 802.15.4, NFC, vsock, KCM, SMC, XDP, MCTP. */
	static const int families[] = {9, 21, 24, 26, 29, 30, 31, 36, 39, 40, 41, 43, 44, 45};
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, 6};
	size_t i, k;

	for (k = 0; k < sizeof types / sizeof *types; k++) {
		for (i = 0; i < sizeof numbers / sizeof *numbers; i++) {
			fails_with(
				"a protocol", socket(AF_INET, types[k], numbers[i]), EAFNOSUPPORT);
			fails_with("a protocol of IPv6", socket(AF_INET6, types[k], numbers[i]),
				EAFNOSUPPORT);
		}
		for (i = 0; i < sizeof families / sizeof *families; i++)
			fails_with("a family", socket(families[i], types[k], 0), EAFNOSUPPORT);
	}
}

int main(void)
{
	static const char *const settings[] = {"/proc/sys/kernel/core_pattern",
		"/proc/sys/kernel/shm_rmid_forced", "/proc/sys/net/ipv4/ip_forward",
		"/proc/sys/kernel/modprobe", "/proc/sys/fs/binfmt_misc/register"};
	char mem[128] = {0};
	int pipes[2], command, fd;
	size_t i;

	for (command = 0; command < 40; command++)
		fails_with("bpf", syscall(SYS_bpf, command, mem, sizeof mem), EPERM);
	fails_with("a queue of notices", syscall(SYS_pipe2, pipes, O_EXCL), ENOPKG);
	fails_with("a queue of notices", syscall(SYS_pipe2, pipes, O_EXCL | O_CLOEXEC), ENOPKG);
	holds("an ordinary pipe", pipe2(pipes, O_CLOEXEC | O_NONBLOCK) == 0);
	/* IOC_WATCH_QUEUE_SET_SIZE and _SET_FILTER. */
	fails("its size", ioctl(pipes[0], 0x5760, 1));
	fails("its filter", ioctl(pipes[0], 0x5761, mem));
	fails_with("io_uring", syscall(SYS_io_uring_setup, 8, mem), ENOSYS);
	protocols();
	for (i = 0; i < 64; i++)
		fails_with("a user namespace", unshare(CLONE_NEWUSER), EPERM);
	for (i = 0; i < sizeof settings / sizeof *settings; i++)
		fails(settings[i], try_open(settings[i], O_WRONLY));
	for (fd = 0; fd < 3; fd++)
		for (command = 0; command < 20; command++) {
			mem[0] = (char)command;
			fails_with("TIOCLINUX", ioctl(fd, 0x541c, mem), EPERM);
		}
	return ending();
}
