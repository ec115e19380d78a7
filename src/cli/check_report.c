/* SPDX-License-Identifier: MIT */
/*
 * The report of a proof: one line a link, then PROOF and RESULT (C5). Text out
 * of evidence reaches the terminal only escaped (C10).
 * Runs on the command line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json_write.h"
#include "base/text.h"
#include "check/dcap_json.h"
#include "cli/check.h"
#include "cli/governance.h"

#define JSON_BYTES  (4 * MIB)
#define ARGV_SHOWN  200
#define COLOUR_OK   "\033[32m"
#define COLOUR_FAIL "\033[31m"
#define COLOUR_SKIP "\033[33m"
#define COLOUR_OFF  "\033[0m"

static bool colours(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && term && strcmp(term, "dumb") != 0;
}

static const char *state_word(enum link_state s)
{
	return s == STATE_OK ? "OK" : s == STATE_FAIL ? "FAIL" : "SKIP";
}

static void print_link(const struct link *l, enum link_id id, bool colour)
{
	static const char *const codes[] = {COLOUR_SKIP, COLOUR_OK, COLOUR_FAIL};
	const char *word = state_word(l->state);

	printf("%s[%s]%s%*s %-11s %s", colour ? codes[l->state] : "", word,
		colour ? COLOUR_OFF : "", (int)(4 - strlen(word)), "", link_name(id), l->text);
	if (l->code) printf(" (%s)", err_name(l->code));
	if (l->waived) printf(" (accepted)");
	printf("\n");
	if (l->advice && !l->waived) printf("%19s%s\n", "", l->advice);
}

static void put_argv(struct buf *b, const struct statement *s)
{
	const struct cJSON *c;
	struct slice arg;

	for (c = json_child(s->argv); c; c = json_next(c)) {
		if (json_str(c, &arg)) continue;
		if (c != json_child(s->argv)) buf_u8(b, ' ');
		buf_u8(b, '\'');
		buf_ascii(b, arg, ARGV_SHOWN);
		buf_u8(b, '\'');
	}
}

static void print_result(const struct proof *p)
{
	const struct statement *s = &p->statement;
	struct buf b = buf_heap(64 * KIB);
	char uri[120];

	if (p->live) {
		printf("RESULT none: a running application was asked for itself\n");
		return;
	}
	if (!p->has_statement) {
		printf("RESULT none: the statement cannot be read\n");
		return;
	}
	printf("RESULT %s", verdict_word(s->verdict));
	if (p->verdict == PROOF_REFUTED) printf(" as claimed, which the proof refutes");
	if (p->verdict == PROOF_UNDECIDED) printf(" as claimed, which is not decided");
	if (s->argv) {
		put_argv(&b, s);
		printf(": %s, expected exit %u", buf_text(&b), s->expect_exit);
	}
	if (s->runtime_uri.n) printf(", runtime %s", text_ascii(uri, sizeof uri, s->runtime_uri));
	buf_reset(&b);
	buf_hex(&b, s->has_archive ? SLICE_OF(s->archive_sha256) : SLICE_OF(s->files_sha256));
	printf(", %s sha256 %s\n", s->has_archive ? "package" : "file list", buf_text(&b));
	buf_drop(&b);
}

void report_findings(const struct findings *f)
{
	static const char *const words[] = {"note", "look", "open"};
	size_t i;

	for (i = 0; i < f->n; i++) {
		const struct finding *x = &f->item[i];

		printf("  %-5s %-22s %s: %s%s%s\n", words[x->weight], finding_name(x->code),
			x->where, finding_text(x->code), x->text[0] ? ": " : "", x->text);
	}
	if (f->more) printf("  ... %zu more\n", f->more);
}

void report_text(const struct proof *p, bool evidence_only)
{
	bool colour = colours();
	int i;

	(void)evidence_only;
	for (i = 0; i < LINK_COUNT; i++)
		if (!p->link[i].absent) print_link(&p->link[i], (enum link_id)i, colour);
	if (p->findings.n) {
		printf("\nThe application's text:\n");
		report_findings(&p->findings);
	}
	printf("\nPROOF %s\n", p->sentence);
	print_result(p);
}

/* ---- JSON -------------------------------------------------------------------------- */

static void links_json(struct jw *w, const struct proof *p)
{
	static const char *const states[] = {"skip", "ok", "fail"};
	int i;

	jw_key(w, "links");
	jw_array(w);
	for (i = 0; i < LINK_COUNT; i++) {
		const struct link *l = &p->link[i];

		if (l->absent) continue;
		jw_object(w);
		jw_key_cstr(w, "name", link_name((enum link_id)i));
		jw_key_cstr(w, "state", states[l->state]);
		jw_key_bool(w, "decides", link_decides((enum link_id)i));
		jw_key_bool(w, "waived", l->waived);
		if (l->code)
			jw_key_cstr(w, "code", err_name(l->code));
		else
			jw_key_null(w, "code");
		jw_key_cstr(w, "shows", link_meaning((enum link_id)i));
		jw_key_cstr(w, "text", l->text);
		if (l->advice)
			jw_key_cstr(w, "advice", l->advice);
		else
			jw_key_null(w, "advice");
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void result_json(struct jw *w, const struct statement *s)
{
	const struct cJSON *c;
	struct slice arg;

	jw_key(w, "result");
	jw_object(w);
	jw_key_cstr(w, "verdict", verdict_name(s->verdict));
	jw_key_str(w, "skillId", s->skill_id);
	jw_key(w, "argv");
	if (s->argv) {
		jw_array(w);
		for (c = json_child(s->argv); c; c = json_next(c))
			if (json_str(c, &arg) == E_OK) jw_str(w, arg);
		jw_array_end(w);
		jw_key_u64(w, "expectExit", s->expect_exit);
	} else {
		jw_null(w);
		jw_key_null(w, "expectExit");
	}
	jw_key(w, "runtime");
	if (s->runtime_uri.p)
		jw_str(w, s->runtime_uri);
	else
		jw_null(w);
	jw_key(w, "packageSha256");
	if (s->has_archive)
		jw_hex(w, SLICE_OF(s->archive_sha256));
	else
		jw_null(w);
	jw_key_hex(w, "filesSha256", SLICE_OF(s->files_sha256));
	jw_key_cstr(w, "tee", s->tee ? "tdx" : "none");
	jw_key_bool(w, "observed", s->monitor_complete);
	jw_object_end(w);
}

static void findings_json(struct jw *w, const struct findings *f)
{
	static const char *const words[] = {"note", "audit", "fatal"};
	size_t i;

	jw_key(w, "findings");
	jw_array(w);
	for (i = 0; i < f->n; i++) {
		jw_object(w);
		jw_key_cstr(w, "code", finding_name(f->item[i].code));
		jw_key_cstr(w, "weight", words[f->item[i].weight]);
		jw_key_cstr(w, "where", f->item[i].where);
		jw_key_cstr(w, "text", f->item[i].text);
		jw_object_end(w);
	}
	jw_array_end(w);
}

void report_json(const struct proof *p, bool evidence_only)
{
	struct buf b = buf_heap(JSON_BYTES);
	struct jw w = jw_to(&b, false);

	jw_object(&w);
	jw_key_cstr(&w, "proof", proof_word(p->verdict));
	jw_key_cstr(&w, "sentence", p->sentence);
	jw_key_u64(&w, "exit", (uint64_t)proof_exit(p, evidence_only));
	if (p->has_statement)
		result_json(&w, &p->statement);
	else
		jw_key_null(&w, "result");
	links_json(&w, p);
	findings_json(&w, &p->findings);
	if (p->has_launch) {
		jw_key_hex(&w, "composeHash", p->launch.compose_hash);
		jw_key_hex(&w, "appId", p->launch.app_id);
		jw_key_hex(&w, "instanceId", p->launch.instance_id);
	}
	if (p->has_governance) {
		jw_key(&w, "governance");
		jw_object(&w);
		governance_json(&w, &p->governance);
		jw_object_end(&w);
	}
	if (p->has_dcap) {
		jw_key(&w, "quote");
		jw_object(&w);
		dcap_json_accept(&w, &p->dcap);
		jw_key(&w, "fields");
		jw_object(&w);
		dcap_json_fields(&w, &p->dcap.quote, &p->dcap.pck, p->dcap.pck_ca);
		jw_object_end(&w);
		jw_key_hex(&w, "rootSha256", SLICE_OF(p->dcap.root_sha256));
		jw_key_bool(&w, "intelRoot", p->dcap.intel_root);
		jw_object_end(&w);
	}
	jw_object_end(&w);
	if (b.err)
		fprintf(stderr, "skill-verifier check: %s\n", err_text(b.err));
	else
		printf("%s\n", buf_text(&b));
	buf_drop(&b);
}
