/* SPDX-License-Identifier: MIT */
/*
 * `health`: asks a running appliance on this machine whether it is ready, for a
 * container's health check. `compose-hash`: what dstack measures of a file.
 * Runs on the command line.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/num.h"
#include "cli/cli.h"

/* Docker's health checks run every few seconds; an answer takes milliseconds. */
#define HEALTH_TIMEOUT_S 5

static enum err connect_to(const char *host, uint16_t port, int *out)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct timeval timeout = {.tv_sec = HEALTH_TIMEOUT_S};
	int fd;

	if (inet_pton(AF_INET, host, &addr.sin_addr) != 1) return E_USAGE;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) return E_SYSTEM;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
	if (connect(fd, (struct sockaddr *)&addr, sizeof addr) < 0) {
		fd_close(&fd);
		return E_ABSENT;
	}
	*out = fd;
	return E_OK;
}

int cmd_health(int argc, char **argv)
{
	const char *host = "127.0.0.1", *port = "3000";
	bool help = false;
	const struct cli_option options[] = {
		{"--host", &host, NULL, "ADDR", "numeric address (127.0.0.1)"},
		{"--port", &port, NULL, "PORT", "port (3000)"},
		{"--help", NULL, &help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	uint8_t mem[16 * KIB];
	struct buf answer = buf_on(mem, sizeof mem);
	uint64_t number;
	int fd = -1, n = cli_options(argc, argv, options);
	enum err e;

	if (n < 0) return EXIT_CANNOT;
	if (help) {
		cli_help("health [options]", "Asks GET /health of an appliance on this machine.",
			options, "Exit codes: 0 ready, 1 not ready, 3 no answer");
		return EXIT_YES;
	}
	if (n > 0 || parse_u64(slice_str(port), 65535, &number))
		return cli_usage("health", "wrong arguments");
	e = connect_to(host, (uint16_t)number, &fd);
	if (!e)
		e = fd_write_all(fd,
			SLICE("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
	if (!e) e = fd_read_all(fd, &answer);
	fd_close(&fd);
	if (e) return cli_cannot("health", e, NULL);
	if (slice_starts(buf_slice(&answer), "HTTP/1.1 200 ")) return EXIT_YES;
	printf("not ready\n");
	return EXIT_NO;
}

int cmd_compose_hash(int argc, char **argv)
{
	bool help = false;
	const struct cli_option options[] = {
		{"--help", NULL, &help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	struct buf b = buf_heap(LIMIT_COMPOSE_BYTES);
	uint8_t digest[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];
	struct buf h = buf_on(hex, sizeof hex);
	int n = cli_options(argc, argv, options);
	enum err e;

	if (n < 0) return EXIT_CANNOT;
	if (help) {
		cli_help("compose-hash FILE",
			"Prints the SHA-256 of the file's exact bytes: what a dstack guest\n"
			"measures as compose hash. No normal form is applied.",
			options, NULL);
		return EXIT_YES;
	}
	if (n != 1) return cli_usage("compose-hash", "one FILE is needed");
	e = file_read(argv[0], LIMIT_COMPOSE_BYTES, &b);
	if (e) return cli_cannot("compose-hash", e, NULL);
	sha256(buf_slice(&b), digest);
	buf_hex(&h, SLICE_OF(digest));
	printf("%s\n", buf_text(&h));
	/* What people trip over: the same document in another byte form. */
	if (b.n && b.p[b.n - 1] == '\n')
		fprintf(stderr, "note: the file ends in a line feed, which is measured too\n");
	buf_drop(&b);
	return EXIT_YES;
}
