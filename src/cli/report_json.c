/* SPDX-License-Identifier: MIT */
/*
 * The report of a proof as JSON; every member is listed in src/check/README.md
 * and a test compares. Runs on the command line.
 */
#include <stdio.h>

#include "base/json_write.h"
#include "check/dcap_json.h"
#include "check/proof_values.h"
#include "cli/governance.h"
#include "cli/report.h"

#define JSON_BYTES (4 * MIB)

static void key_text(struct jw *w, const char *name, const char *text)
{
	if (text && text[0])
		jw_key_cstr(w, name, text);
	else
		jw_key_null(w, name);
}

static void values_json(struct jw *w, const struct report *r, enum link_id id)
{
	struct proof_value v[PROOF_VALUES];
	size_t i, n = proof_values(r->proof, r->want, id, v);

	jw_key(w, "values");
	jw_array(w);
	for (i = 0; i < n; i++) {
		jw_object(w);
		jw_key_cstr(w, "what", v[i].what);
		key_text(w, "expected", v[i].expected);
		key_text(w, "expectedFrom", v[i].expected_from);
		key_text(w, "found", v[i].found);
		key_text(w, "foundFrom", v[i].found_from);
		if (v[i].relation == VALUE_EQUAL || v[i].relation == VALUE_DIFFERENT)
			jw_key_bool(w, "same", v[i].relation == VALUE_EQUAL);
		else
			jw_key_null(w, "same");
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void links_json(struct jw *w, const struct report *r)
{
	static const char *const states[] = {"skip", "ok", "fail"};
	const struct proof *p = r->proof;
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
		key_text(w, "code", l->code ? err_name(l->code) : NULL);
		jw_key_cstr(w, "shows", link_meaning(p, (enum link_id)i));
		jw_key_cstr(w, "text", l->text);
		key_text(w, "advice", l->advice);
		values_json(w, r, (enum link_id)i);
		jw_object_end(w);
	}
	jw_array_end(w);
}

/* Texts of an array. */
static void texts_json(struct jw *w, const struct cJSON *array)
{
	const struct cJSON *c;
	struct slice text;

	jw_array(w);
	for (c = json_child(array); c; c = json_next(c))
		if (json_str(c, &text) == E_OK) jw_str(w, text);
	jw_array_end(w);
}

static void result_json(struct jw *w, const struct proof *p)
{
	const struct statement *s = &p->statement;
	char says[HEADLINE_MAX];

	jw_key(w, "result");
	jw_object(w);
	jw_key_cstr(w, "verdict", verdict_name(s->verdict));
	jw_key_cstr(w, "headline", statement_headline(s, report_standing(p), says));
	jw_key_cstr(w, "colour", colour_text(report_result_colour(p)));
	jw_key(w, "reasons");
	texts_json(w, json_get(s->predicate, "reasons"));
	jw_key_str(w, "skillId", s->skill_id);
	jw_key(w, "argv");
	if (s->argv) {
		texts_json(w, s->argv);
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

static void launch_json(struct jw *w, const struct proof *p)
{
	static const struct launch none;
	const struct launch *l = p->has_launch ? &p->launch : &none;

	jw_key_hex_or_null(w, "composeHash", l->compose_hash);
	jw_key_hex_or_null(w, "appId", l->app_id);
	jw_key_hex_or_null(w, "instanceId", l->instance_id);
}

static void quote_json(struct jw *w, const struct proof *p)
{
	jw_key(w, "quote");
	if (!p->has_dcap) {
		jw_null(w);
		return;
	}
	jw_object(w);
	dcap_json_accept(w, &p->dcap);
	jw_key(w, "fields");
	jw_object(w);
	dcap_json_fields(w, &p->dcap.quote, &p->dcap.pck, p->dcap.pck_ca);
	jw_object_end(w);
	jw_key_hex(w, "rootSha256", SLICE_OF(p->dcap.root_sha256));
	jw_key_bool(w, "intelRoot", p->dcap.intel_root);
	jw_object_end(w);
}

static void policy_json(struct jw *w, const struct report *r)
{
	size_t i;

	jw_key(w, "policy");
	if (!r->policy) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_key_hex(w, "sha256", SLICE_OF(r->policy->sha256));
	jw_key(w, "overridden");
	jw_array(w);
	for (i = 0; i < r->n_overridden; i++)
		jw_cstr(w, r->overridden[i]);
	jw_array_end(w);
	jw_object_end(w);
}

/* Of a key chain: who signed it. */
static void signers_json(struct jw *w, const struct proof *p)
{
	jw_key(w, "keyChain");
	if (!p->has_signers) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_key_hex(w, "applicationKey", SLICE_OF(p->app_key));
	jw_key_hex(w, "kmsKey", SLICE_OF(p->kms_key));
	jw_object_end(w);
}

void report_json(const struct report *r)
{
	const struct proof *p = r->proof;
	struct buf b = buf_heap(JSON_BYTES);
	struct jw w = jw_to(&b, false);
	uint8_t digest[SHA256_LEN];

	sha256(r->bundle, digest);
	jw_object(&w);
	jw_key_cstr(&w, "proof", proof_word(p->verdict));
	jw_key_cstr(&w, "sentence", p->sentence);
	jw_key_u64(&w, "exit", (uint64_t)proof_exit(p, r->evidence_only));
	jw_key_time(&w, "judgedAt", r->want->now * 1000);
	jw_key_hex(&w, "bundleSha256", SLICE_OF(digest));
	jw_key(&w, "nonce");
	if (p->live)
		jw_hex(&w, SLICE_OF(p->nonce));
	else if (r->want->has_nonce)
		jw_hex(&w, SLICE_OF(r->want->nonce));
	else
		jw_null(&w);
	signers_json(&w, p);
	policy_json(&w, r);
	if (p->has_statement)
		result_json(&w, p);
	else
		jw_key_null(&w, "result");
	links_json(&w, r);
	findings_json(&w, &p->findings);
	launch_json(&w, p);
	jw_key(&w, "governance");
	if (p->has_governance) {
		jw_object(&w);
		governance_json(&w, &p->governance);
		jw_object_end(&w);
	} else {
		jw_null(&w);
	}
	quote_json(&w, p);
	jw_object_end(&w);
	if (b.err)
		fprintf(stderr, "skill-verifier check: %s\n", err_text(b.err));
	else
		printf("%s\n", buf_text(&b));
	buf_drop(&b);
}
