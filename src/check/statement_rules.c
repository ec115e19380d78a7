/* SPDX-License-Identifier: MIT */
/*
 * What a statement that follows the schema must also satisfy: its members agree
 * with each other, and the verdict follows. Runs in the command line; pure.
 */
#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"
#include "check/behaviour.h"
#include "proc/manifest.h"

static enum err contradiction(struct why *why, const char *what)
{
	return why_set(why, E_STATEMENT_INCONSISTENT, "%s", what);
}

static bool hex_is(const struct cJSON *j, const char *name, const uint8_t sha[SHA256_LEN])
{
	uint8_t got[SHA256_LEN];

	return json_get_hex(j, name, got, sizeof got) == E_OK && memcmp(got, sha, sizeof got) == 0;
}

/* The subject list says the same as predicate.package and predicate.skill. */
static enum err subjects(const struct statement *s, struct why *why)
{
	uint8_t mem[SKILL_ID_MAX + 8];
	struct buf tree_name = buf_on(mem, sizeof mem);
	const struct cJSON *c = json_child(json_get(s->tree, "subject")), *digest;

	buf_put(&tree_name, s->skill_id);
	buf_str(&tree_name, "#tree");
	if (s->has_archive) {
		digest = json_get(c, "digest");
		if (!slice_eq(json_text_of(c, "name"), s->skill_id) ||
			!hex_is(digest, "sha256", s->archive_sha256) ||
			json_get(digest, "dirHash1"))
			return contradiction(why, "subject 1 is not predicate.package");
		c = json_next(c);
	}
	digest = json_get(c, "digest");
	if (!slice_eq(json_text_of(c, "name"), buf_slice(&tree_name)) ||
		!hex_is(digest, "sha256", s->files_sha256) ||
		!hex_is(digest, "dirHash1", s->dir_hash1))
		return contradiction(
			why, "the subject \"#tree\" is not the tree of predicate.package");
	return json_next(c) ? contradiction(why, "a subject too many") : E_OK;
}

/* skillId and slug are derived from name, version and tree (specs/skills.md 2.5). */
static enum err skill(const struct statement *s, struct why *why)
{
	const struct cJSON *k = json_get(s->predicate, "skill");
	const struct cJSON *p = json_get(s->predicate, "package");
	struct manifest m = {
		.name = json_text_of(k, "name"), .version = json_text_of(k, "version")};
	char slug[SLUG_MAX], id[SKILL_ID_MAX];

	if (m.name.n > LIMIT_NAME_BYTES || m.version.n > LIMIT_VERSION_BYTES)
		return contradiction(why, "name or version is longer than its limit");
	if (!slice_eq(manifest_skill_id(id, &m, s->dir_hash1), s->skill_id))
		return contradiction(why, "skillId does not follow from name, version and tree");
	if (!slice_is(json_text_of(k, "slug"), manifest_slug(slug, m.name, s->dir_hash1)))
		return contradiction(why, "slug does not follow from the name");
	if ((m.version.p != NULL) != (json_text_of(k, "versionSource").p != NULL))
		return contradiction(why, "a version without a source, or the reverse");
	if (s->has_archive == slice_is(json_text_of(p, "format"), "directory"))
		return contradiction(why, "an archive without a digest, or a directory with one");
	if (json_count(json_get(p, "ignored")) > json_count_of(p, "ignoredTotal"))
		return contradiction(why, "more ignored members named than counted");
	return E_OK;
}

static enum err verifier(const struct statement *s, struct why *why)
{
	static const char *const tee_members[] = {"appId", "composeHash", "instanceId"};
	const struct cJSON *v = json_get(s->predicate, "verifier");
	uint8_t keyid[SHA256_LEN];
	size_t i;

	sha256(SLICE_OF(s->spki), keyid);
	if (memcmp(keyid, s->keyid, sizeof keyid) != 0)
		return contradiction(why, "verifier.keyid is not the digest of verifier.key");
	for (i = 0; i < sizeof tee_members / sizeof *tee_members; i++)
		if (json_is_null(json_get(v, tee_members[i])) == s->tee)
			return contradiction(
				why, "verifier.tee does not fit the identities beside it");
	return E_OK;
}

static enum err configuration(const struct statement *s, struct why *why)
{
	static const char *const names[] = {"runtime", "sandbox-policy", "verifier"};
	const struct cJSON *c;
	unsigned seen[3] = {0};
	size_t i;

	for (c = json_child(json_get(s->predicate, "configuration")); c; c = json_next(c)) {
		for (i = 0; i < 3; i++)
			if (slice_is(json_text_of(c, "name"), names[i])) seen[i]++;
		if (slice_is(json_text_of(c, "name"), "verifier") &&
			!hex_is(json_get(c, "digest"), "sha256", s->binary_sha256))
			return contradiction(why, "two digests of the verifier's program");
	}
	if (seen[0] > 1 || seen[1] != 1 || seen[2] != 1)
		return contradiction(why, "configuration lacks a part or has it twice");
	if (!seen[0] && json_child(json_get(s->predicate, "run")))
		return contradiction(why, "something ran, but no runtime is named");
	return E_OK;
}

/* Exactly the members that belong to the kind of exit. */
static bool exit_fits(const struct cJSON *x)
{
	struct slice kind = json_text_of(x, "kind");
	bool exited = slice_is(kind, "exited"), signaled = slice_is(kind, "signaled");
	bool setup = slice_is(kind, "setup-error");
	bool with_errno = setup || slice_is(kind, "exec-failed");

	if ((json_get(x, "code") != NULL) != exited || json_count_of(x, "code") > 255) return false;
	if ((json_get(x, "signal") != NULL) != signaled) return false;
	if (signaled && (json_count_of(x, "signal") < 1 || json_count_of(x, "signal") > 64))
		return false;
	if ((json_get(x, "errno") != NULL) != with_errno || json_count_of(x, "errno") > 4095)
		return false;
	return setup || !json_get(x, "stage");
}

static bool stream_fits(const struct cJSON *st, uint64_t cap)
{
	uint64_t bytes = json_count_of(st, "bytes"), total = json_count_of(st, "totalBytes");
	uint8_t empty[SHA256_LEN];
	bool truncated;

	sha256(SLICE_NONE, empty);
	if (json_get_bool(st, "truncated", &truncated) || truncated != (total > bytes))
		return false;
	return bytes <= total && bytes <= cap && (bytes == 0) == hex_is(st, "sha256", empty);
}

static enum err runs(const struct statement *s, struct why *why)
{
	const struct cJSON *test = json_get(s->predicate, "test"), *r;
	uint64_t cap = json_count_of(json_get(s->predicate, "limits"), "stdoutBytes");
	int last = -1;

	for (r = json_child(json_get(s->predicate, "run")); r; r = json_next(r)) {
		int phase = slice_is(json_text_of(r, "phase"), "setup") ? PHASE_SETUP : PHASE_TEST;

		if (phase <= last) return contradiction(why, "phases are doubled or out of order");
		last = phase;
		if (json_is_null(test) ||
			(phase == PHASE_SETUP && json_is_null(json_get(test, "setup"))))
			return contradiction(why, "a phase ran that is not declared");
		if (!exit_fits(json_get(r, "exit")))
			return contradiction(why, "an exit with members of another kind");
		if (!stream_fits(json_get(r, "stdout"), cap) ||
			!stream_fits(json_get(r, "stderr"), cap))
			return contradiction(why, "counts of an output contradict each other");
	}
	return E_OK;
}

/* Is this one of the runtimes that probes used? */
static bool names_runtime(const struct cJSON *probed, struct slice name)
{
	const struct cJSON *c;

	for (c = json_child(json_get(probed, "runtimes")); c; c = json_next(c))
		if (slice_eq(json_text_of(c, "name"), name)) return true;
	return false;
}

/* What is said to have come of a probe follows from how it ended (proc/trial.h). */
static bool probe_fits(const struct cJSON *row, const struct cJSON *probed)
{
	const struct cJSON *x = json_get(row, "exit");
	struct slice outcome = json_text_of(row, "outcome"), kind = json_text_of(x, "kind");
	bool ran = !json_is_null(x), detail = !json_is_null(json_get(row, "detail"));
	bool parse = slice_is(json_text_of(row, "kind"), "parse");
	bool needs = slice_starts(outcome, "needs-"), timeout = slice_is(outcome, "timeout");

	if (ran == json_is_null(json_get(row, "runtime"))) return false;
	if (!ran)
		return slice_is(outcome, "needs-tool") && !parse && detail &&
		       json_is_null(json_get(row, "version"));
	if (!names_runtime(probed, json_text_of(row, "runtime")) || !exit_fits(x)) return false;
	if (parse && !timeout && !slice_is(outcome, "error")) return false;
	if (timeout != slice_starts(kind, "timeout-") || (needs && !detail)) return false;
	if (slice_is(outcome, "started")) return slice_is(kind, "exited");
	return !slice_is(outcome, "silent") ||
	       (slice_is(kind, "exited") && !json_count_of(x, "code") && !detail);
}

/* Every script has a row or is counted, and nothing is tried where a test is declared. */
static enum err probes(const struct statement *s, struct why *why)
{
	const struct cJSON *probed = json_get(s->predicate, "probed"), *row;
	uint64_t started = 0, failed = 0;

	row = json_child(json_get(s->predicate, "probe"));
	if (!json_is_object(probed))
		return row ? contradiction(why, "probes that were not made") : E_OK;
	if (!json_is_null(json_get(s->predicate, "test")))
		return contradiction(why, "probes of a package with a test");
	for (; row; row = json_next(row)) {
		if (!probe_fits(row, probed))
			return contradiction(why, "a probe whose outcome is not that of its end");
		*(slice_is(json_text_of(row, "kind"), "parse") ? &failed : &started) += 1;
	}
	if (failed > json_count_of(probed, "parseChecked") ||
		json_count_of(probed, "notStarted") > json_count_of(probed, "scripts") ||
		started != json_count_of(probed, "scripts") - json_count_of(probed, "notStarted"))
		return contradiction(why, "the counts of probes differ from their rows");
	return E_OK;
}

static enum err protection(const struct statement *s, struct why *why)
{
	const struct cJSON *b = json_get(s->predicate, "sandbox"), *c;
	struct slice cgroup = json_text_of(b, "cgroup"), accounting = json_text_of(b, "accounting");
	struct slice before = SLICE_NONE, text;
	bool unmonitored = false;

	if (!(slice_is(cgroup, "none") && slice_is(accounting, "rlimit")) &&
		!(slice_is(cgroup, "v1") && slice_is(accounting, "cgroup-v1")) &&
		!(slice_is(cgroup, "v2") && slice_is(accounting, "cgroup-v2")))
		return contradiction(why, "sandbox.cgroup and sandbox.accounting differ");
	if (slice_is(json_text_of(b, "network"), "sinkhole") && slice_is(s->monitor, "none"))
		return contradiction(why, "sandbox.network is a sinkhole and nobody watched");
	for (c = json_child(json_get(s->predicate, "warnings")); c; c = json_next(c)) {
		if (json_str(c, &text) || (before.p && slice_cmp(before, text) >= 0))
			return contradiction(why, "warnings are not sorted and unique");
		before = text;
		unmonitored = unmonitored || slice_is(text, "unmonitored");
	}
	if (s->monitor_complete && slice_is(s->monitor, "none"))
		return contradiction(why, "observation is complete without a monitor");
	if (slice_is(s->monitor, "none") && !unmonitored &&
		json_child(json_get(s->predicate, "run")))
		return contradiction(why, "an unwatched run without the warning \"unmonitored\"");
	return E_OK;
}

/* Nobody's signature is verified, and whoever vouches does so for exactly these files. */
static enum err signature(const struct statement *s, struct why *why)
{
	const struct cJSON *g = json_get(s->predicate, "signature");
	bool verified = false, subject = false, resources = false, anchor, leaf;

	if (json_is_null(g)) return E_OK;
	json_get_bool(g, "verified", &verified);
	json_get_bool(g, "subjectMatch", &subject);
	json_get_bool(g, "resourcesMatch", &resources);
	anchor = !json_is_null(json_get(g, "anchorSha256"));
	leaf = !json_is_null(json_get(g, "leaf"));
	if (verified != json_is_null(json_get(g, "reason")))
		return contradiction(why, "a verified signature with a reason, or the reverse");
	if (verified && !(subject && resources && anchor))
		return contradiction(why, "a verified signature that does not hold");
	if (anchor && !leaf) return contradiction(why, "an anchor that vouches for nobody");
	if (json_count_of(g, "unsignedFiles") >=
		json_count_of(json_get(s->predicate, "package"), "files"))
		return contradiction(why, "more unsigned files than files");
	return E_OK;
}

enum err statement_consistent(const struct statement *s, struct why *why)
{
	const struct cJSON *job = json_get(s->predicate, "job");
	enum err e = subjects(s, why);

	if (!e) e = skill(s, why);
	if (!e) e = verifier(s, why);
	if (!e) e = configuration(s, why);
	if (!e) e = signature(s, why);
	if (!e) e = runs(s, why);
	if (!e) e = probes(s, why);
	if (!e) e = protection(s, why);
	if (!e) e = behaviour_consistent(s, why);
	if (!e && (s->attempt == 0 ||
			  json_is_null(json_get(job, "attemptReason")) != (s->attempt == 1)))
		e = contradiction(why, "a repeated attempt without a reason, or the reverse");
	return e;
}

static void phase_facts(const struct cJSON *r, struct phase_facts *out)
{
	const struct cJSON *x = json_get(r, "exit"), *c;
	struct slice kind = json_text_of(x, "kind"), hit;
	char name[32];

	out->phase = slice_is(json_text_of(r, "phase"), "setup") ? PHASE_SETUP : PHASE_TEST;
	out->kind = EXIT_INTERNAL;
	if (slice_text(name, sizeof name, kind)) {
		int k = exit_kind_by_name(name);

		if (k >= 0) out->kind = (enum exit_kind)k;
	}
	out->value = (int)(json_count_of(x, "code") + json_count_of(x, "signal") +
			   json_count_of(x, "errno"));
	for (c = json_child(json_get(r, "limitsHit")); c; c = json_next(c)) {
		if (json_str(c, &hit)) continue;
		out->limits_hit |= slice_is(hit, "disk")    ? HIT_DISK
				   : slice_is(hit, "files") ? HIT_FILES
							    : HIT_PIDS;
	}
}

enum err statement_verdict(const struct statement *s, struct why *why)
{
	const struct cJSON *test = json_get(s->predicate, "test"), *r;
	const struct cJSON *network = json_get(test, "network");
	struct verdict_facts f = {
		.test_declared = !json_is_null(test),
		.setup_declared = json_is_object(json_get(test, "setup")),
		.network_refused = json_count(json_get(network, "declared")) >
				   json_count(json_get(network, "granted")),
		.monitor_complete = s->monitor_complete,
		.warnings = s->n_warnings > 0,
		.expect_exit = (uint8_t)s->expect_exit,
		.behaviour = behaviour_of_statement(s),
	};
	struct verdict_out v;
	struct slice text;
	unsigned i = 0;

	for (r = json_child(json_get(s->predicate, "run")); r && f.n_phases < PHASE_COUNT;
		r = json_next(r))
		phase_facts(r, &f.phases[f.n_phases++]);
	verdict_decide(&f, &v);
	if (s->expect_exit > 255 || v.verdict != s->verdict)
		return why_set(why, E_VERDICT_MISMATCH, "the facts give %s, the statement says %s",
			verdict_name(v.verdict), verdict_name(s->verdict));
	text = json_text_of(s->predicate, "result");
	if (v.result ? !slice_is(text, v.result) : text.p != NULL)
		return why_set(
			why, E_VERDICT_MISMATCH, "the result does not follow from the facts");
	for (r = json_child(json_get(s->predicate, "reasons")); r; r = json_next(r), i++)
		if (json_str(r, &text) || i >= v.n_reasons || !slice_is(text, v.reasons[i])) break;
	if (r || i != v.n_reasons)
		return why_set(why, E_VERDICT_MISMATCH, "the reasons do not follow from the facts");
	return E_OK;
}
