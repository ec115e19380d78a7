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
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/log.h"
#include "proc/role.h"
#include "proc/sys.h"
#include "store/jobs.h"

#define DB_PATH "/jobs.db"
/* An identity quote at most this often (C15); results never wait for them. */
#define IDENTITY_EVERY_MS 1000
/* Below this much free space nothing new is accepted: running jobs must be able to end. */
#define DISK_RESERVE (64ULL * MIB)

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
#define COUNT(array) (sizeof(array) / sizeof *(array))
#define GROUP(why, list)                                                                           \
	{                                                                                          \
		why, FILTER_ALLOW, COUNT(list), list                                               \
	}
static const struct filter_group groups[] = {
	GROUP("files of the data directory, memory files", calls_files),
	GROUP("channels that exist", calls_channels),
	GROUP("own memory, clocks, end", calls_process),
};
/* No memory is ever made executable. */
#define NO_EXEC                                                                                    \
	{                                                                                          \
		FILTER_ALLOW, 1,                                                                   \
		{                                                                                  \
			{                                                                          \
				2, PROT_EXEC, 0                                                    \
			}                                                                          \
		}                                                                                  \
	}
static const struct filter_case no_exec[] = {NO_EXEC};
static const struct filter_guard guards[] = {
	{S(mmap), FILTER_KILL, 1, no_exec},
	{S(mprotect), FILTER_KILL, 1, no_exec},
};
static const struct filter_spec calls = {
	groups, COUNT(groups), guards, COUNT(guards), FILTER_KILL, 0};

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

struct store {
	struct conf conf;
	struct jobs jobs;
	struct chan *control, http, runner, attest;
	uint32_t slots; /* 0: no runner, or it has not said hello */
	bool attest_ready, tee;
	int runner_info, attest_info; /* JSON texts for /info, -1 when absent */
	int64_t identity_ms;          /* when the next identity quote may be asked for */
	bool identity_busy;
	bool stopping; /* an orderly stop: what ends now was told to */
};

/* ---- work for runner and attest ------------------------------------------- */

static bool send_job(struct store *s, struct active *a)
{
	struct msg_run m = {
		.at.attempt = a->attempt,
		.reason = slice_str(a->reason),
		.has_nonce = a->has_nonce,
		.submitted_ms = a->submitted_ms,
	};
	int package = db_blob_file(&s->jobs.db, a->package, "package");
	enum err e = E_SYSTEM;

	memcpy(m.at.job_id, a->id, JOB_ID_LEN);
	memcpy(m.nonce, a->nonce, NONCE_LEN);
	if (package >= 0) e = MSG_SEND(&s->runner, MSG_RUN, 0, run, &m, &package, 1);
	fd_close(&package);
	return e == E_OK;
}

static void dispatch(struct store *s)
{
	while (!s->stopping && s->slots && chan_open(&s->runner) &&
		jobs_in(&s->jobs, JOB_RUNNING, false) < s->slots) {
		struct active *a = jobs_next_pending(&s->jobs);

		if (!a) return;
		/* The attempt counts from here, whatever happens to it. */
		if (jobs_start(&s->jobs, a, clock_wall_ms())) {
			log_event(LOG_ERROR, "store.cannot-start-job", "%s", "");
			return;
		}
		if (!send_job(s, a)) {
			log_event(LOG_ERROR, "store.cannot-send-job", "%s", "");
			jobs_requeue(&s->jobs, a, "not-sent", true, clock_wall_ms());
			return;
		}
	}
}

static void ask_attest(struct store *s, struct active *a)
{
	struct msg_result m = {.at.attempt = a->attempt, .parts = PART_RECORD};

	memcpy(m.at.job_id, a->id, JOB_ID_LEN);
	memcpy(m.mac, a->mac, sizeof m.mac);
	if (MSG_SEND(&s->attest, MSG_ATTEST, 0, result, &m, &a->record, 1)) return;
	a->asked = true;
	a->asks++;
}

static void attestation_gave_up(struct store *s, struct active *a)
{
	struct refusal r = {.code = E_ATTESTATION_UNAVAILABLE,
		.name = SLICE(""),
		.text = slice_str(a->waiting_for)};

	log_event(LOG_ERROR, "job.unattested", "waiting_for=\"%s\"", a->waiting_for);
	/* Not durable: once more after a pause. */
	if (jobs_failed(&s->jobs, a, &r, clock_wall_ms()))
		a->recorded_ms += LIMIT_AGENT_RETRY_MAX_MS;
}

/* Asks for what is due; returns the time of the next thing to do. */
static int64_t attest_due(struct store *s)
{
	int64_t now = clock_mono_us() / 1000, next = now + 60000;
	uint32_t i;

	for (i = 0; i < s->jobs.max; i++) {
		struct active *a = &s->jobs.list[i];

		if (!a->seq || a->phase != PHASE_ATTEST || a->state != JOB_RUNNING) continue;
		if (!a->asked && now - a->recorded_ms > s->conf.attest_ms) {
			attestation_gave_up(s, a);
			continue;
		}
		if (!a->asked && s->attest_ready && now >= a->next_ask_ms) ask_attest(s, a);
		/* While attest works its answer is the next thing; nothing is due. */
		if (a->asked) continue;
		if (s->attest_ready && a->next_ask_ms < next) next = a->next_ask_ms;
		if (a->recorded_ms + s->conf.attest_ms < next)
			next = a->recorded_ms + s->conf.attest_ms + 1;
	}
	return next;
}

/* ---- messages from runner -------------------------------------------------- */

static void runner_hello(struct store *s, struct message *m)
{
	struct msg_runner hello = {0};

	if (MSG_READ(runner, m, &hello)) return;
	s->slots = hello.slots;
	fd_close(&s->runner_info);
	s->runner_info = message_fd(m, 0);
}

static void job_result(struct store *s, struct message *m)
{
	struct msg_result res = {0};
	struct active *a;
	enum err e;

	if (MSG_READ(result, m, &res) || parts_count(res.parts) != m->n_fds) return;
	a = jobs_find_attempt(&s->jobs, &res.at);
	if (!a || a->phase == PHASE_ATTEST || !(res.parts & PART_RECORD)) return;
	e = jobs_recorded(&s->jobs, a, &res, m->fds);
	if (e) {
		/* Not durable, so it has not happened: another attempt when there is room. */
		log_event(LOG_ERROR, "store.cannot-record", "error=%s", err_name(e));
		jobs_requeue(&s->jobs, a, "not-recorded", true, clock_wall_ms());
		return;
	}
	a->record = message_fd(m, 0);
	a->recorded_ms = a->next_ask_ms = clock_mono_us() / 1000;
	if (!s->attest_ready)
		snprintf(a->waiting_for, sizeof a->waiting_for,
			"the guest agent has not answered yet");
}

static void job_refused(struct store *s, struct message *m)
{
	struct msg_refused ref = {0};
	struct active *a;

	if (MSG_READ(refused, m, &ref)) return;
	a = jobs_find_attempt(&s->jobs, &ref.at);
	if (!a) return;
	log_event(LOG_INFO, "job.refused", "code=%s", err_name(ref.refusal.code));
	if (jobs_failed(&s->jobs, a, &ref.refusal, clock_wall_ms()))
		jobs_requeue(&s->jobs, a, "not-recorded", true, clock_wall_ms());
}

static void job_phase(struct store *s, struct message *m)
{
	struct msg_phase phase = {0};
	struct active *a;

	if (MSG_READ(phase, m, &phase)) return;
	a = jobs_find_attempt(&s->jobs, &phase.at);
	if (a && a->phase != PHASE_ATTEST) a->phase = phase.phase;
}

static void job_crashed(struct store *s, struct message *m)
{
	struct msg_attempt at = {0};
	struct active *a;

	if (MSG_READ(attempt, m, &at)) return;
	a = jobs_find_attempt(&s->jobs, &at);
	if (a) jobs_requeue(&s->jobs, a, "worker-died", true, clock_wall_ms());
}

static void from_runner(struct store *s, struct message *m)
{
	switch (m->type) {
	case MSG_RUNNER: runner_hello(s, m); break;
	case MSG_PHASE: job_phase(s, m); break;
	case MSG_RESULT: job_result(s, m); break;
	case MSG_REFUSED: job_refused(s, m); break;
	case MSG_CRASHED: job_crashed(s, m); break;
	default: log_event(LOG_ERROR, "store.odd-message", "from=runner type=%u", m->type);
	}
}

/* The runner is gone: what it worked on runs again. */
static void runner_gone(struct store *s)
{
	uint32_t i;

	chan_drop(&s->runner);
	s->slots = 0;
	fd_close(&s->runner_info);
	for (i = 0; i < s->jobs.max; i++) {
		struct active *a = &s->jobs.list[i];

		if (a->seq && a->state == JOB_RUNNING && a->phase != PHASE_ATTEST)
			jobs_requeue(&s->jobs, a, s->stopping ? "orderly-stop" : "runner-died",
				!s->stopping, clock_wall_ms());
	}
}

/* ---- messages from attest -------------------------------------------------- */

static void attest_hello(struct store *s, struct message *m)
{
	struct msg_attester hello = {0};

	if (MSG_READ(attester, m, &hello)) return;
	s->attest_ready = hello.ready;
	s->tee = hello.tee;
	fd_close(&s->attest_info);
	s->attest_info = message_fd(m, 0);
}

static void job_signed(struct store *s, struct message *m)
{
	struct msg_evidence ev = {0};
	struct active *a;
	enum err e;

	if (MSG_READ(evidence, m, &ev) || parts_count(ev.parts) != m->n_fds) return;
	a = jobs_find_attempt(&s->jobs, &ev.at);
	if (!a || !a->asked) return;
	if (!(ev.parts & PART_STATEMENT) || ev.signature.n == 0) return;
	e = jobs_signed(&s->jobs, a, &ev, m->fds, clock_wall_ms());
	if (!e) return;
	/* The same record may be signed again: same key, same bytes (C28). */
	log_event(LOG_ERROR, "store.cannot-complete", "error=%s", err_name(e));
	a->asked = false;
	a->next_ask_ms = clock_mono_us() / 1000 + LIMIT_AGENT_RETRY_MAX_MS;
	snprintf(a->waiting_for, sizeof a->waiting_for, "the result cannot be stored: %s",
		err_text(e));
}

static void job_retry(struct store *s, struct message *m)
{
	struct msg_retry retry = {0};
	struct active *a;
	int64_t pause;

	if (MSG_READ(retry, m, &retry)) return;
	a = jobs_find_attempt(&s->jobs, &retry.at);
	if (!a || !a->asked) return;
	a->asked = false;
	pause = (int64_t)LIMIT_AGENT_RETRY_MIN_MS << (a->asks < 8 ? a->asks - 1 : 7);
	if (pause > LIMIT_AGENT_RETRY_MAX_MS) pause = LIMIT_AGENT_RETRY_MAX_MS;
	a->next_ask_ms = clock_mono_us() / 1000 + pause;
	slice_text(a->waiting_for, sizeof a->waiting_for,
		slice_sub(retry.text, 0, sizeof a->waiting_for - 1));
}

static void from_attest(struct store *s, struct message *m)
{
	switch (m->type) {
	case MSG_ATTESTER: attest_hello(s, m); break;
	case MSG_SIGNED: job_signed(s, m); break;
	case MSG_RETRY: job_retry(s, m); break;
	case MSG_QUOTED:
		s->identity_busy = false;
		chan_send(&s->http, MSG_IDENTITY_IS, m->id, message_body(m), m->fds, m->n_fds);
		break;
	default: log_event(LOG_ERROR, "store.odd-message", "from=attest type=%u", m->type);
	}
}

static void attest_gone(struct store *s)
{
	uint32_t i;

	chan_drop(&s->attest);
	s->attest_ready = s->identity_busy = false;
	for (i = 0; i < s->jobs.max; i++)
		s->jobs.list[i].asked = false;
}

/* ---- messages from http ---------------------------------------------------- */

static uint64_t disk_free(void)
{
	struct statvfs fs;

	return statvfs("/", &fs) < 0 ? 0 : (uint64_t)fs.f_bavail * fs.f_frsize;
}

/* A file without a name for an upload; it disappears with its last descriptor. */
static void spool(struct store *s, const struct message *m)
{
	int fd = open("/", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
		/* Some file systems have no unnamed files. */
		fd = open("/upload", O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
		if (fd >= 0) unlink("/upload");
	}
	chan_send(&s->http, MSG_SPOOLED, m->id, SLICE_NONE, &fd, fd >= 0);
	fd_close(&fd);
}

static void submit(struct store *s, struct message *m)
{
	struct msg_submitted answer = {.code = E_INTERNAL};
	struct msg_submit sub = {0};
	int fd = message_fd(m, 0);

	if (!MSG_READ(submit, m, &sub) && fd >= 0) {
		if (s->stopping)
			answer.code = E_DRAINING;
		else if (s->jobs.n >= s->conf.queue)
			answer.code = E_QUEUE_FULL;
		else if (disk_free() < DISK_RESERVE)
			answer.code = E_STORAGE_FULL;
		else
			answer.code = jobs_submit(&s->jobs, &sub, fd, clock_wall_ms(), &answer);
	}
	fd_close(&fd);
	MSG_SEND(&s->http, MSG_SUBMITTED, m->id, submitted, &answer, NULL, 0);
}

static void get(struct store *s, struct message *m)
{
	static uint8_t mem[16 * KIB];
	struct buf b = buf_on(mem, sizeof mem);
	struct msg_get want = {0};
	struct msg_job out = {0};
	int fds[CHAN_FDS];
	unsigned i;

	if (MSG_READ(get, m, &want)) return;
	if (jobs_view(&s->jobs, &want, &out, fds, &b)) {
		memset(&out, 0, sizeof out);
		out.code = E_INTERNAL;
		out.job.refusal = (struct refusal){.name = SLICE(""), .text = SLICE("")};
		out.job.waiting_for = out.job.signature = out.job.spki = SLICE("");
	}
	MSG_SEND(&s->http, MSG_JOB, m->id, job, &out, fds, parts_count(out.parts));
	for (i = 0; i < parts_count(out.parts); i++)
		fd_close(&fds[i]);
}

static void status(struct store *s, const struct message *m)
{
	struct msg_status st = {
		.runner_up = s->slots > 0,
		.attest_ready = s->attest_ready,
		.tee = s->tee,
		.queued = s->jobs.n,
		.queue_max = s->conf.queue,
		.slots = s->slots,
		.running = jobs_in(&s->jobs, JOB_RUNNING, false),
		.attesting = jobs_in(&s->jobs, JOB_RUNNING, true),
		.disk_free = disk_free(),
	};
	unsigned i;

	st.storage_ok = st.disk_free >= DISK_RESERVE;
	for (i = 0; i < JOB_STATE_COUNT; i++)
		st.jobs[i] = s->jobs.counts[i];
	MSG_SEND(&s->http, MSG_STATUS_IS, m->id, status, &st, NULL, 0);
}

static void info(struct store *s, const struct message *m)
{
	struct msg_info answer = {.runner = s->runner_info >= 0, .attest = s->attest_info >= 0};
	int fds[2];
	unsigned n = 0;

	if (answer.runner) fds[n++] = s->runner_info;
	if (answer.attest) fds[n++] = s->attest_info;
	MSG_SEND(&s->http, MSG_INFO_IS, m->id, info, &answer, fds, n);
}

/* C15: one at a time, behind a bucket of its own, and only when no result waits. */
static void identity(struct store *s, const struct message *m)
{
	struct msg_evidence no = {.signature = SLICE(""), .spki = SLICE("")};
	int64_t now = clock_mono_us() / 1000;

	/* A result that waits for its quote goes first. */
	if (!s->attest_ready || jobs_in(&s->jobs, JOB_RUNNING, true))
		no.code = E_NOT_READY;
	else if (s->identity_busy || now < s->identity_ms)
		no.code = E_RATE_LIMITED;
	if (no.code) {
		MSG_SEND(&s->http, MSG_IDENTITY_IS, m->id, evidence, &no, NULL, 0);
		return;
	}
	if (chan_send(&s->attest, MSG_QUOTE, m->id, message_body(m), NULL, 0)) return;
	s->identity_busy = true;
	s->identity_ms = now + IDENTITY_EVERY_MS;
}

static void from_http(struct store *s, struct message *m)
{
	switch (m->type) {
	case MSG_SPOOL: spool(s, m); break;
	case MSG_SUBMIT: submit(s, m); break;
	case MSG_GET: get(s, m); break;
	case MSG_STATUS: status(s, m); break;
	case MSG_INFO: info(s, m); break;
	case MSG_IDENTITY: identity(s, m); break;
	default: log_event(LOG_ERROR, "store.odd-message", "from=http type=%u", m->type);
	}
}

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
		runner_gone(s);
		s->runner = chan_of(message_fd(m, 0));
		break;
	case ROLE_ATTEST:
		attest_gone(s);
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
		read_peer(s, &s->runner, m, from_runner, runner_gone);
		read_peer(s, &s->attest, m, from_attest, attest_gone);
		read_peer(s, &s->http, m, from_http, http_gone);
		settle = jobs_settle(&s->jobs, clock_mono_us() / 1000, clock_wall_ms());
		dispatch(s);
		due = attest_due(s);
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
