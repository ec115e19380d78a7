/* SPDX-License-Identifier: MIT */
/*
 * Statements in canonical JSON. Members stand in the order of their names; the
 * writer refuses any other order. Runs in attest and the command line; pure.
 */
#include "attest/statement.h"

#include <stdlib.h>
#include <string.h>

#include "base/dsse.h"
#include "base/json_write.h"
#include "base/version.h"

/* Version of the predicate's form. */
#define SCHEMA 1

static void digest_object(struct jw *w, const uint8_t sha[SHA256_LEN])
{
	jw_object(w);
	jw_key_hex(w, "sha256", slice_of(sha, SHA256_LEN));
	jw_object_end(w);
}

static void descriptor(
	struct jw *w, const char *name, const uint8_t sha[SHA256_LEN], struct slice uri)
{
	jw_object(w);
	jw_key(w, "digest");
	digest_object(w, sha);
	jw_key_cstr(w, "name", name);
	if (uri.n) jw_key_str(w, "uri", uri);
	jw_object_end(w);
}

static void configuration(struct jw *w, const struct record *r, const struct verifier_id *who)
{
	jw_key(w, "configuration");
	jw_array(w);
	if (r->runtime.name.p) descriptor(w, "runtime", r->runtime.digest, r->runtime.uri);
	descriptor(w, "sandbox-policy", r->policy_sha256, SLICE_NONE);
	descriptor(w, "verifier", who->binary_sha256, SLICE_NONE);
	jw_array_end(w);
}

static void job(struct jw *w, const struct record *r)
{
	jw_key(w, "job");
	jw_object(w);
	jw_key_u64(w, "attempt", r->attempt);
	jw_key_str_or_null(
		w, "attemptReason", r->attempt_reason.n ? r->attempt_reason : SLICE_NONE);
	jw_key_hex(w, "id", SLICE_OF(r->job_id));
	jw_key(w, "nonce");
	if (r->has_nonce)
		jw_hex(w, SLICE_OF(r->nonce));
	else
		jw_null(w);
	jw_key_time(w, "submittedAt", r->submitted_ms);
	jw_object_end(w);
}

static void limits_in_force(struct jw *w, const struct limit_facts *l)
{
	jw_key(w, "limits");
	jw_object(w);
	jw_key_u64(w, "cpuMs", l->cpu_ms);
	jw_key_u64(w, "fileBytes", l->file_bytes);
	jw_key_u64(w, "files", l->files);
	jw_key_u64(w, "inodes", l->inodes);
	jw_key_u64(w, "memoryBytes", l->memory_bytes);
	jw_key_u64(w, "outputTotalBytes", l->output_total);
	jw_key_u64(w, "pids", l->pids);
	jw_key_u64(w, "stdoutBytes", l->output_bytes);
	jw_key_u64(w, "timeoutMs", l->timeout_ms);
	jw_key_u64(w, "writeBytes", l->write_bytes);
	jw_object_end(w);
}

static void package(struct jw *w, const struct package_facts *p)
{
	bool archive = p->format != PACKAGE_DIRECTORY;

	jw_key(w, "package");
	jw_object(w);
	jw_key_u64(w, "bytes", p->bytes);
	jw_key_hex(w, "clawhubFingerprint", SLICE_OF(p->clawhub_fingerprint));
	jw_key_cstr(w, "compression", compression_text(p->compression));
	jw_key_hex(w, "dirHash1", SLICE_OF(p->dir_hash1));
	jw_key_u64(w, "entries", p->entries);
	jw_key_u64(w, "files", p->files);
	jw_key_hex(w, "filesSha256", SLICE_OF(p->files_sha256));
	jw_key_cstr(w, "format", package_format_text(p->format));
	jw_key_strs(w, "ignored", p->ignored, p->n_ignored);
	jw_key_u64(w, "ignoredTotal", p->ignored_total);
	jw_key_hex(w, "oms", SLICE_OF(p->oms));
	jw_key(w, "sha256");
	if (archive)
		jw_hex(w, SLICE_OF(p->sha256));
	else
		jw_null(w);
	jw_key_str_or_null(w, "topDirectory", p->top_directory);
	jw_key_u64(w, "unpackedBytes", p->unpacked_bytes);
	jw_object_end(w);
}

static void stream(struct jw *w, const char *name, const struct stream_facts *s)
{
	jw_key(w, name);
	jw_object(w);
	jw_key_u64(w, "bytes", s->bytes);
	jw_key_hex(w, "sha256", SLICE_OF(s->sha256));
	jw_key_u64(w, "totalBytes", s->total);
	jw_key_bool(w, "truncated", s->total > s->bytes);
	jw_object_end(w);
}

static void run_phase(struct jw *w, const struct run_facts *r)
{
	unsigned bit;

	jw_object(w);
	jw_key_u64(w, "durationMs", r->duration_us / 1000);
	jw_key(w, "exit");
	exit_json(w, r->kind, r->value, r->stage);
	jw_key_time(w, "finishedAt", r->finished_ms);
	jw_key(w, "limitsHit");
	jw_array(w);
	for (bit = HIT_DISK; bit <= HIT_PIDS; bit <<= 1)
		if (r->limits_hit & bit) jw_cstr(w, limit_hit_name(bit));
	jw_array_end(w);
	jw_key_cstr(w, "phase", phase_name((enum phase)r->phase));
	jw_key_time(w, "startedAt", r->started_ms);
	stream(w, "stderr", &r->err);
	stream(w, "stdout", &r->out);
	jw_key(w, "usage");
	jw_object(w);
	jw_key_u64(w, "cpuMs", r->cpu_us / 1000);
	jw_key_u64(w, "maxPids", r->max_pids);
	jw_key_u64(w, "maxRssBytes", r->max_rss_bytes);
	jw_object_end(w);
	jw_object_end(w);
}

static void sandbox(struct jw *w, const struct sandbox_facts *s)
{
	jw_key(w, "sandbox");
	jw_object(w);
	jw_key_cstr(w, "accounting", accounting_text(s->cgroup));
	jw_key_cstr(w, "cgroup", cgroup_text(s->cgroup));
	jw_key_u64(w, "landlockAbi", s->landlock_abi);
	jw_key_cstr(w, "network", s->sinkhole ? "sinkhole" : "none");
	jw_key_hex(w, "seccompSha256", SLICE_OF(s->seccomp_sha256));
	jw_key_str(w, "speculation", s->speculation);
	jw_key_cstr(w, "tier", tier_text(s->tier));
	jw_object_end(w);
}

static void skill(struct jw *w, const struct record *r, struct slice skill_id)
{
	const struct manifest *m = &r->manifest;
	char slug[SLUG_MAX];

	jw_key(w, "skill");
	jw_object(w);
	jw_key_str_or_null(w, "description", m->description);
	jw_key(w, "manifest");
	jw_object(w);
	jw_key_u64(w, "bytes", r->package.manifest_bytes);
	jw_key_str(w, "path", r->package.manifest_path);
	jw_key_hex(w, "sha256", SLICE_OF(r->package.manifest_sha256));
	jw_object_end(w);
	jw_key_str(w, "name", m->name);
	jw_key_cstr(w, "nameSource", name_source_text(m->name_source));
	jw_key_str(w, "skillId", skill_id);
	jw_key_cstr(w, "slug", manifest_slug(slug, m->name, r->package.dir_hash1));
	jw_key_str_or_null(w, "version", m->version);
	jw_key_cstr_or_null(w, "versionSource", version_source_text(m->version_source));
	jw_object_end(w);
}

static int cmp_env(const void *a, const void *b)
{
	return slice_cmp(((const struct env_entry *)a)->name, ((const struct env_entry *)b)->name);
}

static void environment(struct jw *w, const struct manifest *m)
{
	struct env_entry sorted[LIMIT_ENV];
	unsigned i;

	memcpy(sorted, m->env, m->n_env * sizeof *sorted);
	if (m->n_env) qsort(sorted, m->n_env, sizeof *sorted, cmp_env);
	jw_key(w, "environment");
	jw_object(w);
	for (i = 0; i < m->n_env; i++) {
		jw_key_slice(w, sorted[i].name);
		jw_str(w, sorted[i].value);
	}
	jw_object_end(w);
}

static void network(struct jw *w, const struct manifest *m)
{
	jw_key(w, "network");
	jw_object(w);
	jw_key_strs(w, "declared", m->hosts, m->n_hosts);
	jw_key_strs(w, "granted", NULL, 0);
	jw_key_cstr(w, "mode", "none");
	jw_object_end(w);
}

static void test(struct jw *w, const struct record *r)
{
	const struct manifest *m = &r->manifest;

	jw_key(w, "test");
	if (!m->command.n) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_key_strs(w, "argv", m->command.argv, m->command.n);
	environment(w, m);
	jw_key_u64(w, "expectExit", m->expect_exit);
	jw_key_cstr(w, "form", command_form_text(m->command.form));
	network(w, m);
	jw_key_str_or_null(w, "runtime", m->runtime);
	jw_key_strs(w, "secrets", m->secrets, m->n_secrets);
	jw_key(w, "setup");
	if (m->setup.n) {
		jw_object(w);
		jw_key_strs(w, "argv", m->setup.argv, m->setup.n);
		jw_key_cstr(w, "form", command_form_text(m->setup.form));
		jw_object_end(w);
	} else {
		jw_null(w);
	}
	jw_key_cstr_or_null(w, "source", test_source_text(m->test_source));
	jw_key_str_or_null(w, "workdir", m->workdir);
	jw_object_end(w);
}

static void verifier(struct jw *w, const struct verifier_id *who, uint64_t seq)
{
	uint8_t keyid[SHA256_LEN];

	sha256(SLICE_OF(who->spki), keyid);
	jw_key(w, "verifier");
	jw_object(w);
	jw_key(w, "appId");
	if (who->tee)
		jw_hex(w, SLICE_OF(who->app_id));
	else
		jw_null(w);
	jw_key_hex(w, "binarySha256", SLICE_OF(who->binary_sha256));
	jw_key_hex(w, "bootId", SLICE_OF(who->boot_id));
	jw_key(w, "composeHash");
	if (who->tee)
		jw_hex(w, SLICE_OF(who->compose_hash));
	else
		jw_null(w);
	jw_key(w, "instanceId");
	if (who->tee)
		jw_hex(w, slice_of(who->instance_id, who->instance_len));
	else
		jw_null(w);
	jw_key(w, "key");
	jw_base64(w, SLICE_OF(who->spki));
	jw_key_hex(w, "keyid", SLICE_OF(keyid));
	jw_key_cstr(w, "name", SV_NAME);
	jw_key_u64(w, "seq", seq);
	jw_key_cstr(w, "tee", who->tee ? "tdx" : "none");
	jw_key_cstr(w, "version", SV_VERSION);
	jw_object_end(w);
}

static void predicate(struct jw *w, const struct record *r, const struct verifier_id *who,
	uint64_t seq, struct slice skill_id)
{
	struct verdict_out v;
	unsigned i;

	record_verdict(r, &v);
	jw_key(w, "predicate");
	jw_object(w);
	jw_key(w, "behaviour");
	observation_json(w, &r->observed);
	configuration(w, r, who);
	jw_key(w, "inspection");
	inspection_json(w, &r->package.inspection);
	job(w, r);
	limits_in_force(w, &r->limits);
	jw_key_null(w, "log");
	package(w, &r->package);
	jw_key(w, "probe");
	trials_json(w, &r->trials);
	jw_key(w, "probed");
	trials_summary_json(w, &r->trials);
	jw_key(w, "reasons");
	jw_array(w);
	for (i = 0; i < v.n_reasons; i++)
		jw_cstr(w, v.reasons[i]);
	jw_array_end(w);
	jw_key_cstr_or_null(w, "result", v.result);
	jw_key(w, "run");
	jw_array(w);
	for (i = 0; i < r->n_runs; i++)
		run_phase(w, &r->runs[i]);
	jw_array_end(w);
	sandbox(w, &r->sandbox);
	jw_key_u64(w, "schema", SCHEMA);
	jw_key(w, "signature");
	signature_json(w, &r->package.signature);
	skill(w, r, skill_id);
	test(w, r);
	jw_key(w, "time");
	jw_object(w);
	jw_key_cstr(w, "clock", "guest-unattested");
	jw_key_u64(w, "uptimeMs", r->uptime_ms);
	jw_object_end(w);
	jw_key_cstr(w, "verdict", verdict_name(v.verdict));
	verifier(w, who, seq);
	jw_key_strs(w, "warnings", r->warnings, r->n_warnings);
	jw_object_end(w);
}

static void subjects(struct jw *w, const struct record *r, struct slice skill_id)
{
	uint8_t mem[SKILL_ID_MAX + 8];
	struct buf name = buf_on(mem, sizeof mem);

	buf_put(&name, skill_id);
	buf_str(&name, "#tree");
	jw_key(w, "subject");
	jw_array(w);
	if (r->package.format != PACKAGE_DIRECTORY) {
		jw_object(w);
		jw_key(w, "digest");
		digest_object(w, r->package.sha256);
		jw_key_str(w, "name", skill_id);
		jw_object_end(w);
	}
	jw_object(w);
	jw_key(w, "digest");
	jw_object(w);
	jw_key_hex(w, "dirHash1", SLICE_OF(r->package.dir_hash1));
	jw_key_hex(w, "sha256", SLICE_OF(r->package.files_sha256));
	jw_object_end(w);
	jw_key_str(w, "name", buf_slice(&name));
	jw_object_end(w);
	jw_array_end(w);
}

enum err statement_write(
	const struct record *r, const struct verifier_id *who, uint64_t seq, struct buf *out)
{
	char id[SKILL_ID_MAX];
	struct slice skill_id = manifest_skill_id(id, &r->manifest, r->package.dir_hash1);
	struct jw w = jw_to(out, true);
	size_t from = out->n;

	jw_object(&w);
	jw_key_cstr(&w, "_type", "https://in-toto.io/Statement/v1");
	predicate(&w, r, who, seq, skill_id);
	jw_key_cstr(&w, "predicateType", PREDICATE_TYPE);
	subjects(&w, r, skill_id);
	jw_object_end(&w);
	if (out->err) return out->err;
	return out->n - from > LIMIT_STATEMENT_BYTES ? E_TOO_LARGE : E_OK;
}
