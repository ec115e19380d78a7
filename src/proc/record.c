/* SPDX-License-Identifier: MIT */
/* The result record between processes. Runs in runner, attest, http, cli; pure. */
#include "proc/record.h"

#include <errno.h>

static void codec_package(struct codec *c, struct package_facts *p)
{
	codec_u8(c, &p->format, PACKAGE_DIRECTORY);
	codec_u8(c, &p->compression, COMPRESSION_ZSTD);
	codec_u64(c, &p->bytes, LIMIT_PACKAGE_BYTES);
	codec_bytes(c, p->sha256, sizeof p->sha256);
	codec_u32(c, &p->entries, LIMIT_MEMBERS);
	codec_u32(c, &p->files, LIMIT_MEMBERS);
	codec_u64(c, &p->unpacked_bytes, LIMIT_UNPACKED_BYTES);
	codec_u32(c, &p->max_path_bytes, LIMIT_PATH_BYTES);
	codec_bytes(c, p->dir_hash1, sizeof p->dir_hash1);
	codec_bytes(c, p->files_sha256, sizeof p->files_sha256);
	codec_bytes(c, p->oms, sizeof p->oms);
	codec_bytes(c, p->clawhub_fingerprint, sizeof p->clawhub_fingerprint);
	codec_text_opt(c, &p->top_directory, TEXT_UTF8, LIMIT_COMPONENT_BYTES);
	codec_text(c, &p->manifest_path, TEXT_ASCII, 16);
	codec_u64(c, &p->manifest_bytes, LIMIT_MANIFEST_BYTES);
	codec_bytes(c, p->manifest_sha256, sizeof p->manifest_sha256);
	codec_u32(c, &p->ignored_total, LIMIT_MEMBERS);
	codec_texts(c, p->ignored, &p->n_ignored, RECORD_IGNORED, TEXT_ASCII, LIMIT_PATH_BYTES);
	codec_signature(c, &p->signature);
	codec_inspection(c, &p->inspection);
}

static void codec_stream(struct codec *c, struct stream_facts *s)
{
	codec_u64(c, &s->bytes, LIMIT_OUTPUT_KEPT);
	codec_u64(c, &s->total, 1ULL << 40);
	codec_bytes(c, s->sha256, sizeof s->sha256);
}

static void codec_run(struct codec *c, struct run_facts *r)
{
	codec_u8(c, &r->phase, PHASE_TEST);
	codec_u8(c, &r->kind, EXIT_KIND_COUNT - 1);
	codec_u32(c, &r->value, 4096);
	codec_text(c, &r->stage, TEXT_WORD, 64);
	codec_u8(c, &r->limits_hit, HIT_ALL);
	codec_time(c, &r->started_ms);
	codec_time(c, &r->finished_ms);
	codec_u64(c, &r->duration_us, 1ULL << 40);
	codec_stream(c, &r->out);
	codec_stream(c, &r->err);
	codec_u64(c, &r->cpu_us, 1ULL << 40);
	codec_u64(c, &r->max_rss_bytes, 1ULL << 48);
	codec_u32(c, &r->max_pids, 1U << 22);
}

static void codec_sandbox(struct codec *c, struct sandbox_facts *s)
{
	codec_u8(c, &s->tier, TIER_4);
	codec_u8(c, &s->landlock_abi, 255);
	codec_u8(c, &s->cgroup, CGROUP_V2);
	codec_bool(c, &s->sinkhole);
	codec_bytes(c, s->seccomp_sha256, sizeof s->seccomp_sha256);
	codec_text(c, &s->speculation, TEXT_WORD, 32);
}

static void codec_limits(struct codec *c, struct limit_facts *l)
{
	codec_u32(c, &l->cpu_percent, 1000000);
	codec_u32(c, &l->pids, 1U << 22);
	codec_u32(c, &l->files, 1U << 22);
	codec_u32(c, &l->timeout_ms, LIMIT_TIMEOUT_MS);
	codec_u64(c, &l->memory_bytes, 1ULL << 48);
	codec_u64(c, &l->write_bytes, 1ULL << 48);
	codec_u64(c, &l->inodes, 1ULL << 32);
	codec_u64(c, &l->output_bytes, 1ULL << 40);
	codec_u32(c, &l->cpu_ms, LIMIT_TEST_CPU_MS);
	codec_u64(c, &l->file_bytes, 1ULL << 48);
	codec_u64(c, &l->output_total, 1ULL << 40);
}

static void codec_record(struct codec *c, struct record *r)
{
	unsigned i;

	codec_bytes(c, r->job_id, sizeof r->job_id);
	codec_u32(c, &r->attempt, 1000);
	codec_text(c, &r->attempt_reason, TEXT_WORD, 64);
	codec_bool(c, &r->has_nonce);
	codec_bytes(c, r->nonce, sizeof r->nonce);
	codec_time(c, &r->submitted_ms);
	codec_u64(c, &r->uptime_ms, 1ULL << 50);
	codec_package(c, &r->package);
	codec_manifest(c, &r->manifest);
	codec_text_opt(c, &r->runtime.name, TEXT_WORD, 256);
	codec_bytes(c, r->runtime.digest, sizeof r->runtime.digest);
	codec_text_opt(c, &r->runtime.uri, TEXT_ASCII, 256);
	codec_bytes(c, r->policy_sha256, sizeof r->policy_sha256);
	codec_limits(c, &r->limits);
	codec_sandbox(c, &r->sandbox);
	codec_bool(c, &r->network_refused);
	codec_count(c, &r->n_runs, PHASE_COUNT);
	for (i = 0; i < r->n_runs; i++)
		codec_run(c, &r->runs[i]);
	codec_observation(c, &r->observed);
	codec_trials(c, &r->trials);
	codec_rule(c, !r->trials.done || (r->manifest.command.n == 0 && r->n_runs == 0));
	codec_texts(c, r->warnings, &r->n_warnings, LIMIT_WARNINGS, TEXT_WORD, 64);
}

enum err record_read(struct slice bytes, struct record *out)
{
	struct codec c = codec_reader(bytes);

	codec_record(&c, out);
	return codec_end(&c);
}

enum err record_write(struct record *r, struct buf *out)
{
	struct codec c = codec_writer(out);

	codec_record(&c, r);
	return codec_end(&c);
}

/* As the statement says it: hosts of a test that is declared, and what SKILL.md is found to name. */
void record_behaviour(const struct record *r, struct behaviour_facts *f)
{
	const struct inspection *in = &r->package.inspection;
	unsigned i;

	*f = (struct behaviour_facts){.observed = &r->observed};
	for (i = 0; i < r->n_runs; i++)
		if (r->runs[i].phase == PHASE_TEST) f->test_ran = true;
	for (i = 0; r->manifest.command.n && i < r->manifest.n_hosts; i++)
		f->hosts[f->n_hosts++] = r->manifest.hosts[i];
	for (i = 0; in->present && i < in->n; i++)
		if (in->rows[i].kind == FACT_HOST && in->rows[i].declared)
			f->hosts[f->n_hosts++] = in->rows[i].value;
}

void record_verdict(const struct record *r, struct verdict_out *out)
{
	struct verdict_facts f = {
		.test_declared = r->manifest.command.n > 0,
		.setup_declared = r->manifest.setup.n > 0,
		.network_refused = r->network_refused,
		.monitor_complete = r->observed.complete,
		.warnings = r->n_warnings > 0,
		.expect_exit = r->manifest.expect_exit,
		.n_phases = r->n_runs,
	};
	struct behaviour_facts seen;
	unsigned i;

	record_behaviour(r, &seen);
	f.behaviour = behaviour_reasons(&seen);

	for (i = 0; i < r->n_runs; i++)
		f.phases[i] = (struct phase_facts){
			.phase = (enum phase)r->runs[i].phase,
			.kind = (enum exit_kind)r->runs[i].kind,
			.value = (int)r->runs[i].value,
			.limits_hit = r->runs[i].limits_hit,
		};
	verdict_decide(&f, out);
}

const char *record_headline(const struct record *r, enum standing standing, char *out)
{
	struct buf b = buf_on(out, HEADLINE_MAX);
	struct verdict_out v;

	record_verdict(r, &v);
	headline(&b, &(struct headline_facts){
			     v.verdict, v.set, r->observed.monitor != MONITOR_NONE, standing});
	return buf_text(&b);
}

enum colour record_colour(const struct record *r)
{
	struct verdict_out v;

	record_verdict(r, &v);
	return result_colour(v.verdict, v.set, r->observed.complete, r->observed.package_read);
}

const char *package_format_text(uint8_t format)
{
	static const char *const text[] = {"tar", "zip", "skill-md", "directory"};

	return text[format];
}

const char *compression_text(uint8_t compression)
{
	static const char *const text[] = {"none", "gzip", "zstd"};

	return text[compression];
}

const char *tier_text(uint8_t tier)
{
	static const char *const text[] = {"none", "T1", "T2", "T3", "T4"};

	return text[tier];
}

bool tier_parse(const char *text, uint8_t *out)
{
	if (text[0] != 'T' || text[1] < '1' || text[1] > '4' || text[2]) return false;
	*out = (uint8_t)(text[1] - '0');
	return true;
}

const char *cgroup_text(uint8_t cgroup)
{
	static const char *const text[] = {"none", "v1", "v2"};

	return text[cgroup];
}

const char *accounting_text(uint8_t cgroup)
{
	static const char *const text[] = {"rlimit", "cgroup-v1", "cgroup-v2"};

	return text[cgroup];
}

void exit_json(struct jw *w, uint8_t kind, uint32_t value, struct slice stage)
{
	jw_object(w);
	if (kind == EXIT_EXITED) jw_key_u64(w, "code", value);
	if (kind == EXIT_EXEC_FAILED || kind == EXIT_SETUP_ERROR) jw_key_u64(w, "errno", value);
	jw_key_cstr(w, "kind", exit_kind_name((enum exit_kind)kind));
	if (kind == EXIT_SIGNALED) jw_key_u64(w, "signal", value);
	if (stage.n) jw_key_str(w, "stage", stage);
	jw_object_end(w);
}

int run_exit_code(const struct run_facts *run)
{
	switch (run->kind) {
	case EXIT_EXITED: return (int)run->value;
	case EXIT_SIGNALED: return 128 + (int)run->value;
	case EXIT_TIMEOUT_WALL:
	case EXIT_TIMEOUT_CPU: return 124;
	case EXIT_OOM:
	case EXIT_OUTPUT:
	case EXIT_FLOOD: return 137; /* killed: 128 + SIGKILL */
	case EXIT_EXEC_FAILED: return run->value == ENOENT ? 127 : 126;
	default: return 125;
	}
}
