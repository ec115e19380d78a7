/* SPDX-License-Identifier: MIT */
/*
 * The decision table of specs/gate.md 4 as data: every rule has a stable id, what
 * it does to an installation, a sentence and what would change it. A decision is
 * a list of reasons, and its headline is computed from that list by one function,
 * so that both cannot disagree.
 * Runs on the command line; pure.
 */
#ifndef GATE_RULES_H
#define GATE_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"
#include "base/slice.h"

/* In order of strength: the strongest reason is the decision. */
enum gate_effect { GATE_NOTE, GATE_ALLOW, GATE_WARN, GATE_BLOCK };

/* Which approval of the operator makes a note of a warning. */
enum gate_accepts {
	KEEP,  /* none does */
	EXACT, /* of this very tree */
	LATER, /* of an earlier version too: what is new is listed in its place */
};

/* X(enum, id, effect, accepted by, sentence, what would change it) */
/* clang-format off */
#define GATE_RULE_LIST(X) \
	/* nothing could be decided */ \
	X(RULE_REQUEST, "request-invalid", GATE_BLOCK, KEEP, "the request is not one of the install-policy protocol", "the host has to send a request of protocol version 1") \
	X(RULE_POLICY, "policy-invalid", GATE_BLOCK, KEEP, "the gate is not set up: its options, its policy or a file that this names cannot be used", "mend the file or the arguments of the command") \
	X(RULE_STATE, "state-refused", GATE_BLOCK, KEEP, "the folder of approvals cannot be used", "make it a folder of your own that nobody else may write to, with no link in its place") \
	X(RULE_UNREAD, "tree-unread", GATE_BLOCK, KEEP, "the candidate could not be read", "see the reason; skill-verifier inspect shows the same") \
	X(RULE_DEADLINE, "deadline", GATE_BLOCK, KEEP, "no decision was found in time", "try again; if it stays, a smaller package or fewer files of evidence") \
	X(RULE_INTERNAL, "gate-failed", GATE_BLOCK, KEEP, "the process that decides ended without an answer", "try again; if it stays, report it") \
	/* block */ \
	X(RULE_REFUSED, "package-refused", GATE_BLOCK, KEEP, "the package rules refuse this package", "the author has to mend the package") \
	X(RULE_REFUTED, "proof-refuted", GATE_BLOCK, KEEP, "evidence for this package is refuted", "remove the evidence only if you know where it came from; fetch it again") \
	X(RULE_DIFFERS, "file-differs", GATE_BLOCK, KEEP, "this is not the package that was attested", "install the attested files, or have these tested") \
	X(RULE_LEAKED, "canary-leaked", GATE_BLOCK, KEEP, "in the attested run a planted secret left the sandbox", "no option does; the author has to stop it, and a new version be tested") \
	/* warn: evidence */ \
	X(RULE_NO_EVIDENCE, "no-evidence", GATE_WARN, LATER, "there is no evidence for this package", "have it tested and put the bundle into the evidence folder, or approve it") \
	X(RULE_EVIDENCE_UNREAD, "evidence-unread", GATE_WARN, KEEP, "not all evidence could be looked at", "see the reason; an evidence folder holds bundles and nothing else") \
	X(RULE_NO_TEST, "no-test", GATE_WARN, LATER, "the attested package has no test", "the author has to declare one") \
	X(RULE_FAILED, "test-failed", GATE_WARN, EXACT, "the attested test failed", "the author has to mend it") \
	X(RULE_TIMEOUT, "test-timeout", GATE_WARN, EXACT, "the attested test ran out of time", "the author has to mend it") \
	X(RULE_LIMIT, "test-limit", GATE_WARN, EXACT, "the attested test hit a limit", "the author has to mend it") \
	X(RULE_ERROR, "test-error", GATE_WARN, EXACT, "the attested test could not run", "have it tested again") \
	X(RULE_OPEN, "proof-open", GATE_WARN, EXACT, "the proof is not decided", "name in the policy what you expect: skill-verifier policy init --from BUNDLE") \
	X(RULE_NO_TEE, "no-tee", GATE_WARN, EXACT, "the test ran on a machine that proves nothing (tee: none)", "have it tested by an appliance in a TDX machine") \
	X(RULE_TEST_ROOT, "test-root", GATE_WARN, EXACT, "the proof leads to a test root and proves nothing about hardware", "remove the key root from the policy") \
	X(RULE_UNMONITORED, "unmonitored", GATE_WARN, EXACT, "nobody watched the attested test", "have it tested by an appliance that observes") \
	X(RULE_MONITOR, "monitor-incomplete", GATE_WARN, EXACT, "the attested test was watched with gaps", "have it tested again") \
	X(RULE_NOTHING_READ, "nothing-read", GATE_WARN, EXACT, "the attested test read no file of the package", "the author has to declare a test of what the package holds") \
	X(RULE_SEEN_HOST, "undeclared-network", GATE_WARN, EXACT, "the attested run used network that is not declared", "the author has to declare it or stop it") \
	X(RULE_ATTESTED, "attested-reason", GATE_WARN, EXACT, "the attested result carries a reason", "see the report: skill-verifier check") \
	/* warn: the package */ \
	X(RULE_PLUGIN, "not-a-skill", GATE_WARN, KEEP, "a plugin runs inside the host and is not looked at here", "review it; the key plugin of the policy decides otherwise") \
	X(RULE_HIDDEN, "hidden-text", GATE_WARN, LATER, "characters that people do not see", "the author has to remove them, or you read them and approve") \
	X(RULE_HOST, "undeclared-host", GATE_WARN, LATER, "a host is used and not declared", "the author has to declare it: skill-verifier inspect --suggest") \
	X(RULE_SECRET, "undeclared-secret", GATE_WARN, LATER, "a secret is used and not declared", "the author has to declare it: skill-verifier inspect --suggest") \
	X(RULE_BINARY, "undeclared-binary", GATE_WARN, LATER, "a program is used and not declared", "the author has to declare it: skill-verifier inspect --suggest") \
	X(RULE_CUT, "facts-cut", GATE_WARN, EXACT, "there is more of this kind than is listed", "look at the package yourself, then approve it") \
	X(RULE_IGNORED, "not-inspected", GATE_WARN, KEEP, "a file that is no part of a package would be installed with it", "remove files named .DS_Store, ._* and __MACOSX") \
	/* warn: what is new since an approval */ \
	X(RULE_SINCE_LAST, "since-last-approval", GATE_WARN, EXACT, "since you last approved this skill", "review it, then skill-verifier gate approve") \
	X(RULE_SINCE_FIRST, "since-first-approval", GATE_WARN, EXACT, "since you first approved this skill", "review it, then skill-verifier gate approve") \
	/* a policy may say so of plugins */ \
	X(RULE_PLUGIN_BLOCKED, "plugin-blocked", GATE_BLOCK, KEEP, "the policy lets no plugin in", "the key plugin of the policy") \
	X(RULE_PLUGIN_ALLOWED, "plugin-allowed", GATE_ALLOW, KEEP, "the policy lets plugins in without a look", "the key plugin of the policy") \
	/* allow */ \
	X(RULE_PROVED, "proved", GATE_ALLOW, KEEP, "the proof is genuine, the test passed and was watched", "nothing needs to") \
	X(RULE_APPROVED, "approved", GATE_ALLOW, KEEP, "you approved exactly these files", "nothing needs to") \
	/* notes */ \
	X(RULE_NO_STATE, "no-approvals", GATE_NOTE, KEEP, "approvals were not looked for: no folder is known", "--state DIR, or pass HOME to the command") \
	X(RULE_SKIPPED, "evidence-skipped", GATE_NOTE, KEEP, "files of the evidence folder that are no bundle of this version", "remove them") \
	X(RULE_MORE, "more-reasons", GATE_NOTE, KEEP, "there are more reasons than are listed", "skill-verifier inspect lists all facts")
/* clang-format on */

enum gate_rule {
#define GATE_RULE(id, ...) id,
	GATE_RULE_LIST(GATE_RULE)
#undef GATE_RULE
		RULE_COUNT
};

const char *gate_rule_id(enum gate_rule r);
enum gate_effect gate_rule_effect(enum gate_rule r);
enum gate_accepts gate_rule_accepts(enum gate_rule r);
const char *gate_rule_text(enum gate_rule r);
const char *gate_rule_mend(enum gate_rule r);
/* The rule with this id; RULE_COUNT when there is none. */
enum gate_rule gate_rule_by_id(struct slice id);
/* "allow", "warn", "block"; a note has "note". */
const char *gate_effect_name(enum gate_effect e);

#define GATE_REASONS 100 /* the first policy side shows as many (specs/gate.md 3) */
#define GATE_DETAIL  400 /* bytes; what a person reads of one reason */

struct gate_reason {
	enum gate_rule rule;
	enum gate_effect effect;    /* the rule's, but where a policy or an approval changed it */
	enum gate_accepts accepted; /* the approval that made a note of it; KEEP: none */
	char detail[GATE_DETAIL];
	char path[LIMIT_PATH_BYTES + 1]; /* empty: no place */
	uint32_t line;                   /* from 1; 0: the file as a whole */
};

/* Not for the stack. */
struct gate_reasons {
	size_t n;
	size_t more; /* those for which there was no room */
	struct gate_reason item[GATE_REASONS];
};

/*
 * Adds a reason. detail and path may be outside text: what is no printable ASCII is
 * escaped. When the list is full, a stronger reason takes the place of a weaker one.
 */
void gate_add(struct gate_reasons *l, enum gate_rule rule, struct slice detail, struct slice path,
	uint64_t line);
/* Turns warnings into notes, as an approval of this kind does. */
void gate_accept(struct gate_reasons *l, enum gate_accepts by);
/* Makes every warning by this rule a block. */
void gate_harden(struct gate_reasons *l, enum gate_rule rule);

/*
 * The strongest reason of the list, NULL when it is empty or holds only notes: that
 * decides nothing, and who decides nothing blocks.
 */
const struct gate_reason *gate_headline(const struct gate_reasons *l);
/* What the list says of the installation: allow, warn or block. */
enum gate_effect gate_decision(const struct gate_reasons *l);

#endif
