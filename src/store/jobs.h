/* SPDX-License-Identifier: MIT */
/*
 * Jobs that are accepted and not finished: their state in memory beside the
 * database, and every durable step of their lives (C28). A step that is not
 * committed has not happened; what memory says always follows the commit.
 * Runs in store.
 */
#ifndef STORE_JOBS_H
#define STORE_JOBS_H

#include "proc/msg.h"
#include "store/db.h"

/* A job in flight. */
struct active {
	int64_t seq; /* 0: free entry */
	uint8_t id[JOB_ID_LEN];
	uint8_t state, phase; /* enum job_state, enum job_phase */
	uint32_t attempt, crashes;
	char reason[32];
	bool has_nonce;
	uint8_t nonce[NONCE_LEN];
	int64_t package, submitted_ms;
	/* phase attest only: the record as the runner gave it, never one read back (C12) */
	int record;
	uint8_t mac[SHA256_LEN];
	bool asked; /* attest works on it */
	int64_t recorded_ms, next_ask_ms;
	unsigned asks;
	char waiting_for[120];
	/* why it has to be put back, which could not be made durable yet; else empty */
	char owed[32];
	bool owed_crash;
};

struct jobs {
	struct db db;
	struct active *list; /* max entries */
	uint32_t max, n;
	uint64_t counts[JOB_STATE_COUNT];
	int64_t settle_ms; /* before this nothing that is owed is tried again */
};

/*
 * Loads what is not finished: such jobs run again as the next attempt, because
 * nothing that was read back from disk is ever signed. E_CONFIG when more jobs
 * are open than max allows, or what db_open says.
 */
enum err jobs_open(struct jobs *j, const char *path, uint32_t max, struct why *why);
void jobs_close(struct jobs *j);

struct active *jobs_find(struct jobs *j, const uint8_t id[JOB_ID_LEN]);
/* The same, but only for this very attempt: late answers about earlier ones are ignored. */
struct active *jobs_find_attempt(struct jobs *j, const struct msg_attempt *at);
/* The oldest pending job, and how many wait before a given one. */
struct active *jobs_next_pending(struct jobs *j);
uint32_t jobs_position(const struct jobs *j, const struct active *a);
uint32_t jobs_in(const struct jobs *j, uint8_t state, bool attesting);

/* Durable steps. Each is one commit; on failure memory is unchanged. */
enum err jobs_submit(struct jobs *j, const struct msg_submit *m, int spool, int64_t now_ms,
	struct msg_submitted *out);
enum err jobs_start(struct jobs *j, struct active *a, int64_t now_ms);
enum err jobs_recorded(
	struct jobs *j, struct active *a, const struct msg_result *m, const int *fds);
enum err jobs_signed(struct jobs *j, struct active *a, const struct msg_evidence *m, const int *fds,
	int64_t now_ms);
enum err jobs_failed(struct jobs *j, struct active *a, const struct refusal *why, int64_t now_ms);
/*
 * Puts a job back for another attempt. A crash counts; after LIMIT_CRASHES of
 * them the job fails as poison. When that cannot be made durable, nobody works
 * on the job any more and it would hold its slot for ever: jobs_settle tries
 * again.
 */
enum err jobs_requeue(
	struct jobs *j, struct active *a, const char *reason, bool crash, int64_t now_ms);
/* Tries what is owed, at most once a second; the monotonic time of the next call. */
int64_t jobs_settle(struct jobs *j, int64_t mono_ms, int64_t now_ms);

/* Everything that a client may see of a job; parts as sealed files in the order of their bits. */
enum err jobs_view(
	struct jobs *j, const struct msg_get *get, struct msg_job *out, int *fds, struct buf *mem);

#endif
