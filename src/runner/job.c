/* SPDX-License-Identifier: MIT */
/* One attempt of one job. Runs in runner workers and the command line. */
#include "runner/job.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ct.h"
#include "base/fdio.h"
#include "base/log.h"
#include "proc/memfd.h"
#include "runner/effects.h"
#include "runner/probes.h"

/* Pointers of argv and envp with their texts; bounds follow from the manifest's. */
#define ENV_MAX (LIMIT_ENV + 8 + LIMIT_CANARIES)

struct strings {
	char *list[ENV_MAX + 1];
	unsigned n;
	struct buf text;
};

static enum err strings_add(struct strings *s, struct slice a, const char *sep, struct slice b)
{
	if (s->n == ENV_MAX) return E_TOO_LARGE;
	/* The buffer was reserved whole: pointers into it stay. */
	s->list[s->n++] = (char *)s->text.p + s->text.n;
	s->list[s->n] = NULL;
	buf_put(&s->text, a);
	buf_str(&s->text, sep);
	buf_put(&s->text, b);
	buf_u8(&s->text, 0);
	return s->text.err;
}

static enum err strings_open(struct strings *s)
{
	size_t bytes = LIMIT_ARGS_BYTES + LIMIT_ENV_BYTES + 64 * KIB;

	memset(s, 0, sizeof *s);
	s->text = buf_heap(bytes);
	return buf_reserve(&s->text, bytes) ? E_OK : E_NO_MEMORY;
}

static enum err make_argv(struct strings *s, const struct command *cmd)
{
	unsigned i;
	enum err e = strings_open(s);

	for (i = 0; !e && i < cmd->n; i++)
		e = strings_add(s, cmd->argv[i], "", SLICE_NONE);
	return e;
}

/* C31: nothing is inherited, and nothing says that this is a sandbox. */
static enum err make_env(
	struct strings *s, const struct manifest *m, const struct effects *effects, const char *cwd)
{
	const char *decoy;
	const struct {
		const char *name, *value;
	} base[] = {
		{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
		{"HOME", JOB_HOME},
		{"USER", "skill"},
		{"PWD", cwd},
		{"TMPDIR", "/tmp"},
		{"LANG", "C.UTF-8"},
		{"TZ", "UTC"},
	};
	unsigned i, j;
	enum err e = strings_open(s);

	for (i = 0; !e && i < sizeof base / sizeof *base; i++) {
		for (j = 0; j < m->n_env; j++)
			if (slice_is(m->env[j].name, base[i].name)) break;
		if (j == m->n_env)
			e = strings_add(s, slice_str(base[i].name), "=", slice_str(base[i].value));
	}
	for (i = 0; !e && i < m->n_env; i++)
		e = strings_add(s, m->env[i].name, "=", m->env[i].value);
	for (i = 0; !e && (decoy = effects_variable(effects, i)); i++)
		e = strings_add(s, slice_str(decoy), "", SLICE_NONE);
	return e;
}

/* State of the job beyond what it was given. */
struct attempt {
	const struct job_env *env;
	const struct job *job;
	struct chan *report;
	struct workspace ws;
	struct package package;
	const struct runtime *runtime;
	struct observer *observer;
	struct effects effects;
	struct probes probes;
	bool no_sandbox; /* for a probe */
	struct record record;
	int parts[PART_COUNT];   /* descriptors by bit position, -1 when absent */
	int mounts[PHASE_COUNT]; /* of dead sandboxes; let go of after the result */
};

static unsigned part_bit(uint32_t part)
{
	return (unsigned)__builtin_ctz(part);
}

static void announce(struct attempt *a, enum job_phase phase)
{
	struct msg_phase m = {.at = a->job->run.at, .phase = (uint8_t)phase};

	MSG_SEND(a->report, MSG_PHASE, 0, phase, &m, NULL, 0);
}

static void send_refusal(struct attempt *a, const struct refusal *refusal)
{
	struct msg_refused m = {.at = a->job->run.at, .refusal = *refusal};

	MSG_SEND(a->report, MSG_REFUSED, 0, refused, &m, NULL, 0);
}

static void send_failure(struct attempt *a, enum err e, const struct why *why)
{
	struct why w = *why;
	struct refusal r;

	w.code = e;
	r = refusal_of(&w, NULL);
	send_refusal(a, &r);
}

/* Decoys are in it. */
static void strings_drop(struct strings *s)
{
	if (s->text.p) wipe(s->text.p, s->text.n);
	buf_drop(&s->text);
}

static void warn(struct attempt *a, struct slice code)
{
	warnings_add(a->record.warnings, &a->record.n_warnings, LIMIT_WARNINGS, code);
}

static enum err run_phase(
	struct attempt *a, enum phase phase, const struct command *cmd, struct why *why)
{
	bool setup = phase == PHASE_SETUP;
	struct record *r = &a->record;
	struct run_facts *run = &r->runs[r->n_runs];
	struct sandbox_output output = SANDBOX_OUTPUT_INIT;
	struct strings argv, envp = {.text = BUF_INIT};
	char cwd[LIMIT_PATH_BYTES + 16], name[32];
	struct sandbox_phase p = {
		.workdir = cwd,
		.runtime = a->runtime->path,
		.name = name,
		.timeout_ms = r->limits.timeout_ms,
		.limits_of_job = &r->limits,
		.observer = a->observer,
		.files = &a->package.tree,
	};
	enum err e;

	observer_phase(a->observer, setup ? OBSERVED_SETUP : OBSERVED_TEST);
	announce(a, setup ? PHASE_RUN_SETUP : PHASE_RUN_TEST);
	snprintf(cwd, sizeof cwd, "/skill%s%.*s", r->manifest.workdir.n ? "/" : "",
		(int)r->manifest.workdir.n,
		r->manifest.workdir.n ? (const char *)r->manifest.workdir.p : "");
	snprintf(name, sizeof name, "%u-%d-%s", a->ws.slot, (int)getpid(), phase_name(phase));
	e = make_argv(&argv, cmd);
	if (!e) e = make_env(&envp, &r->manifest, &a->effects, cwd);
	if (e) why_set(why, E_INTERNAL, "arguments do not fit");
	if (!e) e = effects_begin(&a->effects, &p, why);
	if (!e) {
		p.argv = argv.list;
		p.envp = envp.list;
		sandbox_run(&a->env->sandbox, &a->ws, &p, a->job->cancel, run, &output);
		run->phase = (uint8_t)phase;
		a->mounts[r->n_runs++] = output.mounts;
		a->parts[part_bit(setup ? PART_SETUP_OUT : PART_STDOUT)] = output.out;
		a->parts[part_bit(setup ? PART_SETUP_ERR : PART_STDERR)] = output.err;
		effects_end(&a->effects, setup ? OBSERVED_SETUP : OBSERVED_TEST, run, &output);
		fd_close(&output.traffic);
	}
	strings_drop(&argv);
	strings_drop(&envp);
	return e;
}

/* Setup, then the test when setup ended as it should. */
static enum err run_test(struct attempt *a, struct why *why)
{
	const struct manifest *m = &a->record.manifest;
	enum err e = E_OK;

	if (m->setup.n) {
		e = run_phase(a, PHASE_SETUP, &m->setup, why);
		if (e) return e;
		if (a->record.runs[0].kind != EXIT_EXITED || a->record.runs[0].value != 0)
			return E_OK;
	}
	return run_phase(a, PHASE_TEST, &m->command, why);
}

/* ---- a package without a test ------------------------------------------------------------ */

/* Whatever the probe before left behind is gone. */
static enum err fresh_workspace(struct attempt *a, const struct limit_facts *limits)
{
	struct why why = WHY_INIT;
	enum err e = workspace_renew(&a->ws, &a->env->sandbox, limits, &why);

	if (e) log_event(LOG_ERROR, "probe.workspace", "why=\"%s\"", why.text);
	effects_renew(&a->effects);
	return e;
}

/* Rows, and what scripts said on their way out; tokens are new in every workspace. */
static void mask_tokens(struct attempt *a)
{
	unsigned i;

	effects_mask(&a->effects);
	for (i = 0; i < a->record.trials.n; i++)
		effects_mask_text(&a->effects, a->record.trials.rows[i].detail);
}

/* One program in a sandbox of its own; false when the job was ended, or none can be made. */
static bool run_probe(void *ctx, const struct probe_run *run, struct probe_end *end)
{
	/* A parser runs nothing that could look for decoys. */
	static const struct effects none;
	struct attempt *a = ctx;
	struct why why = WHY_INIT;
	struct limit_facts limits;
	struct sandbox_output output = SANDBOX_OUTPUT_INIT;
	struct strings envp = {.text = BUF_INIT};
	char name[32];
	/* A parser is our program: in a place without the package's own settings for it. */
	const char *cwd = run->parser ? "/" : "/skill";
	struct sandbox_phase p = {
		.argv = run->argv,
		.workdir = cwd,
		.runtime = run->runtime->path,
		.name = name,
		.timeout_ms = run->timeout_ms,
		.limits_of_job = &limits,
		.keep_package = true,
		.observer = run->parser ? NULL : a->observer,
		.files = &a->package.tree,
	};

	probe_limits(&a->record.limits, &limits);
	mask_tokens(a);
	a->no_sandbox =
		fresh_workspace(a, &limits) ||
		make_env(&envp, &a->record.manifest, run->parser ? &none : &a->effects, cwd) ||
		(!run->parser && effects_begin(&a->effects, &p, &why));
	if (why.text[0]) log_event(LOG_ERROR, "probe.decoys", "why=\"%s\"", why.text);
	if (a->no_sandbox) {
		strings_drop(&envp);
		return false;
	}
	p.envp = envp.list;
	snprintf(name, sizeof name, "%u-%d-probe", a->ws.slot, (int)getpid());
	sandbox_run(&a->env->sandbox, &a->ws, &p, a->job->cancel, &end->facts, &output);
	strings_drop(&envp);
	if (!run->parser) effects_end(&a->effects, OBSERVED_PROBE, &end->facts, &output);
	fd_close(&output.reads);
	fd_close(&output.traffic);
	/* Texts that cannot be mapped count as empty: they decide words only. */
	if (output.out >= 0) map_sealed(output.out, LIMIT_PROBE_KEPT, &end->out);
	if (output.err >= 0) map_sealed(output.err, LIMIT_PROBE_KEPT, &end->err);
	fd_close(&output.out);
	fd_close(&output.err);
	/* Now, not behind the result: what it wrote takes memory as long as this is open. */
	fd_close(&output.mounts);
	return end->facts.kind != EXIT_INTERNAL;
}

/* Never a refusal and never a verdict. */
static void try_scripts(struct attempt *a)
{
	struct probes *p = &a->probes;

	observer_phase(a->observer, OBSERVED_PROBE);
	announce(a, PHASE_RUN_PROBE);
	*p = (struct probes){.runtimes = &a->env->runtimes,
		.host = a->job->host_runtime,
		.tree = &a->package.tree,
		.run = run_probe,
		.ctx = a};
	p->skill = open(a->ws.skill, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	a->record.trials.done = p->skill >= 0 && probes_try(p, &a->record.trials) == E_OK;
	/* What is there was tried in order; the rest is counted, and this says why. */
	if (!a->record.trials.done || a->no_sandbox) warn(a, SLICE("probes-failed"));
	fd_close(&p->skill);
	/* C25: started, and nobody watched. */
	if (a->record.trials.n_runtimes && !observer_monitor(a->observer))
		warn(a, SLICE("unmonitored"));
}

/* Everything of the record that is known before the test runs. */
static void begin_record(struct attempt *a)
{
	const struct msg_run *run = &a->job->run;
	const struct package *p = &a->package;
	struct record *r = &a->record;
	uint64_t share_ms;
	unsigned i;

	memcpy(r->job_id, run->at.job_id, sizeof r->job_id);
	r->attempt = run->at.attempt;
	r->attempt_reason = run->reason;
	r->has_nonce = run->has_nonce;
	memcpy(r->nonce, run->nonce, sizeof r->nonce);
	r->submitted_ms = run->submitted_ms;
	r->uptime_ms = (uint64_t)(clock_mono_us() - a->env->boot_us) / 1000;
	r->package = p->facts;
	r->manifest = p->manifest;
	memcpy(r->policy_sha256, a->env->policy_sha256, sizeof r->policy_sha256);
	r->limits = a->env->conf->limits;
	if (p->manifest.command.n) r->limits.timeout_ms = p->manifest.timeout_ms;
	/* What the share of the processors leaves of the time limit bounds it too. */
	share_ms = (uint64_t)r->limits.timeout_ms * r->limits.cpu_percent / 100;
	if (r->limits.cpu_ms > share_ms) r->limits.cpu_ms = (uint32_t)share_ms;
	sandbox_facts(&a->env->sandbox, observer_monitor(a->observer) != MONITOR_NONE, &r->sandbox);
	for (i = 0; i < p->n_warnings; i++)
		warn(a, p->warnings[i]);
	if (p->manifest.n_secrets) warn(a, SLICE("secret-missing"));
	/* C25: a run that nobody watched says so. */
	if (p->manifest.command.n && !observer_monitor(a->observer)) warn(a, SLICE("unmonitored"));
	r->network_refused = p->manifest.command.n && p->manifest.n_hosts > 0;
}

static enum err find_runtime(struct attempt *a, struct why *why)
{
	struct slice declared = a->package.manifest.runtime;
	struct runtime found;
	enum err e;

	if (a->job->host_runtime) declared = SLICE("host");
	e = runtime_find(&a->env->runtimes, declared, &a->runtime, a->record.warnings,
		&a->record.n_warnings, why);
	if (e) return e;
	/* A copy: of what is found here only this job hears. */
	found = *a->runtime;
	if (runtime_check(&found))
		return why_set(why, E_RUNTIME_CHANGED, "runtime %s: %s", found.name, found.trouble);
	a->record.runtime.name = slice_str(a->runtime->name);
	a->record.runtime.uri = slice_str(a->runtime->uri);
	memcpy(a->record.runtime.digest, a->runtime->digest, SHA256_LEN);
	return E_OK;
}

/* Sends the record and all descriptors that exist, lowest part first. */
static enum err send_result(struct attempt *a)
{
	struct msg_result m = {.at = a->job->run.at};
	struct buf bytes = buf_heap(LIMIT_RECORD_BYTES);
	int fds[CHAN_FDS];
	unsigned i, n = 0;
	enum err e = record_write(&a->record, &bytes);

	if (!e) {
		a->parts[part_bit(PART_RECORD)] = memfd_of("record", buf_slice(&bytes));
		a->parts[part_bit(PART_FILES)] = memfd_of("files", buf_slice(&a->package.list));
		for (i = 0; i < PART_COUNT && n < CHAN_FDS; i++) {
			if (a->parts[i] < 0) continue;
			m.parts |= 1U << i;
			fds[n++] = a->parts[i];
		}
		if ((m.parts & (PART_RECORD | PART_FILES)) != (PART_RECORD | PART_FILES))
			e = E_NO_MEMORY;
	}
	if (!e) e = MSG_SEND(a->report, MSG_RESULT, 0, result, &m, fds, n);
	buf_drop(&bytes);
	return e;
}

static enum err run_accepted(struct attempt *a, struct why *why)
{
	enum err e;

	e = observer_new(&a->observer, a->env->sandbox.monitor);
	if (e) return why_set(why, E_INTERNAL, "no memory for what is observed");
	begin_record(a);
	e = effects_open(&a->effects, a->env, &a->ws, &a->package, a->observer, why);
	if (e) return e;
	if (a->record.manifest.command.n) {
		if (a->record.manifest.timeout_ms > a->env->conf->timeout_cap_ms)
			return why_set(why, E_TIMEOUT_RANGE, "write at most %u ms for this machine",
				a->env->conf->timeout_cap_ms);
		e = find_runtime(a, why);
		if (e) return e;
		if (!a->record.network_refused) e = run_test(a, why);
		if (e) return e;
	} else if (a->env->conf->probes) {
		try_scripts(a);
	}
	mask_tokens(a);
	observer_finish(a->observer, &a->record.observed);
	e = send_result(a);
	return e ? why_set(why, E_INTERNAL, "the result record is too large or breaks its bounds")
		 : E_OK;
}

void job_run(const struct job_env *env, const struct job *job, struct chan *report)
{
	static struct attempt a;
	struct why why = WHY_INIT;
	enum err e;
	unsigned i;

	a = (struct attempt){.env = env, .job = job, .report = report, .ws = WORKSPACE_INIT};
	for (i = 0; i < PART_COUNT; i++)
		a.parts[i] = -1;
	for (i = 0; i < PHASE_COUNT; i++)
		a.mounts[i] = -1;
	e = workspace_open(&a.ws, &env->sandbox, job->slot, job_package_uid(env, job),
		&env->conf->limits, &why);
	if (e) {
		send_failure(&a, E_SANDBOX_SETUP, &why);
		return;
	}
	package_read(&a.package, env, job, &a.ws, report);
	if (a.package.refusal.code) {
		send_refusal(&a, &a.package.refusal);
	} else {
		e = run_accepted(&a, &why);
		if (e) send_failure(&a, e, &why);
	}
	probes_drop(&a.probes);
	effects_drop(&a.effects);
	package_drop(&a.package);
	observer_drop(a.observer);
	for (i = 0; i < PART_COUNT; i++)
		fd_close(&a.parts[i]);
	for (i = 0; i < PHASE_COUNT; i++)
		fd_close(&a.mounts[i]);
	workspace_drop(&a.ws);
}
