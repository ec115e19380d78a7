/* SPDX-License-Identifier: MIT */
/* Bodies of answers about jobs. Runs in http; pure. */
#include "http/render.h"

#include <string.h>

#include "base/dsse.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/p256.h"
#include "base/version.h"

#define MEDIA_TYPE "application/vnd.skill-verifier.attestation+json"

struct slice part_of(const struct parts *p, uint32_t part)
{
	return p->part[__builtin_ctz(part)];
}

static void key_opt_time(struct jw *w, const char *name, int64_t ms)
{
	jw_key(w, name);
	if (ms)
		jw_time(w, ms);
	else
		jw_null(w);
}

static void result_hash(struct jw *w, struct slice statement)
{
	uint8_t h[SHA256_LEN];

	dsse_digest(statement, h);
	jw_key_hex(w, "resultHash", SLICE_OF(h));
}

/* The original's attestation object (specs/skills.md 3.1), with what it lacked. */
static void attestation(struct jw *w, const struct job_view *job, const struct parts *p)
{
	struct slice quote = part_of(p, PART_QUOTE);

	jw_key(w, "attestation");
	jw_object(w);
	jw_key(w, "quote");
	if (quote.n)
		jw_hex(w, quote);
	else
		jw_null(w);
	if (quote.n) jw_key_str(w, "eventLog", part_of(p, PART_EVENTS));
	result_hash(w, part_of(p, PART_STATEMENT));
	jw_key_cstr(w, "verifier", quote.n ? SV_NAME "/" SV_VERSION : "none");
	jw_key_cstr(w, "teeType", quote.n ? "intel-tdx" : "none");
	if (!quote.n) jw_key_cstr(w, "note", "No TEE: this result is not attested by hardware");
	jw_key(w, "nonce");
	if (job->has_nonce)
		jw_hex(w, SLICE_OF(job->nonce));
	else
		jw_null(w);
	jw_object_end(w);
}

/* Which phase's output and exit the answer shows: the test's, else the setup's. */
static const struct run_facts *shown_run(const struct record *r)
{
	return r->n_runs ? &r->runs[r->n_runs - 1] : NULL;
}

static void output(
	struct jw *w, const char *name, const char *flag, struct slice kept, uint64_t total)
{
	jw_key(w, name);
	jw_lossy(w, slice_sub(kept, 0, LIMIT_INLINE_OUTPUT));
	jw_key_bool(w, flag, total > LIMIT_INLINE_OUTPUT);
}

static void test_result(
	struct jw *w, const struct record *r, const struct verdict_out *v, const struct parts *p)
{
	const struct run_facts *run = shown_run(r);
	bool setup = run && run->phase == PHASE_SETUP;

	jw_key(w, "result");
	jw_object(w);
	jw_key(w, "passed");
	/* C23: no test is neither. */
	if (v->verdict == VERDICT_NO_TEST)
		jw_null(w);
	else
		jw_bool(w, v->verdict == VERDICT_PASSED);
	jw_key(w, "exitCode");
	if (run)
		jw_i64(w, run_exit_code(run));
	else
		jw_null(w);
	output(w, "stdout", "stdoutTruncated", part_of(p, setup ? PART_SETUP_OUT : PART_STDOUT),
		run ? run->out.total : 0);
	output(w, "stderr", "stderrTruncated", part_of(p, setup ? PART_SETUP_ERR : PART_STDERR),
		run ? run->err.total : 0);
	jw_key_u64(w, "duration", run ? run->duration_us / 1000 : 0);
	jw_key(w, "signal");
	if (run && run->kind == EXIT_SIGNALED)
		jw_u64(w, run->value);
	else
		jw_null(w);
	jw_object_end(w);
}

static void package(struct jw *w, const struct record *r)
{
	jw_key(w, "package");
	jw_object(w);
	jw_key_hex(w, "sha256", SLICE_OF(r->package.sha256));
	jw_key_hex(w, "dirHash1", SLICE_OF(r->package.dir_hash1));
	jw_key_hex(w, "filesSha256", SLICE_OF(r->package.files_sha256));
	jw_key_hex(w, "oms", SLICE_OF(r->package.oms));
	jw_key_hex(w, "clawhubFingerprint", SLICE_OF(r->package.clawhub_fingerprint));
	jw_key_u64(w, "bytes", r->package.bytes);
	jw_key_u64(w, "files", r->package.files);
	jw_object_end(w);
}

static void manifest(struct jw *w, const struct record *r)
{
	jw_key(w, "manifest");
	jw_object(w);
	jw_key_str(w, "name", r->manifest.name);
	jw_key_str_or_null(w, "version", r->manifest.version);
	jw_key_str_or_null(w, "description", r->manifest.description);
	jw_object_end(w);
}

static int64_t finished_ms(const struct record *r)
{
	const struct run_facts *run = shown_run(r);

	return run ? run->finished_ms : r->submitted_ms;
}

static void skill_id(struct jw *w, const struct record *r)
{
	char id[SKILL_ID_MAX];

	jw_key_str(w, "skillId", manifest_skill_id(id, &r->manifest, r->package.dir_hash1));
}

/* What the reader may take it for: a quote is there, and whether it holds `check` says. */
static void sentence(struct jw *w, const struct record *r, const struct parts *p)
{
	enum standing s = part_of(p, PART_QUOTE).n ? STANDING_ATTESTED : STANDING_UNATTESTED;
	char says[HEADLINE_MAX];

	jw_key_cstr(w, "headline", record_headline(r, s, says));
	jw_key_cstr(w, "colour", colour_text(record_colour(r)));
}

static void completed(
	struct jw *w, const struct record *r, const struct job_view *job, const struct parts *p)
{
	struct verdict_out v;
	unsigned i;

	record_verdict(r, &v);
	jw_key_cstr(w, "verdict", verdict_name(v.verdict));
	sentence(w, r, p);
	jw_key(w, "reasons");
	jw_array(w);
	for (i = 0; i < v.n_reasons; i++)
		jw_cstr(w, v.reasons[i]);
	jw_array_end(w);
	jw_key_strs(w, "warnings", r->warnings, r->n_warnings);
	jw_key(w, "result");
	jw_object(w);
	skill_id(w, r);
	jw_key_time(w, "timestamp", finished_ms(r));
	jw_key_u64(w, "duration", (uint64_t)(job->completed_ms - job->started_ms));
	test_result(w, r, &v, p);
	attestation(w, job, p);
	manifest(w, r);
	package(w, r);
	jw_key(w, "signature");
	signature_json(w, &r->package.signature);
	jw_key(w, "inspection");
	inspection_json(w, &r->package.inspection);
	jw_key(w, "behaviour");
	observation_json(w, &r->observed);
	jw_key(w, "probe");
	trials_json(w, &r->trials);
	jw_key(w, "probed");
	trials_summary_json(w, &r->trials);
	jw_key_cstr(w, "verifier", SV_NAME "/" SV_VERSION);
	jw_object_end(w);
}

/* {"reason","member","name","line","column"} as far as known. */
static void refusal_detail(struct jw *w, const struct refusal *r)
{
	jw_key(w, "detail");
	jw_object(w);
	if (r->text.n) jw_key_str(w, "reason", r->text);
	if (r->member) jw_key_u64(w, "member", r->member);
	if (r->name.n) jw_key_str(w, "name", r->name);
	if (r->line) jw_key_u64(w, "line", r->line);
	if (r->column) jw_key_u64(w, "column", r->column);
	jw_object_end(w);
}

enum err render_job(struct buf *out, const uint8_t id[JOB_ID_LEN], const struct job_view *job,
	const struct parts *p)
{
	struct jw w = jw_to(out, false);
	struct record r = {0};
	char mem[REFUSAL_SENTENCE];

	if (job->state == JOB_COMPLETED && record_read(part_of(p, PART_RECORD), &r))
		return E_INTERNAL;
	jw_object(&w);
	jw_key_hex(&w, "jobId", slice_of(id, JOB_ID_LEN));
	jw_key_cstr(&w, "status", job_state_name(job->state));
	jw_key_time(&w, "createdAt", job->submitted_ms);
	key_opt_time(&w, "startedAt", job->started_ms);
	key_opt_time(&w, "completedAt", job->completed_ms);
	jw_key_u64(&w, "attempt", job->attempt);
	if (job->state == JOB_PENDING) jw_key_u64(&w, "queuePosition", job->queue_position);
	if (job->state == JOB_RUNNING) {
		jw_key_cstr(&w, "phase", job_phase_name(job->phase));
		if (job->waiting_for.n) jw_key_str(&w, "waitingFor", job->waiting_for);
	}
	if (job->state == JOB_FAILED) {
		jw_key_str(&w, "error", refusal_sentence(mem, &job->refusal));
		jw_key_cstr(&w, "errorCode", err_name(job->refusal.code));
		refusal_detail(&w, &job->refusal);
	}
	if (job->state == JOB_COMPLETED) completed(&w, &r, job, p);
	jw_object_end(&w);
	return out->err;
}

static void envelope(struct jw *w, const struct job_view *job, const struct parts *p)
{
	uint8_t keyid[SHA256_LEN];

	sha256(job->spki, keyid);
	jw_object(w);
	jw_key(w, "payload");
	jw_base64(w, part_of(p, PART_STATEMENT));
	jw_key_cstr(w, "payloadType", DSSE_TYPE);
	jw_key(w, "signatures");
	jw_array(w);
	jw_object(w);
	jw_key_hex(w, "keyid", SLICE_OF(keyid));
	jw_key(w, "sig");
	jw_base64(w, job->signature);
	jw_object_end(w);
	jw_array_end(w);
	jw_object_end(w);
}

enum err render_envelope(struct buf *out, const struct job_view *job, const struct parts *p)
{
	struct jw w = jw_to(out, false);

	envelope(&w, job, p);
	return out->err;
}

static void report_data_hex(struct jw *w, const struct job_view *job, const struct parts *p)
{
	uint8_t data[REPORT_DATA_LEN];

	report_data(REPORT_RESULT, part_of(p, PART_STATEMENT), job->has_nonce ? job->nonce : NULL,
		data);
	jw_key_hex(w, "reportData", SLICE_OF(data));
}

static void public_key(struct jw *w, struct slice spki)
{
	uint8_t mem[256];
	struct buf pem = buf_on(mem, sizeof mem);

	buf_pem(&pem, "PUBLIC KEY", spki);
	jw_key_str(w, "publicKey", buf_slice(&pem));
}

/* Quote, event log, compose text and vm_config, or nulls without a TEE. */
static void evidence(struct jw *w, const struct parts *p)
{
	struct slice quote = part_of(p, PART_QUOTE);

	jw_key(w, "quote");
	if (!quote.n) {
		jw_null(w);
		return;
	}
	jw_hex(w, quote);
	/* attest has parsed this text strictly before it accepted the quote. */
	jw_key(w, "eventLog");
	jw_raw(w, part_of(p, PART_EVENTS));
	jw_key_str(w, "appCompose", part_of(p, PART_COMPOSE));
	jw_key_str(w, "vmConfig", part_of(p, PART_VM));
}

enum err render_bundle(struct buf *out, const struct job_view *job, const struct parts *p)
{
	struct jw w = jw_to(out, false);

	jw_object(&w);
	jw_key_cstr(&w, "mediaType", MEDIA_TYPE);
	jw_key(&w, "envelope");
	envelope(&w, job, p);
	evidence(&w, p);
	/* C20: without a TEE there is nothing that report data could be in. */
	if (part_of(p, PART_QUOTE).n) report_data_hex(&w, job, p);
	public_key(&w, job->spki);
	jw_key(&w, "files");
	jw_raw(&w, part_of(p, PART_FILES));
	jw_key_null(&w, "log");
	jw_object_end(&w);
	return out->err;
}

enum err render_attestation(struct buf *out, const uint8_t id[JOB_ID_LEN],
	const struct job_view *job, const struct parts *p)
{
	struct jw w = jw_to(out, false);
	struct verdict_out v;
	struct record r = {0};

	if (record_read(part_of(p, PART_RECORD), &r)) return E_INTERNAL;
	record_verdict(&r, &v);
	jw_object(&w);
	jw_key_hex(&w, "jobId", slice_of(id, JOB_ID_LEN));
	skill_id(&w, &r);
	jw_key_time(&w, "timestamp", finished_ms(&r));
	jw_key(&w, "passed");
	if (v.verdict == VERDICT_NO_TEST)
		jw_null(&w);
	else
		jw_bool(&w, v.verdict == VERDICT_PASSED);
	jw_key_cstr(&w, "verdict", verdict_name(v.verdict));
	sentence(&w, &r, p);
	attestation(&w, job, p);
	jw_key(&w, "statement");
	jw_raw(&w, part_of(p, PART_STATEMENT));
	jw_key(&w, "envelope");
	envelope(&w, job, p);
	if (part_of(p, PART_QUOTE).n) report_data_hex(&w, job, p);
	jw_object_end(&w);
	return out->err;
}

enum err render_identity(struct buf *out, const uint8_t nonce[NONCE_LEN],
	const struct msg_evidence *m, const struct parts *p)
{
	struct jw w = jw_to(out, false);

	jw_object(&w);
	evidence(&w, p);
	jw_key_hex(&w, "reportData", SLICE_OF(m->report_data));
	jw_key_hex(&w, "nonce", slice_of(nonce, NONCE_LEN));
	public_key(&w, m->spki);
	jw_object_end(&w);
	return out->err;
}

enum err render_bundle_name(struct buf *out, const uint8_t id[JOB_ID_LEN], const struct parts *p)
{
	struct record r = {0};
	char slug[SLUG_MAX];

	if (record_read(part_of(p, PART_RECORD), &r)) return E_INTERNAL;
	buf_str(out, manifest_slug(slug, r.manifest.name, r.package.dir_hash1));
	buf_u8(out, '-');
	buf_hex(out, slice_of(id, 4));
	buf_str(out, ".attestation.json");
	return out->err;
}
