/* SPDX-License-Identifier: MIT */
/*
 * base/reasons: the table in src/base/README.md is the one in the code, and for
 * all combinations of reasons the headline names the gravest listed one, no
 * other, and says that it was a single run.
 */
#include <stdlib.h>
#include <string.h>

#include "base/reasons.h"
#include "base/text.h"
#include "test.h"

static struct slice say(
	char mem[HEADLINE_MAX], enum verdict v, uint64_t set, bool observed, enum standing standing)
{
	struct buf b = buf_on(mem, HEADLINE_MAX);

	headline(&b, &(struct headline_facts){v, set, observed, standing});
	CHECK_ERR(b.err, E_OK);
	return buf_slice(&b);
}

static unsigned occurs(struct slice text, const char *what)
{
	size_t at = 0;
	unsigned n = 0;

	while ((at = slice_search(text, at, slice_str(what))) < text.n) {
		at++;
		n++;
	}
	return n;
}

static int gravest(uint64_t set)
{
	return set ? __builtin_ctzll(set) : -1;
}

/* Words that no output has (C5), and what would contradict "single". */
static void check_tone(struct slice text)
{
	static const char *const never[] = {"safe", "secure", "trusted", "verified", "always",
		"never does", "runs of", "all runs"};
	size_t i;

	for (i = 0; i < sizeof never / sizeof *never; i++)
		CHECK(occurs(text, never[i]) == 0);
	CHECK(occurs(text, "n a single run") == 1);
	CHECK(slice_ends(text, "."));
	for (i = 0; i < text.n; i++)
		CHECK(text.p[i] >= 0x20 && text.p[i] < 0x7f);
}

static void check_headline(enum verdict v, uint64_t set, bool observed, enum standing standing)
{
	static const char *const outcome[VERDICT_COUNT] = {"author's test passed",
		"author's test failed", "author's test ran out of time",
		"author's test was ended at a limit", "author's test came to no result",
		"o test is declared"};
	char mem[HEADLINE_MAX];
	struct slice text = say(mem, v, set, observed, standing);
	int r, first = gravest(set);
	char word[64];

	check_tone(text);
	for (r = 0; r < REASON_COUNT; r++) {
		snprintf(word, sizeof word, "(%s)", reason_text((enum reason)r)->word);
		CHECK(occurs(text, word) == (r == first));
		CHECK((occurs(text, reason_text((enum reason)r)->did) > 0) == (r == first));
	}
	CHECK(occurs(text, outcome[v]) == 1);
	CHECK(occurs(text, "not observed") == !observed);
	CHECK(occurs(text, "unattested") == (standing == STANDING_UNATTESTED));
	CHECK(occurs(text, "not proven") == (standing == STANDING_CLAIMED));
	/* Nothing was seen only where somebody looked and nothing is listed. */
	if (occurs(text, "nothing that is looked for")) CHECK(observed && set == 0);
	/* Acts come first: nobody reads "passed" before them. */
	if (first >= 0 && REASON_IS_ACT(first)) CHECK(slice_starts(text, "In a single run, "));
}

TEST(reasons_headline_and_list_cannot_disagree)
{
	uint64_t set, x = 0x9e3779b97f4a7c15ULL;
	int v, r, k;

	/* Each alone, each pair, and a thousand sets of any size for every verdict. */
	for (v = 0; v < VERDICT_COUNT; v++) {
		check_headline((enum verdict)v, 0, true, STANDING_ATTESTED);
		check_headline((enum verdict)v, 0, false, STANDING_UNATTESTED);
		for (r = 0; r < REASON_COUNT; r++)
			for (k = r; k < REASON_COUNT; k++)
				check_headline((enum verdict)v, REASON_BIT(r) | REASON_BIT(k), true,
					(enum standing)((r + k) % 3));
		for (k = 0; k < 1000; k++) {
			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			set = x & (REASON_BIT(REASON_COUNT) - 1);
			check_headline((enum verdict)v, set, k & 1, (enum standing)(k % 3));
		}
	}
}

TEST(reasons_headline_examples)
{
	char mem[HEADLINE_MAX];

	CHECK_SLICE(say(mem, VERDICT_PASSED, 0, false, STANDING_UNATTESTED),
		SLICE("The author's test passed in a single run, unattested. "
		      "Its behaviour was not observed."));
	CHECK_SLICE(say(mem, VERDICT_PASSED, 0, true, STANDING_ATTESTED),
		SLICE("The author's test passed in a single run, attested; "
		      "nothing that is looked for was seen in it."));
	CHECK_SLICE(say(mem, VERDICT_PASSED,
			    REASON_BIT(REASON_CANARY_LEAKED) | REASON_BIT(REASON_CANARY_READ), true,
			    STANDING_ATTESTED),
		SLICE("In a single run, attested, it gave away a planted decoy credential "
		      "(canary-leaked); the author's test passed."));
	CHECK_SLICE(
		say(mem, VERDICT_FAILED, REASON_BIT(REASON_EXIT_STATUS), true, STANDING_CLAIMED),
		SLICE("The author's test failed in a single run, as claimed and not proven: it "
		      "ended with another exit status than was expected (exit-status)."));
	CHECK_SLICE(say(mem, VERDICT_NO_TEST, 0, true, STANDING_ATTESTED),
		SLICE("No test is declared, so nothing was shown by one, not even in a single "
		      "run, attested."));
}

TEST(reasons_words_are_unique)
{
	int i, k;

	for (i = 0; i < REASON_COUNT; i++) {
		const struct reason_text *t = reason_text((enum reason)i);

		CHECK(t->word && t->did && t->change && t->level);
		CHECK(reason_by_word(slice_str(t->word)) == i);
		for (k = 0; k < i; k++)
			CHECK(strcmp(t->did, reason_text((enum reason)k)->did) != 0);
		/* What a person must look at is no note. */
		CHECK(!t->alarm || strcmp(t->level, "note") != 0);
		CHECK(!REASON_IS_ACT(i) || t->alarm);
	}
	CHECK(reason_by_word(SLICE("canary")) == -1 && reason_by_word(SLICE_NONE) == -1);
}

/* C25: what is green, by every single condition. */
TEST(reasons_green_only_by_c25)
{
	int v, r;

	for (v = 0; v < VERDICT_COUNT; v++)
		CHECK((result_colour((enum verdict)v, 0, true, 1) == COLOUR_GREEN) ==
			(v == VERDICT_PASSED));
	CHECK(result_colour(VERDICT_PASSED, 0, false, 1) == COLOUR_AMBER);
	CHECK(result_colour(VERDICT_PASSED, 0, true, 0) == COLOUR_AMBER);
	for (r = 0; r < REASON_COUNT; r++)
		CHECK((result_colour(VERDICT_PASSED, REASON_BIT(r), true, 9) == COLOUR_GREEN) ==
			!reason_text((enum reason)r)->alarm);
	/* Whoever is still there when the test ends may have waited for just that. */
	CHECK(result_colour(VERDICT_PASSED, REASON_BIT(REASON_SURVIVOR), true, 9) == COLOUR_AMBER);
	/* What a test does when it meets a limit is not what it does elsewhere. */
	for (r = REASON_LIMIT_DISK; r <= REASON_LIMIT_PIDS; r++)
		CHECK(result_colour(VERDICT_PASSED, REASON_BIT(r), true, 9) == COLOUR_AMBER);
	CHECK(result_colour(VERDICT_FAILED, 0, true, 1) == COLOUR_RED);
	CHECK(result_colour(VERDICT_TIMEOUT, 0, true, 1) == COLOUR_RED);
	CHECK(result_colour(VERDICT_LIMIT, 0, true, 1) == COLOUR_RED);
	CHECK(result_colour(VERDICT_ERROR, 0, true, 1) == COLOUR_GREY);
	CHECK(result_colour(VERDICT_NO_TEST, 0, true, 1) == COLOUR_GREY);
	CHECK_SLICE(slice_str(colour_text(COLOUR_GREEN)), SLICE("green"));
}

/* PASSED of in-toto is less often than green, never more often. */
TEST(reasons_result_passed_is_without_any)
{
	struct verdict_facts f = {.test_declared = true,
		.monitor_complete = true,
		.n_phases = 1,
		.phases = {{PHASE_TEST, EXIT_EXITED, 0, 0}}};
	struct verdict_out v;
	int r;

	verdict_decide(&f, &v);
	CHECK_SLICE(slice_str(v.result), SLICE("PASSED"));
	CHECK(v.set == 0);
	for (r = 0; r < REASON_COUNT; r++) {
		f.behaviour = REASON_BIT(r);
		verdict_decide(&f, &v);
		CHECK(v.verdict == VERDICT_PASSED && v.n_reasons == 1 && v.set == f.behaviour);
		CHECK_SLICE(slice_str(v.result), SLICE("WARNED"));
		CHECK_SLICE(slice_str(v.reasons[0]), slice_str(reason_text((enum reason)r)->word));
	}
	/* Behind the verdict's own, in the order of the table; nothing falls out. */
	f.phases[0].value = 1;
	f.phases[0].limits_hit = HIT_ALL;
	f.behaviour = (REASON_BIT(REASON_FLOOD + 1) - 1) | REASON_BIT(REASON_NOTHING_READ) |
		      REASON_BIT(REASON_SURVIVOR) | REASON_BIT(REASON_MONITOR_INCOMPLETE);
	verdict_decide(&f, &v);
	CHECK(v.verdict == VERDICT_FAILED);
	CHECK(v.n_reasons == 4 + 13);
	CHECK_SLICE(slice_str(v.reasons[3]), SLICE("exit-status"));
	CHECK_SLICE(slice_str(v.reasons[4]), SLICE("canary-leaked"));
	CHECK_SLICE(slice_str(v.reasons[16]), SLICE("survivor-process"));
}

/* "| `word` | level | alarm | did | change |" of the README; SHOW_REASONS=1 prints the lines. */
TEST(reasons_in_the_readme_are_the_table)
{
	struct slice text = test_file("src/base/README.md"), line;
	bool show = getenv("SHOW_REASONS") != NULL;
	struct buf b = buf_heap(1024);
	int i;

	if (!text.p && !show) SKIP("src/base/README.md is not here");
	text = slice_from(text, slice_search(text, 0, SLICE("\n| reason |")));
	for (i = 0; i < REASON_COUNT; i++) {
		const struct reason_text *t = reason_text((enum reason)i);

		buf_reset(&b);
		buf_fmt(&b, "| `%s` | %s | %s | it %s | %s |", t->word, t->level,
			t->alarm ? "yes" : "", t->did, t->change);
		if (show) {
			printf("%s\n", buf_text(&b));
			continue;
		}
		do {
			line = slice_split(&text, '\n');
		} while (text.n && !slice_starts(line, "| `"));
		CHECK_SLICE(line, buf_slice(&b));
	}
	if (!show) {
		line = slice_split(&text, '\n');
		CHECK(!slice_starts(line, "| `"));
	}
	buf_drop(&b);
}
