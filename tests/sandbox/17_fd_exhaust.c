/* SPDX-License-Identifier: MIT */
/*
 * Opens until it may not, then keeps more of them in flight in sockets.
 * Outcome: PASSED:limit-hit:files
 */
#include <sys/socket.h>

#include "hostile.h"

static int send_fd(int sock, int fd)
{
	union {
		struct cmsghdr head;
		char mem[CMSG_SPACE(sizeof fd)];
	} control = {.head = {.cmsg_len = CMSG_LEN(sizeof fd),
			     .cmsg_level = SOL_SOCKET,
			     .cmsg_type = SCM_RIGHTS}};
	struct iovec iov = {(char[]){"x"}, 1};
	struct msghdr m = {.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control.mem};

	memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
	return (int)sendmsg(sock, &m, MSG_DONTWAIT);
}

int main(void)
{
	int pair[2], n = 0, flying = 0;
	struct stat st;

	if (stat("/proc/self/fd", &st) == 0 && st.st_size == 0)
		cannot_be_tried("this kernel is older than 6.2: nobody counts descriptors");
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0) return 2;
	while (open("/dev/null", O_RDONLY) >= 0)
		n++;
	holds("EMFILE", errno == EMFILE && n < 1024);
	while (send_fd(pair[0], pair[1]) > 0 && flying < 100000)
		flying++;
	holds("descriptors in flight are bounded", flying < 10000);
	/* Descriptors are counted by looking, ten times a second. */
	usleep(800000);
	return ending();
}
