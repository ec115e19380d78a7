/* SPDX-License-Identifier: MIT */
/* Plausible records, statements and finished jobs. */
#include "records.h"

#include <stdlib.h>
#include <string.h>

#include "made.h"
#include "test.h"

/* The package of the examples. */
static const struct {
	struct slice path, content;
	const char *mode;
} package_files[] = {
	{SLICE("SKILL.md"), SLICE("---\nname: weather\n---\n"), "0644"},
	{SLICE("weather.sh"), SLICE("#!/bin/sh\necho ok\n"), "0755"},
};
#define FILES (sizeof package_files / sizeof *package_files)

struct slice files_example(void)
{
	struct buf b = buf_heap(4096);
	uint8_t sha[SHA256_LEN];
	size_t i;

	for (i = 0; i < FILES; i++) {
		sha256(package_files[i].content, sha);
		buf_fmt(&b, "%s{\"mode\":\"%s\",\"path\":\"%s\",\"sha256\":\"", i ? "," : "[",
			package_files[i].mode, package_files[i].path.p);
		buf_hex(&b, SLICE_OF(sha));
		buf_fmt(&b, "\",\"size\":%zu}", package_files[i].content.n);
	}
	buf_str(&b, "]");
	return test_keep(&b);
}

/* What sha256sum prints of the package, hashed. */
static void tree_digest(uint8_t out[SHA256_LEN])
{
	struct buf b = buf_heap(4096);
	uint8_t sha[SHA256_LEN];
	size_t i;

	for (i = 0; i < FILES; i++) {
		sha256(package_files[i].content, sha);
		buf_hex(&b, SLICE_OF(sha));
		buf_fmt(&b, "  %s\n", package_files[i].path.p);
	}
	sha256(buf_slice(&b), out);
	buf_drop(&b);
}

/* A signature of somebody under an anchor. */
static void signature_example(struct signature_facts *f)
{
	*f = (struct signature_facts){.present = true,
		.subject_match = true,
		.resources_match = true,
		.has_leaf = true,
		.leaf_subject = SLICE("CN=Signer,O=Weather\\, Inc."),
		.has_anchor = true};
	sha256(SLICE("signature"), f->sha256);
	sha256(SLICE("leaf"), f->leaf_sha256);
	sha256(SLICE("anchor"), f->anchor_sha256);
}

/* One row of the most common kinds, one file with hidden characters, one kind with more. */
static void inspection_example(struct inspection *in)
{
	static const struct fact rows[] = {
		{FACT_SECRET, true, 2, 1, SLICE("WEATHER_TOKEN"), SLICE("weather.sh")},
		{FACT_HOST, false, 7, 3, SLICE("api.example.io"), SLICE("SKILL.md")},
		{FACT_COMMAND, false, 7, 1, SLICE("curl api.example.io/a\\x1b"), SLICE("SKILL.md")},
		{FACT_EXECUTABLE, false, 0, 1, SLICE("execute bit"), SLICE("weather.sh")},
	};

	*in = (struct inspection){.present = true, .kind = KIND_SCRIPTS, .n = 4, .n_hidden = 1};
	memcpy(in->rows, rows, sizeof rows);
	in->hidden[0] = (struct hidden_text){SLICE("SKILL.md"), 3, 1, 2, 3, 4};
	in->more[FACT_COMMAND] = 11;
	in->more_hidden = 1;
}

static void package_example(struct package_facts *p)
{
	p->format = PACKAGE_TAR;
	p->compression = COMPRESSION_GZIP;
	p->bytes = 321;
	sha256(SLICE("the archive"), p->sha256);
	p->entries = 4;
	p->files = FILES;
	p->unpacked_bytes = package_files[0].content.n + package_files[1].content.n;
	p->max_path_bytes = 10;
	tree_digest(p->dir_hash1);
	sha256(files_example(), p->files_sha256);
	p->top_directory = SLICE("weather");
	p->manifest_path = SLICE("SKILL.md");
	p->manifest_bytes = package_files[0].content.n;
	sha256(package_files[0].content, p->manifest_sha256);
	p->ignored_total = 2;
	p->n_ignored = 1;
	p->ignored[0] = SLICE("weather/._\\xff");
	sha256(SLICE("oms"), p->oms);
	sha256(SLICE("clawhub"), p->clawhub_fingerprint);
	signature_example(&p->signature);
	inspection_example(&p->inspection);
}

static void manifest_example(struct manifest *m)
{
	m->name = SLICE("weather");
	m->version = SLICE("1.0.0");
	m->version_source = VERSION_FRONTMATTER;
	m->description = SLICE("tells the \"weather\" in Z\xc3\xbcrich");
	m->runtime = SLICE("alpine:latest");
	m->test_source = TEST_NESTED;
	m->command = (struct command){
		FORM_SHELL, 3, {SLICE("/bin/sh"), SLICE("-c"), SLICE("sh weather.sh --self-test")}};
	m->setup = (struct command){FORM_EXEC, 2, {SLICE("make"), SLICE("all")}};
	m->timeout_ms = 30000;
	m->n_env = 2;
	/* In the order of declaration, which is not that of names. */
	m->env[0] = (struct env_entry){SLICE("NODE_ENV"), SLICE("test")};
	m->env[1] = (struct env_entry){SLICE("A"), SLICE("")};
	m->n_secrets = 1;
	m->secrets[0] = SLICE("API_TOKEN");
}

static void stream_example(struct stream_facts *s, struct slice kept)
{
	s->bytes = s->total = kept.n;
	sha256(kept, s->sha256);
}

static void run_example(struct run_facts *r, enum phase phase, struct slice out)
{
	*r = (struct run_facts){.phase = (uint8_t)phase,
		.kind = EXIT_EXITED,
		.stage = SLICE(""),
		.started_ms = RECORD_TIME_MS + 1123 + 100 * (int)phase,
		.finished_ms = RECORD_TIME_MS + 1164 + 100 * (int)phase,
		.duration_us = 41234,
		.cpu_us = 4321,
		.max_rss_bytes = 1130496,
		.max_pids = 2};
	stream_example(&r->out, out);
	stream_example(&r->err, SLICE(""));
}

/* Everything that does not depend on the package or the test. */
static void surroundings(struct record *r)
{
	unsigned i;

	for (i = 0; i < JOB_ID_LEN; i++)
		r->job_id[i] = (uint8_t)(0xa0 + i);
	r->attempt = 1;
	r->attempt_reason = SLICE("");
	r->submitted_ms = RECORD_TIME_MS;
	r->uptime_ms = 86400123;
	sha256(SLICE("policy"), r->policy_sha256);
	r->limits = (struct limit_facts){200, 256, 1024, 30000, 536870912, 268435456, 65536,
		LIMIT_OUTPUT_KEPT, 60000, 268435456, LIMIT_OUTPUT_TOTAL};
	r->sandbox = (struct sandbox_facts){.tier = TIER_1,
		.landlock_abi = 4,
		.cgroup = CGROUP_V2,
		.speculation = SLICE("disabled")};
	sha256(SLICE("filter"), r->sandbox.seccomp_sha256);
}

void record_passed(struct record *r)
{
	memset(r, 0, sizeof *r);
	surroundings(r);
	r->has_nonce = true;
	sha256(SLICE("nonce"), r->nonce);
	package_example(&r->package);
	manifest_example(&r->manifest);
	r->runtime.name = SLICE("base");
	r->runtime.uri = SLICE("pkg:deb/debian/busybox-static@1.35.0");
	sha256(SLICE("runtime"), r->runtime.digest);
	r->n_runs = 2;
	run_example(&r->runs[0], PHASE_SETUP, SLICE(""));
	run_example(&r->runs[1], PHASE_TEST, SLICE("ok\n"));
	r->n_warnings = 3;
	r->warnings[0] = SLICE("runtime-mutable-tag");
	r->warnings[1] = SLICE("runtime-substituted");
	r->warnings[2] = SLICE("unmonitored");
}

struct observed *record_saw(
	struct record *r, enum observed_kind kind, const char *value, const char *detail)
{
	struct observation *o = &r->observed;
	unsigned at = o->n++;

	for (; at > 0 && o->rows[at - 1].kind > kind; at--)
		o->rows[at] = o->rows[at - 1];
	o->rows[at] = (struct observed){.kind = (uint8_t)kind,
		.phase = OBSERVED_TEST,
		.count = 1,
		.value = slice_str(value),
		.detail = slice_str(detail)};
	return &o->rows[at];
}

void record_watched(struct record *r)
{
	struct observation *o = &r->observed;
	struct observed *row;

	record_passed(r);
	r->n_warnings = 0;
	r->sandbox.sinkhole = true;
	*o = (struct observation){.monitor = MONITOR_CALLS,
		.complete = true,
		.notifications = 12,
		.n_planted = 2,
		.planted = {SLICE("~/.aws/credentials"), SLICE("$OPENAI_API_KEY")},
		.package_files = FILES,
		.package_read = FILES,
		.written_files = 1,
		.written_bytes = 3};
	sha256(SLICE("written"), o->written_sha256);
	row = record_saw(r, OBSERVED_EXEC, "/bin/sh", "-c 'sh weather.sh --self-test'");
	row->origin = ORIGIN_RUNTIME;
	row->advisory = true;
	record_saw(r, OBSERVED_EXEC, "/usr/bin/make", "all")->phase = OBSERVED_SETUP;
	record_saw(r, OBSERVED_NAME, "localhost", "A");
	record_saw(r, OBSERVED_CONNECT, "tcp 127.0.0.1:8080", "")->confirmed = 1;
	row = record_saw(r, OBSERVED_WRITTEN, "/tmp/out", "created");
	row->bytes = 3;
	row->has_sha256 = true;
	sha256(SLICE("out"), row->sha256);
	record_saw(r, OBSERVED_PACKAGE_READ, "SKILL.md", "");
	record_saw(r, OBSERVED_PACKAGE_READ, "weather.sh", "");
}

void record_no_test(struct record *r)
{
	struct package_facts *p = &r->package;

	memset(r, 0, sizeof *r);
	surroundings(r);
	package_example(p);
	p->format = PACKAGE_DIRECTORY;
	p->compression = COMPRESSION_NONE;
	p->bytes = 0;
	memset(p->sha256, 0, sizeof p->sha256);
	p->top_directory = SLICE_NONE;
	p->n_ignored = p->ignored_total = 0;
	p->signature = (struct signature_facts){.present = false};
	p->inspection = (struct inspection){.present = false};
	r->manifest.name = SLICE("W \xc3\xa4");
	r->manifest.name_source = NAME_DIRECTORY;
	r->manifest.timeout_ms = 30000;
}

/* A start in the first runtime that was used. */
static struct trial tried(const char *path, enum trial_outcome outcome, struct slice detail)
{
	return (struct trial){.kind = TRIAL_HELP,
		.outcome = (uint8_t)outcome,
		.ran = true,
		.exit = outcome == TRIAL_TIMEOUT ? EXIT_TIMEOUT_WALL : EXIT_EXITED,
		.value = outcome == TRIAL_STARTED || outcome == TRIAL_SILENT ||
					 outcome == TRIAL_TIMEOUT
				 ? 0
				 : 1,
		.duration_ms = 41,
		.path = slice_str(path),
		.interpreter = SLICE("sh"),
		.version = SLICE("BusyBox v1.35.0"),
		.detail = detail};
}

void record_probed(struct record *r)
{
	struct trials *t = &r->trials;
	unsigned i;

	record_no_test(r);
	*t = (struct trials){.done = true, .scripts = 9, .left = 1, .checked = 7, .n_runtimes = 1};
	t->runtimes[0] = (struct trial_runtime){
		SLICE("base"), SLICE("pkg:deb/debian/busybox-static@1.35.0"), {7}};
	t->rows[t->n++] = tried("a.sh", TRIAL_STARTED, SLICE("usage text"));
	t->rows[t->n++] = tried("b.sh", TRIAL_NEEDS_MODULE, SLICE("requests"));
	t->rows[t->n++] = tried("c.sh", TRIAL_NEEDS_TOOL, SLICE("jq"));
	t->rows[t->n++] = tried("d.sh", TRIAL_SILENT, SLICE_NONE);
	t->rows[t->n++] = tried("e.sh", TRIAL_ERROR, SLICE("line 3: syntax error"));
	t->rows[t->n - 1].kind = TRIAL_PARSE;
	t->rows[t->n++] = tried("e.sh", TRIAL_ERROR, SLICE("boom \\x1b"));
	t->rows[t->n - 1].exit = EXIT_SIGNALED;
	t->rows[t->n - 1].value = 11;
	t->rows[t->n++] = tried("f.sh", TRIAL_TIMEOUT, SLICE_NONE);
	t->rows[t->n++] = tried("g.sh", TRIAL_ERROR, SLICE("mount"));
	t->rows[t->n - 1].exit = EXIT_SETUP_ERROR;
	t->rows[t->n - 1].value = 13;
	t->rows[t->n++] = (struct trial){.kind = TRIAL_HELP,
		.outcome = TRIAL_NEEDS_TOOL,
		.path = SLICE("h.rb"),
		.interpreter = SLICE("ruby"),
		.detail = SLICE("ruby")};
	for (i = 0; i < t->n; i++)
		if (t->rows[i].ran && !t->rows[i].detail.n) t->rows[i].detail = SLICE_NONE;
}

/* A text of n letters, kept. */
static struct slice letters(size_t n, char letter)
{
	struct buf b = buf_heap(n + 1);

	buf_zeros(&b, n);
	if (n) memset(b.p, letter, n);
	return test_keep(&b);
}

static void fill_command(struct command *c, char letter)
{
	unsigned i;

	c->n = LIMIT_ARGS;
	for (i = 0; i < LIMIT_ARGS; i++)
		c->argv[i] = letters(LIMIT_ARGS_BYTES / LIMIT_ARGS, letter);
}

/* Texts of a list must differ where they are names: a letter, a number, x up to n bytes, an end. */
static struct slice numbered(char first, unsigned i, size_t n, const char *end)
{
	struct buf b = buf_heap(n + 1);

	buf_fmt(&b, "%c%02u", first, i);
	while (b.n + strlen(end) < n)
		buf_u8(&b, 'x');
	buf_str(&b, end);
	return test_keep(&b);
}

static void fill_manifest(struct manifest *m, char letter)
{
	unsigned i;

	m->name = letters(LIMIT_NAME_BYTES, letter);
	m->version = letters(LIMIT_VERSION_BYTES, '1');
	m->description = letters(LIMIT_DESCRIPTION_BYTES, letter);
	m->entrypoint = m->workdir = letters(LIMIT_PATH_BYTES, letter);
	m->runtime = letters(LIMIT_PATH_BYTES, 'r');
	fill_command(&m->command, letter);
	fill_command(&m->setup, letter);
	m->n_env = m->n_secrets = m->n_hosts = LIMIT_ENV;
	for (i = 0; i < LIMIT_ENV; i++) {
		m->env[i].name = numbered('E', i, LIMIT_ENV_NAME_BYTES, "");
		m->env[i].value =
			letters(LIMIT_ENV_BYTES / LIMIT_ENV - LIMIT_ENV_NAME_BYTES, letter);
		m->secrets[i] = numbered('S', i, LIMIT_ENV_NAME_BYTES, "");
		m->hosts[i] = numbered('h', i, 300, ":443");
	}
	m->n_warnings = LIMIT_WARNINGS;
	for (i = 0; i < LIMIT_WARNINGS; i++)
		m->warnings[i] = numbered('w', i, 64, "");
}

/* As many rows of each kind, and as much text in them, as the codec takes. */
static void fill_inspection(struct inspection *in, char letter)
{
	const size_t value = LIMIT_FACTS_TEXT / LIMIT_FACTS_KIND - 8;
	unsigned i;

	in->n = FACT_KINDS * LIMIT_FACTS_KIND;
	for (i = 0; i < in->n; i++)
		in->rows[i] = (struct fact){.kind = (uint8_t)(i / LIMIT_FACTS_KIND),
			.line = LIMIT_UNPACKED_BYTES,
			.places = LIMIT_UNPACKED_BYTES,
			.value = letters(value, letter),
			.path = SLICE("SKILL.md")};
	in->n_hidden = LIMIT_FACTS_HIDDEN;
	for (i = 0; i < in->n_hidden; i++)
		in->hidden[i] = (struct hidden_text){letters(LIMIT_PATH_BYTES, 'p'),
			LIMIT_UNPACKED_BYTES, LIMIT_UNPACKED_BYTES, LIMIT_UNPACKED_BYTES,
			LIMIT_UNPACKED_BYTES, LIMIT_UNPACKED_BYTES};
	for (i = 0; i < FACT_KINDS; i++)
		in->more[i] = LIMIT_UNPACKED_BYTES;
	in->more_hidden = LIMIT_MEMBERS;
}

/* As many rows of each kind, and as much text in them, as the codec takes. */
static void fill_observation(struct observation *o, char letter)
{
	const size_t text = LIMIT_OBSERVED_TEXT / LIMIT_OBSERVED_KIND;
	unsigned i;

	*o = (struct observation){.monitor = MONITOR_CALLS,
		.notifications = OBSERVED_COUNT_MAX,
		.dropped = OBSERVED_COUNT_MAX,
		.n = OBSERVED_KINDS * LIMIT_OBSERVED_KIND,
		.n_planted = LIMIT_CANARIES,
		.package_files = FILES,
		.package_read = FILES,
		.written_files = OBSERVED_COUNT_MAX,
		.written_bytes = OBSERVED_BYTES_MAX,
		.survivors = OBSERVED_COUNT_MAX};
	for (i = 0; i < o->n; i++) {
		o->rows[i] = (struct observed){.kind = (uint8_t)(i / LIMIT_OBSERVED_KIND),
			.phase = OBSERVED_SETUP,
			.origin = ORIGIN_WRITTEN,
			.has_sha256 = true,
			.count = OBSERVED_COUNT_MAX,
			.confirmed = OBSERVED_COUNT_MAX,
			.bytes = OBSERVED_BYTES_MAX,
			.value = letters(text / 2, letter),
			.detail = letters(text - text / 2, letter)};
		sha256(SLICE("row"), o->rows[i].sha256);
	}
	for (i = 0; i < OBSERVED_KINDS; i++)
		o->more[i] = OBSERVED_COUNT_MAX;
	for (i = 0; i < LIMIT_CANARIES; i++)
		o->planted[i] = letters(LIMIT_CANARY_BYTES, letter);
	sha256(SLICE("written"), o->written_sha256);
}

void record_full(struct record *r, char letter)
{
	unsigned i;

	record_passed(r);
	fill_manifest(&r->manifest, letter);
	r->attempt = 1000;
	r->attempt_reason = letters(64, 'r');
	r->package.top_directory = letters(LIMIT_COMPONENT_BYTES, letter);
	r->package.n_ignored = RECORD_IGNORED;
	r->package.ignored_total = LIMIT_MEMBERS;
	for (i = 0; i < RECORD_IGNORED; i++)
		r->package.ignored[i] = letters(LIMIT_PATH_BYTES, letter);
	r->package.signature.reason = E_SIGNATURE_FILE_UNSIGNED;
	r->package.signature.leaf_subject = letters(LIMIT_SIGNER_BYTES, letter);
	r->package.signature.unsigned_files = FILES - 1;
	fill_inspection(&r->package.inspection, letter);
	fill_observation(&r->observed, letter);
	r->runtime.name = letters(256, 'n');
	r->runtime.uri = letters(256, letter);
	r->n_warnings = LIMIT_WARNINGS;
	r->warnings[0] = SLICE("unmonitored");
	for (i = 1; i < LIMIT_WARNINGS; i++)
		r->warnings[i] = r->manifest.warnings[i];
}

void record_largest(struct record *r, char letter)
{
	struct manifest *m = &r->manifest;
	unsigned i;

	record_full(r, letter);
	m->entrypoint = m->workdir = m->runtime = letters(64, letter);
	for (i = 0; i < LIMIT_ARGS; i++)
		m->command.argv[i] = m->setup.argv[i] = letters(128, letter);
	for (i = 0; i < LIMIT_ENV; i++) {
		m->env[i].value = letters(128, letter);
		m->secrets[i] = numbered('S', i, 64, "");
		m->hosts[i] = numbered('h', i, 150, ":443");
	}
}

void record_probed_full(struct record *r, char letter)
{
	struct trials *t = &r->trials;
	unsigned i;

	record_largest(r, letter);
	r->n_runs = 0;
	for (i = 0; i < r->observed.n; i++)
		r->observed.rows[i].phase = OBSERVED_PROBE;
	r->manifest.command.n = r->manifest.setup.n = 0;
	*t = (struct trials){.done = true,
		.scripts = LIMIT_MEMBERS,
		.left = LIMIT_MEMBERS - LIMIT_PROBES,
		.checked = LIMIT_PROBES,
		.n_runtimes = TRIAL_RUNTIMES,
		.n = 2 * LIMIT_PROBES};
	for (i = 0; i < TRIAL_RUNTIMES; i++)
		t->runtimes[i] =
			(struct trial_runtime){letters(32, 'r'), letters(256, letter), {1}};
	for (i = 0; i < t->n; i++)
		t->rows[i] = (struct trial){.kind = i % 2 ? TRIAL_HELP : TRIAL_PARSE,
			.outcome = TRIAL_ERROR,
			.ran = true,
			.runtime = TRIAL_RUNTIMES - 1,
			.exit = EXIT_SETUP_ERROR,
			.value = 4095,
			.duration_ms = TRIAL_DURATION_MAX,
			.path = letters(TRIAL_PATH_BYTES, letter),
			.interpreter = letters(LIMIT_PROBE_WORD, letter),
			.version = letters(LIMIT_PROBE_WORD, letter),
			.detail = letters(LIMIT_PROBE_DETAIL, '\\')};
}

struct slice record_bytes(struct record *r)
{
	struct buf b = buf_heap(4 * LIMIT_RECORD_BYTES);

	if (record_write(r, &b)) abort();
	return test_keep(&b);
}

void verifier_example(struct verifier_id *who, unsigned key, bool tee)
{
	struct p256_key k;

	memset(who, 0, sizeof *who);
	made_key(key, &k);
	p256_spki(k.point, who->spki);
	sha256(SLICE("binary"), who->binary_sha256);
	memset(who->boot_id, 0xb0, sizeof who->boot_id);
	if (!tee) return;
	who->tee = true;
	memset(who->app_id, 0xaa, sizeof who->app_id);
	memset(who->instance_id, 0xbb, sizeof who->instance_id);
	who->instance_len = sizeof who->instance_id;
	sha256(SLICE("compose"), who->compose_hash);
}

struct slice statement_of(const struct record *r, const struct verifier_id *who, uint64_t seq)
{
	struct buf b = buf_heap(4 * LIMIT_STATEMENT_BYTES);

	if (statement_write(r, who, seq, &b)) abort();
	return test_keep(&b);
}

struct slice edited(struct slice text, const char *find, const char *put)
{
	size_t at = slice_search(text, 0, slice_str(find));
	struct buf b = buf_heap(text.n + strlen(put) + 1);

	if (at == text.n) {
		printf("# there is no %s\n", find);
		abort();
	}
	buf_put(&b, slice_sub(text, 0, at));
	buf_str(&b, put);
	buf_put(&b, slice_from(text, at + strlen(find)));
	return test_keep(&b);
}

static void put_part(struct job_example *j, uint32_t part, struct slice content)
{
	j->parts.part[__builtin_ctz(part)] = content;
	j->parts.have |= part;
}

void job_example(struct job_example *j, const struct record *r)
{
	struct buf sig = buf_heap(P256_SIG_MAX);
	uint8_t digest[SHA256_LEN], *p = buf_reserve(&sig, P256_SIG_MAX);
	struct p256_key key;
	struct slice statement;

	memset(j, 0, sizeof *j);
	j->record = *r;
	verifier_example(&j->who, 1, false);
	made_key(1, &key);
	statement = statement_of(r, &j->who, 1);
	dsse_digest(statement, digest);
	buf_commit(&sig, p256_sign(&key, digest, p));
	put_part(j, PART_RECORD, record_bytes(&j->record));
	put_part(j, PART_FILES, files_example());
	put_part(j, PART_STATEMENT, statement);
	if (r->n_runs) {
		put_part(j, PART_STDOUT, SLICE("ok\n"));
		put_part(j, PART_STDERR, SLICE(""));
	}
	j->view = (struct job_view){.state = JOB_COMPLETED,
		.attempt = r->attempt,
		.submitted_ms = RECORD_TIME_MS,
		.started_ms = RECORD_TIME_MS + 1000,
		.completed_ms = RECORD_TIME_MS + 1500,
		.package_bytes = r->package.bytes,
		.has_nonce = r->has_nonce,
		.refusal = {.name = SLICE(""), .text = SLICE("")},
		.waiting_for = SLICE(""),
		.signature = test_keep(&sig),
		.spki = SLICE_OF(j->who.spki)};
	memcpy(j->view.package_sha256, r->package.sha256, SHA256_LEN);
	memcpy(j->view.nonce, r->nonce, NONCE_LEN);
}
