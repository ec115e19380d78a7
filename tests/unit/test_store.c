/* SPDX-License-Identifier: MIT */
/* store/: durable steps of jobs, an abrupt end, a full disk, a newer file. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fdio.h"
#include "proc/memfd.h"
#include "records.h"
#include "store/jobs.h"
#include "test.h"

#define NOW RECORD_TIME_MS

/* A folder of its own for one database. */
struct place {
	char dir[64], path[96];
};

static void place_make(struct place *p)
{
	snprintf(p->dir, sizeof p->dir, "/tmp/sv-store-XXXXXX");
	if (!mkdtemp(p->dir)) abort();
	snprintf(p->path, sizeof p->path, "%s/jobs.db", p->dir);
}

static void place_drop(const struct place *p)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
	char path[128];
	size_t i;

	for (i = 0; i < sizeof ends / sizeof *ends; i++) {
		snprintf(path, sizeof path, "%s%s", p->path, ends[i]);
		unlink(path);
	}
	CHECK(rmdir(p->dir) == 0);
}

static enum err submit(struct jobs *j, struct slice package, struct msg_submitted *out)
{
	struct msg_submit m = {.size = package.n};
	int fd = memfd_of("package", package);
	enum err e;

	memset(out, 0, sizeof *out);
	sha256(package, m.sha256);
	e = jobs_submit(j, &m, fd, NOW, out);
	fd_close(&fd);
	return e;
}

static struct active *submitted(struct jobs *j, struct slice package)
{
	struct msg_submitted out;

	CHECK_ERR(submit(j, package, &out), E_OK);
	return jobs_find(j, out.job_id);
}

static enum err recorded(struct jobs *j, struct active *a, struct slice record)
{
	struct msg_result m = {.parts = PART_RECORD | PART_STDOUT, .mac = {7}};
	int fds[2] = {memfd_of("record", record), memfd_of("stdout", SLICE("ok\n"))};
	enum err e = jobs_recorded(j, a, &m, fds);

	fd_close(&fds[0]);
	fd_close(&fds[1]);
	return e;
}

static enum err was_signed(struct jobs *j, struct active *a, struct slice statement)
{
	struct msg_evidence m = {
		.parts = PART_STATEMENT, .signature = SLICE("sig"), .spki = SLICE("spki")};
	int fd = memfd_of("statement", statement);
	enum err e = jobs_signed(j, a, &m, &fd, NOW + 3);

	fd_close(&fd);
	return e;
}

static void check_counts(const struct jobs *j, uint64_t pending, uint64_t running,
	uint64_t completed, uint64_t failed)
{
	CHECK(j->counts[JOB_PENDING] == pending && j->counts[JOB_RUNNING] == running);
	CHECK(j->counts[JOB_COMPLETED] == completed && j->counts[JOB_FAILED] == failed);
	CHECK(j->n == pending + running);
}

/* What a client sees; parts are compared and closed. */
static void check_view(struct jobs *j, const uint8_t id[JOB_ID_LEN], uint8_t state, uint32_t parts,
	const struct slice *contents)
{
	struct msg_get get = {.parts = PART_RECORD | PART_STDOUT | PART_STATEMENT | PART_QUOTE};
	struct buf mem = buf_heap(1 << 16);
	struct msg_job view;
	int fds[CHAN_FDS];
	unsigned i;

	memcpy(get.job_id, id, JOB_ID_LEN);
	CHECK_ERR(jobs_view(j, &get, &view, fds, &mem), E_OK);
	CHECK(view.code == E_OK && view.job.state == state && view.parts == parts);
	for (i = 0; i < parts_count(view.parts); i++) {
		struct slice got;

		CHECK_ERR(map_sealed(fds[i], 1 << 20, &got), E_OK);
		CHECK_SLICE(got, contents[i]);
		map_drop(&got);
		fd_close(&fds[i]);
	}
	if (state == JOB_COMPLETED) {
		CHECK_SLICE(view.job.signature, SLICE("sig"));
		CHECK_SLICE(view.job.spki, SLICE("spki"));
		CHECK(view.job.completed_ms == NOW + 3);
	}
	buf_drop(&mem);
}

static int64_t scalar(struct jobs *j, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t v = -1;

	if (sqlite3_prepare_v2(j->db.conn, sql, -1, &st, NULL) == SQLITE_OK &&
		sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return v;
}

static const struct slice three_parts[] = {SLICE("record"), SLICE("ok\n"), SLICE("statement")};

TEST(store_takes_a_job_through_its_life)
{
	struct place p;
	struct jobs j;
	struct active *a, *b;
	uint8_t id[JOB_ID_LEN];
	struct msg_attempt at = {.attempt = 1};

	place_make(&p);
	CHECK_ERR(jobs_open(&j, p.path, 4, NULL), E_OK);
	a = submitted(&j, SLICE("package"));
	b = submitted(&j, SLICE("package"));
	check_counts(&j, 2, 0, 0, 0);
	/* Equal content is stored once. */
	CHECK(a->package == b->package && scalar(&j, "SELECT refs FROM blob") == 2);
	CHECK(jobs_next_pending(&j) == a && jobs_position(&j, b) == 1);
	memcpy(id, a->id, sizeof id);
	memcpy(at.job_id, id, sizeof id);
	CHECK(!jobs_find_attempt(&j, &at));
	CHECK_ERR(jobs_start(&j, a, NOW + 1), E_OK);
	CHECK(jobs_find_attempt(&j, &at) == a && jobs_next_pending(&j) == b);
	at.attempt = 2;
	CHECK(!jobs_find_attempt(&j, &at));
	check_counts(&j, 1, 1, 0, 0);
	check_view(&j, id, JOB_RUNNING, 0, NULL);
	CHECK_ERR(recorded(&j, a, SLICE("record")), E_OK);
	CHECK(a->phase == PHASE_ATTEST && a->mac[0] == 7 && jobs_in(&j, JOB_RUNNING, true) == 1);
	/* Parts are shown when the job is completed, not before. */
	check_view(&j, id, JOB_RUNNING, 0, NULL);
	CHECK_ERR(was_signed(&j, a, SLICE("statement")), E_OK);
	check_counts(&j, 1, 0, 1, 0);
	CHECK(!jobs_find(&j, id));
	check_view(&j, id, JOB_COMPLETED, PART_RECORD | PART_STDOUT | PART_STATEMENT, three_parts);
	jobs_close(&j);
	place_drop(&p);
}

TEST(store_refuses_an_upload_that_is_not_what_was_said)
{
	struct msg_submit m = {.size = 7, .sha256 = {1}};
	struct msg_submitted out;
	struct place p;
	struct jobs j;
	int fd = memfd_of("package", SLICE("package"));

	place_make(&p);
	CHECK_ERR(jobs_open(&j, p.path, 1, NULL), E_OK);
	CHECK_ERR(jobs_submit(&j, &m, fd, NOW, &out), E_INTERNAL);
	sha256(SLICE("package"), m.sha256);
	m.size = 8;
	CHECK_ERR(jobs_submit(&j, &m, fd, NOW, &out), E_INTERNAL);
	check_counts(&j, 0, 0, 0, 0);
	CHECK(scalar(&j, "SELECT count(*) FROM blob") == 0);
	m.size = 7;
	CHECK_ERR(jobs_submit(&j, &m, fd, NOW, &out), E_OK);
	CHECK_ERR(jobs_submit(&j, &m, fd, NOW, &out), E_QUEUE_FULL);
	check_counts(&j, 1, 0, 0, 0);
	fd_close(&fd);
	jobs_close(&j);
	place_drop(&p);
}

TEST(store_repeats_attempts_and_ends_poison)
{
	struct place p;
	struct jobs j;
	struct active *a;
	uint8_t id[JOB_ID_LEN];
	unsigned i;

	place_make(&p);
	CHECK_ERR(jobs_open(&j, p.path, 1, NULL), E_OK);
	a = submitted(&j, SLICE("package"));
	memcpy(id, a->id, sizeof id);
	CHECK_ERR(jobs_start(&j, a, NOW), E_OK);
	CHECK_ERR(recorded(&j, a, SLICE("first")), E_OK);
	/* An orderly stop does not count (C28). */
	CHECK_ERR(jobs_requeue(&j, a, "stopped", false, NOW), E_OK);
	CHECK(a->state == JOB_PENDING && a->crashes == 0 && strcmp(a->reason, "stopped") == 0);
	for (i = 1; i <= LIMIT_CRASHES; i++) {
		CHECK_ERR(jobs_start(&j, a, NOW), E_OK);
		CHECK(a->attempt == i + 1);
		if (i == 1) {
			/* The record of a later attempt takes the place of an earlier one's. */
			CHECK_ERR(recorded(&j, a, SLICE("second")), E_OK);
			CHECK(scalar(&j, "SELECT count(*) FROM part") == 2);
			CHECK(scalar(&j, "SELECT count(*) FROM blob") == 3);
		}
		CHECK_ERR(jobs_requeue(&j, a, "worker-died", true, NOW), E_OK);
	}
	check_counts(&j, 0, 0, 0, 1);
	check_view(&j, id, JOB_FAILED, 0, NULL);
	CHECK(scalar(&j, "SELECT count(*) FROM part") == 0);
	jobs_close(&j);
	place_drop(&p);
}

/* Ends without a word, in the middle of three jobs. */
static void die_at_work(const char *path)
{
	struct jobs j;
	struct active *waiting, *running, *attesting, *done;

	if (jobs_open(&j, path, 8, NULL)) _exit(1);
	done = submitted(&j, SLICE("done"));
	running = submitted(&j, SLICE("running"));
	attesting = submitted(&j, SLICE("attesting"));
	waiting = submitted(&j, SLICE("waiting"));
	if (!waiting || jobs_start(&j, done, NOW) || jobs_start(&j, running, NOW) ||
		jobs_start(&j, attesting, NOW) || recorded(&j, done, SLICE("record")) ||
		was_signed(&j, done, SLICE("statement")) ||
		recorded(&j, attesting, SLICE("record")))
		_exit(2);
	/* A transaction that was not committed never happened. */
	db_begin(&j.db);
	db_run(&j.db, db_query(&j.db, Q_PARTS_DROP, "i", (int64_t)1));
	_exit(0);
}

TEST(store_takes_up_its_work_after_an_abrupt_end)
{
	struct place p;
	struct jobs j;
	int status = -1;
	pid_t pid;
	unsigned i;
	uint8_t id[JOB_ID_LEN];
	struct why why = WHY_INIT;

	place_make(&p);
	fflush(stdout);
	pid = fork();
	if (pid == 0) die_at_work(p.path);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK_ERR(jobs_open(&j, p.path, 2, &why), E_CONFIG);
	CHECK_SLICE(slice_str(why.text), SLICE("more than 2 jobs are open; raise the queue limit"));
	jobs_close(&j);
	CHECK_ERR(jobs_open(&j, p.path, 8, NULL), E_OK);
	check_counts(&j, 3, 0, 1, 0);
	/* In the order of submission: running, attesting, waiting. */
	for (i = 0; i < 3; i++) {
		static const char *const reasons[] = {"interrupted", "restart-before-quote", ""};
		struct active *a = jobs_next_pending(&j);

		CHECK(a && strcmp(a->reason, reasons[i]) == 0);
		if (!a) break;
		CHECK(a->crashes == (i == 0) && a->attempt == (i < 2));
		/* C12: nothing that was read back may be signed; it runs again. */
		CHECK(a->phase == PHASE_NONE && a->record == -1);
		CHECK_ERR(jobs_start(&j, a, NOW), E_OK);
		CHECK(a->attempt == (i < 2 ? 2 : 1));
	}
	CHECK(scalar(&j, "SELECT seq FROM job WHERE state=2") == 1);
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(j.db.conn, "SELECT id FROM job WHERE seq=1", -1, &st, NULL);
	CHECK(sqlite3_step(st) == SQLITE_ROW && sqlite3_column_bytes(st, 0) == JOB_ID_LEN);
	memcpy(id, sqlite3_column_blob(st, 0), JOB_ID_LEN);
	sqlite3_finalize(st);
	check_view(&j, id, JOB_COMPLETED, PART_RECORD | PART_STDOUT | PART_STATEMENT, three_parts);
	jobs_close(&j);
	place_drop(&p);
}

TEST(store_changes_nothing_when_the_disk_is_full)
{
	struct place p;
	struct jobs j;
	struct active *a;
	struct buf big = buf_heap(1 << 20);
	struct msg_submitted out;
	char pragma[64];

	place_make(&p);
	buf_zeros(&big, 1 << 19);
	CHECK_ERR(jobs_open(&j, p.path, 4, NULL), E_OK);
	a = submitted(&j, SLICE("package"));
	CHECK_ERR(jobs_start(&j, a, NOW), E_OK);
	snprintf(pragma, sizeof pragma, "PRAGMA max_page_count=%d",
		(int)scalar(&j, "PRAGMA page_count") + 3);
	sqlite3_exec(j.db.conn, pragma, NULL, NULL, NULL);
	CHECK_ERR(submit(&j, buf_slice(&big), &out), E_STORAGE_FULL);
	CHECK(!jobs_find(&j, out.job_id));
	CHECK_ERR(recorded(&j, a, buf_slice(&big)), E_STORAGE_FULL);
	CHECK(a->phase == PHASE_UNPACK && a->state == JOB_RUNNING);
	check_counts(&j, 0, 1, 0, 0);
	CHECK_ERR(was_signed(&j, a, buf_slice(&big)), E_STORAGE_FULL);
	/* SQLite ends a transaction by itself at such a failure: no later step may stand alone. */
	CHECK(scalar(&j, "SELECT count(*) FROM blob") == 1);
	CHECK(scalar(&j, "SELECT count(*) FROM job WHERE state=1 AND phase=1") == 1);
	check_counts(&j, 0, 1, 0, 0);
	/* There is room again: the same steps work. */
	sqlite3_exec(j.db.conn, "PRAGMA max_page_count=100000", NULL, NULL, NULL);
	CHECK_ERR(recorded(&j, a, buf_slice(&big)), E_OK);
	CHECK_ERR(submit(&j, buf_slice(&big), &out), E_OK);
	check_counts(&j, 1, 1, 0, 0);
	CHECK(scalar(&j, "SELECT max(refs) FROM blob") == 2);
	jobs_close(&j);
	buf_drop(&big);
	place_drop(&p);
}

TEST(store_owes_what_could_not_be_made_durable)
{
	struct place p;
	struct jobs j;
	struct active *a;

	place_make(&p);
	CHECK_ERR(jobs_open(&j, p.path, 4, NULL), E_OK);
	a = submitted(&j, SLICE("package"));
	CHECK_ERR(jobs_start(&j, a, NOW), E_OK);
	sqlite3_exec(j.db.conn, "PRAGMA query_only=1", NULL, NULL, NULL);
	CHECK(jobs_requeue(&j, a, "runner-died", true, NOW) != E_OK);
	CHECK(a->state == JOB_RUNNING && a->crashes == 0);
	CHECK(jobs_settle(&j, 5000, NOW) == 6000 && a->state == JOB_RUNNING);
	sqlite3_exec(j.db.conn, "PRAGMA query_only=0", NULL, NULL, NULL);
	/* Not before its time. */
	CHECK(jobs_settle(&j, 5999, NOW) == 6000 && a->state == JOB_RUNNING);
	CHECK(jobs_settle(&j, 6000, NOW) == 66000);
	CHECK(a->state == JOB_PENDING && a->crashes == 1 && strcmp(a->reason, "runner-died") == 0);
	check_counts(&j, 1, 0, 0, 0);
	/* Once only. */
	CHECK(jobs_settle(&j, 7000, NOW) == 67000 && a->crashes == 1);
	jobs_close(&j);
	place_drop(&p);
}

TEST(store_leaves_a_newer_file_alone)
{
	struct place p;
	struct jobs j;
	struct why why = WHY_INIT;

	place_make(&p);
	CHECK_ERR(jobs_open(&j, p.path, 4, NULL), E_OK);
	sqlite3_exec(j.db.conn, "PRAGMA user_version=2", NULL, NULL, NULL);
	jobs_close(&j);
	CHECK_ERR(jobs_open(&j, p.path, 4, &why), E_CONFIG);
	CHECK_SLICE(
		slice_str(why.text), SLICE("the database has schema 2; this version knows up to "
					   "1 and changes nothing"));
	jobs_close(&j);
	CHECK_ERR(file_write(p.path, SLICE("this is no database, whatever its name")), E_OK);
	CHECK(jobs_open(&j, p.path, 4, NULL) != E_OK);
	jobs_close(&j);
	place_drop(&p);
}
