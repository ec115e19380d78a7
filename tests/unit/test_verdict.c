/* SPDX-License-Identifier: MIT */
/* base/verdict: every row of C21 and C23, one line each. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/verdict.h"
#include "test.h"

#define RUN(phase, ...)                                                                            \
	{                                                                                          \
		phase, __VA_ARGS__                                                                 \
	}
#define TEST_RUN(...)     1, {RUN(PHASE_TEST, __VA_ARGS__)}, 0
#define SETUP_RUN(...)    1, {RUN(PHASE_SETUP, __VA_ARGS__)}, 0
#define BOTH(setup, test) 2, {setup, test}, 0
#define SETUP_OK          RUN(PHASE_SETUP, EXIT_EXITED, 0, 0)

/* declared: test, setup; network refused, monitor complete, warnings; expected exit */
#define TEST_ONLY 1, 0, 0, 1, 0, 0
#define SETUP_TOO 1, 1, 0, 1, 0, 0

static const struct row {
	struct verdict_facts facts;
	enum verdict verdict;
	const char *result, *reasons; /* joined by blanks */
} rows[] = {
	/* PASSED: a test that exited with the expected status. */
	{{TEST_ONLY, TEST_RUN(EXIT_EXITED, 0, 0)}, VERDICT_PASSED, "PASSED", ""},
	{{1, 0, 0, 1, 0, 3, TEST_RUN(EXIT_EXITED, 3, 0)}, VERDICT_PASSED, "PASSED", ""},
	{{SETUP_TOO, BOTH(SETUP_OK, RUN(PHASE_TEST, EXIT_EXITED, 0, 0))}, VERDICT_PASSED, "PASSED",
		""},
	/* C25: unwatched or with warnings it is not clean. */
	{{1, 0, 0, 0, 0, 0, TEST_RUN(EXIT_EXITED, 0, 0)}, VERDICT_PASSED, "WARNED", ""},
	{{1, 0, 0, 1, 1, 0, TEST_RUN(EXIT_EXITED, 0, 0)}, VERDICT_PASSED, "WARNED", ""},
	/* A limit that was met does not change a verdict, but is said. */
	{{TEST_ONLY, TEST_RUN(EXIT_EXITED, 0, HIT_ALL)}, VERDICT_PASSED, "WARNED",
		"limit-hit:disk limit-hit:files limit-hit:pids"},
	{{TEST_ONLY, TEST_RUN(EXIT_EXITED, 1, HIT_PIDS)}, VERDICT_FAILED, "FAILED",
		"limit-hit:pids exit-status"},
	{{TEST_ONLY, TEST_RUN(EXIT_SIGNALED, SIGABRT, HIT_DISK)}, VERDICT_FAILED, "FAILED",
		"limit-hit:disk signal"},
	{{SETUP_TOO, BOTH(RUN(PHASE_SETUP, EXIT_EXITED, 0, HIT_FILES),
			     RUN(PHASE_TEST, EXIT_EXITED, 0, 0))},
		VERDICT_PASSED, "WARNED", "limit-hit:files"},
	/* FAILED */
	{{TEST_ONLY, TEST_RUN(EXIT_EXITED, 1, 0)}, VERDICT_FAILED, "FAILED", "exit-status"},
	{{1, 0, 0, 1, 0, 3, TEST_RUN(EXIT_EXITED, 0, 0)}, VERDICT_FAILED, "FAILED", "exit-status"},
	{{TEST_ONLY, TEST_RUN(EXIT_SIGNALED, SIGSEGV, 0)}, VERDICT_FAILED, "FAILED", "signal"},
	{{TEST_ONLY, TEST_RUN(EXIT_SIGNALED, SIGKILL, 0)}, VERDICT_FAILED, "FAILED", "signal"},
	{{TEST_ONLY, TEST_RUN(EXIT_SIGNALED, SIGSYS, 0)}, VERDICT_FAILED, "FAILED", "sigsys"},
	/* The expected status is a status, not a signal's number. */
	{{1, 0, 0, 1, 0, 9, TEST_RUN(EXIT_SIGNALED, SIGKILL, 0)}, VERDICT_FAILED, "FAILED",
		"signal"},
	/* TIMEOUT and LIMIT: only when we or the OOM killer ended it. */
	{{TEST_ONLY, TEST_RUN(EXIT_TIMEOUT_WALL, 0, 0)}, VERDICT_TIMEOUT, "FAILED", "wall-time"},
	{{TEST_ONLY, TEST_RUN(EXIT_TIMEOUT_CPU, 0, 0)}, VERDICT_TIMEOUT, "FAILED", "cpu-time"},
	{{TEST_ONLY, TEST_RUN(EXIT_OOM, 0, 0)}, VERDICT_LIMIT, "FAILED", "memory"},
	{{TEST_ONLY, TEST_RUN(EXIT_OUTPUT, 0, 0)}, VERDICT_LIMIT, "FAILED", "output"},
	{{TEST_ONLY, TEST_RUN(EXIT_FLOOD, 0, 0)}, VERDICT_LIMIT, "FAILED", "observation-flood"},
	/* ERROR: nothing was learnt about the skill. */
	{{TEST_ONLY, TEST_RUN(EXIT_EXEC_FAILED, ENOENT, 0)}, VERDICT_ERROR, "FAILED",
		"command-not-found"},
	{{TEST_ONLY, TEST_RUN(EXIT_EXEC_FAILED, EACCES, 0)}, VERDICT_ERROR, "FAILED",
		"exec-failed"},
	{{TEST_ONLY, TEST_RUN(EXIT_SETUP_ERROR, EPERM, 0)}, VERDICT_ERROR, "FAILED",
		"sandbox-setup"},
	{{TEST_ONLY, TEST_RUN(EXIT_INTERNAL, 0, 0)}, VERDICT_ERROR, "FAILED", "internal"},
	{{TEST_ONLY, TEST_RUN(EXIT_KIND_COUNT, 0, 0)}, VERDICT_ERROR, "FAILED", "internal"},
	{{TEST_ONLY, 0, {{0}}, 0}, VERDICT_ERROR, "FAILED", "internal"},
	{{1, 0, 1, 1, 0, 0, 0, {{0}}, 0}, VERDICT_ERROR, "FAILED", "network-not-permitted"},
	/* Setup: its own failure is an error, not the test's. */
	{{SETUP_TOO, SETUP_RUN(EXIT_EXITED, 2, 0)}, VERDICT_ERROR, "FAILED",
		"exit-status setup-failed"},
	{{1, 1, 0, 1, 0, 2, SETUP_RUN(EXIT_EXITED, 2, 0)}, VERDICT_ERROR, "FAILED",
		"exit-status setup-failed"},
	{{SETUP_TOO, SETUP_RUN(EXIT_TIMEOUT_WALL, 0, 0)}, VERDICT_ERROR, "FAILED",
		"wall-time setup-failed"},
	{{SETUP_TOO, SETUP_RUN(EXIT_OOM, 0, 0)}, VERDICT_ERROR, "FAILED", "memory setup-failed"},
	{{SETUP_TOO, SETUP_RUN(EXIT_EXEC_FAILED, ENOENT, 0)}, VERDICT_ERROR, "FAILED",
		"command-not-found setup-failed"},
	{{SETUP_TOO, SETUP_RUN(EXIT_SETUP_ERROR, EPERM, 0)}, VERDICT_ERROR, "FAILED",
		"sandbox-setup"},
	{{SETUP_TOO, SETUP_RUN(EXIT_INTERNAL, 0, 0)}, VERDICT_ERROR, "FAILED", "internal"},
	/* A phase that is declared and not there is our fault; a setup alone is no pass. */
	{{SETUP_TOO, TEST_RUN(EXIT_EXITED, 0, 0)}, VERDICT_ERROR, "FAILED", "internal"},
	{{SETUP_TOO, 1, {SETUP_OK}, 0}, VERDICT_ERROR, "FAILED", "internal"},
	/* C23: no test is neither, whatever else was found. */
	{{0, 0, 0, 1, 0, 0, 0, {{0}}, 0}, VERDICT_NO_TEST, NULL, ""},
	{{0, 0, 1, 0, 1, 0, TEST_RUN(EXIT_EXITED, 0, 0)}, VERDICT_NO_TEST, NULL, ""},
};

TEST(verdict_rows)
{
	size_t i;
	unsigned k;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = buf_heap(256);
		struct verdict_out v;

		verdict_decide(&rows[i].facts, &v);
		for (k = 0; k < v.n_reasons; k++)
			buf_fmt(&b, "%s%s", k ? " " : "", v.reasons[k]);
		if (v.verdict != rows[i].verdict)
			printf("# row %zu: %s\n", i, verdict_name(v.verdict));
		CHECK(v.verdict == rows[i].verdict);
		CHECK_SLICE(buf_slice(&b), slice_str(rows[i].reasons));
		CHECK((v.result == NULL) == (rows[i].result == NULL));
		if (v.result) CHECK_SLICE(slice_str(v.result), slice_str(rows[i].result));
		buf_drop(&b);
	}
}

TEST(verdict_names_are_interface)
{
	static const char *const names[] = {
		"PASSED", "FAILED", "TIMEOUT", "LIMIT", "ERROR", "NO_TEST"};
	static const char *const words[] = {
		"passed", "failed", "timeout", "limit", "error", "no test"};
	int i;

	for (i = 0; i < VERDICT_COUNT; i++) {
		CHECK(strcmp(verdict_name((enum verdict)i), names[i]) == 0);
		CHECK(strcmp(verdict_word((enum verdict)i), words[i]) == 0);
		CHECK(verdict_by_name(names[i]) == i);
	}
	CHECK(verdict_by_name("passed") == -1 && verdict_by_name("") == -1);
	for (i = 0; i < EXIT_KIND_COUNT; i++)
		CHECK(exit_kind_by_name(exit_kind_name((enum exit_kind)i)) == i);
	CHECK(exit_kind_by_name("exit") == -1);
}
