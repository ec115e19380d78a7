/* SPDX-License-Identifier: MIT */
/*
 * 141, CVE-2021-33909 (kernel): a path longer than 1 GiB, mounted and then shown in
 * mountinfo, wrote before its buffer. 142, CVE-2021-0920 (kernel): sockets that hold
 * each other in flight raced the collector of such rings. Here inodes
 * bound a path to 16 MiB, nothing can be mounted, and rings of sockets go away with the job.
 * Outcome: PASSED:
 */
#include <sys/mount.h>
#include <sys/socket.h>

#include "hostile.h"

#define DEPTH 3000

static void pass(int over, int fd)
{
	union {
		struct cmsghdr head;
		char mem[CMSG_SPACE(sizeof(int))];
	} control = {.head = {.cmsg_len = CMSG_LEN(sizeof(int)),
			     .cmsg_level = SOL_SOCKET,
			     .cmsg_type = SCM_RIGHTS}};
	struct iovec iov = {(char[]){"x"}, 1};
	struct msghdr m = {.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control.mem};

	memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
	sendmsg(over, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void rings(void)
{
	char mem[64], byte[4];
	struct iovec iov = {byte, sizeof byte};
	int i, a[2], b[2];

	for (i = 0; i < 3000; i++) {
		struct msghdr m = {.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = mem,
			.msg_controllen = sizeof mem};

		if (socketpair(AF_UNIX, SOCK_DGRAM, 0, a) < 0 ||
			socketpair(AF_UNIX, SOCK_DGRAM, 0, b) < 0)
			break;
		pass(a[0], b[0]);
		pass(b[0], a[0]);
		pass(a[1], a[0]);
		if (i & 1) recvmsg(a[1], &m, MSG_PEEK | MSG_DONTWAIT);
		close(a[0]);
		close(a[1]);
		close(b[0]);
		close(b[1]);
		/* What peeking has opened. */
		for (int fd = 3; fd < 16; fd++)
			close(fd);
	}
	holds("3000 rings", i == 3000);
}

int main(void)
{
	char name[256], mem[4096];
	int depth;

	memset(name, 'd', 255);
	name[255] = '\0';
	if (chdir("/tmp") < 0) return 2;
	/* Deeper takes longer than it tells: Landlock walks up from wherever one is. */
	for (depth = 0; depth < DEPTH; depth++)
		if (mkdir(name, 0700) < 0 || chdir(name) < 0) break;
	holds("a deep tree", depth == DEPTH);
	fails("mounted there", mount(".", ".", NULL, MS_BIND, NULL));
	text_of("/proc/self/mountinfo", mem, sizeof mem);
	holds("not in mountinfo", !strstr(mem, "dddddddd"));
	text_of("/proc/self/maps", mem, sizeof mem);
	rings();
	return ending();
}
