/* SPDX-License-Identifier: MIT */
/* The job database. Runs in store. */
#include "store/db.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/limits.h"
#include "proc/memfd.h"

/* Copies between files and blobs go through a buffer of this size. */
#define COPY_BYTES (64 * KIB)
/* Page cache; the working set of a job is a few pages. */
#define CACHE_KIB 1024

/*
 * Tables. A job's parts (record, output, evidence) refer to blobs; equal
 * content is stored once. Numbers of states and parts are those of proc/msg.h.
 */
static const char schema_1[] =
	"CREATE TABLE blob("
	" id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, refs INTEGER NOT NULL,"
	" data BLOB NOT NULL);"
	"CREATE TABLE job("
	" seq INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, state INTEGER NOT NULL,"
	" phase INTEGER NOT NULL DEFAULT 0, attempt INTEGER NOT NULL DEFAULT 0,"
	" reason TEXT NOT NULL DEFAULT '', crashes INTEGER NOT NULL DEFAULT 0,"
	" nonce BLOB, delete_token BLOB NOT NULL, package INTEGER REFERENCES blob(id),"
	" package_bytes INTEGER NOT NULL, package_sha256 BLOB NOT NULL,"
	" submitted INTEGER NOT NULL, started INTEGER NOT NULL DEFAULT 0,"
	" completed INTEGER NOT NULL DEFAULT 0,"
	" refusal BLOB, signature BLOB, spki BLOB);"
	"CREATE INDEX job_open ON job(state) WHERE state < 2;"
	"CREATE INDEX job_package ON job(package_sha256);"
	"CREATE TABLE part("
	" job INTEGER NOT NULL REFERENCES job(seq) ON DELETE CASCADE, part INTEGER NOT NULL,"
	" blob INTEGER NOT NULL REFERENCES blob(id), PRIMARY KEY(job, part)) WITHOUT ROWID;"
	"PRAGMA user_version=1;";

static const char *const queries[Q_COUNT] = {
	[Q_BEGIN] = "BEGIN IMMEDIATE",
	[Q_COMMIT] = "COMMIT",
	[Q_ROLLBACK] = "ROLLBACK",
	[Q_BLOB_FIND] = "SELECT id FROM blob WHERE sha256=?",
	[Q_BLOB_INSERT] = "INSERT INTO blob(sha256,refs,data) VALUES(?,1,zeroblob(?))",
	[Q_BLOB_REF] = "UPDATE blob SET refs=refs+1 WHERE id=?",
	[Q_BLOB_UNREF] = "UPDATE blob SET refs=refs-1 WHERE id=?",
	[Q_BLOB_DROP] = "DELETE FROM blob WHERE id=? AND refs<=0",
	[Q_JOB_INSERT] = "INSERT INTO job(id,state,nonce,delete_token,package,package_bytes,"
			 "package_sha256,submitted) VALUES(?,0,?,?,?,?,?,?)",
	[Q_JOB_BY_ID] =
		"SELECT seq,state,phase,attempt,nonce,package_bytes,package_sha256,submitted,"
		"started,completed,refusal,signature,spki FROM job WHERE id=?",
	[Q_JOB_START] = "UPDATE job SET state=1,phase=1,attempt=?,started=? WHERE seq=?",
	[Q_JOB_REQUEUE] = "UPDATE job SET state=0,phase=0,reason=?,crashes=? WHERE seq=?",
	[Q_JOB_RECORDED] = "UPDATE job SET phase=5 WHERE seq=?",
	[Q_JOB_SIGNED] =
		"UPDATE job SET state=2,phase=0,completed=?,signature=?,spki=? WHERE seq=?",
	[Q_JOB_FAILED] = "UPDATE job SET state=3,phase=0,completed=?,refusal=? WHERE seq=?",
	[Q_JOBS_OPEN] = "SELECT seq,id,state,phase,attempt,reason,crashes,nonce,package,submitted "
			"FROM job WHERE state<2 ORDER BY seq",
	[Q_JOB_COUNTS] = "SELECT state,count(*) FROM job GROUP BY state",
	[Q_PART_INSERT] = "INSERT OR REPLACE INTO part(job,part,blob) VALUES(?,?,?)",
	[Q_PART_FIND] = "SELECT blob FROM part WHERE job=? AND part=?",
	[Q_PARTS_DROP] = "DELETE FROM part WHERE job=?",
	[Q_PARTS_OF] = "SELECT blob FROM part WHERE job=?",
};

static void note_error(struct db *db, int rc)
{
	if (!db->failed) db->error = rc;
	db->failed = true;
}

static enum err error_code(int rc)
{
	/* The disk is full, or the file system answered a write with an error. */
	int primary = rc & 0xff;

	return primary == SQLITE_FULL || rc == SQLITE_IOERR_WRITE || rc == SQLITE_IOERR_FSYNC ||
			       rc == SQLITE_IOERR_TRUNCATE
		       ? E_STORAGE_FULL
		       : E_INTERNAL;
}

static int pragma_int(struct db *db, const char *sql)
{
	sqlite3_stmt *st;
	int v = -1;

	if (sqlite3_prepare_v2(db->conn, sql, -1, &st, NULL) == SQLITE_OK &&
		sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return v;
}

static enum err set_up(struct db *db, struct why *why)
{
	char cache[48];
	int rc, version;

	snprintf(cache, sizeof cache, "PRAGMA cache_size=-%d;", CACHE_KIB);
	/* Exclusive first: the index of the log is then kept in memory, not in a shared file. */
	rc = sqlite3_exec(db->conn,
		"PRAGMA locking_mode=EXCLUSIVE;PRAGMA journal_mode=WAL;"
		"PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;PRAGMA trusted_schema=OFF;",
		NULL, NULL, NULL);
	if (rc == SQLITE_OK) rc = sqlite3_exec(db->conn, cache, NULL, NULL, NULL);
	if (rc != SQLITE_OK) return why_set(why, error_code(rc), "%s", sqlite3_errmsg(db->conn));
	version = pragma_int(db, "PRAGMA user_version");
	if (version > DB_SCHEMA)
		return why_set(why, E_CONFIG,
			"the database has schema %d; this version knows up to %d and changes nothing",
			version, DB_SCHEMA);
	if (version == 0) {
		rc = sqlite3_exec(db->conn, "BEGIN IMMEDIATE;", NULL, NULL, NULL);
		if (rc == SQLITE_OK) rc = sqlite3_exec(db->conn, schema_1, NULL, NULL, NULL);
		if (rc == SQLITE_OK) rc = sqlite3_exec(db->conn, "COMMIT;", NULL, NULL, NULL);
		if (rc != SQLITE_OK)
			return why_set(why, error_code(rc), "%s", sqlite3_errmsg(db->conn));
	}
	return E_OK;
}

enum err db_open(struct db *db, const char *path, struct why *why)
{
	enum err e;
	int rc;

	memset(db, 0, sizeof *db);
	rc = sqlite3_initialize();
	if (rc == SQLITE_OK)
		rc = sqlite3_open_v2(path, &db->conn,
			SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE, NULL);
	if (rc != SQLITE_OK) {
		e = why_set(why, error_code(rc), "%s", sqlite3_errstr(rc));
		db_close(db);
		return e;
	}
	e = set_up(db, why);
	if (e) db_close(db);
	return e;
}

void db_close(struct db *db)
{
	unsigned i;

	for (i = 0; i < Q_COUNT; i++) {
		sqlite3_finalize(db->cache[i]);
		db->cache[i] = NULL;
	}
	sqlite3_close(db->conn);
	db->conn = NULL;
}

struct sqlite3_stmt *db_query(struct db *db, enum db_query q, const char *types, ...)
{
	sqlite3_stmt *st = db->cache[q];
	va_list ap;
	int i, rc = SQLITE_OK;

	if (!st) {
		rc = sqlite3_prepare_v3(
			db->conn, queries[q], -1, SQLITE_PREPARE_PERSISTENT, &st, NULL);
		if (rc != SQLITE_OK) {
			note_error(db, rc);
			return NULL;
		}
		db->cache[q] = st;
	}
	sqlite3_reset(st);
	va_start(ap, types);
	for (i = 1; *types && rc == SQLITE_OK; types++, i++) {
		struct slice s;

		switch (*types) {
		case 'i': rc = sqlite3_bind_int64(st, i, va_arg(ap, int64_t)); break;
		default:
			s = va_arg(ap, struct slice);
			/* The caller's bytes outlive the step: every query is run at once. */
			if (*types == 'o' && !s.p)
				rc = sqlite3_bind_null(st, i);
			else if (*types == 't')
				rc = sqlite3_bind_text(
					st, i, (const char *)s.p, (int)s.n, SQLITE_STATIC);
			else
				rc = sqlite3_bind_blob(st, i, s.n ? (const void *)s.p : "",
					(int)s.n, SQLITE_STATIC);
		}
	}
	va_end(ap);
	if (rc != SQLITE_OK) note_error(db, rc);
	return st;
}

bool db_row(struct db *db, struct sqlite3_stmt *st)
{
	int rc;

	/*
	 * SQLite may have rolled back by itself (a full disk): what follows would
	 * then be committed alone.
	 */
	if (db->inside && db->failed) {
		db_done(st);
		return false;
	}
	rc = st ? sqlite3_step(st) : SQLITE_ERROR;
	if (rc == SQLITE_ROW) return true;
	if (rc != SQLITE_DONE) note_error(db, rc);
	db_done(st);
	return false;
}

void db_run(struct db *db, struct sqlite3_stmt *st)
{
	if (db_row(db, st)) db_done(st);
}

void db_done(struct sqlite3_stmt *st)
{
	if (!st) return;
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

int64_t db_last_row(struct db *db)
{
	return sqlite3_last_insert_rowid(db->conn);
}

int64_t db_int(struct sqlite3_stmt *st, int column)
{
	return sqlite3_column_int64(st, column);
}

struct slice db_bytes(struct sqlite3_stmt *st, int column)
{
	const void *p = sqlite3_column_blob(st, column);

	return slice_of(p, (size_t)sqlite3_column_bytes(st, column));
}

void db_begin(struct db *db)
{
	db->failed = false;
	db->error = SQLITE_OK;
	db->inside = true;
	db_run(db, db_query(db, Q_BEGIN, ""));
}

enum err db_commit(struct db *db)
{
	int error;

	if (!db->failed) db_run(db, db_query(db, Q_COMMIT, ""));
	db->inside = false;
	if (!db->failed) return E_OK;
	error = db->error;
	/* A failed commit may or may not have ended the transaction. */
	if (!sqlite3_get_autocommit(db->conn)) db_run(db, db_query(db, Q_ROLLBACK, ""));
	db->failed = false;
	return error_code(error);
}

static enum err copy_into(struct sqlite3_blob *blob, int fd, uint64_t size)
{
	uint8_t mem[COPY_BYTES];
	uint64_t at = 0;

	while (at < size) {
		size_t want = size - at < sizeof mem ? (size_t)(size - at) : sizeof mem;
		ssize_t n = pread(fd, mem, want, (off_t)at);

		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return E_TRUNCATED;
		if (sqlite3_blob_write(blob, mem, (int)n, (int)at) != SQLITE_OK) return E_INTERNAL;
		at += (uint64_t)n;
	}
	return E_OK;
}

int64_t db_blob_put(struct db *db, int fd, uint64_t size, const uint8_t sha256[32])
{
	struct sqlite3_stmt *st = db_query(db, Q_BLOB_FIND, "b", slice_of(sha256, 32));
	sqlite3_blob *blob = NULL;
	int64_t id = 0;
	int rc;

	if (db_row(db, st)) {
		id = db_int(st, 0);
		db_done(st);
		db_run(db, db_query(db, Q_BLOB_REF, "i", id));
		return id;
	}
	db_run(db, db_query(db, Q_BLOB_INSERT, "bi", slice_of(sha256, 32), (int64_t)size));
	if (db->failed) return 0;
	id = sqlite3_last_insert_rowid(db->conn);
	rc = sqlite3_blob_open(db->conn, "main", "blob", "data", id, 1, &blob);
	if (rc == SQLITE_OK && copy_into(blob, fd, size)) rc = SQLITE_IOERR;
	if (blob) {
		int closed = sqlite3_blob_close(blob);

		if (rc == SQLITE_OK) rc = closed;
	}
	if (rc != SQLITE_OK) {
		note_error(db, sqlite3_extended_errcode(db->conn)
				       ? sqlite3_extended_errcode(db->conn)
				       : rc);
		return 0;
	}
	return id;
}

void db_blob_unref(struct db *db, int64_t blob)
{
	if (!blob) return;
	db_run(db, db_query(db, Q_BLOB_UNREF, "i", blob));
	db_run(db, db_query(db, Q_BLOB_DROP, "i", blob));
}

int db_blob_file(struct db *db, int64_t id, const char *name)
{
	uint8_t mem[COPY_BYTES];
	sqlite3_blob *blob = NULL;
	int fd = -1, at = 0, size;

	if (sqlite3_blob_open(db->conn, "main", "blob", "data", id, 0, &blob) != SQLITE_OK)
		goto fail;
	fd = memfd_open(name);
	if (fd < 0) goto fail;
	for (size = sqlite3_blob_bytes(blob); at < size;) {
		int n = size - at < (int)sizeof mem ? size - at : (int)sizeof mem;

		if (sqlite3_blob_read(blob, mem, n, at) != SQLITE_OK) goto fail;
		if (fd_write_all(fd, slice_of(mem, (size_t)n))) goto fail;
		at += n;
	}
	if (memfd_seal(fd)) goto fail;
	sqlite3_blob_close(blob);
	return fd;
fail:
	sqlite3_blob_close(blob);
	fd_close(&fd);
	return -1;
}
