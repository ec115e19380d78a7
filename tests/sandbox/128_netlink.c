/* SPDX-License-Identifier: MIT */
/*
 * Errors of the kernel that took CAP_NET_ADMIN of any network namespace. 128,
 * CVE-2021-22555 (setsockopt of netfilter) and CVE-2022-34918, CVE-2023-32233,
 * CVE-2024-1086 (nf_tables). 129, CVE-2022-2588 (route filter of traffic control). 130,
 * CVE-2022-27666 (esp transformations). 131, CVE-2020-14386 (packet sockets). 132,
 * CVE-2021-43784 (runc): a message longer than its length field. Here only
 * NETLINK_ROUTE may be asked, nothing may be changed, and the rest is no family.
 * Outcome: PASSED:
 */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "hostile.h"

/* What the kernel answers to one request: 0 or a negative errno; 1: nothing. */
static int asked(int fd, int type, int flags, size_t body)
{
	struct {
		struct nlmsghdr head;
		char mem[256];
	} m = {.head = {.nlmsg_len = (uint32_t)(sizeof m.head + body),
		       .nlmsg_type = (uint16_t)type,
		       .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags),
		       .nlmsg_seq = 1}};
	char answer[8192];
	const struct nlmsghdr *h = (const void *)answer;
	ssize_t n;

	if (send(fd, &m, sizeof m.head + body, 0) < 0) return -errno;
	n = recv(fd, answer, sizeof answer, MSG_DONTWAIT);
	if (n < (ssize_t)sizeof *h || h->nlmsg_type != NLMSG_ERROR) return 1;
	return ((const struct nlmsgerr *)NLMSG_DATA(h))->error;
}

int main(void)
{
	static const int changes[] = {RTM_NEWLINK, RTM_DELLINK, RTM_SETLINK, RTM_NEWADDR,
		RTM_NEWROUTE, RTM_NEWNEIGH, RTM_NEWRULE, RTM_NEWQDISC, RTM_NEWTCLASS,
		RTM_NEWTFILTER, RTM_DELTFILTER, RTM_NEWACTION, RTM_NEWCHAIN, RTM_NEWNSID};
	char mem[64] = {0}, wraps[65600];
	struct nlmsghdr *h = (struct nlmsghdr *)wraps;
	size_t i;
	int fd, protocol;

	for (protocol = 1; protocol < 32; protocol++)
		fails_with(
			"a netlink family", socket(AF_NETLINK, SOCK_RAW, protocol), EAFNOSUPPORT);
	fails_with("packets", socket(AF_PACKET, SOCK_DGRAM, htons(3)), EAFNOSUPPORT);
	fails_with("keys of IPsec", socket(15, SOCK_RAW, 2), EAFNOSUPPORT);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	/* IPT_SO_SET_REPLACE, of IPv4 and of IPv6, and the ones beside it. */
	for (i = 64; i < 70; i++) {
		fails("tables of IPv4", setsockopt(fd, IPPROTO_IP, (int)i, mem, sizeof mem));
		fails("tables of IPv6", setsockopt(fd, IPPROTO_IPV6, (int)i, mem, sizeof mem));
	}
	fails("a policy of IPsec", setsockopt(fd, IPPROTO_IP, 17, mem, sizeof mem));
	fails("a protocol above TCP", setsockopt(fd, IPPROTO_TCP, 31, "tls", 4));
	close(fd);
	fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	holds("links may be listed", fd >= 0);
	for (i = 0; i < sizeof changes / sizeof *changes; i++)
		holds("a change is refused",
			asked(fd, changes[i], NLM_F_CREATE | NLM_F_EXCL, 20) < 0);
	/* Longer than 16 bits can say: one message, not two. */
	memset(wraps, 0, sizeof wraps);
	h->nlmsg_len = sizeof wraps;
	h->nlmsg_type = RTM_NEWLINK;
	h->nlmsg_flags = NLM_F_REQUEST;
	send(fd, wraps, sizeof wraps, MSG_DONTWAIT);
	return ending();
}
