/* SPDX-License-Identifier: MIT */
/* The listener of P's filter, on its way to S. Runs in a job's init and payload; nothing here allocates. */
#include "runner/sandbox/handover.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fdio.h"
#include "proc/sys.h"

bool handover_observed(const struct inner *in)
{
	return in->phase->observer && observer_monitor(in->phase->observer) != MONITOR_NONE;
}

ssize_t handover_message(int sock, struct slice body, const int *fds, size_t n)
{
	size_t bytes = n * sizeof *fds;
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(HANDOVER_FDS * sizeof(int))];
	} control;
	struct iovec part = {(void *)(uintptr_t)body.p, body.n};
	struct msghdr m = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = n ? &control : NULL,
		.msg_controllen = n ? (socklen_t)CMSG_SPACE(bytes) : 0};

	memset(&control, 0, sizeof control);
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = (socklen_t)CMSG_LEN(bytes);
	if (n) memcpy(CMSG_DATA(&control.head), fds, bytes);
	return sendmsg(sock, &m, MSG_NOSIGNAL);
}

/* The number of P's descriptor, when P has loaded its filter; -1 when P has ended instead. */
static int listener_number(struct inner *in)
{
	struct pollfd p[] = {{in->ready[1], POLLIN, 0}, {in->payload_fd, POLLIN, 0}};
	int number;

	while (poll(p, 2, -1) < 0)
		if (errno != EINTR) return -1;
	if (p[0].revents && read(in->ready[1], &number, sizeof number) == sizeof number)
		return number;
	errno = ESRCH;
	return -1;
}

int handover_send(struct inner *in)
{
	struct inner_handover h = {0};
	int fds[HANDOVER_FDS], number;
	unsigned n = 0;

	if (!handover_observed(in)) return 0;
	number = listener_number(in);
	if (number < 0) return -1;
	in->listener = sys_pidfd_getfd(in->payload_fd, number);
	if (in->listener < 0) return -1;
	h.has |= HANDOVER_LISTENER;
	fds[n++] = in->listener;
	if (in->watch >= 0) {
		h.has |= HANDOVER_WATCH;
		fds[n++] = in->watch;
	}
	if (handover_message(in->sync, slice_of(&h, sizeof h), fds, n) < 0) return -1;
	fd_close(&in->listener);
	fd_close(&in->watch);
	return 0;
}

int handover_load(struct inner *in)
{
	in->listener = filter_load_asking(buf_slice(&in->env->watched.program));
	if (in->listener < 0) return -1;
	return send(in->ready[0], &in->listener, sizeof in->listener, MSG_NOSIGNAL) ==
			       sizeof in->listener
		       ? 0
		       : -1;
}

int handover_close(struct inner *in)
{
	if (!handover_observed(in)) return 0;
	if (close(in->listener) < 0) return -1;
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}
