/* SPDX-License-Identifier: MIT */
/* The file list of a package. Runs in the command line; pure. */
#include "check/filelist.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

enum err filelist_add(struct filelist *l, const struct file_entry *f)
{
	if (l->n >= LIMIT_MEMBERS) return E_TOO_LARGE;
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 64;
		struct file_entry *p = realloc(l->entry, cap * sizeof *p);

		if (!p) return E_NO_MEMORY;
		l->entry = p;
		l->cap = cap;
	}
	l->entry[l->n++] = *f;
	return E_OK;
}

static int cmp(const void *a, const void *b)
{
	return slice_cmp(
		((const struct file_entry *)a)->path, ((const struct file_entry *)b)->path);
}

enum err filelist_sort(struct filelist *l)
{
	size_t i;

	if (l->n) qsort(l->entry, l->n, sizeof *l->entry, cmp);
	for (i = 1; i < l->n; i++)
		if (cmp(&l->entry[i - 1], &l->entry[i]) == 0) return E_FORMAT;
	return E_OK;
}

void filelist_drop(struct filelist *l)
{
	free(l->entry);
	*l = (struct filelist)FILELIST_INIT;
}

static bool read_entry(const struct cJSON *j, struct file_entry *f)
{
	struct slice mode;

	if (json_count(j) != 4 || json_get_str(j, "path", &f->path) || !f->path.n ||
		json_get_str(j, "mode", &mode) ||
		json_get_u64(j, "size", LIMIT_FILE_BYTES, &f->size) ||
		json_get_hex(j, "sha256", f->sha256, sizeof f->sha256))
		return false;
	f->executable = slice_is(mode, "0755");
	return f->executable || slice_is(mode, "0644");
}

/* The in-toto digest of the list: sha256sum's lines, hashed (specs/skills.md 1.6). */
static void dir_hash1_of(const struct filelist *l, uint8_t out[SHA256_LEN])
{
	uint8_t mem[2 * SHA256_LEN + 2];
	struct sha256 h;
	size_t i;

	sha256_init(&h);
	for (i = 0; i < l->n; i++) {
		struct buf line = buf_on(mem, sizeof mem);

		buf_hex(&line, SLICE_OF(l->entry[i].sha256));
		buf_str(&line, "  ");
		sha256_add(&h, buf_slice(&line));
		sha256_add(&h, l->entry[i].path);
		sha256_add(&h, SLICE("\n"));
	}
	sha256_out(&h, out);
}

enum err filelist_read(const struct cJSON *files, const uint8_t files_sha256[SHA256_LEN],
	const uint8_t dir_hash1[SHA256_LEN], struct filelist *out, struct why *why)
{
	struct buf canonical = buf_heap(LIMIT_BUNDLE_BYTES);
	uint8_t sha[SHA256_LEN], tree[SHA256_LEN];
	const struct cJSON *c;
	struct file_entry f;
	enum err e = E_OK;

	*out = (struct filelist)FILELIST_INIT;
	for (c = json_child(files); c && !e; c = json_next(c)) {
		if (!read_entry(c, &f) ||
			(out->n && slice_cmp(out->entry[out->n - 1].path, f.path) >= 0))
			e = why_set(why, E_BUNDLE_FORMAT, "\"files\" is no sorted list of files");
		else
			e = filelist_add(out, &f);
	}
	if (!e && (json_canonical(files, &canonical) || canonical.err)) e = E_BUNDLE_FORMAT;
	if (!e) {
		sha256(buf_slice(&canonical), sha);
		dir_hash1_of(out, tree);
		if (memcmp(sha, files_sha256, sizeof sha) != 0 ||
			memcmp(tree, dir_hash1, sizeof tree) != 0)
			e = why_set(why, E_COPY_MISMATCH,
				"the file list has not the digests of the signed statement");
	}
	buf_drop(&canonical);
	return e;
}

/*
 * What common installers do to a skill's directory. The skills CLI leaves out
 * README.md, metadata.json, .git and names that start with "_" at the top
 * (specs/skills.md 1.3); ClawHub writes the file named below.
 */
static bool left_out(struct slice path)
{
	return slice_is(path, "README.md") || slice_is(path, "metadata.json") ||
	       slice_starts(path, ".git/") || slice_starts(path, "_");
}

static bool written_beside(struct slice path)
{
	return slice_is(path, ".clawhub/origin.json");
}

static void note(struct slice path, size_t *count, struct slice *first)
{
	if ((*count)++ == 0) *first = path;
}

static bool same(const struct file_entry *a, const struct file_entry *b)
{
	return a->executable == b->executable && a->size == b->size &&
	       memcmp(a->sha256, b->sha256, sizeof a->sha256) == 0;
}

bool filelist_same(
	const struct filelist *tested, const struct filelist *found, struct filelist_diff *out)
{
	size_t i = 0, k = 0;

	memset(out, 0, sizeof *out);
	while (i < tested->n || k < found->n) {
		const struct file_entry *a = i < tested->n ? &tested->entry[i] : NULL;
		const struct file_entry *b = k < found->n ? &found->entry[k] : NULL;
		int order = !a ? 1 : !b ? -1 : slice_cmp(a->path, b->path);

		if (order < 0) {
			if (left_out(a->path))
				note(a->path, &out->omitted, &out->omitted_path);
			else
				note(a->path, &out->missing, &out->missing_path);
			i++;
		} else if (order > 0) {
			if (written_beside(b->path))
				note(b->path, &out->extra, &out->extra_path);
			else
				note(b->path, &out->added, &out->added_path);
			k++;
		} else {
			if (same(a, b))
				out->identical++;
			else
				note(a->path, &out->changed, &out->changed_path);
			i++;
			k++;
		}
	}
	return !out->changed && !out->missing && !out->added;
}
