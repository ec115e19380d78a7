/* SPDX-License-Identifier: MIT */
/*
 * The network of an observed job: loopback up with an address of its own, and a
 * local route for everything, so that every address ends here (specs/sandbox.md
 * 15.5). Four messages of rtnetlink. Runs in a job's init; nothing here allocates.
 */
#include "runner/sandbox/sinkhole_steps.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fdio.h"

/* The first interface of every network namespace. */
#define LOOPBACK 1

struct change {
	struct nlmsghdr head;
	union {
		struct ifinfomsg link;
		struct {
			struct ifaddrmsg head;
			struct rtattr local;
			uint8_t addr[4];
		} address;
		struct {
			struct rtmsg route;
			struct rtattr out;
			uint32_t interface;
			struct rtattr source; /* IPv4 only */
			uint8_t addr[4];
		} way;
	} body;
};

static void link_up(struct change *c)
{
	*c = (struct change){.head = {.nlmsg_len = NLMSG_LENGTH(sizeof c->body.link),
				     .nlmsg_type = RTM_NEWLINK,
				     .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK}};
	c->body.link.ifi_index = LOOPBACK;
	c->body.link.ifi_flags = c->body.link.ifi_change = IFF_UP;
}

static const uint8_t own_address[4] = SINK_OWN_ADDRESS;

/* An address beside loopback: without one, libcs look up no name for who asks for usable ones. */
static void own(struct change *c)
{
	*c = (struct change){
		.head = {.nlmsg_len = NLMSG_LENGTH(sizeof c->body.address),
			.nlmsg_type = RTM_NEWADDR,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL}};
	c->body.address.head = (struct ifaddrmsg){.ifa_family = AF_INET,
		.ifa_prefixlen = 32,
		.ifa_scope = RT_SCOPE_UNIVERSE,
		.ifa_index = LOOPBACK};
	c->body.address.local = (struct rtattr){.rta_len = RTA_LENGTH(4), .rta_type = IFA_LOCAL};
	memcpy(c->body.address.addr, own_address, 4);
}

/* "local default dev lo": what is sent anywhere arrives. */
static void all_local(struct change *c, uint8_t family)
{
	size_t n = family == AF_INET ? sizeof c->body.way
				     : offsetof(struct change, body.way.source) -
					       offsetof(struct change, body);

	*c = (struct change){
		.head = {.nlmsg_len = (uint32_t)NLMSG_LENGTH(n),
			.nlmsg_type = RTM_NEWROUTE,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL}};
	c->body.way.route = (struct rtmsg){.rtm_family = family,
		.rtm_table = RT_TABLE_LOCAL,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_HOST,
		.rtm_type = RTN_LOCAL};
	c->body.way.out =
		(struct rtattr){.rta_len = RTA_LENGTH(sizeof(uint32_t)), .rta_type = RTA_OIF};
	c->body.way.interface = LOOPBACK;
	c->body.way.source = (struct rtattr){.rta_len = RTA_LENGTH(4), .rta_type = RTA_PREFSRC};
	memcpy(c->body.way.addr, own_address, 4);
}

/* One message and its answer; nobody else is in this namespace that could send. */
static int change(int fd, const struct change *c)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr answer;
		uint8_t rest[256];
	} in;
	ssize_t n;

	if (send(fd, c, c->head.nlmsg_len, 0) != (ssize_t)c->head.nlmsg_len) return -1;
	n = recv(fd, &in, sizeof in, 0);
	if (n < 0) return -1;
	if ((size_t)n < sizeof in.head + sizeof in.answer.error ||
		in.head.nlmsg_type != NLMSG_ERROR) {
		errno = EPROTO;
		return -1;
	}
	errno = -in.answer.error;
	return in.answer.error ? -1 : 0;
}

/* A kernel without IPv6 has no address of it that would have to end here. */
static bool has_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0) return false;
	close(fd);
	return true;
}

int sinkhole_network(struct inner *in)
{
	struct change c;
	int fd, r, saved;

	if (!in->sinkhole) return 0;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0) return -1;
	link_up(&c);
	r = change(fd, &c);
	own(&c);
	if (r == 0) r = change(fd, &c);
	all_local(&c, AF_INET);
	if (r == 0) r = change(fd, &c);
	all_local(&c, AF_INET6);
	if (r == 0 && has_ipv6()) r = change(fd, &c);
	saved = errno;
	close(fd);
	errno = saved;
	return r;
}
