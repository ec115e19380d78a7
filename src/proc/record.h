/* SPDX-License-Identifier: MIT */
/*
 * The result record: everything that the runner knows about one attempt of one
 * job, in typed and bounded fields. The runner encodes it and authenticates
 * the bytes (C12); store keeps them without reading them; attest decodes them,
 * computes the verdict again and builds the statement (C13); http decodes them
 * to answer clients.
 *
 * Decoded slices point into the encoded bytes.
 */
#ifndef PROC_RECORD_H
#define PROC_RECORD_H

#include "base/dsse.h"
#include "base/hash.h"
#include "proc/behaviour.h"
#include "proc/inspection.h"
#include "proc/manifest.h"
#include "proc/observation.h"
#include "proc/signature.h"
#include "proc/trial.h"

#define JOB_ID_LEN 16

/* How many ignored members a record names; the total is always there. */
#define RECORD_IGNORED 32

enum package_format { PACKAGE_TAR, PACKAGE_ZIP, PACKAGE_SKILL_MD, PACKAGE_DIRECTORY };
enum package_compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD };

struct package_facts {
	uint8_t format, compression;
	uint64_t bytes;             /* of the archive; 0 for a directory */
	uint8_t sha256[SHA256_LEN]; /* of the archive; zero for a directory */
	uint32_t entries;           /* members of the archive, ignored ones included */
	uint32_t files;             /* regular files under the skill root */
	uint64_t unpacked_bytes;    /* of those files */
	uint32_t max_path_bytes;    /* of their longest path */
	uint8_t dir_hash1[SHA256_LEN];
	uint8_t files_sha256[SHA256_LEN];
	uint8_t oms[SHA256_LEN];                 /* tree digest of OMS (proc/signature.h) */
	uint8_t clawhub_fingerprint[SHA256_LEN]; /* advisory: its order and ignore rules vary */
	struct slice top_directory;              /* absent when the root is the top */
	struct slice manifest_path;              /* "SKILL.md" or what stands for it */
	uint64_t manifest_bytes;
	uint8_t manifest_sha256[SHA256_LEN];
	uint32_t ignored_total;
	unsigned n_ignored;
	struct slice ignored[RECORD_IGNORED]; /* escaped names (text_ascii) */
	struct signature_facts signature;
	struct inspection inspection;
};

struct stream_facts {
	uint64_t bytes;             /* kept */
	uint64_t total;             /* written by the test */
	uint8_t sha256[SHA256_LEN]; /* of what is kept */
};

struct run_facts {
	uint8_t phase;      /* enum phase */
	uint8_t kind;       /* enum exit_kind */
	uint32_t value;     /* exit status, signal or errno */
	struct slice stage; /* of a setup error; else empty */
	uint8_t limits_hit; /* HIT_ bits */
	int64_t started_ms, finished_ms;
	uint64_t duration_us; /* monotonic */
	struct stream_facts out, err;
	uint64_t cpu_us, max_rss_bytes;
	uint32_t max_pids;
};

enum sandbox_tier { TIER_1 = 1, TIER_2, TIER_3, TIER_4 };
enum cgroup_kind { CGROUP_NONE, CGROUP_V1, CGROUP_V2 };

struct sandbox_facts {
	uint8_t tier;                       /* enum sandbox_tier */
	uint8_t landlock_abi;               /* 0: not available */
	uint8_t cgroup;                     /* enum cgroup_kind */
	bool sinkhole;                      /* network: listeners of ours took everything */
	uint8_t seccomp_sha256[SHA256_LEN]; /* of the payload's BPF program */
	struct slice speculation;           /* "disabled", "unsupported" ... (word) */
};

struct limit_facts {
	uint32_t cpu_percent, pids, files, timeout_ms;
	uint64_t memory_bytes, write_bytes, inodes, output_bytes;
	uint32_t cpu_ms;       /* processor time of all processes of a phase */
	uint64_t file_bytes;   /* of one file */
	uint64_t output_total; /* of both streams, kept or not */
};

struct runtime_facts {
	struct slice name; /* canonical name, absent when no test ran */
	uint8_t digest[SHA256_LEN];
	struct slice uri; /* where it comes from, as a package URL */
};

struct record {
	uint8_t job_id[JOB_ID_LEN];
	uint32_t attempt;
	struct slice attempt_reason; /* why this is not the first attempt; else empty */
	bool has_nonce;
	uint8_t nonce[NONCE_LEN];
	int64_t submitted_ms;
	uint64_t uptime_ms;
	struct package_facts package;
	struct manifest manifest;
	struct runtime_facts runtime;
	uint8_t policy_sha256[SHA256_LEN];
	struct limit_facts limits;
	struct sandbox_facts sandbox;
	bool network_refused;
	unsigned n_runs;
	struct run_facts runs[PHASE_COUNT];
	struct observation observed; /* of all phases and probes */
	struct trials trials;        /* of a package without a test */
	unsigned n_warnings;
	struct slice warnings[LIMIT_WARNINGS]; /* of manifest, package and run; sorted */
};

/* E_PROTOCOL when the bytes are not a record within its bounds. */
enum err record_read(struct slice bytes, struct record *out);
enum err record_write(struct record *r, struct buf *out);

/* The facts that decide the verdict. */
void record_verdict(const struct record *r, struct verdict_out *out);
/* What its rows are judged by; f->observed stays in the record. */
void record_behaviour(const struct record *r, struct behaviour_facts *f);
/* The sentence about it (base/reasons.h), into out of HEADLINE_MAX bytes. */
const char *record_headline(const struct record *r, enum standing standing, char *out);
enum colour record_colour(const struct record *r);

const char *package_format_text(uint8_t format);
const char *compression_text(uint8_t compression);
const char *tier_text(uint8_t tier);
/* "T1" to "T4"; false for anything else. */
bool tier_parse(const char *text, uint8_t *out);
const char *cgroup_text(uint8_t cgroup);
/* "cgroup-v2", "cgroup-v1" or "rlimit". */
const char *accounting_text(uint8_t cgroup);

/* How a process ended: members by name of the object "exit"; stage may be empty. */
void exit_json(struct jw *w, uint8_t kind, uint32_t value, struct slice stage);
/*
 * Exit status as the original service reports it (specs/skills.md 3.2): the
 * status, 128 + signal, 124 on timeout, 127 command not found, 126 not
 * executable, 125 when the sandbox or the verifier failed.
 */
int run_exit_code(const struct run_facts *run);

#endif
