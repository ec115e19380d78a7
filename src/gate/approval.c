/* SPDX-License-Identifier: MIT */
/* What an operator approved. Runs on the command line; pure. */
#include "gate/approval.h"

#include <string.h>

#include "base/json_write.h"
#include "base/limits.h"

#define VERSION 1

void gate_approval_name(struct slice skill, char out[GATE_APPROVAL_NAME])
{
	uint8_t digest[SHA256_LEN];
	struct buf b = buf_on(out, GATE_APPROVAL_NAME);

	sha256(skill, digest);
	buf_hex(&b, SLICE_OF(digest));
	buf_str(&b, ".json");
	buf_text(&b);
}

/* One of the two trees, with all that comparing needs. */
static const struct cJSON *read_tree(const struct cJSON *doc, const char *name)
{
	const struct cJSON *t = json_get(doc, name);
	uint8_t digest[SHA256_LEN];
	struct slice at;

	if (json_get_hex(t, "filesSha256", digest, sizeof digest) ||
		json_get_hex(t, "dirHash1", digest, sizeof digest) ||
		json_get_str(t, "approved", &at) ||
		!json_is_array(json_get(t, "fileList")) ||
		!json_is_array(json_get(json_get(t, "inspection"), "rows")) ||
		!json_is_array(json_get(json_get(t, "inspection"), "hiddenText")))
		return NULL;
	return t;
}

enum err gate_approval_read(
	struct slice text, struct slice skill, struct gate_approval *out, struct why *why)
{
	uint64_t version;
	struct slice name;
	enum err e;

	memset(out, 0, sizeof *out);
	e = json_parse(text, JSON_INTEGERS, &out->tree, why);
	if (e == E_NO_MEMORY) return e;
	if (e) return why_set(why, E_CONFIG, "an approval is not strict JSON");
	if (json_get_u64(out->tree, "approvals", UINT32_MAX, &version) || version != VERSION)
		return why_set(why, E_CONFIG, "an approval of another version of this program");
	if (json_get_str(out->tree, "skill", &name) || !slice_eq(name, skill))
		return why_set(why, E_CONFIG, "an approval of another skill under this name");
	out->first = read_tree(out->tree, "first");
	out->last = read_tree(out->tree, "last");
	if (!out->first || !out->last)
		return why_set(why, E_CONFIG, "an approval lacks digests or facts");
	return E_OK;
}

void gate_approval_drop(struct gate_approval *a)
{
	json_drop(&a->tree);
	a->first = a->last = NULL;
}

bool gate_approval_exact(const struct gate_approval *a, const struct gate_tree *t)
{
	uint8_t digest[SHA256_LEN];

	return a->last && json_get_hex(a->last, "filesSha256", digest, sizeof digest) == E_OK &&
	       memcmp(digest, t->files_sha256, sizeof digest) == 0;
}

/* A part that is canonical as it was read. */
static void copy(struct jw *w, const char *name, const struct cJSON *j)
{
	struct buf b = buf_heap(GATE_APPROVAL_BYTES);
	enum err e = json_canonical(j, &b);

	jw_key(w, name);
	jw_raw(w, buf_slice(&b));
	if (!w->b->err) w->b->err = e ? e : b.err;
	buf_drop(&b);
}

static void write_tree(struct jw *w, const char *name, const struct gate_tree *t, int64_t now_ms)
{
	jw_key(w, name);
	jw_object(w);
	jw_key_time(w, "approved", now_ms);
	jw_key_hex(w, "dirHash1", SLICE_OF(t->dir_hash1));
	copy(w, "fileList", json_get(t->report, "fileList"));
	jw_key_hex(w, "filesSha256", SLICE_OF(t->files_sha256));
	copy(w, "inspection", json_get(t->report, "inspection"));
	jw_key_str(w, "skillId", t->skill_id);
	jw_object_end(w);
}

void gate_approval_write(
	struct buf *b, const struct gate_approval *a, const struct gate_tree *t, int64_t now_ms)
{
	struct jw w = jw_to(b, true);

	jw_object(&w);
	jw_key_u64(&w, "approvals", VERSION);
	if (a->first)
		copy(&w, "first", a->first);
	else
		write_tree(&w, "first", t, now_ms);
	write_tree(&w, "last", t, now_ms);
	jw_key_str(&w, "skill", t->name);
	jw_object_end(&w);
}
