/* SPDX-License-Identifier: MIT */
/* Reading a statement. Runs in the command line; pure. */
#include "check/statement.h"

#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "check/schema.h"

#define SCHEMA 1

enum err statement_parse(struct slice payload, struct cJSON **tree, struct why *why)
{
	struct buf again = buf_heap(LIMIT_STATEMENT_BYTES);
	struct why json = WHY_INIT;
	struct slice type, predicate;
	struct cJSON *j = NULL;
	enum err e = E_OK;

	if (payload.n > LIMIT_STATEMENT_BYTES)
		return why_set(why, E_STATEMENT_FORMAT, "more than %u bytes",
			(unsigned)LIMIT_STATEMENT_BYTES);
	if (json_parse(payload, JSON_INTEGERS, &j, &json))
		return why_set(why, E_STATEMENT_FORMAT, "%s", json.text);
	if (json_canonical(j, &again) || again.err || !slice_eq(buf_slice(&again), payload))
		e = why_set(why, E_STATEMENT_NOT_CANONICAL,
			"the same content in canonical form has other bytes");
	else if (json_get_str(j, "_type", &type) ||
		 !slice_is(type, "https://in-toto.io/Statement/v1"))
		e = why_set(why, E_STATEMENT_SCHEMA, "not an in-toto Statement v1");
	else if (json_get_str(j, "predicateType", &predicate) ||
		 !slice_is(predicate, PREDICATE_TYPE))
		e = why_set(why, E_STATEMENT_SCHEMA, "the predicate is of another type");
	buf_drop(&again);
	if (e)
		json_drop(&j);
	else
		*tree = j;
	return e;
}

/* The readers below follow a passed schema check: what is absent there is null. */
static bool hex_of(const struct cJSON *j, const char *name, void *dst, size_t n)
{
	return json_get_hex(j, name, dst, n) == E_OK;
}

static void read_verifier(const struct cJSON *v, struct statement *s)
{
	struct buf key = buf_on(s->spki, sizeof s->spki);

	if (base64_into(json_text_of(v, "key"), &key)) memset(s->spki, 0, sizeof s->spki);
	hex_of(v, "keyid", s->keyid, sizeof s->keyid);
	hex_of(v, "binarySha256", s->binary_sha256, sizeof s->binary_sha256);
	hex_of(v, "bootId", s->boot_id, sizeof s->boot_id);
	hex_of(v, "appId", s->app_id, sizeof s->app_id);
	hex_of(v, "composeHash", s->compose_hash, sizeof s->compose_hash);
	if (hex_of(v, "instanceId", s->instance_id, sizeof s->instance_id))
		s->instance_len = sizeof s->instance_id;
	s->seq = json_count_of(v, "seq");
	s->tee = slice_is(json_text_of(v, "tee"), "tdx");
}

static void read_runtime(const struct cJSON *configuration, struct statement *s)
{
	const struct cJSON *c;

	for (c = json_child(configuration); c; c = json_next(c)) {
		if (!slice_is(json_text_of(c, "name"), "runtime")) continue;
		s->runtime_uri = json_text_of(c, "uri");
		hex_of(json_get(c, "digest"), "sha256", s->runtime_sha256,
			sizeof s->runtime_sha256);
	}
}

static void read_package(const struct cJSON *p, struct statement *s)
{
	s->has_archive = hex_of(p, "sha256", s->archive_sha256, sizeof s->archive_sha256);
	hex_of(p, "filesSha256", s->files_sha256, sizeof s->files_sha256);
	hex_of(p, "dirHash1", s->dir_hash1, sizeof s->dir_hash1);
}

enum err statement_read(struct cJSON *tree, struct statement *out, struct why *why)
{
	const struct cJSON *p = json_get(tree, "predicate"), *job = json_get(p, "job");
	const struct cJSON *test = json_get(p, "test"), *behaviour = json_get(p, "behaviour");
	uint64_t expect_exit;
	enum err e;
	int verdict;
	char name[16];

	memset(out, 0, sizeof *out);
	out->tree = tree;
	out->predicate = p;
	if (json_count_of(p, "schema") != SCHEMA)
		return why_set(why, E_STATEMENT_SCHEMA,
			"the predicate's schema is not %d, the one this program knows", SCHEMA);
	e = schema_check(tree, why);
	if (e) return e;
	read_verifier(json_get(p, "verifier"), out);
	read_package(json_get(p, "package"), out);
	read_runtime(json_get(p, "configuration"), out);
	out->has_nonce = hex_of(job, "nonce", out->nonce, sizeof out->nonce);
	out->attempt = json_count_of(job, "attempt");
	out->submitted_at = json_text_of(job, "submittedAt");
	out->skill_id = json_text_of(json_get(p, "skill"), "skillId");
	out->tier = json_text_of(json_get(p, "sandbox"), "tier");
	out->monitor = json_text_of(behaviour, "monitor");
	if (json_get_bool(behaviour, "complete", &out->monitor_complete)) return E_STATEMENT_SCHEMA;
	out->n_warnings = (unsigned)json_count(json_get(p, "warnings"));
	out->argv = json_get(test, "argv");
	expect_exit = json_count_of(test, "expectExit");
	/* Any larger number stays one that no exit status can be. */
	out->expect_exit = expect_exit > 255 ? 256 : (unsigned)expect_exit;
	verdict = slice_text(name, sizeof name, json_text_of(p, "verdict")) ? verdict_by_name(name)
									    : -1;
	if (verdict < 0) return why_set(why, E_STATEMENT_SCHEMA, "predicate.verdict");
	out->verdict = (enum verdict)verdict;
	return E_OK;
}

void statement_drop(struct statement *s)
{
	json_drop(&s->tree);
	memset(s, 0, sizeof *s);
}
