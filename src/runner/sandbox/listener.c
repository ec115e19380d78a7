/* SPDX-License-Identifier: MIT */
/* Answering a payload's watched system calls. Runs in S. */
#include "runner/sandbox/listener.h"

#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fdio.h"
#include "runner/sandbox/calls.h"

/* Of Linux 6.6: whoever is answered goes on where we stop. */
#define IOC_SET_FLAGS SECCOMP_IOW(4, uint64_t)
#define SYNC_WAKE_UP  1UL

/* What the kernel passes may have grown since our headers. */
union request {
	struct seccomp_notif n;
	uint8_t room[256];
};
union answer {
	struct seccomp_notif_resp r;
	uint8_t room[128];
};

/* musl's ioctl takes an int, into which these numbers do not fit. */
static int ask(int fd, unsigned long what, const void *about)
{
	return (int)syscall(SYS_ioctl, fd, what, about);
}

static bool still_waits(const void *whom, uint64_t id)
{
	const struct listener *l = whom;

	return ask(l->fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void listener_prepare(struct listener *l, const struct sandbox_env *env, const struct workspace *ws,
	const struct sandbox_phase *phase, struct sinkhole *sinkhole)
{
	l->env = env;
	l->phase = phase;
	l->owner = sandbox_init_uid(env, ws->slot);
	l->look = (struct look){.remote = REMOTE_INIT,
		.observer = phase->observer,
		.sinkhole = sinkhole,
		.files = phase->files,
		.waits = still_waits,
		.whom = l};
}

/*
 * Changes the effective id alone. With it go effective capabilities and the
 * parent's death signal, which are put back as they were.
 */
static int act_as(uint32_t uid)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct caps[2];
	int death_signal;

	if (prctl(PR_GET_PDEATHSIG, &death_signal) < 0) return -1;
	if (syscall(SYS_capget, &head, caps) < 0) return -1;
	if (setresuid((uid_t)-1, uid, (uid_t)-1) < 0) return -1;
	if (syscall(SYS_capset, &head, caps) < 0) return -1;
	return prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0);
}

static bool sizes_fit(void)
{
	struct seccomp_notif_sizes s;

	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &s) < 0) return false;
	if (s.seccomp_notif <= sizeof(union request) &&
		s.seccomp_notif_resp <= sizeof(union answer))
		return true;
	errno = E2BIG;
	return false;
}

int listener_open(struct listener *l, int fd)
{
	l->fd = fd;
	l->opened = true;
	if (!sizes_fit() || fchdir(l->env->proc) < 0) return -1;
	/* Older kernels do without. */
	syscall(SYS_ioctl, fd, IOC_SET_FLAGS, SYNC_WAKE_UP);
	/* With a single id we made that namespace ourselves. */
	if (l->env->single_id) return 0;
	if (act_as(l->owner) < 0) return -1;
	l->acting = true;
	return 0;
}

/* Whether this is a call that we have looked at already: a signal made it start again. */
static bool is_retry(struct listener *l, const struct seccomp_notif *n)
{
	unsigned i;

	for (i = 0; i < LISTENER_RETRIES; i++)
		if (l->retries[i].pid == n->pid &&
			memcmp(&l->retries[i].call, &n->data, sizeof n->data) == 0) {
			l->retries[i].pid = 0;
			return true;
		}
	return false;
}

static void expect_retry(struct listener *l, const struct seccomp_notif *n)
{
	unsigned i = l->next_retry++ % LISTENER_RETRIES;

	l->retries[i].pid = n->pid;
	l->retries[i].call = n->data;
}

static void refused(struct listener *l, const struct seccomp_notif *n)
{
	const struct tripwire *t = calls_tripwire(n->data.nr);
	uint8_t mem[48];
	struct buf detail = buf_on(mem, sizeof mem);
	uint32_t value = t ? (uint32_t)n->data.args[t->arg] : 0;

	if (!t) {
		observer_broken(l->phase->observer);
		return;
	}
	if (t->label) {
		buf_str(&detail, t->label);
		buf_fmt(&detail, t->base == 10 ? " %u" : " 0x%x", value);
	}
	observer_saw(l->phase->observer, OBSERVED_DENIED, slice_str(t->name), buf_slice(&detail));
}

/* What the filter would have said, had nobody watched; noted, unless this is the same call again. */
static void decide(
	struct listener *l, const struct seccomp_notif *n, bool again, struct seccomp_notif_resp *r)
{
	uint64_t args[6];
	uint16_t answer;

	memcpy(args, n->data.args, sizeof args);
	answer = filter_answer(l->env->calls, n->data.nr, args);
	r->id = n->id;
	if (answer == FILTER_ALLOW) {
		if (!again) r->error = -look_at(&l->look, n);
		if (!r->error) r->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		return;
	}
	if (!again) refused(l, n);
	/* Nothing that ends a process or pretends is watched. */
	r->error = answer < FILTER_ERRNO_END ? -answer : -EPERM;
}

void listener_serve(struct listener *l, short revents)
{
	union request req = {.room = {0}};
	union answer ans = {.room = {0}};
	struct observation *totals = observer_totals(l->phase->observer);
	bool again;

	if (!(revents & POLLIN)) {
		/* Nobody uses the filter any more. */
		fd_close(&l->fd);
		return;
	}
	/* It may have died since (ENOENT), or the wait was interrupted. */
	if (ask(l->fd, SECCOMP_IOCTL_NOTIF_RECV, &req) < 0) return;
	again = is_retry(l, &req.n);
	if (!again) totals->notifications++;
	decide(l, &req.n, again, &ans.r);
	if (ask(l->fd, SECCOMP_IOCTL_NOTIF_SEND, &ans) == 0) return;
	/* It died, or a signal came before our answer and it asks again. */
	if (errno == ENOENT)
		expect_retry(l, &req.n);
	else
		observer_broken(l->phase->observer);
}

bool listener_flooded(const struct listener *l)
{
	return l->opened &&
	       observer_totals(l->phase->observer)->notifications > LIMIT_OBSERVED_CALLS;
}

void listener_drop(struct listener *l)
{
	/* What was asked for and never began is not there, and says so. */
	if (l->phase && l->phase->observer && !l->opened) observer_broken(l->phase->observer);
	if (l->acting && act_as(0) < 0) _exit(10);
	l->acting = false;
	if (l->opened && chdir("/") < 0) _exit(10);
	remote_drop(&l->look.remote);
	fd_close(&l->fd);
}
