/* SPDX-License-Identifier: MIT */
/*
 * What a run did, as it was seen from outside (specs/sandbox.md 15, skills.md
 * 5.3): rows of kind, value and how often, for set-up, test and probes. Facts
 * of one run, never judgements: what is listed was seen; whatever the program
 * would do elsewhere, at another time or with other input was not.
 *
 * The runner's watcher fills it (runner/observer.h); attest, http, check and the
 * command line show it. Every text is a stranger's: printable ASCII, escaped as
 * C10 says, and cut.
 * Runs in runner, attest, http and the command line; pure.
 */
#ifndef PROC_OBSERVATION_H
#define PROC_OBSERVATION_H

#include "base/hash.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "proc/codec.h"

/* The home of every job, as it names it. */
#define JOB_HOME "/home/skill"

/* How closely a run was watched; the words of monitor_text are interface. */
enum monitor {
	MONITOR_NONE,  /* "none": nothing was watched, nothing below counts */
	MONITOR_CALLS, /* "calls": programs, addresses, refused calls; files by their effects */
	MONITOR_FILES, /* "files": every open by path as well */
	MONITOR_COUNT
};

/* What a row is about; the words of observed_kind_text are interface. */
enum observed_kind {
	OBSERVED_EXEC,        /* value: path of the program; detail: its arguments */
	OBSERVED_CONNECT,     /* value: "tcp 203.0.113.7:443"; detail: name it was looked up by */
	OBSERVED_REQUEST,     /* value: "http POST HOST/path", "tls HOST"; detail: as connect */
	OBSERVED_NAME,        /* looked up; value: name; detail: type, "A" */
	OBSERVED_LISTEN,      /* bind; value: "tcp 0.0.0.0:8080" */
	OBSERVED_LOCAL,       /* connect to a local socket; value: its path */
	OBSERVED_DENIED,      /* refused call; value: "ptrace", "socket"; detail: decoded */
	OBSERVED_PATH,        /* MONITOR_FILES; value: path; detail: "read", "write", "absent" */
	OBSERVED_WRITTEN,     /* at the end; value: path; detail: "created", "changed", "removed" */
	OBSERVED_CANARY_READ, /* value: canary */
	OBSERVED_CANARY_CHANGED, /* value: canary; detail: "changed", "removed" */
	OBSERVED_CANARY_LEAKED,  /* value: canary; detail: "CHANNEL ENCODING PLACE" */
	OBSERVED_PACKAGE_READ,   /* value: path below the skill's root */
	OBSERVED_SURVIVOR,       /* alive when the command ended; value: name of the program */
	OBSERVED_KINDS
};

/* When it was seen: a phase of the job, or a probe (probe.h). */
enum observed_phase { OBSERVED_SETUP, OBSERVED_TEST, OBSERVED_PROBE, OBSERVED_PHASES };

/* Where an executed file came from. */
enum observed_origin {
	ORIGIN_NONE, /* no file, or not known */
	ORIGIN_RUNTIME,
	ORIGIN_PACKAGE, /* as it was submitted */
	ORIGIN_WRITTEN, /* made or changed during the run */
	ORIGIN_COUNT
};

struct observed {
	uint8_t kind, phase, origin;
	/* Read out of the program's memory before the call: it may have changed it since. */
	bool advisory;
	bool has_sha256;
	uint32_t count;     /* how often, at least 1 */
	uint32_t confirmed; /* connect: connections that our listener took */
	uint64_t bytes;     /* connect, request: sent by the program; written: size */
	struct slice value, detail;
	/* exec: of the file; written: of its content; request: of what is kept of it */
	uint8_t sha256[SHA256_LEN];
};

struct observation {
	uint8_t monitor; /* enum monitor */
	/* From before the first instruction of every phase to its end, nothing lost, nothing cut off. */
	bool complete;
	uint32_t notifications; /* calls that were looked at */
	uint32_t dropped; /* what was seen and could not be kept, rows of more[] not counted */
	unsigned n;
	/* By kind, then in the order in which they were first seen. */
	struct observed rows[OBSERVED_KINDS * LIMIT_OBSERVED_KIND];
	uint32_t more[OBSERVED_KINDS]; /* different rows for which there was no room */
	/* Canaries that lay about, by name: "~/.aws/credentials", "$OPENAI_API_KEY". */
	unsigned n_planted;
	struct slice planted[LIMIT_CANARIES];
	/* Files of the package, and how many of them the test opened (coverage). */
	uint32_t package_files, package_read;
	/* All files that were made or changed, listed or not. */
	uint32_t written_files;
	uint64_t written_bytes;
	uint8_t written_sha256[SHA256_LEN]; /* of the sorted list; zero when there is none */
	uint32_t survivors;                 /* processes alive when the command had ended */
};

/* Counts and sums are cut here, so that no flood makes a record that nobody reads. */
#define OBSERVED_COUNT_MAX 1000000000U
#define OBSERVED_BYTES_MAX (1ULL << 40)

const char *monitor_text(unsigned monitor);
/* "none", "calls" or "files"; false for anything else. */
bool monitor_parse(const char *text, uint8_t *out);
const char *observed_kind_text(unsigned kind);
const char *observed_phase_text(unsigned phase);
const char *observed_origin_text(unsigned origin); /* "runtime", ...; NULL for ORIGIN_NONE */

/* The value of the member "behaviour": an object sorted by name. */
void observation_json(struct jw *w, const struct observation *o);
/* E_PROTOCOL for rows out of order or beyond their bounds. */
void codec_observation(struct codec *c, struct observation *o);

/* Upper bound of the encoded form. */
#define OBSERVATION_BYTES                                                                          \
	(OBSERVED_KINDS * (LIMIT_OBSERVED_TEXT + LIMIT_OBSERVED_KIND * 80) +                       \
		LIMIT_CANARIES * (LIMIT_CANARY_BYTES + 4) + 1 * KIB)

#endif
