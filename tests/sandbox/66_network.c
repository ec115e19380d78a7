/* SPDX-License-Identifier: MIT */
/*
 * Anything outside: addresses of all kinds, and what Landlock adds (case 66).
 * Needs: Landlock ABI 4
 * Outcome: PASSED:
 * Watched: a watched test has the sinkhole, which takes what this expects to be unreachable
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "hostile.h"

static void reach(const char *address, int type)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(80)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(53)};
	int six = strchr(address, ':') != NULL, fd = socket(six ? AF_INET6 : AF_INET, type, 0);
	const struct sockaddr *to = six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
	socklen_t len = six ? sizeof v6 : sizeof v4;

	inet_pton(AF_INET, address, &v4.sin_addr);
	inet_pton(AF_INET6, address, &v6.sin6_addr);
	if (fd < 0) return;
	fails(address, connect(fd, to, len));
	fails(address, sendto(fd, "x", 1, MSG_NOSIGNAL, to, len));
	fails("broadcast", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "eth0", 5));
	close(fd);
}

int main(void)
{
	static const char *const all[] = {"8.8.8.8", "1.1.1.1", "169.254.169.254", "10.0.0.1",
		"172.17.0.1", "192.168.0.1", "127.0.0.1", "127.0.0.53", "224.0.0.1",
		"255.255.255.255", "::1", "fe80::1", "2001:4860:4860::8888", "::ffff:127.0.0.1"};
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(8080)};
	struct ifreq request = {.ifr_name = "lo"};
	struct if_nameindex *list = if_nameindex();
	size_t i;
	int fd;

	for (i = 0; i < sizeof all / sizeof *all; i++) {
		reach(all[i], SOCK_STREAM);
		reach(all[i], SOCK_DGRAM);
	}
	for (i = 0; list && list[i].if_index; i++)
		holds("no interface but lo", strcmp(list[i].if_name, "lo") == 0);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	request.ifr_flags = IFF_UP;
	fails("raise an interface", ioctl(fd, SIOCSIFFLAGS, &request));
	/* The empty namespace would let this pass: it is the wall of Landlock that does not. */
	fails_with("bind", bind(fd, (struct sockaddr *)&any, sizeof any), EACCES);
	return ending();
}
