/* SPDX-License-Identifier: MIT */
/*
 * What store does for http: unnamed files for uploads, accepting jobs, views of
 * jobs, the appliance's state. Runs in store.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/log.h"
#include "store/store.h"

/* An identity quote at most this often (C15); results never wait for them. */
#define IDENTITY_EVERY_MS 1000
/* Below this much free space nothing new is accepted: running jobs must be able to end. */
#define DISK_RESERVE (64ULL * MIB)

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

void store_from_http(struct store *s, struct message *m)
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
