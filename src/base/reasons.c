/* SPDX-License-Identifier: MIT */
/* Reasons, headline and colour. Runs in runner, attest, http and the command line; pure. */
#include "base/reasons.h"

/* clang-format off */
static const struct reason_text texts[REASON_COUNT] = {
	[REASON_CANARY_LEAKED] = {"canary-leaked", "error", true,
		"gave away a planted decoy credential",
		"remove what reads and passes on credentials that nobody asked it to use; the rows canary-leaked name decoy, way and encoding"},
	[REASON_CANARY_CHANGED] = {"canary-changed", "error", true,
		"changed or removed a planted decoy file",
		"leave files of the user alone that belong to other programs or to the agent"},
	[REASON_CANARY_READ] = {"canary-read", "warning", true,
		"read a planted decoy credential",
		"read credentials only where the user names them, not where they usually lie"},
	[REASON_DNS_LONG_LABEL] = {"dns-long-label", "warning", true,
		"looked up a name long enough to carry data (a label of more than 40 or a name of more than 100 bytes)",
		"use shorter names; data that is passed on in names looks like this"},
	[REASON_UNDECLARED_NETWORK] = {"undeclared-network", "warning", true,
		"tried to reach a host that SKILL.md does not declare",
		"declare the host (metadata: requires.network), or let the test work without it"},
	[REASON_EXEC_WRITTEN] = {"exec-written-file", "warning", true,
		"ran a program that was written during the run",
		"ship what the test runs in the package, or let a runtime run it"},
	[REASON_WRITE_OUTSIDE] = {"write-outside", "warning", true,
		"wrote outside of its package, temporary folders and ordinary caches",
		"write below /skill, /tmp, /var/tmp, /run, /dev/shm, ~/.cache or ~/.npm"},
	[REASON_PACKAGE_MODIFIED] = {"package-modified", "warning", true,
		"changed or removed files of its own package",
		"write results to new files"},
	[REASON_DENIED_CALL] = {"denied-call", "warning", true,
		"made a system call that is refused here and that no ordinary program needs",
		"let the test do without it; the rows denied name the call"},
	[REASON_FLOOD] = {"observation-flood", "warning", true,
		"made more calls than a watcher answers, and was ended for it",
		"let the test start fewer programs and open fewer connections"},
	[REASON_SANDBOX_SETUP] = {"sandbox-setup", "error", false,
		"had no sandbox to run in",
		"this is the verifier's fault or its machine's; see skill-verifier doctor"},
	[REASON_INTERNAL] = {"internal", "error", false,
		"was lost by the verifier",
		"this is the verifier's fault; run it again"},
	[REASON_NETWORK] = {"network-not-permitted", "error", false,
		"asks for a network, which no test gets",
		"write a test that needs no network, and take network out of its declaration"},
	[REASON_SETUP_FAILED] = {"setup-failed", "error", false,
		"never started, because its set-up failed",
		"mend the set-up; its output is there"},
	[REASON_COMMAND_NOT_FOUND] = {"command-not-found", "error", false,
		"names a program that is not there",
		"name a program of the declared runtime or of the package"},
	[REASON_EXEC_FAILED] = {"exec-failed", "error", false,
		"could not be started",
		"look whether the file is executable and for this processor"},
	[REASON_MEMORY] = {"memory", "error", false,
		"was ended because it used all its memory",
		"let the test use less; skill-verifier limits says how much there is"},
	[REASON_OUTPUT] = {"output", "error", false,
		"was ended because it printed too much",
		"let the test print less; skill-verifier limits says how much there is"},
	[REASON_WALL_TIME] = {"wall-time", "error", false,
		"was ended when its time was over",
		"declare a longer timeout, or let the test do less"},
	[REASON_CPU_TIME] = {"cpu-time", "error", false,
		"was ended when its processor time was over",
		"let the test compute less, or declare a longer timeout"},
	[REASON_SIGSYS] = {"sigsys", "error", false,
		"died of SIGSYS, which bad system calls end in",
		"see what it was about to call"},
	[REASON_SIGNAL] = {"signal", "error", false,
		"died of a signal",
		"see its output; the run names the signal"},
	[REASON_EXIT_STATUS] = {"exit-status", "error", false,
		"ended with another exit status than was expected",
		"mend what the test tests, or declare the status that it means"},
	[REASON_MONITOR_INCOMPLETE] = {"monitor-incomplete", "warning", true,
		"was not watched to the end, so what it did may be more than what was seen",
		"run it again; where it stays so, the test does more than a watcher keeps"},
	[REASON_NOTHING_READ] = {"nothing-read", "warning", true,
		"read no file of the package, so it tested none",
		"let the test use the files that the skill consists of"},
	[REASON_SURVIVOR] = {"survivor-process", "warning", true,
		"left processes behind, which were ended",
		"let the test end what it starts"},
	[REASON_LIMIT_DISK] = {"limit-hit:disk", "warning", true,
		"wrote until there was no more room",
		"let the test write less; skill-verifier limits says how much there is"},
	[REASON_LIMIT_FILES] = {"limit-hit:files", "warning", true,
		"opened files until it had no more descriptors",
		"let the test close what it opens"},
	[REASON_LIMIT_PIDS] = {"limit-hit:pids", "warning", true,
		"started processes until there could be no more",
		"let the test start fewer at a time"},
};
/* clang-format on */

const struct reason_text *reason_text(enum reason r)
{
	return &texts[r];
}

int reason_by_word(struct slice word)
{
	int i;

	for (i = 0; i < REASON_COUNT; i++)
		if (slice_is(word, texts[i].word)) return i;
	return -1;
}

/* What became of the test; the subject is "the author's test" but for NO_TEST. */
static const char *const outcomes[VERDICT_COUNT] = {
	[VERDICT_PASSED] = "the author's test passed",
	[VERDICT_FAILED] = "the author's test failed",
	[VERDICT_TIMEOUT] = "the author's test ran out of time",
	[VERDICT_LIMIT] = "the author's test was ended at a limit",
	[VERDICT_ERROR] = "the author's test came to no result",
	[VERDICT_NO_TEST] = "no test is declared",
};
static const char *const standings[] = {
	[STANDING_ATTESTED] = "attested",
	[STANDING_UNATTESTED] = "unattested",
	[STANDING_CLAIMED] = "as claimed and not proven",
};

/* A sentence begins with what became of the test. */
static void begin_outcome(struct buf *out, enum verdict v)
{
	buf_u8(out, (uint8_t)(outcomes[v][0] - 'a' + 'A'));
	buf_str(out, outcomes[v] + 1);
}

static void calm(struct buf *out, const struct headline_facts *f, const struct reason_text *why)
{
	bool none = f->verdict == VERDICT_NO_TEST;

	begin_outcome(out, f->verdict);
	if (none && !why)
		buf_str(out, ", so nothing was shown by one, not even");
	else if (none)
		buf_u8(out, ';');
	buf_fmt(out, " in a single run, %s", standings[f->standing]);
	if (why)
		buf_fmt(out, ": it %s (%s)", why->did, why->word);
	else if (!none && f->observed)
		buf_str(out, "; nothing that is looked for was seen in it");
	buf_u8(out, '.');
}

void headline(struct buf *out, const struct headline_facts *f)
{
	const struct reason_text *why = NULL;
	int i;

	for (i = REASON_COUNT - 1; i >= 0; i--)
		if (f->reasons & REASON_BIT(i)) why = &texts[i];
	if (why && REASON_IS_ACT(why - texts))
		buf_fmt(out, "In a single run, %s, it %s (%s); %s.", standings[f->standing],
			why->did, why->word, outcomes[f->verdict]);
	else
		calm(out, f, why);
	if (!f->observed) buf_str(out, " Its behaviour was not observed.");
}

enum colour result_colour(
	enum verdict verdict, uint64_t reasons, bool monitor_complete, uint64_t package_read)
{
	int i;

	switch (verdict) {
	case VERDICT_FAILED:
	case VERDICT_TIMEOUT:
	case VERDICT_LIMIT: return COLOUR_RED;
	case VERDICT_PASSED: break;
	default: return COLOUR_GREY;
	}
	for (i = 0; i < REASON_COUNT; i++)
		if (reasons & REASON_BIT(i) && texts[i].alarm) return COLOUR_AMBER;
	return monitor_complete && package_read > 0 ? COLOUR_GREEN : COLOUR_AMBER;
}

const char *colour_text(enum colour c)
{
	static const char *const words[COLOUR_COUNT] = {"grey", "red", "amber", "green"};

	return words[c];
}
