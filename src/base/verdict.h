/* SPDX-License-Identifier: MIT */
/*
 * The verdict of a job, computed from facts that the kernel reported (C21,
 * specs/skills.md 2.8). Three parties compute it with this one function: the
 * runner, attest before it signs (C13), and check from the signed statement.
 * Runs in runner, attest and the command line; pure.
 */
#ifndef BASE_VERDICT_H
#define BASE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

enum verdict {
	VERDICT_PASSED,
	VERDICT_FAILED,
	VERDICT_TIMEOUT,
	VERDICT_LIMIT,
	VERDICT_ERROR,
	VERDICT_NO_TEST,
	VERDICT_COUNT
};

enum phase { PHASE_SETUP, PHASE_TEST, PHASE_COUNT };

/* How a phase ended. Names are interface: run[].exit.kind. */
enum exit_kind {
	EXIT_EXITED,       /* "exited", value = exit status 0-255 */
	EXIT_SIGNALED,     /* "signaled", value = signal 1-64 */
	EXIT_TIMEOUT_WALL, /* "timeout-wall" */
	EXIT_TIMEOUT_CPU,  /* "timeout-cpu" */
	EXIT_OOM,          /* "oom" */
	EXIT_OUTPUT,       /* "output-limit" */
	EXIT_EXEC_FAILED,  /* "exec-failed", value = errno */
	EXIT_SETUP_ERROR,  /* "setup-error", value = errno, with a stage */
	EXIT_INTERNAL,     /* "internal-error" */
	EXIT_FLOOD,        /* "observation-flood": more calls than can be watched */
	EXIT_KIND_COUNT
};

/* Limits that a job met without being ended for it (C21). Bits of limits_hit. */
enum { HIT_DISK = 1, HIT_FILES = 2, HIT_PIDS = 4, HIT_ALL = 7 };

struct phase_facts {
	enum phase phase;
	enum exit_kind kind;
	int value;
	unsigned limits_hit;
};

struct verdict_facts {
	bool test_declared;
	bool setup_declared;
	bool network_refused;  /* the test asks for network that is not granted */
	bool monitor_complete; /* observed from before the first instruction, nothing lost */
	bool warnings;         /* the manifest or the run gave warnings */
	uint8_t expect_exit;
	unsigned n_phases;
	struct phase_facts phases[PHASE_COUNT];
	uint64_t behaviour; /* REASON_BIT of what was observed (proc/behaviour.h) */
};

/* Two phases give at most three each and two more; the rest is what was observed. */
#define VERDICT_REASONS 24

struct verdict_out {
	enum verdict verdict;
	/* in-toto test-result: "PASSED", "WARNED", "FAILED", or NULL for NO_TEST */
	const char *result;
	unsigned n_reasons;
	const char *reasons[VERDICT_REASONS]; /* stable words of base/reasons.h, in fixed order */
	uint64_t set;                         /* the same as REASON_BIT */
};

void verdict_decide(const struct verdict_facts *f, struct verdict_out *out);

/* "PASSED", "NO_TEST" ...; and back, -1 when unknown. */
const char *verdict_name(enum verdict v);
int verdict_by_name(const char *name);
/* The words of badge, page and RESULT line (C5): "passed", "no test" ... */
const char *verdict_word(enum verdict v);
const char *phase_name(enum phase p);
const char *exit_kind_name(enum exit_kind k);
int exit_kind_by_name(const char *name);
/* "disk", "files", "pids" for a single HIT_ bit. */
const char *limit_hit_name(unsigned bit);

#endif
