/* SPDX-License-Identifier: MIT */
/* Members of a statement. Runs in the command line; pure. */
#include "check/schema.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/dsse.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/p256.h"
#include "base/text.h"

/* Longest path of the table, with room for the names of a map. */
#define PATH_MAX_LEN 240

#define OBJECT(path)                                                                               \
	{                                                                                          \
		path, MEMBER_OBJECT, 0, 0, NULL                                                    \
	}
#define ARRAY(path)                                                                                \
	{                                                                                          \
		path, MEMBER_ARRAY, 0, 0, NULL                                                     \
	}
#define TEXT(path)                                                                                 \
	{                                                                                          \
		path, MEMBER_TEXT, 0, 0, NULL                                                      \
	}
#define TEXT_OR_NULL(path)                                                                         \
	{                                                                                          \
		path, MEMBER_TEXT, MEMBER_NULLABLE, 0, NULL                                        \
	}
#define WORD(path, words)                                                                          \
	{                                                                                          \
		path, MEMBER_WORD, 0, 0, words                                                     \
	}
#define HEX(path, n)                                                                               \
	{                                                                                          \
		path, MEMBER_HEX, 0, n, NULL                                                       \
	}
#define COUNT(path)                                                                                \
	{                                                                                          \
		path, MEMBER_COUNT, 0, 0, NULL                                                     \
	}
#define BOOL(path)                                                                                 \
	{                                                                                          \
		path, MEMBER_BOOL, 0, 0, NULL                                                      \
	}
#define TIME(path)                                                                                 \
	{                                                                                          \
		path, MEMBER_TIME, 0, 0, NULL                                                      \
	}
#define NOTHING(path)                                                                              \
	{                                                                                          \
		path, MEMBER_NULL, 0, 0, NULL                                                      \
	}

#define STREAM(path)                                                                               \
	OBJECT(path), COUNT(path ".bytes"), HEX(path ".sha256", SHA256_LEN),                       \
		COUNT(path ".totalBytes"), BOOL(path ".truncated")

#define EXIT_KINDS                                                                                 \
	"exited|signaled|timeout-wall|timeout-cpu|oom|output-limit|exec-failed|setup-error|"       \
	"internal-error|observation-flood"

/* In the order of base/err_list.h; a test compares the two. */
#define SIGNATURE_REASONS                                                                          \
	"signature-too-large|signature-format|signature-type|signature-statement|"                 \
	"signature-parameters|signature-certificate|signature-wrong|signature-chain|"              \
	"signature-not-yet-valid|signature-expired|signature-file-missing|signature-file-changed|" \
	"signature-file-unsigned|signature-subject|signature-anchor|signature-no-anchor|"          \
	"signature-unread"

/* In the order of proc/inspection.h; a test compares the two. */
#define FACT_WORDS                                                                                 \
	"environment|secret|binary|host|module|missing-file|install-hook|interpreter|"             \
	"interpreter-line|command|nested|executable|test"

/* In the order of proc/observation.h; a test compares the two. */
#define OBSERVED_WORDS                                                                             \
	"exec|connect|request|name|listen|local-socket|denied|path|written|canary-read|"           \
	"canary-changed|canary-leaked|package-read|survivor"

/* Of a run that somebody watched; absent without a monitor. */
#define OBSERVED(path, type)                                                                       \
	{                                                                                          \
		"predicate.behaviour." path, type, MEMBER_OPTIONAL, 0, NULL                        \
	}

/* In the order of proc/trial.h; a test compares the two. */
#define PROBE_OUTCOMES "started|needs-module|needs-tool|silent|error|timeout"

/* clang-format off */
const struct member statement_members[] = {
	OBJECT(""),
	WORD("_type", "https://in-toto.io/Statement/v1"),
	OBJECT("predicate"),
	OBJECT("predicate.behaviour"),
	OBSERVED("canaries", MEMBER_ARRAY),
	TEXT("predicate.behaviour.canaries[]"),
	BOOL("predicate.behaviour.complete"),
	OBSERVED("coverage", MEMBER_OBJECT),
	COUNT("predicate.behaviour.coverage.files"),
	COUNT("predicate.behaviour.coverage.read"),
	OBSERVED("dropped", MEMBER_COUNT),
	WORD("predicate.behaviour.monitor", "none|calls|files"),
	OBSERVED("more", MEMBER_ARRAY),
	OBJECT("predicate.behaviour.more[]"),
	WORD("predicate.behaviour.more[].kind", OBSERVED_WORDS),
	COUNT("predicate.behaviour.more[].rows"),
	OBSERVED("notifications", MEMBER_COUNT),
	OBSERVED("rows", MEMBER_ARRAY),
	OBJECT("predicate.behaviour.rows[]"),
	BOOL("predicate.behaviour.rows[].advisory"),
	COUNT("predicate.behaviour.rows[].bytes"),
	COUNT("predicate.behaviour.rows[].confirmed"),
	COUNT("predicate.behaviour.rows[].count"),
	TEXT("predicate.behaviour.rows[].detail"),
	WORD("predicate.behaviour.rows[].kind", OBSERVED_WORDS),
	{"predicate.behaviour.rows[].origin", MEMBER_WORD, MEMBER_NULLABLE, 0,
		"runtime|package|written-in-run"},
	WORD("predicate.behaviour.rows[].phase", "setup|test|probe"),
	{"predicate.behaviour.rows[].sha256", MEMBER_HEX, MEMBER_NULLABLE, SHA256_LEN, NULL},
	TEXT("predicate.behaviour.rows[].value"),
	OBSERVED("survivors", MEMBER_COUNT),
	OBSERVED("written", MEMBER_OBJECT),
	COUNT("predicate.behaviour.written.bytes"),
	COUNT("predicate.behaviour.written.files"),
	{"predicate.behaviour.written.sha256", MEMBER_HEX, MEMBER_NULLABLE, SHA256_LEN, NULL},
	ARRAY("predicate.configuration"),
	OBJECT("predicate.configuration[]"),
	OBJECT("predicate.configuration[].digest"),
	HEX("predicate.configuration[].digest.sha256", SHA256_LEN),
	WORD("predicate.configuration[].name", "runtime|sandbox-policy|verifier"),
	{"predicate.configuration[].uri", MEMBER_TEXT, MEMBER_OPTIONAL, 0, NULL},
	{"predicate.inspection", MEMBER_OBJECT, MEMBER_NULLABLE, 0, NULL},
	WORD("predicate.inspection.basis", "found by text search; absence proves nothing"),
	COUNT("predicate.inspection.commandsNotRun"),
	ARRAY("predicate.inspection.hiddenText"),
	OBJECT("predicate.inspection.hiddenText[]"),
	COUNT("predicate.inspection.hiddenText[].bidi"),
	COUNT("predicate.inspection.hiddenText[].escape"),
	COUNT("predicate.inspection.hiddenText[].line"),
	TEXT("predicate.inspection.hiddenText[].path"),
	COUNT("predicate.inspection.hiddenText[].tag"),
	COUNT("predicate.inspection.hiddenText[].zeroWidth"),
	WORD("predicate.inspection.kind", "text|commands|scripts|needs-macos"),
	ARRAY("predicate.inspection.more"),
	OBJECT("predicate.inspection.more[]"),
	WORD("predicate.inspection.more[].kind", FACT_WORDS),
	COUNT("predicate.inspection.more[].places"),
	COUNT("predicate.inspection.moreHiddenText"),
	ARRAY("predicate.inspection.rows"),
	OBJECT("predicate.inspection.rows[]"),
	BOOL("predicate.inspection.rows[].declared"),
	WORD("predicate.inspection.rows[].kind", FACT_WORDS),
	COUNT("predicate.inspection.rows[].line"),
	TEXT("predicate.inspection.rows[].path"),
	COUNT("predicate.inspection.rows[].places"),
	TEXT("predicate.inspection.rows[].value"),
	OBJECT("predicate.job"),
	COUNT("predicate.job.attempt"),
	TEXT_OR_NULL("predicate.job.attemptReason"),
	HEX("predicate.job.id", 16),
	{"predicate.job.nonce", MEMBER_HEX, MEMBER_NULLABLE, NONCE_LEN, NULL},
	TIME("predicate.job.submittedAt"),
	OBJECT("predicate.limits"),
	COUNT("predicate.limits.cpuMs"),
	{"predicate.limits.fileBytes", MEMBER_COUNT, MEMBER_OPTIONAL, 0, NULL},
	COUNT("predicate.limits.files"),
	COUNT("predicate.limits.inodes"),
	COUNT("predicate.limits.memoryBytes"),
	{"predicate.limits.outputTotalBytes", MEMBER_COUNT, MEMBER_OPTIONAL, 0, NULL},
	COUNT("predicate.limits.pids"),
	COUNT("predicate.limits.stdoutBytes"),
	COUNT("predicate.limits.timeoutMs"),
	COUNT("predicate.limits.writeBytes"),
	NOTHING("predicate.log"),
	OBJECT("predicate.package"),
	COUNT("predicate.package.bytes"),
	HEX("predicate.package.clawhubFingerprint", SHA256_LEN),
	WORD("predicate.package.compression", "none|gzip|zstd"),
	HEX("predicate.package.dirHash1", SHA256_LEN),
	COUNT("predicate.package.entries"),
	COUNT("predicate.package.files"),
	HEX("predicate.package.filesSha256", SHA256_LEN),
	WORD("predicate.package.format", "tar|zip|skill-md|directory"),
	ARRAY("predicate.package.ignored"),
	TEXT("predicate.package.ignored[]"),
	COUNT("predicate.package.ignoredTotal"),
	HEX("predicate.package.oms", SHA256_LEN),
	{"predicate.package.sha256", MEMBER_HEX, MEMBER_NULLABLE, SHA256_LEN, NULL},
	TEXT_OR_NULL("predicate.package.topDirectory"),
	COUNT("predicate.package.unpackedBytes"),
	ARRAY("predicate.probe"),
	OBJECT("predicate.probe[]"),
	TEXT_OR_NULL("predicate.probe[].detail"),
	COUNT("predicate.probe[].durationMs"),
	{"predicate.probe[].exit", MEMBER_OBJECT, MEMBER_NULLABLE, 0, NULL},
	{"predicate.probe[].exit.code", MEMBER_COUNT, MEMBER_OPTIONAL, 0, NULL},
	{"predicate.probe[].exit.errno", MEMBER_COUNT, MEMBER_OPTIONAL, 0, NULL},
	WORD("predicate.probe[].exit.kind", EXIT_KINDS),
	{"predicate.probe[].exit.signal", MEMBER_COUNT, MEMBER_OPTIONAL, 0, NULL},
	TEXT("predicate.probe[].interpreter"),
	WORD("predicate.probe[].kind", "help|parse"),
	WORD("predicate.probe[].outcome", PROBE_OUTCOMES),
	TEXT("predicate.probe[].path"),
	TEXT_OR_NULL("predicate.probe[].runtime"),
	TEXT_OR_NULL("predicate.probe[].version"),
	{"predicate.probed", MEMBER_OBJECT, MEMBER_NULLABLE | MEMBER_OPTIONAL, 0, NULL},
	COUNT("predicate.probed.notStarted"),
	COUNT("predicate.probed.parseChecked"),
	ARRAY("predicate.probed.runtimes"),
	OBJECT("predicate.probed.runtimes[]"),
	TEXT("predicate.probed.runtimes[].name"),
	HEX("predicate.probed.runtimes[].sha256", SHA256_LEN),
	TEXT("predicate.probed.runtimes[].uri"),
	COUNT("predicate.probed.scripts"),
	ARRAY("predicate.reasons"),
	TEXT("predicate.reasons[]"),
	{"predicate.result", MEMBER_WORD, MEMBER_NULLABLE, 0, "PASSED|WARNED|FAILED"},
	ARRAY("predicate.run"),
	OBJECT("predicate.run[]"),
	COUNT("predicate.run[].durationMs"),
	OBJECT("predicate.run[].exit"),
	{"predicate.run[].exit.code", MEMBER_COUNT, MEMBER_OPTIONAL, 0, NULL},
	{"predicate.run[].exit.errno", MEMBER_COUNT, MEMBER_OPTIONAL, 0, NULL},
	WORD("predicate.run[].exit.kind", EXIT_KINDS),
	{"predicate.run[].exit.signal", MEMBER_COUNT, MEMBER_OPTIONAL, 0, NULL},
	{"predicate.run[].exit.stage", MEMBER_TEXT, MEMBER_OPTIONAL, 0, NULL},
	TIME("predicate.run[].finishedAt"),
	ARRAY("predicate.run[].limitsHit"),
	WORD("predicate.run[].limitsHit[]", "disk|files|pids"),
	WORD("predicate.run[].phase", "setup|test"),
	TIME("predicate.run[].startedAt"),
	STREAM("predicate.run[].stderr"),
	STREAM("predicate.run[].stdout"),
	OBJECT("predicate.run[].usage"),
	COUNT("predicate.run[].usage.cpuMs"),
	COUNT("predicate.run[].usage.maxPids"),
	COUNT("predicate.run[].usage.maxRssBytes"),
	OBJECT("predicate.sandbox"),
	WORD("predicate.sandbox.accounting", "rlimit|cgroup-v1|cgroup-v2"),
	WORD("predicate.sandbox.cgroup", "none|v1|v2"),
	COUNT("predicate.sandbox.landlockAbi"),
	WORD("predicate.sandbox.network", "none|sinkhole"),
	HEX("predicate.sandbox.seccompSha256", SHA256_LEN),
	TEXT("predicate.sandbox.speculation"),
	WORD("predicate.sandbox.tier", "none|T1|T2|T3|T4"),
	COUNT("predicate.schema"),
	{"predicate.signature", MEMBER_OBJECT, MEMBER_NULLABLE, 0, NULL},
	{"predicate.signature.anchorSha256", MEMBER_HEX, MEMBER_NULLABLE, SHA256_LEN, NULL},
	WORD("predicate.signature.format", "oms"),
	{"predicate.signature.leaf", MEMBER_OBJECT, MEMBER_NULLABLE, 0, NULL},
	HEX("predicate.signature.leaf.sha256", SHA256_LEN),
	TEXT("predicate.signature.leaf.subject"),
	{"predicate.signature.reason", MEMBER_WORD, MEMBER_NULLABLE, 0, SIGNATURE_REASONS},
	BOOL("predicate.signature.resourcesMatch"),
	HEX("predicate.signature.sha256", SHA256_LEN),
	BOOL("predicate.signature.subjectMatch"),
	COUNT("predicate.signature.unsignedFiles"),
	BOOL("predicate.signature.verified"),
	OBJECT("predicate.skill"),
	TEXT_OR_NULL("predicate.skill.description"),
	OBJECT("predicate.skill.manifest"),
	COUNT("predicate.skill.manifest.bytes"),
	TEXT("predicate.skill.manifest.path"),
	HEX("predicate.skill.manifest.sha256", SHA256_LEN),
	TEXT("predicate.skill.name"),
	WORD("predicate.skill.nameSource", "frontmatter|directory"),
	TEXT("predicate.skill.skillId"),
	TEXT("predicate.skill.slug"),
	TEXT_OR_NULL("predicate.skill.version"),
	{"predicate.skill.versionSource", MEMBER_WORD, MEMBER_NULLABLE, 0, "frontmatter|metadata"},
	{"predicate.test", MEMBER_OBJECT, MEMBER_NULLABLE, 0, NULL},
	ARRAY("predicate.test.argv"),
	TEXT("predicate.test.argv[]"),
	{"predicate.test.environment", MEMBER_MAP, 0, 0, NULL},
	COUNT("predicate.test.expectExit"),
	WORD("predicate.test.form", "exec|shell"),
	OBJECT("predicate.test.network"),
	ARRAY("predicate.test.network.declared"),
	TEXT("predicate.test.network.declared[]"),
	ARRAY("predicate.test.network.granted"),
	WORD("predicate.test.network.mode", "none"),
	TEXT_OR_NULL("predicate.test.runtime"),
	ARRAY("predicate.test.secrets"),
	TEXT("predicate.test.secrets[]"),
	{"predicate.test.setup", MEMBER_OBJECT, MEMBER_NULLABLE, 0, NULL},
	ARRAY("predicate.test.setup.argv"),
	TEXT("predicate.test.setup.argv[]"),
	WORD("predicate.test.setup.form", "exec|shell"),
	{"predicate.test.source", MEMBER_WORD, MEMBER_NULLABLE, 0, "test|test_command|metadata"},
	TEXT_OR_NULL("predicate.test.workdir"),
	OBJECT("predicate.time"),
	WORD("predicate.time.clock", "guest-unattested"),
	COUNT("predicate.time.uptimeMs"),
	WORD("predicate.verdict", "PASSED|FAILED|TIMEOUT|LIMIT|ERROR|NO_TEST"),
	OBJECT("predicate.verifier"),
	{"predicate.verifier.appId", MEMBER_HEX, MEMBER_NULLABLE, 20, NULL},
	HEX("predicate.verifier.binarySha256", SHA256_LEN),
	HEX("predicate.verifier.bootId", 16),
	{"predicate.verifier.composeHash", MEMBER_HEX, MEMBER_NULLABLE, SHA256_LEN, NULL},
	/* size 0: empty, or 20 bytes */
	{"predicate.verifier.instanceId", MEMBER_HEX, MEMBER_NULLABLE, 0, NULL},
	{"predicate.verifier.key", MEMBER_KEY, 0, 0, NULL},
	HEX("predicate.verifier.keyid", SHA256_LEN),
	TEXT("predicate.verifier.name"),
	COUNT("predicate.verifier.seq"),
	WORD("predicate.verifier.tee", "tdx|none"),
	TEXT("predicate.verifier.version"),
	ARRAY("predicate.warnings"),
	TEXT("predicate.warnings[]"),
	WORD("predicateType", PREDICATE_TYPE),
	ARRAY("subject"),
	OBJECT("subject[]"),
	OBJECT("subject[].digest"),
	{"subject[].digest.dirHash1", MEMBER_HEX, MEMBER_OPTIONAL, SHA256_LEN, NULL},
	HEX("subject[].digest.sha256", SHA256_LEN),
	TEXT("subject[].name"),
	{NULL, MEMBER_NULL, 0, 0, NULL},
};
/* clang-format on */

const char *member_type_text(const struct member *m, char *mem, size_t cap)
{
	static const char *const names[] = {"object", "array", "text", "word", "hex", "key",
		"count", "bool", "time", "null", "map"};
	char size[16] = "";

	if (m->type == MEMBER_HEX && m->size) snprintf(size, sizeof size, " %u", m->size);
	snprintf(mem, cap, "%s%s%s%s%s%s", names[m->type], size, m->words ? " " : "",
		m->words ? m->words : "", m->flags & MEMBER_NULLABLE ? " or null" : "",
		m->flags & MEMBER_OPTIONAL ? ", optional" : "");
	return mem;
}

static enum err wrong(struct why *why, const char *path, const char *what)
{
	char shown[160];

	return why_set(why, E_STATEMENT_SCHEMA, "%s %s",
		*path ? text_ascii(shown, sizeof shown, slice_str(path)) : "the statement", what);
}

static const struct member *find(const char *path)
{
	const struct member *m;

	for (m = statement_members; m->path; m++)
		if (strcmp(m->path, path) == 0) return m;
	return NULL;
}

static bool is_word(const char *words, struct slice s)
{
	struct slice rest = slice_str(words);

	while (rest.n)
		if (slice_eq(slice_split(&rest, '|'), s)) return true;
	return false;
}

static bool is_lower_hex(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (hex_digit(s.p[i]) < 0 || (s.p[i] >= 'A' && s.p[i] <= 'F')) return false;
	return true;
}

static bool is_key(struct slice s)
{
	uint8_t mem[P256_SPKI_LEN], point[P256_POINT_LEN];
	struct buf b = buf_on(mem, sizeof mem);

	return base64_into(s, &b) == E_OK && p256_spki_point(buf_slice(&b), point) == E_OK;
}

/* Right form of a value that is neither object nor array. */
static bool scalar_fits(const struct member *m, const struct cJSON *j)
{
	struct slice s = SLICE_NONE;
	uint64_t u;
	int64_t ms;
	bool b;

	if (m->type == MEMBER_NULL) return json_is_null(j);
	if (m->type == MEMBER_COUNT) return json_u64(j, UINT64_MAX, &u) == E_OK;
	if (m->type == MEMBER_BOOL) return json_bool(j, &b) == E_OK;
	if (json_str(j, &s)) return false;
	switch (m->type) {
	case MEMBER_WORD: return is_word(m->words, s);
	case MEMBER_HEX:
		return (m->size ? s.n == 2 * (size_t)m->size : s.n == 0 || s.n == 40) &&
		       is_lower_hex(s);
	case MEMBER_KEY: return is_key(s);
	case MEMBER_TIME: return s.n == ISO_LEN - 1 && clock_parse_iso(s, &ms) == E_OK;
	default: return true;
	}
}

/* Is path a direct member of parent, and with which name? */
static const char *name_below(const char *parent, const char *path)
{
	size_t n = strlen(parent);
	const char *name;

	if (strncmp(parent, path, n) != 0) return NULL;
	name = path + n;
	if (n) {
		if (*name != '.') return NULL;
		name++;
	}
	return *name && !strpbrk(name, ".[") ? name : NULL;
}

static enum err check_at(const struct cJSON *j, char path[PATH_MAX_LEN], struct why *why);

static enum err below(const struct cJSON *j, char path[PATH_MAX_LEN], const char *dot,
	struct slice name, struct why *why)
{
	size_t n = strlen(path);
	enum err e;

	/* A name with a dot could pass for a path of the table. */
	if (n + strlen(dot) + name.n + 1 > PATH_MAX_LEN || slice_find(name, 0, '.') < name.n ||
		slice_find(name, 0, '[') < name.n)
		return wrong(why, path, "has a member that schema 1 does not know");
	memcpy(path + n, dot, strlen(dot));
	/* Items of an array have no name. */
	if (name.n) memcpy(path + n + strlen(dot), name.p, name.n);
	path[n + strlen(dot) + name.n] = '\0';
	e = check_at(j, path, why);
	path[n] = '\0';
	return e;
}

static enum err check_object(const struct cJSON *j, char path[PATH_MAX_LEN], struct why *why)
{
	const struct member *m;
	const struct cJSON *c;
	const char *name;
	enum err e;

	if (!json_is_object(j)) return wrong(why, path, "is no object");
	for (c = json_child(j); c; c = json_next(c)) {
		e = below(c, path, *path ? "." : "", json_name(c), why);
		if (e) return e;
	}
	for (m = statement_members; m->path; m++) {
		name = name_below(path, m->path);
		if (name && !(m->flags & MEMBER_OPTIONAL) && !json_get(j, name))
			return wrong(why, m->path, "is missing");
	}
	return E_OK;
}

static enum err check_map(const struct cJSON *j, const char *path, struct why *why)
{
	const struct cJSON *c;

	if (!json_is_object(j)) return wrong(why, path, "is no object");
	for (c = json_child(j); c; c = json_next(c))
		if (!json_is_string(c)) return wrong(why, path, "holds something other than text");
	return E_OK;
}

static enum err check_at(const struct cJSON *j, char path[PATH_MAX_LEN], struct why *why)
{
	const struct member *m = find(path);
	const struct cJSON *c;
	enum err e;

	if (!m) return wrong(why, path, "is not a member of schema 1");
	if (json_is_null(j) && m->flags & MEMBER_NULLABLE) return E_OK;
	switch (m->type) {
	case MEMBER_OBJECT: return check_object(j, path, why);
	case MEMBER_MAP: return check_map(j, path, why);
	case MEMBER_ARRAY:
		if (!json_is_array(j)) return wrong(why, path, "is no array");
		for (c = json_child(j); c; c = json_next(c)) {
			e = below(c, path, "[]", SLICE_NONE, why);
			if (e) return e;
		}
		return E_OK;
	default: return scalar_fits(m, j) ? E_OK : wrong(why, path, "has a value of another form");
	}
}

enum err schema_check(const struct cJSON *statement, struct why *why)
{
	char path[PATH_MAX_LEN] = "";

	return check_at(statement, path, why);
}
