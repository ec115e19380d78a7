/* SPDX-License-Identifier: MIT */
/*
 * The appliance from inside a test: the guest agent's socket, the data
 * directory, the service, abstract sockets, processes of roles. Arguments as
 * those of tests/roles/taken_runner.c; without any only what needs no names.
 * Outcome: PASSED:
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "hostile.h"

static long unix_connect(const char *path, int abstract)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t n = strlen(path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (n + 1 >= sizeof to.sun_path) return -1;
	memcpy(to.sun_path + (abstract ? 1 : 0), path, n);
	return connect(fd, (struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + (abstract ? 1 : 0) + n));
}

static void process(int pid)
{
	char mem[8], path[64];
	struct iovec here = {mem, sizeof mem}, there = {mem, sizeof mem};

	fails("signal to a role", kill(pid, 0));
	fails("ptrace of a role", ptrace(PTRACE_SEIZE, pid, NULL, NULL));
	fails("memory of a role", process_vm_readv(pid, &here, 1, &there, 1, 0));
	fails("memory of a role", process_vm_writev(pid, &here, 1, &there, 1, 0));
	snprintf(path, sizeof path, "/proc/%d/root", pid);
	fails(path, try_open(path, O_RDONLY));
	snprintf(path, sizeof path, "/proc/%d/environ", pid);
	fails(path, try_open(path, O_RDONLY));
}

int main(int argc, char **argv)
{
	static const char *const places[] = {"/var/run/dstack.sock", "/run/dstack.sock",
		"/agent.sock", "/var/run/docker.sock", "/var/lib/skill-verifier", "/job", "/jobdev",
		"/runtimes"};
	struct sockaddr_in service = {.sin_family = AF_INET};
	size_t k;
	int i;

	for (k = 0; k < sizeof places / sizeof *places; k++) {
		fails(places[k], unix_connect(places[k], 0));
		fails(places[k], try_open(places[k], O_PATH));
	}
	for (i = 1; i < argc && i < 3; i++) {
		fails(argv[i], unix_connect(argv[i], 0));
		fails(argv[i], try_open(argv[i], O_RDONLY));
		fails(argv[i], try_open(argv[i], O_PATH));
	}
	if (argc > 4) {
		service.sin_port = htons((uint16_t)strtoul(argv[3], NULL, 10));
		service.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		fails("the service", connect(socket(AF_INET, SOCK_STREAM, 0),
					     (struct sockaddr *)&service, sizeof service));
		fails("an abstract socket", unix_connect(argv[4], 1));
	}
	for (i = 5; i < argc; i++)
		process((int)strtoul(argv[i], NULL, 10));
	return ending();
}
