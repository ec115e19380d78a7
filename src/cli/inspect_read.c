/* SPDX-License-Identifier: MIT */
/*
 * The report about one package. Nothing of it is executed; it is unpacked and
 * read by the same confined processes that the appliance uses. The field names
 * are those of shared/vectors/skills. Runs on the command line.
 */
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/json_write.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/facts.h"
#include "cli/inspect.h"
#include "cli/refusal.h"
#include "proc/memfd.h"
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

/* Set before the child is made: its body has no other argument. */
static bool files_wanted;

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
		inspection_json_with(w, &p->facts.inspection, facts_declare);
		if (files_wanted) {
			jw_key(w, "fileList");
			jw_raw(w, buf_slice(&p->list));
		}
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

/* ---- outside: reading it ---------------------------------------------------------- */

/* A refusal found before the confined child existed, in the same form. */
static void early(struct report *out, enum err e, const struct why *why)
{
	struct jw w;
	struct why full = *why;
	struct refusal r;

	if (e != E_PKG_TOO_LARGE && e != E_PATH_INVALID && e != E_PATH_TOO_LONG) {
		out->code = e;
		out->status = cli_cannot("inspect", e, why);
		return;
	}
	out->made = buf_heap(4096);
	w = jw_to(&out->made, false);
	full.code = e;
	r = refusal_of(&full, NULL);
	jw_object(&w);
	jw_key_cstr(&w, "outcome", "rejected");
	refusal_json(&w, &r);
	jw_key(&w, "warnings");
	jw_array(&w);
	jw_array_end(&w);
	jw_object_end(&w);
	out->text = buf_slice(&out->made);
	if (!out->made.err && !json_parse(out->text, JSON_INTEGERS, &out->json, NULL))
		out->status = EXIT_REFUSED;
}

/* What the child made. */
static void take(struct report *out, int fd)
{
	struct slice outcome;

	if (map_sealed(fd, JSON_MAX, &out->text) ||
		json_parse(out->text, JSON_INTEGERS, &out->json, NULL) ||
		json_get_str(out->json, "outcome", &outcome))
		return;
	out->status = slice_is(outcome, "accepted") ? EXIT_YES : EXIT_REFUSED;
}

void report_read(struct local *l, const char *path, bool with_files, struct report *out)
{
	static struct message m;
	struct local_package p;
	struct msg_refused ref = {0};
	struct why why = WHY_INIT;
	int fd;
	enum err e = local_open(path, &p, &why);

	*out = (struct report){.made = BUF_INIT, .status = EXIT_CANNOT, .code = E_INTERNAL};
	if (e) {
		early(out, e, &why);
		return;
	}
	files_wanted = with_files;
	e = local_start(l, &p, inspect_body, &why);
	if (e) {
		out->code = e;
		cli_cannot("inspect", e, &why);
	}
	while (!e && (e = local_next(l, &m)) == E_OK) {
		if (m.type == MSG_REPORT) {
			fd = message_fd(&m, 0);
			take(out, fd);
			fd_close(&fd);
		} else if (m.type == MSG_REFUSED && MSG_READ(refused, &m, &ref) == E_OK) {
			slice_text(why.text, sizeof why.text, ref.refusal.text);
			out->code = ref.refusal.code;
			cli_cannot("inspect", ref.refusal.code, &why);
		}
		message_drop(&m);
	}
	local_finish(l);
	local_close(&p);
}

void report_drop(struct report *r)
{
	json_drop(&r->json);
	if (r->made.cap)
		buf_drop(&r->made);
	else
		map_drop(&r->text);
	r->text = SLICE_NONE;
}
