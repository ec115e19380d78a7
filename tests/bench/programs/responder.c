/* SPDX-License-Identifier: MIT */
/* The least that can answer HTTP: 200 to whatever comes, on 127.0.0.1 and the port that it is given. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* As pid 1 it ends only by a signal that it handles. */
static void end(int signal)
{
	(void)signal;
	_exit(0);
}

int main(int argc, char **argv)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	struct sockaddr_in at = {.sin_family = AF_INET};
	char request[4096];
	int one = 1, server = socket(AF_INET, SOCK_STREAM, 0), fd;

	at.sin_port = htons((uint16_t)(argc > 1 ? strtoul(argv[1], NULL, 10) : 0));
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	signal(SIGTERM, end);
	if (setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
		bind(server, (struct sockaddr *)&at, sizeof at) != 0 || listen(server, 16) != 0)
		return 1;
	while ((fd = accept(server, NULL, NULL)) >= 0) {
		if (read(fd, request, sizeof request) > 0 &&
			write(fd, answer, sizeof answer - 1) < 0)
			return 1;
		close(fd);
	}
	return 1;
}
