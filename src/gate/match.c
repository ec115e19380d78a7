/* SPDX-License-Identifier: MIT */
/* Which package a bundle is about. Runs on the command line; pure. */
#include "gate/match.h"

#include <string.h>

#include "check/bundle.h"
#include "check/statement.h"

enum err gate_tree_read(const struct cJSON *report, struct gate_tree *out, struct why *why)
{
	memset(out, 0, sizeof *out);
	out->report = report;
	if (json_get_str(report, "name", &out->name) ||
		json_get_str(report, "skillId", &out->skill_id) ||
		json_get_hex(report, "filesSha256", out->files_sha256, SHA256_LEN) ||
		json_get_hex(report, "dirHash1", out->dir_hash1, SHA256_LEN))
		return why_set(why, E_FORMAT, "the report lacks a digest");
	out->has_archive = json_get(report, "sha256") != NULL;
	if (out->has_archive && json_get_hex(report, "sha256", out->archive_sha256, SHA256_LEN))
		return why_set(why, E_FORMAT, "the report lacks a digest");
	return filelist_read(
		json_get(report, "fileList"), out->files_sha256, out->dir_hash1, &out->files, why);
}

void gate_tree_drop(struct gate_tree *t)
{
	filelist_drop(&t->files);
}

static bool same_digest(const uint8_t a[SHA256_LEN], const uint8_t b[SHA256_LEN])
{
	return memcmp(a, b, SHA256_LEN) == 0;
}

static struct slice name_of(struct slice skill_id)
{
	size_t at = skill_id.n;

	/* The last one: a name may hold "@" too. */
	while (at > 0 && skill_id.p[at - 1] != '@')
		at--;
	return slice_sub(skill_id, 0, at);
}

/* Of a statement about the same name: the same files, or the same version with others. */
static enum err match_files(const struct gate_tree *t, const struct bundle *b,
	const struct statement *s, enum gate_match *out)
{
	struct filelist tested = FILELIST_INIT;
	struct filelist_diff diff;
	enum err e = filelist_read(b->files, s->files_sha256, s->dir_hash1, &tested, NULL);

	if (!e && filelist_same(&tested, &t->files, &diff))
		*out = MATCH_LIST;
	else
		*out = slice_eq(s->skill_id, t->skill_id) ? MATCH_NAME : MATCH_NONE;
	filelist_drop(&tested);
	return e == E_NO_MEMORY ? e : E_OK;
}

enum err gate_match(const struct gate_tree *t, struct slice bundle, enum gate_match *out)
{
	struct statement s = STATEMENT_INIT;
	struct cJSON *tree = NULL;
	struct bundle b;
	enum err e = bundle_read(bundle, &b, NULL);

	*out = MATCH_NONE;
	if (!e) e = statement_parse(b.payload, &tree, NULL);
	if (!e) e = statement_read(tree, &s, NULL);
	if (!e) {
		if (same_digest(s.files_sha256, t->files_sha256) ||
			same_digest(s.dir_hash1, t->dir_hash1) ||
			(t->has_archive && s.has_archive &&
				same_digest(s.archive_sha256, t->archive_sha256)))
			*out = MATCH_DIGEST;
		else if (slice_eq(name_of(s.skill_id), name_of(t->skill_id)))
			e = match_files(t, &b, &s, out);
	}
	statement_drop(&s);
	bundle_drop(&b);
	return e && e != E_NO_MEMORY ? E_FORMAT : e;
}
