/* SPDX-License-Identifier: MIT */
/*
 * 116, CVE-2020-15257 (containerd): the shim listened on an abstract socket, which
 * every container in the host's network namespace could connect to. 117,
 * CVE-2024-29018 (moby): names asked for inside an internal network were resolved by
 * the host, a way out. Here the list of sockets is the job's own and empty, and
 * no resolver answers.
 * Outcome: PASSED:
 * Watched: a watched test has the sinkhole, which takes what this expects to be unreachable
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "hostile.h"

int main(void)
{
	static const char *const names[] = {"/containerd-shim/x.sock", "/tmp/dbus-x", "@", "docker",
		"/org/freedesktop/systemd1/notify"};
	static const char *const resolvers[] = {"127.0.0.53", "127.0.0.11", "127.0.0.1", "8.8.8.8"};
	char mem[4096];
	const char *text = text_of("/proc/self/net/unix", mem, sizeof mem);
	size_t i;

	/* One line is the head of the table. */
	holds("no socket but ours", !*text || !strchr(strchr(text, '\n') + 1, '\n'));
	for (i = 0; i < sizeof names / sizeof *names; i++) {
		struct sockaddr_un to = {.sun_family = AF_UNIX};
		socklen_t n =
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(names[i]));

		memcpy(to.sun_path + 1, names[i], strlen(names[i]));
		fails(names[i],
			connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&to, n));
	}
	for (i = 0; i < sizeof resolvers / sizeof *resolvers; i++) {
		struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};

		inet_pton(AF_INET, resolvers[i], &to.sin_addr);
		fails(resolvers[i], sendto(socket(AF_INET, SOCK_DGRAM, 0), mem, 32, 0,
					    (struct sockaddr *)&to, sizeof to));
	}
	return ending();
}
