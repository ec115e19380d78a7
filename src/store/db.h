/* SPDX-License-Identifier: MIT */
/*
 * The job database: one SQLite file in write-ahead mode with full sync, opened
 * by this process alone. Everything that has to survive is in it, packages and
 * outputs included, so one commit is one durable step and nothing can be half
 * done (C35). Blobs are stored once per content.
 * Runs in store.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/err.h"
#include "base/slice.h"

struct sqlite3;
struct sqlite3_stmt;

#define DB_SCHEMA 1

struct db {
	struct sqlite3 *conn;
	struct sqlite3_stmt *cache[32]; /* prepared statements by number */
	bool inside;                    /* between begin and commit */
	bool failed;                    /* a step of the open transaction failed */
	int error;                      /* SQLite's code of that step */
};

/*
 * Opens or makes the database at path. E_CONFIG when it was written by a newer
 * version (why says so), E_STORAGE_FULL, or E_INTERNAL.
 */
enum err db_open(struct db *db, const char *path, struct why *why);
/* Writes everything back and closes. */
void db_close(struct db *db);

/*
 * Transactions: what runs between begin and commit either happens whole or not
 * at all. Steps inside record their failure, later ones are left out; commit
 * then rolls back and says why: E_STORAGE_FULL when there was no room, E_INTERNAL else.
 */
void db_begin(struct db *db);
enum err db_commit(struct db *db);

/*
 * A statement of the fixed list in db.c, ready for binding. Parameters are
 * bound from left to right by the letters of types: i integer (int64_t),
 * b bytes (struct slice), o bytes or null (empty pointer), t text (struct slice).
 */
enum db_query {
	Q_BEGIN,
	Q_COMMIT,
	Q_ROLLBACK,
	Q_BLOB_FIND,
	Q_BLOB_INSERT,
	Q_BLOB_REF,
	Q_BLOB_UNREF,
	Q_BLOB_DROP,
	Q_JOB_INSERT,
	Q_JOB_BY_ID,
	Q_JOB_START,
	Q_JOB_REQUEUE,
	Q_JOB_RECORDED,
	Q_JOB_SIGNED,
	Q_JOB_FAILED,
	Q_JOBS_OPEN,
	Q_JOB_COUNTS,
	Q_PART_INSERT,
	Q_PART_FIND,
	Q_PARTS_DROP,
	Q_PARTS_OF,
	Q_COUNT
};
struct sqlite3_stmt *db_query(struct db *db, enum db_query q, const char *types, ...);
/* One step of a statement that returns nothing; failures are kept for commit. */
void db_run(struct db *db, struct sqlite3_stmt *st);
/* True when there is a row; read it with db_int and db_bytes, then db_done. */
bool db_row(struct db *db, struct sqlite3_stmt *st);
void db_done(struct sqlite3_stmt *st);
/* Number of the row that the last insert made. */
int64_t db_last_row(struct db *db);
int64_t db_int(struct sqlite3_stmt *st, int column);
/* Valid until the next step or db_done. */
struct slice db_bytes(struct sqlite3_stmt *st, int column);

/*
 * Stores the content of a file descriptor (from offset 0, size bytes) as a
 * blob, or finds the blob with this digest, and adds a reference. Returns its
 * number; 0 after a failure.
 */
int64_t db_blob_put(struct db *db, int fd, uint64_t size, const uint8_t sha256[32]);
/* Drops one reference; the last one removes the blob. */
void db_blob_unref(struct db *db, int64_t blob);
/* A sealed memory file with the blob's content; -1 when it cannot be read. */
int db_blob_file(struct db *db, int64_t blob, const char *name);

#endif
