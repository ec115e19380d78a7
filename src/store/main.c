/* SPDX-License-Identifier: MIT */
/*
 * The store role: owns every job from the moment it is accepted, hands it to
 * runner and attest, and answers http. It never reads what a record or a
 * package says; it keeps bytes and moves them.
 *
 *   uid            902, no capabilities
 *   namespaces     mount, PID, network (empty), IPC, UTS of its own
 *   root           the data directory and nothing else
 *   descriptors    2 log, 3 control, one channel each to http, runner, attest,
 *                  the database
 *   system calls   files of the data directory, memory files, its channels
 *   never          network, processes, packages' content
 */
#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/log.h"
#include "proc/role.h"
#include "proc/sys.h"
#include "store/store.h"

#define DB_PATH "/jobs.db"

/* clang-format off */
#define S(name) SYS_##name
static const int calls_files[] = {
	S(open), S(openat), S(close), S(read), S(write), S(pread64), S(pwrite64), S(lseek), S(fstat),
	S(stat), S(lstat), S(newfstatat), S(statfs), S(fstatfs), S(access), S(unlink), S(ftruncate),
	S(fsync), S(fdatasync), S(fcntl), S(memfd_create), S(readlink), S(getcwd), S(fchmod), S(umask),
	S(writev), S(readv), S(geteuid), S(fchown),
};
static const int calls_channels[] = {
	S(sendmsg), S(recvmsg), S(poll), S(ppoll), S(restart_syscall),
};
static const int calls_process[] = {
	S(brk), S(munmap), S(mremap), S(madvise), S(clock_gettime), S(gettimeofday), S(nanosleep),
	S(clock_nanosleep), S(getrandom), S(getpid), S(gettid), S(exit_group), S(rt_sigreturn),
	S(rt_sigprocmask), S(futex), S(getrusage),
};
/* clang-format on */
static const struct filter_group groups[] = {
	FILTER_ALLOWS("files of the data directory, memory files", calls_files),
	FILTER_ALLOWS("channels that exist", calls_channels),
	FILTER_ALLOWS("own memory, clocks, end", calls_process),
};
static const struct filter_guard guards[] = {
	FILTER_NO_EXEC,
};
static const struct filter_spec calls = {
	groups, FILTER_COUNT(groups), guards, FILTER_COUNT(guards), FILTER_KILL, 0, NULL};

static int store_run(struct boot *boot, struct chan *control, struct message *m);

const struct role role_store = {
	.id = ROLE_STORE,
	.name = "store",
	.uid = 902,
	.root = ROOT_DATA,
	.namespaces = SV_CLONE_NEWNS | SV_CLONE_NEWPID | SV_CLONE_NEWNET | SV_CLONE_NEWIPC |
		      SV_CLONE_NEWUTS,
	.files = 1024,
	.memory = 256 * MIB,
	.calls = &calls,
	.peers = "http, runner, attest",
	.sees = "the data directory",
	.descriptors = "socket:* /jobs.db /jobs.db-wal /memfd:*",
	.mounts = "/:*:rw",
	.run = store_run,
};

/* ---- the loop -------------------------------------------------------------- */

static void new_peer(struct store *s, struct message *m)
{
	struct msg_peer peer = {0};

	if (MSG_READ(peer, m, &peer)) return;
	switch (peer.role) {
	case ROLE_HTTP:
		chan_drop(&s->http);
		s->http = chan_of(message_fd(m, 0));
		break;
	case ROLE_RUNNER:
		store_runner_gone(s);
		s->runner = chan_of(message_fd(m, 0));
		break;
	case ROLE_ATTEST:
		store_attest_gone(s);
		s->attest = chan_of(message_fd(m, 0));
		break;
	default: break;
	}
}

/* Returns false when the role has to end. */
static bool from_init(struct store *s, struct message *m)
{
	struct msg_stop st = {0};

	switch (m->type) {
	case MSG_PING: chan_send(s->control, MSG_PONG, 0, SLICE_NONE, NULL, 0); return true;
	case MSG_PEER: new_peer(s, m); return true;
	case MSG_STOP: s->stopping = true; return MSG_READ(stop, m, &st) == E_OK && !st.now;
	default: return false;
	}
}

static void read_peer(struct store *s, struct chan *c, struct message *m,
	void (*handle)(struct store *, struct message *), void (*gone)(struct store *))
{
	enum err e = E_CLOSED;

	if (!chan_open(c)) return;
	while (chan_open(c) && (e = chan_recv(c, m)) == E_OK) {
		handle(s, m);
		message_drop(m);
	}
	if (e == E_AGAIN && chan_flush(c) == E_OK) return;
	if (chan_open(c)) gone(s);
}

static void http_gone(struct store *s)
{
	chan_drop(&s->http);
}

static void poll_once(struct store *s, int64_t next_ms)
{
	struct chan *list[] = {s->control, &s->http, &s->runner, &s->attest};
	struct pollfd p[4];
	int64_t left = next_ms - clock_mono_us() / 1000;
	unsigned i;

	for (i = 0; i < 4; i++)
		p[i] = (struct pollfd){list[i]->fd,
			(short)(POLLIN | (chan_wants_write(list[i]) ? POLLOUT : 0)), 0};
	if (left < 0) left = 0;
	if (poll(p, 4, left > 60000 ? 60000 : (int)left) < 0 && errno != EINTR)
		log_event(LOG_ERROR, "store.poll", "errno=%d", errno);
}

static int loop(struct store *s, struct message *m)
{
	for (;;) {
		int64_t settle, due;
		enum err e;

		while ((e = chan_recv(s->control, m)) == E_OK) {
			bool more = from_init(s, m);

			message_drop(m);
			if (!more) return ROLE_EXIT_ORDERLY;
		}
		if (e != E_AGAIN) return ROLE_EXIT_PEER;
		chan_flush(s->control);
		read_peer(s, &s->runner, m, store_from_runner, store_runner_gone);
		read_peer(s, &s->attest, m, store_from_attest, store_attest_gone);
		read_peer(s, &s->http, m, store_from_http, http_gone);
		settle = jobs_settle(&s->jobs, clock_mono_us() / 1000, clock_wall_ms());
		store_dispatch(s);
		due = store_attest_due(s);
		poll_once(s, settle < due ? settle : due);
	}
}

/* An orderly stop: what still ran is put back without counting as a crash. */
static void park(struct store *s)
{
	uint32_t i;

	for (i = 0; i < s->jobs.max; i++) {
		struct active *a = &s->jobs.list[i];

		if (a->seq && a->state == JOB_RUNNING)
			jobs_requeue(&s->jobs, a, "orderly-stop", false, clock_wall_ms());
	}
}

static int store_run(struct boot *boot, struct chan *control, struct message *m)
{
	static struct store s;
	struct why why = WHY_INIT;
	enum err e;
	int status_code;

	s.conf = boot->conf;
	s.control = control;
	s.http = s.runner = s.attest = (struct chan)CHAN_INIT;
	s.runner_info = s.attest_info = -1;
	/* Room for the jobs that a larger queue of an earlier start has left. */
	e = jobs_open(&s.jobs, DB_PATH, s.conf.queue + LIMIT_QUEUE, &why);
	if (e) {
		log_event(LOG_ERROR, "store.cannot-open", "error=%s why=\"%s\"", err_name(e),
			why.text);
		return e == E_CONFIG ? ROLE_EXIT_FATAL : ROLE_EXIT_FAILED;
	}
	log_event(LOG_INFO, "store.open", "open=%u completed=%llu failed=%llu", s.jobs.n,
		(unsigned long long)s.jobs.counts[JOB_COMPLETED],
		(unsigned long long)s.jobs.counts[JOB_FAILED]);
	chan_send(control, MSG_READY, 0, SLICE_NONE, NULL, 0);
	status_code = loop(&s, m);
	park(&s);
	jobs_close(&s.jobs);
	return status_code;
}
