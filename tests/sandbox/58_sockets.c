/* SPDX-License-Identifier: MIT */
/*
 * Address families and types of sockets (cases 58, 59).
 * Outcome: PASSED:
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "hostile.h"

static int permitted(int family, int type, int protocol)
{
	if (family == AF_UNIX) return 1;
	if (family == AF_NETLINK) return protocol == 0;
	if (family != AF_INET && family != AF_INET6) return 0;
	return protocol == 0 || (type == SOCK_STREAM && protocol == IPPROTO_TCP) ||
	       (type == SOCK_DGRAM && protocol == IPPROTO_UDP);
}

int main(void)
{
	/* Beside TCP, UDP and families' own: L2TP, SCTP, UDP-Lite, SMC, MPTCP. */
	static const int protocols[] = {0, 1, 6, 9, 15, 17, 115, 132, 136, 255, 256, 262};
	char name[64];
	int family, type, fd;
	size_t p;

	for (family = 0; family < 64; family++)
		for (type = 0; type < 16; type++)
			for (p = 0; p < sizeof protocols / sizeof *protocols; p++) {
				fd = socket(family, type, protocols[p]);
				if (fd < 0) continue;
				snprintf(name, sizeof name, "socket %d %d %d", family, type,
					protocols[p]);
				holds(name, permitted(family, type, protocols[p]));
				close(fd);
			}
	/* To the host of a virtual machine, through any network namespace. */
	fails_with("vsock", socket(AF_VSOCK, SOCK_STREAM, 0), EAFNOSUPPORT);
	fails_with("packet", socket(AF_PACKET, SOCK_RAW, 0), EAFNOSUPPORT);
	fails_with("kernel crypto", socket(AF_ALG, SOCK_SEQPACKET, 0), EAFNOSUPPORT);
	fails_with("raw", socket(AF_INET, SOCK_RAW, 1), EAFNOSUPPORT);
	/* The filter's answer, not the kernel's, which would look for a module first. */
	fails_with("SCTP", socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP), EAFNOSUPPORT);
	fails_with("MPTCP", socket(AF_INET6, SOCK_STREAM, 262), EAFNOSUPPORT);
	fails_with("L2TP", socket(AF_INET, SOCK_DGRAM, 115), EAFNOSUPPORT);
	fails_with("ping", socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP), EAFNOSUPPORT);
	fails_with("high half of the family",
		syscall(SYS_socket, (1ULL << 32) | AF_VSOCK, SOCK_STREAM, 0), EAFNOSUPPORT);
	return ending();
}
