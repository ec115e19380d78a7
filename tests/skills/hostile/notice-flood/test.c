/* SPDX-License-Identifier: MIT */
/* Connects as fast as it can, until somebody ends it. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(80)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	/* One of datagrams may be connected again and again; loopback, so that nobody is asked to listen. */
	for (;;)
		connect(fd, (struct sockaddr *)&to, sizeof to);
}
