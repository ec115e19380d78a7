/* SPDX-License-Identifier: MIT */
/* Runtimes looked at in the background. Runs in runner. */
#include "runner/checker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/log.h"
#include "proc/sys.h"

/* Between two forks of one program; a pipe takes it whole or not at all. */
struct finding {
	uint32_t index;
	bool ok;
	int64_t us;
	char trouble[sizeof((struct runtime *)NULL)->trouble];
};
_Static_assert(sizeof(struct finding) <= PIPE_BUF, "one write is one finding");

static _Noreturn void check_all(struct runtimes *r, int out)
{
	uint32_t i;

	for (i = 0; i < r->n; i++) {
		struct finding f = {.index = i};
		int64_t begin = clock_mono_us();

		/* A manifest that could not be read was said at the start. */
		if (!r->list[i].ok) continue;
		f.ok = runtime_check(&r->list[i]) == E_OK;
		f.us = clock_mono_us() - begin;
		memcpy(f.trouble, r->list[i].trouble, sizeof f.trouble);
		if (write(out, &f, sizeof f) != (ssize_t)sizeof f) break;
	}
	_exit(0);
}

void checker_start(struct checker *c, struct runtimes *r, void (*keep_out)(void *), void *arg)
{
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK) < 0) return;
	c->pid = sys_fork(0, NULL, -1);
	if (c->pid == 0) {
		fd_close(&pipes[0]);
		keep_out(arg);
		check_all(r, pipes[1]);
	}
	fd_close(&pipes[1]);
	if (c->pid < 0) {
		log_event(LOG_WARN, "runtime.no-checker", "errno=%d", errno);
		fd_close(&pipes[0]);
	}
	c->fd = pipes[0];
}

bool checker_read(struct checker *c, struct runtimes *r)
{
	struct finding f;
	bool changed = false;
	ssize_t n;

	while ((n = read(c->fd, &f, sizeof f)) == (ssize_t)sizeof f && f.index < r->n) {
		struct runtime *rt = &r->list[f.index];

		rt->ok = rt->checked = f.ok;
		f.trouble[sizeof f.trouble - 1] = '\0';
		memcpy(rt->trouble, f.trouble, sizeof rt->trouble);
		if (f.ok)
			log_event(LOG_INFO, "runtime.checked", "name=%s us=%lld", rt->name,
				(long long)f.us);
		else
			log_event(LOG_ERROR, "runtime.refused", "name=%s why=\"%s\"", rt->name,
				rt->trouble);
		changed = true;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) return changed;
	fd_close(&c->fd);
	/* It is about to exit, if it was not reaped with the workers: nothing wakes us then. */
	waitpid(c->pid, NULL, 0);
	return changed;
}
