/* SPDX-License-Identifier: MIT */
/* From facts to a verdict. Runs in runner, attest and the command line; pure. */
#include "base/verdict.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/reasons.h"

static const char *const verdict_names[VERDICT_COUNT] = {
	"PASSED", "FAILED", "TIMEOUT", "LIMIT", "ERROR", "NO_TEST"};
static const char *const verdict_words[VERDICT_COUNT] = {
	"passed", "failed", "timeout", "limit", "error", "no test"};
static const char *const phase_names[PHASE_COUNT] = {"setup", "test"};
static const char *const exit_kind_names[EXIT_KIND_COUNT] = {"exited", "signaled", "timeout-wall",
	"timeout-cpu", "oom", "output-limit", "exec-failed", "setup-error", "internal-error",
	"observation-flood"};

static int by_name(const char *const *table, int n, const char *name)
{
	int i;

	for (i = 0; i < n; i++)
		if (strcmp(table[i], name) == 0) return i;
	return -1;
}

const char *verdict_name(enum verdict v)
{
	return verdict_names[v];
}

int verdict_by_name(const char *name)
{
	return by_name(verdict_names, VERDICT_COUNT, name);
}

const char *verdict_word(enum verdict v)
{
	return verdict_words[v];
}

const char *phase_name(enum phase p)
{
	return phase_names[p];
}

const char *exit_kind_name(enum exit_kind k)
{
	return exit_kind_names[k];
}

int exit_kind_by_name(const char *name)
{
	return by_name(exit_kind_names, EXIT_KIND_COUNT, name);
}

const char *limit_hit_name(unsigned bit)
{
	return bit == HIT_DISK ? "disk" : bit == HIT_FILES ? "files" : "pids";
}

static void reason(struct verdict_out *out, const char *code)
{
	int r = reason_by_word(slice_str(code));

	if (out->n_reasons < VERDICT_REASONS) out->reasons[out->n_reasons++] = code;
	if (r >= 0) out->set |= REASON_BIT(r);
}

static void limits_hit(struct verdict_out *out, unsigned hit)
{
	if (hit & HIT_DISK) reason(out, "limit-hit:disk");
	if (hit & HIT_FILES) reason(out, "limit-hit:files");
	if (hit & HIT_PIDS) reason(out, "limit-hit:pids");
}

/* How one phase ended, as if it were the test; PASSED when it met the expectation. */
static enum verdict judge_phase(const struct phase_facts *p, int expect, struct verdict_out *out)
{
	switch (p->kind) {
	case EXIT_EXITED:
		limits_hit(out, p->limits_hit);
		if (p->value == expect) return VERDICT_PASSED;
		reason(out, "exit-status");
		return VERDICT_FAILED;
	case EXIT_SIGNALED:
		limits_hit(out, p->limits_hit);
		reason(out, p->value == SIGSYS ? "sigsys" : "signal");
		return VERDICT_FAILED;
	case EXIT_TIMEOUT_WALL: reason(out, "wall-time"); return VERDICT_TIMEOUT;
	case EXIT_TIMEOUT_CPU: reason(out, "cpu-time"); return VERDICT_TIMEOUT;
	case EXIT_OOM: reason(out, "memory"); return VERDICT_LIMIT;
	case EXIT_OUTPUT: reason(out, "output"); return VERDICT_LIMIT;
	case EXIT_FLOOD: reason(out, "observation-flood"); return VERDICT_LIMIT;
	case EXIT_EXEC_FAILED:
		reason(out, p->value == ENOENT ? "command-not-found" : "exec-failed");
		return VERDICT_ERROR;
	case EXIT_SETUP_ERROR: reason(out, "sandbox-setup"); return VERDICT_ERROR;
	default: reason(out, "internal"); return VERDICT_ERROR;
	}
}

static const struct phase_facts *find_phase(const struct verdict_facts *f, enum phase phase)
{
	unsigned i;

	for (i = 0; i < f->n_phases; i++)
		if (f->phases[i].phase == phase) return &f->phases[i];
	return NULL;
}

static enum verdict judge(const struct verdict_facts *f, struct verdict_out *out)
{
	const struct phase_facts *setup = find_phase(f, PHASE_SETUP);
	const struct phase_facts *test = find_phase(f, PHASE_TEST);
	enum verdict v;

	if (!f->test_declared) return VERDICT_NO_TEST;
	if (f->network_refused) {
		reason(out, "network-not-permitted");
		return VERDICT_ERROR;
	}
	if (f->setup_declared) {
		if (!setup) {
			reason(out, "internal");
			return VERDICT_ERROR;
		}
		v = judge_phase(setup, 0, out);
		/* Where the sandbox itself failed, the set-up is not to blame. */
		if (v == VERDICT_ERROR && setup->kind != EXIT_EXEC_FAILED) return v;
		if (v != VERDICT_PASSED) {
			reason(out, "setup-failed");
			return VERDICT_ERROR;
		}
	}
	if (!test) {
		reason(out, "internal");
		return VERDICT_ERROR;
	}
	return judge_phase(test, f->expect_exit, out);
}

void verdict_decide(const struct verdict_facts *f, struct verdict_out *out)
{
	int r;

	memset(out, 0, sizeof *out);
	out->verdict = judge(f, out);
	/* Behaviour adds reasons and never changes a verdict (specs/skills.md 2.8). */
	for (r = 0; r < REASON_COUNT; r++)
		if (f->behaviour & REASON_BIT(r)) reason(out, reason_text((enum reason)r)->word);
	switch (out->verdict) {
	case VERDICT_NO_TEST: out->result = NULL; break;
	case VERDICT_PASSED:
		/* A limit that was met, a warning or an unwatched run is not a clean pass (C25). */
		out->result =
			f->warnings || !f->monitor_complete || out->n_reasons ? "WARNED" : "PASSED";
		break;
	default: out->result = "FAILED"; break;
	}
}
