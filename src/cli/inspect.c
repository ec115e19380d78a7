/* SPDX-License-Identifier: MIT */
/*
 * `inspect`: what a package is. Nothing of it is executed; it is unpacked and
 * read by the same confined processes that the appliance uses. The field names
 * of --json are those of shared/vectors/skills. Runs on the command line.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/facts.h"
#include "cli/local.h"
#include "cli/refusal.h"
#include "runner/package.h"

#define DEFAULT_RUNTIME "alpine:latest"
#define JSON_MAX        (8 * MIB)

/* ---- in the confined child: the report as JSON ---------------------------------- */

static void command_json(struct jw *w, const char *name, const struct command *c)
{
	jw_key(w, name);
	if (!c->n) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_key_cstr(w, "form", command_form_text(c->form));
	jw_key_strs(w, "argv", c->argv, c->n);
	jw_object_end(w);
}

static void test_json(struct jw *w, const struct manifest *m)
{
	unsigned i;

	jw_key(w, "test");
	if (!m->command.n) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_key_cstr_or_null(w, "source", test_source_text(m->test_source));
	command_json(w, "command", &m->command);
	command_json(w, "setup", &m->setup);
	jw_key_u64(w, "timeoutMs", m->timeout_ms);
	jw_key(w, "environment");
	jw_object(w);
	for (i = 0; i < m->n_env; i++) {
		jw_key_slice(w, m->env[i].name);
		jw_str(w, m->env[i].value);
	}
	jw_object_end(w);
	jw_key_strs(w, "secrets", m->secrets, m->n_secrets);
	jw_key(w, "network");
	jw_object(w);
	jw_key_cstr(w, "mode", m->n_hosts ? "allowlist" : "none");
	if (m->n_hosts) jw_key_strs(w, "allow", m->hosts, m->n_hosts);
	jw_object_end(w);
	jw_key_str(w, "runtime", m->runtime.p ? m->runtime : SLICE(DEFAULT_RUNTIME));
	jw_key_u64(w, "expectExit", m->expect_exit);
	if (m->workdir.p) jw_key_str(w, "workdir", m->workdir);
	jw_object_end(w);
}

static void manifest_json(struct jw *w, const struct package *p)
{
	const struct manifest *m = &p->manifest;
	char slug[SLUG_MAX], id[SKILL_ID_MAX];

	jw_key_str(w, "name", m->name);
	jw_key_cstr(w, "nameSource", name_source_text(m->name_source));
	jw_key_cstr(w, "slug", manifest_slug(slug, m->name, p->facts.dir_hash1));
	jw_key_str_or_null(w, "version", m->version);
	jw_key_cstr_or_null(w, "versionSource", version_source_text(m->version_source));
	jw_key_str(w, "skillId", manifest_skill_id(id, m, p->facts.dir_hash1));
	jw_key_str_or_null(w, "description", m->description);
	jw_key_u64(w, "descriptionChars", utf8_count(m->description));
	jw_key_u64(w, "descriptionBytes", m->description.n);
	jw_key_bool(w, "testDeclared", m->command.n > 0);
	test_json(w, m);
	jw_key_str_or_null(w, "runtime", m->runtime);
	if (m->entrypoint.p) jw_key_str(w, "entrypoint", m->entrypoint);
}

static void tree_json(struct jw *w, const struct package_facts *f)
{
	jw_key_str_or_null(w, "topDirectory", f->top_directory);
	jw_key_u64(w, "files", f->files);
	jw_key_u64(w, "bytes", f->unpacked_bytes);
	jw_key_u64(w, "maxPathBytes", f->max_path_bytes);
	jw_key_hex(w, "dirHash1", SLICE_OF(f->dir_hash1));
	jw_key_hex(w, "filesSha256", SLICE_OF(f->files_sha256));
	jw_key_hex(w, "oms", SLICE_OF(f->oms));
	jw_key_hex(w, "clawhubFingerprint", SLICE_OF(f->clawhub_fingerprint));
	jw_key_str(w, "manifestFile", f->manifest_path);
	jw_key_u64(w, "manifestBytes", f->manifest_bytes);
	jw_key_hex(w, "manifestSha256", SLICE_OF(f->manifest_sha256));
}

static void report_json(struct jw *w, const struct package *p, bool is_directory)
{
	jw_object(w);
	jw_key_cstr(w, "outcome", p->refusal.code ? "rejected" : "accepted");
	if (p->refusal.code) refusal_json(w, &p->refusal);
	if (!is_directory) {
		jw_key_hex(w, "sha256", SLICE_OF(p->facts.sha256));
		jw_key_u64(w, "archiveBytes", p->facts.bytes);
	}
	jw_key_cstr(w, "format", package_format_text(p->facts.format));
	jw_key_cstr(w, "compression", compression_text(p->facts.compression));
	jw_key_u64(w, "entries", p->facts.entries);
	if (p->has_tree) {
		tree_json(w, &p->facts);
		jw_key(w, "signature");
		signature_json(w, &p->facts.signature);
		jw_key(w, "inspection");
		inspection_json(w, &p->facts.inspection);
	}
	if (!p->refusal.code) manifest_json(w, p);
	jw_key_strs(w, "ignored", p->facts.ignored, p->facts.n_ignored);
	jw_key_u64(w, "ignoredTotal", p->facts.ignored_total);
	jw_key_strs(w, "warnings", p->warnings, p->n_warnings);
	jw_object_end(w);
}

static void inspect_body(const struct job_env *env, const struct job *job, struct chan *report)
{
	static struct package p;
	struct workspace ws = WORKSPACE_INIT;
	struct why why = WHY_INIT;
	struct buf b = buf_heap(JSON_MAX);
	struct jw w = jw_to(&b, false);
	int fd = -1;
	enum err e = workspace_open_package(&ws, job_package_uid(env, job), &why);

	if (!e) {
		package_read(&p, env, job, &ws, report);
		report_json(&w, &p, job->is_directory);
		fd = b.err ? -1 : memfd_of("report", buf_slice(&b));
		package_drop(&p);
	}
	if (fd >= 0) {
		chan_send(report, MSG_REPORT, 0, SLICE_NONE, &fd, 1);
	} else {
		struct msg_refused m = {.refusal = refusal_of(&why, NULL)};

		m.refusal.code = e ? e : E_INTERNAL;
		MSG_SEND(report, MSG_REFUSED, 0, refused, &m, NULL, 0);
	}
	fd_close(&fd);
	/* The process ends and takes the workspace along. */
	buf_drop(&b);
}

/* ---- outside: printing ------------------------------------------------------------ */

/* A text member, escaped for a terminal; "" when absent or null. */
static const char *member(const struct cJSON *j, const char *name, char *mem, size_t cap)
{
	struct slice s;

	if (json_get_str(j, name, &s)) return "";
	return text_ascii(mem, cap, s);
}

/* The same of a refusal's text or name, whose bytes were made printable where they were read. */
static const char *shown(const struct cJSON *j, const char *name, char *mem, size_t cap)
{
	struct slice s;

	if (json_get_str(j, name, &s)) return "";
	return text_shown(mem, cap, s);
}

static uint64_t number(const struct cJSON *j, const char *name)
{
	uint64_t v = 0;

	if (json_get_u64(j, name, UINT64_MAX, &v)) return 0;
	return v;
}

static void print_list(const char *label, const struct cJSON *array)
{
	const struct cJSON *item;
	char mem[200];
	struct slice s;

	if (!json_child(array)) return;
	printf("%-12s", label);
	for (item = json_child(array); item; item = json_next(item))
		if (!json_str(item, &s)) printf(" %s", text_ascii(mem, sizeof mem, s));
	printf("\n");
}

static void print_signature(const struct cJSON *s)
{
	char a[LIMIT_SIGNER_BYTES + 1], b[80];
	const char *code = member(s, "reason", b, sizeof b);

	if (!json_is_object(s)) return;
	if (*code)
		printf("%-12s not verified: %s (%s)\n", "signature", err_text(err_by_name(code)),
			code);
	else
		printf("%-12s verified under anchor %s\n", "signature",
			member(s, "anchorSha256", a, sizeof a));
	if (*member(json_get(s, "leaf"), "subject", a, sizeof a))
		printf("%-12s %s\n", *code ? "claims" : "signed by", a);
	if (number(s, "unsignedFiles"))
		printf("%-12s %llu files are not signed\n", "",
			(unsigned long long)number(s, "unsignedFiles"));
}

static void print_accepted(const struct cJSON *j)
{
	const struct cJSON *test = json_get(j, "test");
	char a[300], b[300];

	printf("%s\n", member(j, "skillId", a, sizeof a));
	if (*member(j, "description", a, sizeof a)) printf("  %s\n", a);
	printf("\n");
	printf("%-12s %llu files, %llu bytes%s%s\n", "package",
		(unsigned long long)number(j, "files"), (unsigned long long)number(j, "bytes"),
		*member(j, "topDirectory", a, sizeof a) ? ", folder " : "", a);
	if (*member(j, "sha256", a, sizeof a)) printf("%-12s %s\n", "sha256", a);
	printf("%-12s %s\n", "dirHash1", member(j, "dirHash1", a, sizeof a));
	printf("%-12s %s (%llu bytes)\n", "manifest", member(j, "manifestFile", a, sizeof a),
		(unsigned long long)number(j, "manifestBytes"));
	if (json_is_object(test)) {
		print_list("test", json_get(json_get(test, "command"), "argv"));
		print_list("setup", json_get(json_get(test, "setup"), "argv"));
		printf("%-12s %s, %llu ms\n", "runtime", member(test, "runtime", b, sizeof b),
			(unsigned long long)number(test, "timeoutMs"));
		print_list("network", json_get(json_get(test, "network"), "allow"));
		print_list("secrets", json_get(test, "secrets"));
	} else {
		printf("%-12s none declared: running it would prove nothing about behaviour\n",
			"test");
	}
	print_signature(json_get(j, "signature"));
	print_list("warnings", json_get(j, "warnings"));
	facts_text(json_get(j, "inspection"));
}

static void print_refused(const struct cJSON *j)
{
	const struct cJSON *d = json_get(j, "detail");
	char a[REFUSAL_SENTENCE], b[300];

	printf("refused: %s (%s)\n", shown(j, "error", a, sizeof a),
		member(j, "code", b, sizeof b));
	if (number(d, "member")) printf("  member %llu", (unsigned long long)number(d, "member"));
	if (*shown(d, "name", a, sizeof a)) printf("  %s", a);
	if (number(d, "line"))
		printf("  %s:%llu:%llu", member(j, "manifestFile", b, sizeof b),
			(unsigned long long)number(d, "line"),
			(unsigned long long)number(d, "column"));
	if (json_child(d)) printf("\n");
	print_list("warnings", json_get(j, "warnings"));
	/* Of a package that could not be unpacked there are none. */
	facts_text(json_get(j, "inspection"));
}

static int print_report(int fd, bool as_json)
{
	struct cJSON *j = NULL;
	struct slice text, outcome;
	int status = EXIT_CANNOT;

	if (map_sealed(fd, JSON_MAX, &text) || json_parse(text, JSON_INTEGERS, &j, NULL) ||
		json_get_str(j, "outcome", &outcome))
		return EXIT_CANNOT;
	if (as_json)
		printf("%.*s\n", (int)text.n, (const char *)text.p);
	else if (slice_is(outcome, "accepted"))
		print_accepted(j);
	else
		print_refused(j);
	status = slice_is(outcome, "accepted") ? EXIT_YES : EXIT_REFUSED;
	json_drop(&j);
	map_drop(&text);
	return status;
}

/* A refusal found before the confined child existed, in the same form. */
static int print_early(const char *path, enum err e, const struct why *why, bool as_json)
{
	struct buf b = buf_heap(4096);
	struct jw w = jw_to(&b, false);
	struct why full = *why;
	struct refusal r;
	char mem[REFUSAL_SENTENCE], text[REFUSAL_SENTENCE], shown[300];

	if (e != E_PKG_TOO_LARGE && e != E_PATH_INVALID && e != E_PATH_TOO_LONG)
		return cli_cannot("inspect", e, why);
	full.code = e;
	r = refusal_of(&full, NULL);
	jw_object(&w);
	jw_key_cstr(&w, "outcome", "rejected");
	refusal_json(&w, &r);
	jw_key(&w, "warnings");
	jw_array(&w);
	jw_array_end(&w);
	jw_object_end(&w);
	if (as_json)
		printf("%s\n", buf_text(&b));
	else
		printf("refused: %s: %s (%s)\n", text_ascii(shown, sizeof shown, slice_str(path)),
			text_shown(text, sizeof text, refusal_sentence(mem, &r)), err_name(e));
	buf_drop(&b);
	return EXIT_REFUSED;
}

static int inspect_one(struct local *l, const char *path, bool as_json)
{
	static struct message m;
	struct local_package p;
	struct msg_refused ref = {0};
	struct why why = WHY_INIT;
	int status = EXIT_CANNOT, fd;
	enum err e = local_open(path, &p, &why);

	if (e) return print_early(path, e, &why, as_json);
	e = local_start(l, &p, inspect_body, &why);
	if (e) status = cli_cannot("inspect", e, &why);
	while (!e && (e = local_next(l, &m)) == E_OK) {
		if (m.type == MSG_REPORT) {
			fd = message_fd(&m, 0);
			status = print_report(fd, as_json);
			fd_close(&fd);
		} else if (m.type == MSG_REFUSED && MSG_READ(refused, &m, &ref) == E_OK) {
			slice_text(why.text, sizeof why.text, ref.refusal.text);
			status = cli_cannot("inspect", ref.refusal.code, &why);
		}
		message_drop(&m);
	}
	local_finish(l);
	local_close(&p);
	return status;
}

int cmd_inspect(int argc, char **argv)
{
	bool json = false, help = false;
	const char *last_anchor = NULL;
	const struct cli_option options[] = {
		{"--json", NULL, &json, NULL, "machine-readable output"},
		CLI_ANCHOR(&last_anchor),
		{"--help", NULL, &help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	static struct local l;
	int n;

	conf_default(&l.conf);
	n = cli_anchors(argc, argv, &l.conf.anchors);
	if (n >= 0) n = cli_options(n, argv, options);
	if (n < 0) return EXIT_CANNOT;
	if (help) {
		cli_help("inspect PATH [--json] [--anchor FILE]...",
			"Says what a package is: manifest, digests, signature, test declaration, warnings, or why it is\n"
			"refused. PATH is a directory, an archive (tar, tar.gz, tar.zst, zip), a SKILL.md, or -.\n"
			"Nothing of the package is executed.",
			options, "Exit codes: 0 accepted, 4 refused, 3 could not run");
		return EXIT_YES;
	}
	if (n != 1) return cli_usage("inspect", "one PATH is needed");
	l.reads_only = true;
	/* No runtimes: nothing runs, and to load them means to hash every file of them. */
	return inspect_one(&l, argv[0], json);
}
