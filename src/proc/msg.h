/* SPDX-License-Identifier: MIT */
/*
 * All messages between processes, by direction. A body is a structure with a
 * codec walk (proc/codec.h), so both ends check every field; msg_read refuses
 * a wrong length. Job data that is large travels as sealed memory files, in
 * the order of the PART_ bits that a message announces.
 * Runs in every role; pure.
 */
#ifndef PROC_MSG_H
#define PROC_MSG_H

#include "proc/chan.h"
#include "proc/record.h"
#include "proc/unpack_result.h"

enum msg_type {
	/* init -> role */
	MSG_BOOT = 1, /* struct boot; descriptors: peers in the order of the role's table, extras */
	MSG_PING,
	MSG_PEER,   /* msg_peer + socket: a peer was restarted */
	MSG_STOP,   /* msg_stop */
	MSG_HEALTH, /* msg_health, to http */
	/* role -> init */
	MSG_READY,
	MSG_PONG,

	/* http -> store, each answered under the same id */
	MSG_SPOOL = 32, /* a place for an upload */
	MSG_SUBMIT,     /* msg_submit + the spooled file */
	MSG_GET,        /* msg_get */
	MSG_STATUS,
	MSG_INFO,
	MSG_IDENTITY, /* msg_identity */
	/* store -> http */
	MSG_SPOOLED = 48, /* descriptor */
	MSG_SUBMITTED,    /* msg_submitted */
	MSG_JOB,          /* msg_job + parts */
	MSG_STATUS_IS,    /* msg_status */
	MSG_INFO_IS,      /* msg_info + JSON texts of runner and attest */
	MSG_IDENTITY_IS,  /* msg_evidence + parts */

	/* store -> runner */
	MSG_RUN = 64, /* msg_run + sealed package */
	/* runner -> store */
	MSG_RUNNER = 80, /* msg_runner + JSON text for /info */
	MSG_PHASE,       /* msg_phase */
	MSG_RESULT,      /* msg_result + parts */
	MSG_REFUSED,     /* msg_refused */
	MSG_CRASHED,     /* msg_attempt: the process of this job died */

	/* store -> attest */
	MSG_ATTEST = 96, /* msg_result + record */
	MSG_QUOTE,       /* msg_identity: an identity quote */
	/* attest -> store */
	MSG_ATTESTER = 112, /* msg_attester + JSON text for /info */
	MSG_SIGNED,         /* msg_evidence + parts */
	MSG_RETRY,          /* msg_retry */
	MSG_QUOTED,         /* msg_evidence + parts, under the id of MSG_QUOTE */

	/* confined child of a command -> the command */
	MSG_REPORT = 128, /* descriptor: a JSON text */
};

/* Parts of a job that travel as sealed memory files, lowest bit first. */
enum {
	PART_RECORD = 1,
	PART_FILES = 2, /* canonical file list (C27) */
	PART_SETUP_OUT = 4,
	PART_SETUP_ERR = 8,
	PART_STDOUT = 16,
	PART_STDERR = 32,
	PART_STATEMENT = 64,
	PART_QUOTE = 128,
	PART_EVENTS = 256, /* event log, JSON text as the agent gave it */
	PART_COMPOSE = 512,
	PART_VM = 1024, /* vm_config, JSON text */
	PART_COUNT = 11,
	PART_ALL = 2047,
};

struct msg_peer {
	uint8_t role;
};

struct msg_stop {
	bool now; /* false: stop taking work and say so; true: end */
};

struct msg_health {
	bool degraded;
	struct slice reason; /* word: which role, for people */
};

struct msg_submit {
	bool has_nonce;
	uint8_t nonce[NONCE_LEN];
	uint64_t size;
	uint8_t sha256[SHA256_LEN]; /* as http saw it; the runner computes its own */
};

struct msg_submitted {
	uint32_t code; /* enum err */
	uint8_t job_id[JOB_ID_LEN];
	uint8_t delete_token[JOB_ID_LEN];
	int64_t submitted_ms;
};

struct msg_get {
	uint8_t job_id[JOB_ID_LEN];
	uint32_t parts; /* PART_ bits wanted, as far as they exist; at most CHAN_FDS of them */
};

enum job_state { JOB_PENDING, JOB_RUNNING, JOB_COMPLETED, JOB_FAILED, JOB_STATE_COUNT };
enum job_phase {
	PHASE_NONE,
	PHASE_UNPACK,
	PHASE_MANIFEST,
	PHASE_RUN_SETUP,
	PHASE_RUN_TEST,
	PHASE_ATTEST,
	PHASE_RUN_PROBE, /* before ATTEST; last because the database holds these numbers */
	PHASE_JOB_COUNT
};

struct job_view {
	uint8_t state, phase;
	uint32_t attempt, queue_position;
	int64_t submitted_ms, started_ms, completed_ms; /* 0: not yet */
	uint64_t package_bytes;
	uint8_t package_sha256[SHA256_LEN];
	bool has_nonce;
	uint8_t nonce[NONCE_LEN];
	struct refusal refusal;   /* of a failed job */
	struct slice waiting_for; /* why an attested result is late, or empty */
	struct slice signature;   /* DER, of a completed job */
	struct slice spki;
};

struct msg_job {
	uint32_t code; /* E_OK or E_JOB_NOT_FOUND */
	uint32_t parts;
	struct job_view job;
};

struct msg_status {
	bool runner_up, attest_ready, tee, storage_ok;
	uint64_t jobs[JOB_STATE_COUNT];
	uint32_t queued, queue_max, slots, running, attesting;
	uint64_t disk_free;
};

struct msg_info {
	bool runner, attest; /* which of the two texts follow as descriptors, in this order */
};

struct msg_identity {
	uint8_t nonce[NONCE_LEN];
};

struct msg_attempt {
	uint8_t job_id[JOB_ID_LEN];
	uint32_t attempt;
};

struct msg_run {
	struct msg_attempt at;
	struct slice reason; /* why this is a rerun, or empty */
	bool has_nonce;
	uint8_t nonce[NONCE_LEN];
	int64_t submitted_ms;
};

struct msg_runner {
	uint32_t slots;
};

struct msg_phase {
	struct msg_attempt at;
	uint8_t phase; /* enum job_phase */
};

struct msg_result {
	struct msg_attempt at;
	uint8_t mac[SHA256_LEN]; /* HMAC-SHA-256 over the record */
	uint32_t parts;          /* PART_RECORD to PART_STDERR */
};

struct msg_refused {
	struct msg_attempt at;
	struct refusal refusal;
};

struct msg_attester {
	bool ready; /* knows who it is; quotes may still fail */
	bool tee;
	struct slice spki;
};

struct msg_evidence {
	struct msg_attempt at;
	uint32_t code;  /* enum err; parts only with E_OK */
	uint32_t parts; /* PART_STATEMENT to PART_VM */
	struct slice signature, spki;
	uint8_t report_data[REPORT_DATA_LEN];
};

struct msg_retry {
	struct msg_attempt at;
	uint32_t code;
	struct slice text;
};

/* Walks of all bodies; see proc/codec.h. */
void codec_msg_peer(struct codec *c, struct msg_peer *m);
void codec_msg_stop(struct codec *c, struct msg_stop *m);
void codec_msg_health(struct codec *c, struct msg_health *m);
void codec_msg_submit(struct codec *c, struct msg_submit *m);
void codec_msg_submitted(struct codec *c, struct msg_submitted *m);
void codec_msg_get(struct codec *c, struct msg_get *m);
void codec_msg_job(struct codec *c, struct msg_job *m);
void codec_msg_status(struct codec *c, struct msg_status *m);
void codec_msg_info(struct codec *c, struct msg_info *m);
void codec_msg_identity(struct codec *c, struct msg_identity *m);
void codec_msg_attempt(struct codec *c, struct msg_attempt *m);
void codec_msg_run(struct codec *c, struct msg_run *m);
void codec_msg_runner(struct codec *c, struct msg_runner *m);
void codec_msg_phase(struct codec *c, struct msg_phase *m);
void codec_msg_result(struct codec *c, struct msg_result *m);
void codec_msg_refused(struct codec *c, struct msg_refused *m);
void codec_msg_attester(struct codec *c, struct msg_attester *m);
void codec_msg_evidence(struct codec *c, struct msg_evidence *m);
void codec_msg_retry(struct codec *c, struct msg_retry *m);

/* MSG_READ(run, &m, &out): decodes the body of m as struct msg_run; enum err. */
#define MSG_READ(name, m, out)                                                                     \
	({                                                                                         \
		struct codec codec_ = codec_reader(message_body(m));                               \
		codec_msg_##name(&codec_, (out));                                                  \
		codec_end(&codec_);                                                                \
	})

/* MSG_SEND(chan, type, id, run, &body, fds, n): encodes and sends; enum err. */
#define MSG_SEND(ch, type, id, name, body, fds, n)                                                 \
	({                                                                                         \
		uint8_t mem_[CHAN_BODY];                                                           \
		struct buf buf_ = buf_on(mem_, sizeof mem_);                                       \
		struct codec codec_ = codec_writer(&buf_);                                         \
		codec_msg_##name(&codec_, (body));                                                 \
		enum err err_ = codec_end(&codec_);                                                \
		err_ ? err_ : chan_send((ch), (type), (id), buf_slice(&buf_), (fds), (n));         \
	})

/* How many parts a mask names. */
unsigned parts_count(uint32_t parts);

const char *job_state_name(uint8_t state);
const char *job_phase_name(uint8_t phase);

#endif
