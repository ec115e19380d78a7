/* SPDX-License-Identifier: MIT */
/* Signed files against the package's. Runs in unpack; no I/O. */
#include "unpack/oms_files.h"

#include <stdlib.h>
#include <string.h>

#include "unpack/oms_bundle.h"

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define SIGNATURE_TYPE "https://model_signing/signature/v1.0"

/* One comparison: what the list says, and what the package holds. */
struct comparison {
	const struct signature_request *r;
	struct sha256 listed, held; /* digests of the listed files in the list's order */
	bool missing, changed;
	bool seen[LIMIT_MEMBERS];
};

static bool member_is(const struct cJSON *j, const char *name, const char *text)
{
	struct slice s;

	return json_get_str(j, name, &s) == E_OK && slice_is(s, text);
}

/* {"method":"files","hash_type":"sha256","allow_symlinks":false,"ignore_paths":[...]} */
static enum err read_parameters(const struct cJSON *j, unsigned *rules)
{
	static const char *const known[] = {
		"method", "hash_type", "allow_symlinks", "ignore_paths", NULL};
	const struct cJSON *list = json_get(j, "ignore_paths"), *c;
	bool links = true;

	/* Other ways to list have other members: they are all told by this code. */
	if (!oms_shape(j, known) || !member_is(j, "method", "files") ||
		!member_is(j, "hash_type", "sha256"))
		return E_SIGNATURE_PARAMETERS;
	if (json_get_bool(j, "allow_symlinks", &links) || links) return E_SIGNATURE_PARAMETERS;
	if (!json_is_array(list)) return E_SIGNATURE_PARAMETERS;
	for (c = json_child(list); c; c = json_next(c)) {
		struct slice name = SLICE_NONE;
		unsigned rule;

		if (json_str(c, &name)) return E_SIGNATURE_PARAMETERS;
		/* Always left out: it cannot sign itself. */
		if (slice_is(name, SIGNATURE_FILE)) continue;
		/* Any other name would let an unsigned part ride on a signature. */
		rule = oms_rule(name);
		if (!rule || *rules & rule) return E_SIGNATURE_PARAMETERS;
		*rules |= rule;
	}
	return E_OK;
}

static int cmp_path(const void *a, const void *b)
{
	return slice_cmp(
		((const struct signed_file *)a)->path, ((const struct signed_file *)b)->path);
}

static enum err compare_one(struct comparison *c, const struct cJSON *j)
{
	static const char *const known[] = {"name", "algorithm", "digest", NULL};
	struct signed_file key = {.path = SLICE_NONE};
	const struct signed_file *file;
	size_t at;

	if (!oms_shape(j, known) || json_get_str(j, "name", &key.path) ||
		json_get_hex(j, "digest", key.sha256, sizeof key.sha256))
		return E_SIGNATURE_STATEMENT;
	if (!member_is(j, "algorithm", "sha256")) return E_SIGNATURE_PARAMETERS;
	sha256_add(&c->listed, SLICE_OF(key.sha256));
	file = c->r->n_files ? bsearch(&key, c->r->files, c->r->n_files, sizeof key, cmp_path)
			     : NULL;
	if (!file) {
		c->missing = true;
		return E_OK;
	}
	at = (size_t)(file - c->r->files);
	if (c->seen[at]) return E_SIGNATURE_STATEMENT;
	c->seen[at] = true;
	c->changed = c->changed || memcmp(file->sha256, key.sha256, SHA256_LEN) != 0;
	sha256_add(&c->held, SLICE_OF(file->sha256));
	return E_OK;
}

/* What the list leaves out: by its rules, or against them. */
static bool count_unlisted(
	const struct comparison *c, unsigned rules, struct signature_facts *facts)
{
	bool against = false;
	unsigned i;

	facts->unsigned_files = 0;
	for (i = 0; i < c->r->n_files; i++) {
		struct slice path = c->r->files[i].path;

		if (c->seen[i] || slice_is(path, SIGNATURE_FILE)) continue;
		facts->unsigned_files++;
		against = against || !oms_left_out(path, rules);
	}
	return against;
}

static enum err compare(const struct cJSON *predicate, const uint8_t subject[SHA256_LEN],
	struct comparison *c, struct signature_facts *f, enum err *content)
{
	static const char *const known[] = {"serialization", "resources", NULL};
	const struct cJSON *list = json_get(predicate, "resources"), *j;
	uint8_t listed[SHA256_LEN], held[SHA256_LEN];
	unsigned rules = 0;
	bool unlisted;
	enum err e;

	if (!oms_shape(predicate, known) || !json_is_array(list)) return E_SIGNATURE_STATEMENT;
	e = read_parameters(json_get(predicate, "serialization"), &rules);
	sha256_init(&c->listed);
	sha256_init(&c->held);
	for (j = json_child(list); !e && j; j = json_next(j))
		e = compare_one(c, j);
	if (e) return e;
	sha256_out(&c->listed, listed);
	sha256_out(&c->held, held);
	unlisted = count_unlisted(c, rules, f);
	f->resources_match = !c->missing && !c->changed && !unlisted;
	f->subject_match = !c->missing && memcmp(held, subject, SHA256_LEN) == 0;
	*content = c->missing                                 ? E_SIGNATURE_FILE_MISSING
		   : c->changed                               ? E_SIGNATURE_FILE_CHANGED
		   : unlisted                                 ? E_SIGNATURE_FILE_UNSIGNED
		   : memcmp(listed, subject, SHA256_LEN) != 0 ? E_SIGNATURE_SUBJECT
							      : E_OK;
	return E_OK;
}

/* {"_type":...,"subject":[{"name":...,"digest":{"sha256":...}}],"predicateType":...,"predicate":{}} */
static enum err read_statement(const struct cJSON *j, uint8_t subject[SHA256_LEN])
{
	static const char *const known[] = {"_type", "subject", "predicateType", "predicate", NULL};
	static const char *const item[] = {"name", "digest", NULL};
	static const char *const digest[] = {"sha256", NULL};
	const struct cJSON *list = json_get(j, "subject"), *s = json_child(list);
	const struct cJSON *sha = json_get(s, "digest");

	if (!oms_shape(j, known)) return E_SIGNATURE_STATEMENT;
	if (!member_is(j, "_type", STATEMENT_TYPE) ||
		!member_is(j, "predicateType", SIGNATURE_TYPE))
		return E_SIGNATURE_TYPE;
	/* The subject's name is a folder somewhere: it says nothing about this package. */
	if (!json_is_array(list) || json_count(list) != 1 || !oms_shape(s, item) ||
		!json_is_string(json_get(s, "name")) || !oms_shape(sha, digest) ||
		json_get_hex(sha, "sha256", subject, SHA256_LEN))
		return E_SIGNATURE_STATEMENT;
	return E_OK;
}

enum err oms_files_check(struct slice payload, const struct signature_request *r,
	struct signature_facts *f, enum err *content)
{
	struct comparison *c = calloc(1, sizeof *c);
	uint8_t subject[SHA256_LEN];
	struct cJSON *j = NULL;
	enum err e = E_NO_MEMORY;

	if (!c) goto out;
	c->r = r;
	e = json_parse(payload, JSON_INTEGERS, &j, NULL);
	if (e && e != E_NO_MEMORY) e = E_SIGNATURE_STATEMENT;
	if (!e) e = read_statement(j, subject);
	if (!e) e = compare(json_get(j, "predicate"), subject, c, f, content);
out:
	json_drop(&j);
	free(c);
	return e;
}
