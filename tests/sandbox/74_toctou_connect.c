/* SPDX-License-Identifier: MIT */
/*
 * The address changes in shared memory while connect reads it, a million times:
 * whatever is read, nothing is reached (cases 74, 76; what is recorded of it
 * waits for the monitor).
 * Timeout: 20s
 * Outcome: PASSED:
 * Watched: a watched test has the sinkhole, which takes what this expects to be unreachable
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#include "hostile.h"

#define ATTEMPTS 1000000
#define SECONDS  4

int main(void)
{
	struct sockaddr_in *to =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	time_t end = time(NULL) + SECONDS;
	int i, fd = socket(AF_INET, SOCK_DGRAM, 0);
	pid_t pid;

	if (to == MAP_FAILED || fd < 0) return 2;
	*to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(53)};
	pid = fork();
	if (pid == 0)
		for (;;) {
			__atomic_store_n(&to->sin_addr.s_addr, htonl(0x08080808), __ATOMIC_RELAXED);
			__atomic_store_n(&to->sin_addr.s_addr, htonl(0xa9fea9fe), __ATOMIC_RELAXED);
			__atomic_store_n(&to->sin_addr.s_addr, htonl(0x7f000001), __ATOMIC_RELAXED);
		}
	for (i = 0; i < ATTEMPTS && time(NULL) < end; i++)
		fails_with("connect", connect(fd, (struct sockaddr *)to, sizeof *to), ENETUNREACH);
	kill(pid, SIGKILL);
	return ending();
}
