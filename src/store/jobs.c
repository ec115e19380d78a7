/* SPDX-License-Identifier: MIT */
/* Jobs in flight and their durable steps. Runs in store. */
#include "store/jobs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/log.h"

/* Refusals are stored encoded; a code, a place and two short texts. */
#define REFUSAL_BYTES (8 * KIB)
/* Pause before a step that could not be made durable is tried again. */
#define SETTLE_MS 1000

static void forget(struct jobs *j, struct active *a)
{
	fd_close(&a->record);
	memset(a, 0, sizeof *a);
	a->record = -1;
	j->n--;
}

static struct active *free_entry(struct jobs *j)
{
	uint32_t i;

	for (i = 0; i < j->max; i++)
		if (!j->list[i].seq) return &j->list[i];
	return NULL;
}

struct active *jobs_find(struct jobs *j, const uint8_t id[JOB_ID_LEN])
{
	uint32_t i;

	for (i = 0; i < j->max; i++)
		if (j->list[i].seq && memcmp(j->list[i].id, id, JOB_ID_LEN) == 0)
			return &j->list[i];
	return NULL;
}

struct active *jobs_find_attempt(struct jobs *j, const struct msg_attempt *at)
{
	struct active *a = jobs_find(j, at->job_id);

	return a && a->attempt == at->attempt && a->state == JOB_RUNNING ? a : NULL;
}

struct active *jobs_next_pending(struct jobs *j)
{
	struct active *first = NULL;
	uint32_t i;

	for (i = 0; i < j->max; i++) {
		struct active *a = &j->list[i];

		if (a->seq && a->state == JOB_PENDING && (!first || a->seq < first->seq)) first = a;
	}
	return first;
}

uint32_t jobs_position(const struct jobs *j, const struct active *a)
{
	uint32_t i, n = 0;

	for (i = 0; i < j->max; i++)
		n += j->list[i].seq && j->list[i].state == JOB_PENDING && j->list[i].seq < a->seq;
	return n;
}

uint32_t jobs_in(const struct jobs *j, uint8_t state, bool attesting)
{
	uint32_t i, n = 0;

	for (i = 0; i < j->max; i++)
		n += j->list[i].seq && j->list[i].state == state &&
		     (j->list[i].phase == PHASE_ATTEST) == attesting;
	return n;
}

/* ---- opening -------------------------------------------------------------- */

static void load_counts(struct jobs *j)
{
	struct sqlite3_stmt *st = db_query(&j->db, Q_JOB_COUNTS, "");

	memset(j->counts, 0, sizeof j->counts);
	while (db_row(&j->db, st)) {
		int64_t state = db_int(st, 0);

		if (state >= 0 && state < JOB_STATE_COUNT)
			j->counts[state] = (uint64_t)db_int(st, 1);
	}
}

static void load_entry(struct active *a, struct sqlite3_stmt *st)
{
	struct slice nonce = db_bytes(st, 7), reason = db_bytes(st, 5);

	memset(a, 0, sizeof *a);
	a->record = -1;
	a->seq = db_int(st, 0);
	slice_copy_exact(a->id, JOB_ID_LEN, db_bytes(st, 1));
	a->state = (uint8_t)db_int(st, 2);
	a->phase = (uint8_t)db_int(st, 3);
	a->attempt = (uint32_t)db_int(st, 4);
	slice_text(a->reason, sizeof a->reason, reason);
	a->crashes = (uint32_t)db_int(st, 6);
	a->has_nonce = slice_copy_exact(a->nonce, NONCE_LEN, nonce);
	a->package = db_int(st, 8);
	a->submitted_ms = db_int(st, 9);
}

/* Jobs that ran when we ended without saying goodbye. */
static enum err recover(struct jobs *j)
{
	enum err e = E_OK;
	uint32_t i;

	for (i = 0; i < j->max && !e; i++) {
		struct active *a = &j->list[i];

		if (!a->seq || a->state != JOB_RUNNING) continue;
		/* While it waited for its quote nothing of the job itself ran. */
		e = a->phase == PHASE_ATTEST ? jobs_requeue(j, a, "restart-before-quote", false, 0)
					     : jobs_requeue(j, a, "interrupted", true, 0);
	}
	return e;
}

enum err jobs_open(struct jobs *j, const char *path, uint32_t max, struct why *why)
{
	struct sqlite3_stmt *st;
	enum err e;
	uint32_t i;

	memset(j, 0, sizeof *j);
	e = db_open(&j->db, path, why);
	if (e) return e;
	j->list = calloc(max, sizeof *j->list);
	if (!j->list) return E_NO_MEMORY;
	j->max = max;
	for (i = 0; i < max; i++)
		j->list[i].record = -1;
	load_counts(j);
	st = db_query(&j->db, Q_JOBS_OPEN, "");
	while (db_row(&j->db, st)) {
		struct active *a = free_entry(j);

		if (!a) {
			db_done(st);
			return why_set(why, E_CONFIG,
				"more than %u jobs are open; raise the queue limit", max);
		}
		load_entry(a, st);
		j->n++;
	}
	e = recover(j);
	return e ? why_set(why, e, "jobs of the last run cannot be taken up again") : E_OK;
}

void jobs_close(struct jobs *j)
{
	uint32_t i;

	for (i = 0; i < j->max; i++)
		fd_close(&j->list[i].record);
	free(j->list);
	db_close(&j->db);
	memset(j, 0, sizeof *j);
}

/* ---- durable steps -------------------------------------------------------- */

/* Our own digest of the upload: blobs are found by it, so nobody else may name it. */
static enum err digest_file(int fd, uint64_t size, uint8_t out[SHA256_LEN])
{
	uint8_t mem[64 * KIB];
	struct sha256 h;
	uint64_t at = 0;

	sha256_init(&h);
	while (at < size) {
		ssize_t n = pread(fd, mem, sizeof mem, (off_t)at);

		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return E_TRUNCATED;
		sha256_add(&h, slice_of(mem, (size_t)n));
		at += (uint64_t)n;
	}
	sha256_out(&h, out);
	return at == size ? E_OK : E_TOO_LARGE;
}

static enum err random_bytes(void *p, size_t n)
{
	return getrandom(p, n, 0) == (ssize_t)n ? E_OK : E_SYSTEM;
}

enum err jobs_submit(struct jobs *j, const struct msg_submit *m, int spool, int64_t now_ms,
	struct msg_submitted *out)
{
	struct active *a = free_entry(j);
	uint8_t sha[SHA256_LEN];
	int64_t blob, seq;
	enum err e;

	if (!a) return E_QUEUE_FULL;
	if (random_bytes(out->job_id, JOB_ID_LEN) || random_bytes(out->delete_token, JOB_ID_LEN))
		return E_INTERNAL;
	e = digest_file(spool, m->size, sha);
	if (e || memcmp(sha, m->sha256, sizeof sha) != 0) return E_INTERNAL;
	db_begin(&j->db);
	blob = db_blob_put(&j->db, spool, m->size, sha);
	db_run(&j->db,
		db_query(&j->db, Q_JOB_INSERT, "bobiibi", SLICE_OF(out->job_id),
			m->has_nonce ? SLICE_OF(m->nonce) : SLICE_NONE, SLICE_OF(out->delete_token),
			blob, (int64_t)m->size, SLICE_OF(sha), now_ms));
	seq = db_last_row(&j->db);
	e = db_commit(&j->db);
	if (e) return e;
	a->seq = seq;
	memcpy(a->id, out->job_id, JOB_ID_LEN);
	a->state = JOB_PENDING;
	a->has_nonce = m->has_nonce;
	memcpy(a->nonce, m->nonce, NONCE_LEN);
	a->package = blob;
	a->submitted_ms = out->submitted_ms = now_ms;
	j->n++;
	j->counts[JOB_PENDING]++;
	return E_OK;
}

enum err jobs_start(struct jobs *j, struct active *a, int64_t now_ms)
{
	enum err e;

	db_begin(&j->db);
	db_run(&j->db,
		db_query(&j->db, Q_JOB_START, "iii", (int64_t)a->attempt + 1, now_ms, a->seq));
	e = db_commit(&j->db);
	if (e) return e;
	a->attempt++;
	a->state = JOB_RUNNING;
	a->phase = PHASE_UNPACK;
	j->counts[JOB_PENDING]--;
	j->counts[JOB_RUNNING]++;
	return E_OK;
}

/* Stores the parts that mask names, from descriptors in the order of their bits. */
static void put_parts(struct jobs *j, const struct active *a, uint32_t mask, const int *fds)
{
	uint8_t sha[SHA256_LEN];
	unsigned bit, n = 0;
	uint64_t size;

	for (bit = 0; bit < PART_COUNT; bit++) {
		int64_t blob;

		if (!(mask >> bit & 1)) continue;
		if (fd_size(fds[n], &size) || size > LIMIT_BUNDLE_BYTES ||
			digest_file(fds[n], size, sha)) {
			j->db.failed = true;
			return;
		}
		blob = db_blob_put(&j->db, fds[n++], size, sha);
		db_run(&j->db, db_query(&j->db, Q_PART_INSERT, "iii", a->seq, (int64_t)bit, blob));
	}
}

/* Parts of an earlier attempt go when a later one replaces them. */
static void drop_parts(struct jobs *j, const struct active *a)
{
	int64_t blobs[PART_COUNT];
	unsigned i, n = 0;
	struct sqlite3_stmt *st = db_query(&j->db, Q_PARTS_OF, "i", a->seq);

	while (db_row(&j->db, st))
		if (n < PART_COUNT) blobs[n++] = db_int(st, 0);
	db_run(&j->db, db_query(&j->db, Q_PARTS_DROP, "i", a->seq));
	for (i = 0; i < n; i++)
		db_blob_unref(&j->db, blobs[i]);
}

enum err jobs_recorded(struct jobs *j, struct active *a, const struct msg_result *m, const int *fds)
{
	enum err e;

	db_begin(&j->db);
	drop_parts(j, a);
	put_parts(j, a, m->parts, fds);
	db_run(&j->db, db_query(&j->db, Q_JOB_RECORDED, "i", a->seq));
	e = db_commit(&j->db);
	if (e) return e;
	a->phase = PHASE_ATTEST;
	memcpy(a->mac, m->mac, sizeof a->mac);
	return E_OK;
}

enum err jobs_signed(struct jobs *j, struct active *a, const struct msg_evidence *m, const int *fds,
	int64_t now_ms)
{
	enum err e;

	db_begin(&j->db);
	put_parts(j, a, m->parts, fds);
	db_run(&j->db,
		db_query(&j->db, Q_JOB_SIGNED, "ibbi", now_ms, m->signature, m->spki, a->seq));
	e = db_commit(&j->db);
	if (e) return e;
	j->counts[JOB_RUNNING]--;
	j->counts[JOB_COMPLETED]++;
	forget(j, a);
	return E_OK;
}

enum err jobs_failed(struct jobs *j, struct active *a, const struct refusal *why, int64_t now_ms)
{
	uint8_t mem[REFUSAL_BYTES];
	struct buf b = buf_on(mem, sizeof mem);
	struct codec c = codec_writer(&b);
	struct refusal r = *why;
	enum err e;

	codec_refusal(&c, &r);
	if (codec_end(&c)) return E_INTERNAL;
	db_begin(&j->db);
	drop_parts(j, a);
	db_run(&j->db, db_query(&j->db, Q_JOB_FAILED, "ibi", now_ms, buf_slice(&b), a->seq));
	e = db_commit(&j->db);
	if (e) return e;
	j->counts[a->state]--;
	j->counts[JOB_FAILED]++;
	forget(j, a);
	return E_OK;
}

enum err jobs_requeue(
	struct jobs *j, struct active *a, const char *reason, bool crash, int64_t now_ms)
{
	struct refusal poison = {.code = E_POISON, .name = SLICE(""), .text = SLICE("")};
	uint32_t crashes = a->crashes + crash;
	enum err e;

	snprintf(a->owed, sizeof a->owed, "%s", reason);
	a->owed_crash = crash;
	if (crashes >= LIMIT_CRASHES) return jobs_failed(j, a, &poison, now_ms);
	db_begin(&j->db);
	db_run(&j->db, db_query(&j->db, Q_JOB_REQUEUE, "tii", slice_str(reason), (int64_t)crashes,
			       a->seq));
	e = db_commit(&j->db);
	if (e) return e;
	log_event(LOG_INFO, "job.requeued", "attempt=%u reason=%s", a->attempt, reason);
	a->owed[0] = '\0';
	if (a->state == JOB_RUNNING) {
		j->counts[JOB_RUNNING]--;
		j->counts[JOB_PENDING]++;
	}
	a->state = JOB_PENDING;
	a->phase = PHASE_NONE;
	a->crashes = crashes;
	a->asked = false;
	a->asks = 0;
	a->waiting_for[0] = '\0';
	fd_close(&a->record);
	snprintf(a->reason, sizeof a->reason, "%s", reason);
	return E_OK;
}

int64_t jobs_settle(struct jobs *j, int64_t mono_ms, int64_t now_ms)
{
	char reason[sizeof j->list->owed];
	bool owed = false;
	uint32_t i;

	if (mono_ms < j->settle_ms) return j->settle_ms;
	for (i = 0; i < j->max; i++) {
		struct active *a = &j->list[i];

		if (!a->seq || !a->owed[0]) continue;
		memcpy(reason, a->owed, sizeof reason);
		if (jobs_requeue(j, a, reason, a->owed_crash, now_ms)) owed = true;
	}
	j->settle_ms = mono_ms + SETTLE_MS;
	return owed ? j->settle_ms : mono_ms + 60000;
}

/* ---- looking -------------------------------------------------------------- */

static void view_row(struct sqlite3_stmt *st, struct job_view *v, struct buf *mem)
{
	struct slice refusal = db_bytes(st, 10), nonce = db_bytes(st, 4);
	size_t at = mem->n, sig, end;
	struct codec c;

	v->state = (uint8_t)db_int(st, 1);
	v->phase = (uint8_t)db_int(st, 2);
	v->attempt = (uint32_t)db_int(st, 3);
	v->has_nonce = slice_copy_exact(v->nonce, NONCE_LEN, nonce);
	v->package_bytes = (uint64_t)db_int(st, 5);
	slice_copy_exact(v->package_sha256, SHA256_LEN, db_bytes(st, 6));
	v->submitted_ms = db_int(st, 7);
	v->started_ms = db_int(st, 8);
	v->completed_ms = db_int(st, 9);
	/* The row's memory ends with the query: keep copies. */
	buf_put(mem, refusal);
	sig = mem->n;
	buf_put(mem, db_bytes(st, 11));
	end = mem->n;
	buf_put(mem, db_bytes(st, 12));
	v->refusal = (struct refusal){.name = SLICE(""), .text = SLICE("")};
	if (refusal.n) {
		c = codec_reader(slice_sub(buf_slice(mem), at, sig - at));
		codec_refusal(&c, &v->refusal);
	}
	v->signature = slice_sub(buf_slice(mem), sig, end - sig);
	v->spki = slice_from(buf_slice(mem), end);
	v->waiting_for = SLICE("");
}

/* Opens the wanted parts that exist; sets the mask of what was opened. */
static uint32_t open_parts(struct jobs *j, int64_t seq, uint32_t wanted, int *fds)
{
	uint32_t have = 0;
	unsigned bit, n = 0;

	for (bit = 0; bit < PART_COUNT && n < CHAN_FDS; bit++) {
		struct sqlite3_stmt *st;
		int64_t blob;

		if (!(wanted >> bit & 1)) continue;
		st = db_query(&j->db, Q_PART_FIND, "ii", seq, (int64_t)bit);
		if (!db_row(&j->db, st)) continue;
		blob = db_int(st, 0);
		db_done(st);
		fds[n] = db_blob_file(&j->db, blob, "part");
		if (fds[n] < 0) continue;
		have |= 1U << bit;
		n++;
	}
	return have;
}

enum err jobs_view(
	struct jobs *j, const struct msg_get *get, struct msg_job *out, int *fds, struct buf *mem)
{
	struct sqlite3_stmt *st = db_query(&j->db, Q_JOB_BY_ID, "b", SLICE_OF(get->job_id));
	struct active *a;
	int64_t seq;

	memset(out, 0, sizeof *out);
	out->job.refusal = (struct refusal){.name = SLICE(""), .text = SLICE("")};
	out->job.waiting_for = out->job.signature = out->job.spki = SLICE("");
	if (!db_row(&j->db, st)) {
		out->code = E_JOB_NOT_FOUND;
		return E_OK;
	}
	seq = db_int(st, 0);
	view_row(st, &out->job, mem);
	db_done(st);
	if (mem->err) return E_INTERNAL;
	a = jobs_find(j, get->job_id);
	if (a) {
		/* Memory knows the phase, which is not worth a commit. */
		out->job.phase = a->phase;
		out->job.waiting_for = slice_str(a->waiting_for);
		if (a->state == JOB_PENDING) out->job.queue_position = jobs_position(j, a);
	}
	if (out->job.state == JOB_COMPLETED) out->parts = open_parts(j, seq, get->parts, fds);
	return E_OK;
}
