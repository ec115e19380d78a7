/* SPDX-License-Identifier: MIT */
/*
 * `run`: one skill's test, here and now, without a server; confined like a job
 * of the appliance. Runs on the command line.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attest/statement.h"
#include "base/fdio.h"
#include "base/json_write.h"
#include "base/num.h"
#include "base/text.h"
#include "cli/behaviour.h"
#include "cli/cli.h"
#include "cli/local.h"
#include "cli/refusal.h"
#include "cli/run.h"
#include "cli/runtimes.h"
#include "cli/trials.h"
#include "proc/memfd.h"

/* Lines of output that a person is shown; --json has it all. */
#define SHOWN_LINES 40
#define LINE_CHARS  160

struct run_options {
	bool json, sarif, allow_no_test;
	const char *out, *runtime, *runtimes, *timeout, *tier, *observe;
};

struct outcome {
	struct record record;
	struct slice bytes;             /* encoded record, mapped */
	struct slice parts[PART_COUNT]; /* mapped */
};

/* Text out of a test, line by line and escaped (C10). */
static void print_output(const char *label, struct slice text)
{
	char mem[LINE_CHARS + 1];
	int lines = 0;

	while (text.n && lines++ < SHOWN_LINES) {
		struct slice line = slice_split(&text, '\n');

		printf("  %s | %s\n", label, text_ascii(mem, sizeof mem, line));
	}
	if (text.n) printf("  %s | ... %zu more bytes\n", label, text.n);
}

static void print_run(const struct run_facts *r, const struct outcome *o)
{
	bool setup = r->phase == PHASE_SETUP;
	struct slice out = o->parts[__builtin_ctz(setup ? PART_SETUP_OUT : PART_STDOUT)];
	struct slice err = o->parts[__builtin_ctz(setup ? PART_SETUP_ERR : PART_STDERR)];

	printf("%s: %s", phase_name((enum phase)r->phase), exit_kind_name((enum exit_kind)r->kind));
	if (r->kind == EXIT_EXITED || r->kind == EXIT_SIGNALED) printf(" %u", r->value);
	if (r->kind == EXIT_EXEC_FAILED || r->kind == EXIT_SETUP_ERROR)
		printf(" (%.*s%s%s)", (int)r->stage.n, r->stage.n ? (const char *)r->stage.p : "",
			r->stage.n ? ": " : "", strerror((int)r->value));
	printf(" in %llu ms, %llu ms processor time, %llu KiB\n",
		(unsigned long long)r->duration_us / 1000, (unsigned long long)r->cpu_us / 1000,
		(unsigned long long)r->max_rss_bytes / 1024);
	print_output("out", out);
	print_output("err", err);
}

static void print_signature(const struct signature_facts *f)
{
	char shown[LIMIT_SIGNER_BYTES + 1];

	if (!f->present) return;
	printf("signature %s%s", f->reason ? "not verified: " : "verified",
		f->reason ? err_text(f->reason) : "");
	if (f->has_leaf)
		printf(", %s %s", f->reason ? "claims" : "by",
			text_ascii(shown, sizeof shown, f->leaf_subject));
	printf("\n");
}

static void print_person(const struct outcome *o, const struct verdict_out *v)
{
	const struct record *r = &o->record;
	char id[SKILL_ID_MAX], shown[SKILL_ID_MAX * 2], says[HEADLINE_MAX];
	unsigned i;

	printf("%s\n", text_ascii(shown, sizeof shown,
			       manifest_skill_id(id, &r->manifest, r->package.dir_hash1)));
	for (i = 0; i < r->n_runs; i++)
		print_run(&r->runs[i], o);
	trials_print(&r->trials);
	printf("sandbox %s, Landlock ABI %u, accounting %s, runtime %.*s, network %s\n",
		tier_text(r->sandbox.tier), r->sandbox.landlock_abi,
		accounting_text(r->sandbox.cgroup), r->runtime.name.n ? (int)r->runtime.name.n : 4,
		r->runtime.name.n ? (const char *)r->runtime.name.p : "none",
		r->sandbox.sinkhole ? "sinkhole" : "none");
	print_signature(&r->package.signature);
	if (r->n_warnings) {
		printf("warnings");
		for (i = 0; i < r->n_warnings; i++)
			printf(" %.*s", (int)r->warnings[i].n, (const char *)r->warnings[i].p);
		printf("\n");
	}
	behaviour_print(&r->observed);
	if (v->set) printf("\n");
	reasons_print(v->set);
	printf("\n%s", verdict_name(v->verdict));
	for (i = 0; i < v->n_reasons; i++)
		printf("%s %s", i ? "," : ":", v->reasons[i]);
	printf("\n%s\n", record_headline(r, STANDING_UNATTESTED, says));
}

static void json_stream(
	struct jw *w, const char *name, const struct stream_facts *s, struct slice kept)
{
	jw_key(w, name);
	jw_object(w);
	jw_key_u64(w, "bytes", s->bytes);
	jw_key_u64(w, "totalBytes", s->total);
	jw_key_hex(w, "sha256", SLICE_OF(s->sha256));
	jw_key(w, "text");
	jw_lossy(w, slice_sub(kept, 0, LIMIT_INLINE_OUTPUT));
	jw_object_end(w);
}

static void json_run(struct jw *w, const struct run_facts *r, const struct outcome *o)
{
	bool setup = r->phase == PHASE_SETUP;

	jw_object(w);
	jw_key_cstr(w, "phase", phase_name((enum phase)r->phase));
	jw_key_cstr(w, "exitKind", exit_kind_name((enum exit_kind)r->kind));
	jw_key_u64(w, "value", r->value);
	if (r->stage.n) jw_key_str(w, "stage", r->stage);
	jw_key(w, "exitCode");
	jw_i64(w, run_exit_code(r));
	jw_key_u64(w, "durationMs", r->duration_us / 1000);
	jw_key_u64(w, "cpuMs", r->cpu_us / 1000);
	jw_key_u64(w, "maxRssBytes", r->max_rss_bytes);
	json_stream(w, "stdout", &r->out,
		o->parts[__builtin_ctz(setup ? PART_SETUP_OUT : PART_STDOUT)]);
	json_stream(w, "stderr", &r->err,
		o->parts[__builtin_ctz(setup ? PART_SETUP_ERR : PART_STDERR)]);
	jw_object_end(w);
}

static int print_json(const struct outcome *o, const struct verdict_out *v, int status)
{
	struct buf b = buf_heap(LIMIT_BUNDLE_BYTES);
	struct jw w = jw_to(&b, false);
	const struct record *r = &o->record;
	char id[SKILL_ID_MAX], says[HEADLINE_MAX];
	unsigned i;

	jw_object(&w);
	jw_key_str(&w, "skillId", manifest_skill_id(id, &r->manifest, r->package.dir_hash1));
	jw_key_cstr(&w, "verdict", verdict_name(v->verdict));
	jw_key(&w, "passed");
	if (v->verdict == VERDICT_NO_TEST)
		jw_null(&w);
	else
		jw_bool(&w, v->verdict == VERDICT_PASSED);
	jw_key(&w, "reasons");
	jw_array(&w);
	for (i = 0; i < v->n_reasons; i++)
		jw_cstr(&w, v->reasons[i]);
	jw_array_end(&w);
	jw_key_cstr(&w, "headline", record_headline(r, STANDING_UNATTESTED, says));
	jw_key_cstr(&w, "colour", colour_text(record_colour(r)));
	jw_key(&w, "warnings");
	jw_array(&w);
	for (i = 0; i < r->n_warnings; i++)
		jw_str(&w, r->warnings[i]);
	jw_array_end(&w);
	jw_key_hex(&w, "dirHash1", SLICE_OF(r->package.dir_hash1));
	jw_key(&w, "signature");
	signature_json(&w, &r->package.signature);
	jw_key(&w, "inspection");
	inspection_json(&w, &r->package.inspection);
	jw_key(&w, "probe");
	trials_json(&w, &r->trials);
	jw_key(&w, "probed");
	trials_summary_json(&w, &r->trials);
	jw_key(&w, "runs");
	jw_array(&w);
	for (i = 0; i < r->n_runs; i++)
		json_run(&w, &r->runs[i], o);
	jw_array_end(&w);
	jw_key(&w, "behaviour");
	observation_json(&w, &r->observed);
	jw_key_cstr(&w, "tier", tier_text(r->sandbox.tier));
	jw_key_cstr(&w, "tee", "none");
	jw_object_end(&w);
	return cli_put("run", &b, status);
}

static int status_of(enum verdict v, const struct run_options *opt)
{
	switch (v) {
	case VERDICT_PASSED: return EXIT_YES;
	case VERDICT_FAILED:
	case VERDICT_TIMEOUT:
	case VERDICT_LIMIT: return EXIT_NO;
	case VERDICT_NO_TEST:
		if (!opt->allow_no_test) return EXIT_UNDECIDED;
		if (!opt->json && !opt->sarif)
			printf("NO_TEST is taken as a yes because of --allow-no-test.\n");
		return EXIT_YES;
	default: return EXIT_UNDECIDED;
	}
}

/* A verdict of ERROR because of the sandbox means that it could not run (C22). */
static bool sandbox_failed(const struct outcome *o)
{
	const struct record *r = &o->record;

	return r->n_runs && (r->runs[r->n_runs - 1].kind == EXIT_SETUP_ERROR ||
				    r->runs[r->n_runs - 1].kind == EXIT_INTERNAL);
}

/* The statement that an appliance would sign, with a key that nobody keeps. */
static enum err write_statement(const struct outcome *o, const char *path)
{
	struct verifier_id who = {.tee = false};
	struct buf b = buf_heap(2 * LIMIT_STATEMENT_BYTES), exe = buf_heap(64 * MIB);
	struct p256_key key;
	enum err e = p256_generate(&key);

	if (!e) {
		p256_spki(key.point, who.spki);
		memset(&key, 0, sizeof key);
		e = file_read("/proc/self/exe", 64 * MIB, &exe);
	}
	if (!e) {
		sha256(buf_slice(&exe), who.binary_sha256);
		e = statement_write(&o->record, &who, 1, &b);
	}
	if (!e) e = file_write(path, buf_slice(&b));
	buf_drop(&exe);
	buf_drop(&b);
	return e;
}

static int finish(const struct outcome *o, const struct run_options *opt)
{
	struct verdict_out v;
	enum err e = E_OK;
	int status;

	record_verdict(&o->record, &v);
	if (!opt->sarif && !opt->json) print_person(o, &v);
	/* What a person is told beside the status comes below. */
	status = sandbox_failed(o) ? EXIT_CANNOT : status_of(v.verdict, opt);
	if (opt->sarif)
		status = run_sarif(&o->record, status);
	else if (opt->json)
		status = print_json(o, &v, status);
	if (opt->out) e = write_statement(o, opt->out);
	return e ? cli_cannot("run", e, NULL) : status;
}

static int take_result(struct message *m, const struct run_options *opt)
{
	static struct outcome o;
	struct msg_result res = {0};
	unsigned bit, n = 0;
	int status = EXIT_CANNOT;

	if (MSG_READ(result, m, &res)) return EXIT_CANNOT;
	for (bit = 0; bit < PART_COUNT; bit++)
		if (res.parts >> bit & 1 && n < m->n_fds)
			map_sealed(m->fds[n++], LIMIT_BUNDLE_BYTES, &o.parts[bit]);
	if (record_read(o.parts[0], &o.record) == E_OK) status = finish(&o, opt);
	return status;
}

static int refused(const struct refusal *r, const struct run_options *opt)
{
	bool ours = r->code == E_SANDBOX_SETUP || r->code == E_INTERNAL || r->code == E_NO_MEMORY ||
		    r->code == E_SYSTEM;
	/* A runtime that is not there is a matter of this machine. */
	bool runtime = r->code == E_RUNTIME_UNKNOWN || r->code == E_RUNTIME_CHANGED;
	int status = runtime ? EXIT_CANNOT : EXIT_REFUSED;
	struct why why = WHY_INIT;
	char mem[REFUSAL_SENTENCE], shown[2 * REFUSAL_SENTENCE];
	struct buf b;
	struct jw w;

	text_shown(why.text, sizeof why.text, r->text);
	if (ours) return cli_cannot("run", r->code, &why);
	if (opt->sarif)
		return run_sarif_refused(
			text_shown(shown, sizeof shown, refusal_sentence(mem, r)), status);
	if (opt->json) {
		b = buf_heap(8 * KIB);
		w = jw_to(&b, false);
		jw_object(&w);
		jw_key_cstr(&w, "outcome", runtime ? "not-run" : "rejected");
		refusal_json(&w, r);
		jw_object_end(&w);
		return cli_put("run", &b, status);
	}
	refusal_print(runtime ? "not run" : "refused", r);
	return status;
}

static int run_one(struct local *l, const char *path, const struct run_options *opt)
{
	static struct message m;
	struct local_package p;
	struct msg_refused ref = {0};
	struct why why = WHY_INIT;
	int status = -1;
	enum err e = local_open(path, &p, &why);

	if (e == E_PKG_TOO_LARGE) {
		struct refusal r = {.code = e, .name = SLICE(""), .text = slice_str(why.text)};

		return refused(&r, opt);
	}
	if (e) return cli_cannot("run", e, &why);
	e = local_start(l, &p, job_run, &why);
	if (e) status = cli_cannot("run", e, &why);
	while (!e && (e = local_next(l, &m)) == E_OK) {
		if (m.type == MSG_RESULT) status = take_result(&m, opt);
		if (m.type == MSG_REFUSED && MSG_READ(refused, &m, &ref) == E_OK)
			status = refused(&ref.refusal, opt);
		message_drop(&m);
	}
	local_finish(l);
	local_close(&p);
	if (status >= 0) return status;
	return cli_cannot("run", E_INTERNAL,
		&(struct why){.text = "the confined process ended without a result"});
}

static int set_up(struct local *l, const struct run_options *opt)
{
	uint64_t ms;

	if (opt->runtimes)
		snprintf(l->conf.runtimes, sizeof l->conf.runtimes, "%s", opt->runtimes);
	else
		runtimes_default(l->conf.runtimes, sizeof l->conf.runtimes);
	if (opt->runtime && strcmp(opt->runtime, "host") != 0)
		return cli_usage("run",
			"--runtime takes only 'host'; other runtimes are declared in SKILL.md");
	l->host_runtime = opt->runtime != NULL;
	if (opt->tier && !tier_parse(opt->tier, &l->conf.allow_tier))
		return cli_usage("run", "--allow-tier takes T1, T2, T3 or T4");
	if (opt->observe && !monitor_parse(opt->observe, &l->conf.observe))
		return cli_usage("run", "--observe takes none, calls or files");
	if (opt->timeout) {
		if (parse_u64(slice_str(opt->timeout), LIMIT_TIMEOUT_MS / 1000, &ms) || ms == 0)
			return cli_usage("run", "--timeout takes seconds from 1 to %d",
				LIMIT_TIMEOUT_MS / 1000);
		l->conf.timeout_cap_ms = (uint32_t)ms * 1000;
	}
	return EXIT_YES;
}

/* Every --limit NAME=VALUE. EXIT_CANNOT after a message. */
static int lower_limits(struct conf *c, const cli_list list)
{
	struct why why = WHY_INIT;
	size_t i, n = cli_count(list);

	for (i = 0; i < n; i++) {
		struct slice value = slice_str(list[i]), key = slice_split(&value, '=');

		if (!value.n)
			return cli_usage("run", "--limit takes NAME=VALUE, not '%s'", list[i]);
		/* The value is the rest of a C text, so it ends where that does. */
		if (conf_lower(c, key, (const char *)value.p, &why))
			return cli_usage("run", "--limit %s: %s", list[i], why.text);
	}
	return EXIT_YES;
}

int cmd_run(int argc, char **argv)
{
	struct run_options opt = {0};
	cli_list anchors = {NULL}, limits = {NULL};
	bool help = false;
	const struct cli_option options[] = {
		{"--json", NULL, &opt.json, NULL, "machine-readable output"},
		{"--sarif", NULL, &opt.sarif, NULL, "SARIF 2.1.0, for tools that show findings"},
		{"--out", &opt.out, NULL, "FILE", "write the unattested statement"},
		{"--runtime", &opt.runtime, NULL, "host", "use this machine's /usr, read-only"},
		{"--runtimes", &opt.runtimes, NULL, "DIR", "runtime trees (beside this binary)"},
		{"--timeout", &opt.timeout, NULL, "SECONDS", "refuse tests that ask for more"},
		{"--allow-tier", &opt.tier, NULL, "TIER",
			"weakest sandbox that may run: T1, T2 (default), T3"},
		{"--observe", &opt.observe, NULL, "HOW",
			"how closely it is watched: none, calls or files"},
		{"--limit", limits, CLI_MANY, "NAME=VALUE",
			"lower a limit of the test; may stand again"},
		CLI_ANCHOR(anchors),
		{"--allow-no-test", NULL, &opt.allow_no_test, NULL,
			"exit 0 when no test is declared"},
		{"--help", NULL, &help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	static struct local l;
	int n, status;

	conf_default(&l.conf);
	n = cli_options(argc, argv, options);
	if (n < 0) return EXIT_CANNOT;
	if (help) {
		cli_help("run PATH [options]",
			"Runs the test that a skill declares, in the appliance's sandbox, on this machine. PATH is\n"
			"a directory, an archive, a SKILL.md, or -. The result is not attested.",
			options,
			"Limits by NAME, lower than the command limits says: cpu-ms, cpu-percent, file-bytes, files,\n"
			"inodes, memory-bytes, output-bytes, output-total-bytes, pids, write-bytes.\n"
			"Exit codes: 0 PASSED, 1 FAILED TIMEOUT LIMIT, 2 NO_TEST ERROR, 3 could not run, 4 refused");
		return EXIT_YES;
	}
	if (n != 1) return cli_usage("run", "one PATH is needed");
	if (opt.json && opt.sarif) return cli_usage("run", "--json and --sarif do not go together");
	if (cli_anchors("run", anchors, &l.conf.anchors)) return EXIT_CANNOT;
	if (lower_limits(&l.conf, limits)) return EXIT_CANNOT;
	status = set_up(&l, &opt);
	return status ? status : run_one(&l, argv[0], &opt);
}
