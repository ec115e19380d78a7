/* SPDX-License-Identifier: MIT */
/* The OMS signature between processes. Runs in runner, unpack, attest, http, cli; pure. */
#include "proc/signature.h"

/* 9999-12-31T23:59:59Z, the last second that a certificate can name. */
#define SECONDS_MAX 253402300799ULL

/* May signature_facts.reason be this? */
static bool signature_reason(enum err e)
{
	return e >= E_SIGNATURE_TOO_LARGE && e <= E_SIGNATURE_UNREAD;
}

bool signature_warns(const struct signature_facts *f)
{
	/* Without an anchor a sound signature is merely of somebody; that is no fault. */
	return f->present && f->reason && f->reason != E_SIGNATURE_NO_ANCHOR;
}

void signature_json(struct jw *w, const struct signature_facts *f)
{
	if (!f->present) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_key(w, "anchorSha256");
	if (f->has_anchor)
		jw_hex(w, SLICE_OF(f->anchor_sha256));
	else
		jw_null(w);
	jw_key_cstr(w, "format", "oms");
	jw_key(w, "leaf");
	if (f->has_leaf) {
		jw_object(w);
		jw_key_hex(w, "sha256", SLICE_OF(f->leaf_sha256));
		jw_key_str(w, "subject", f->leaf_subject);
		jw_object_end(w);
	} else {
		jw_null(w);
	}
	jw_key(w, "reason");
	if (f->reason)
		jw_cstr(w, err_name(f->reason));
	else
		jw_null(w);
	jw_key_bool(w, "resourcesMatch", f->resources_match);
	jw_key_hex(w, "sha256", SLICE_OF(f->sha256));
	jw_key_bool(w, "subjectMatch", f->subject_match);
	jw_key_u64(w, "unsignedFiles", f->unsigned_files);
	jw_key_bool(w, "verified", f->reason == E_OK);
	jw_object_end(w);
}

void codec_signature(struct codec *c, struct signature_facts *f)
{
	uint32_t reason = (uint32_t)f->reason;

	codec_bool(c, &f->present);
	if (!f->present) {
		if (!c->writing) *f = (struct signature_facts){0};
		return;
	}
	codec_bytes(c, f->sha256, sizeof f->sha256);
	codec_u32(c, &reason, E_COUNT - 1);
	f->reason = (enum err)reason;
	codec_bool(c, &f->subject_match);
	codec_bool(c, &f->resources_match);
	codec_u32(c, &f->unsigned_files, LIMIT_MEMBERS);
	codec_bool(c, &f->has_leaf);
	codec_bytes(c, f->leaf_sha256, sizeof f->leaf_sha256);
	codec_text(c, &f->leaf_subject, TEXT_ASCII, LIMIT_SIGNER_BYTES);
	codec_bool(c, &f->has_anchor);
	codec_bytes(c, f->anchor_sha256, sizeof f->anchor_sha256);
	codec_rule(c, f->reason == E_OK || signature_reason(f->reason));
	codec_rule(c, f->reason || (f->subject_match && f->resources_match && f->has_anchor));
	codec_rule(c, f->has_leaf || !f->has_anchor);
}

static void codec_anchor(struct codec *c, struct anchor *a)
{
	struct slice name = slice_of(a->name, a->name_len);

	codec_bytes(c, a->sha256, sizeof a->sha256);
	codec_bytes(c, a->point, sizeof a->point);
	codec_u64(c, &a->not_before, SECONDS_MAX);
	codec_u64(c, &a->not_after, SECONDS_MAX);
	codec_u32(c, &a->below, UINT32_MAX);
	codec_text(c, &name, TEXT_BYTES, sizeof a->name);
	if (c->writing) return;
	a->name_len = (uint32_t)name.n;
	slice_copy_exact(a->name, name.n, name);
}

void codec_signature_request(struct codec *c, struct signature_request *r)
{
	unsigned i;

	codec_u64(c, &r->now, SECONDS_MAX);
	codec_count(c, &r->anchors.n, LIMIT_ANCHORS);
	for (i = 0; i < r->anchors.n; i++)
		codec_anchor(c, &r->anchors.list[i]);
	codec_text(c, &r->bundle, TEXT_BYTES, LIMIT_SIGNATURE_BYTES);
	codec_count(c, &r->n_files, LIMIT_MEMBERS);
	for (i = 0; i < r->n_files; i++) {
		codec_text(c, &r->files[i].path, TEXT_UTF8, LIMIT_PATH_BYTES);
		codec_bytes(c, r->files[i].sha256, sizeof r->files[i].sha256);
		codec_rule(c, i == 0 || slice_cmp(r->files[i - 1].path, r->files[i].path) < 0);
	}
}

static const struct {
	const char *name;
	unsigned rule;
} rules[] = {
	{".git", OMS_GIT},
	{".gitattributes", OMS_GITATTRIBUTES},
	{".github", OMS_GITHUB},
	{".gitignore", OMS_GITIGNORE},
};

unsigned oms_rule(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof rules / sizeof *rules; i++)
		if (slice_is(name, rules[i].name)) return rules[i].rule;
	return 0;
}

bool oms_left_out(struct slice path, unsigned which)
{
	if (slice_is(path, SIGNATURE_FILE)) return true;
	return (oms_rule(slice_sub(path, 0, slice_find(path, 0, '/'))) & which) != 0;
}

int oms_cmp(struct slice a, struct slice b)
{
	size_t i;

	for (i = 0; i < a.n && i < b.n; i++) {
		/* A slash ends a name, so it comes before whatever may go on with it. */
		int x = a.p[i] == '/' ? 0 : a.p[i], y = b.p[i] == '/' ? 0 : b.p[i];

		if (x != y) return x - y;
	}
	return a.n < b.n ? -1 : a.n > b.n;
}
