/* SPDX-License-Identifier: MIT */
/* Digests of a tree. Runs in runner workers and the command line; pure. */
#include "runner/digests.h"

#include <stdlib.h>

#include "proc/signature.h"

static void add_hex(struct sha256 *h, const struct tree_file *f)
{
	uint8_t mem[2 * SHA256_LEN];
	struct buf hex = buf_on(mem, sizeof mem);

	buf_hex(&hex, SLICE_OF(f->sha256));
	sha256_add(h, buf_slice(&hex));
}

void digest_dir_hash1(const struct tree *t, uint8_t out[SHA256_LEN])
{
	struct sha256 h;
	size_t i;

	sha256_init(&h);
	for (i = 0; i < t->n; i++) {
		add_hex(&h, &t->files[i]);
		sha256_add(&h, SLICE("  "));
		sha256_add(&h, t->files[i].path);
		sha256_add(&h, SLICE("\n"));
	}
	sha256_out(&h, out);
}

static int cmp_oms(const void *a, const void *b)
{
	const struct tree_file *const *x = a, *const *y = b;

	return oms_cmp((*x)->path, (*y)->path);
}

void digest_oms(const struct tree *t, uint8_t out[SHA256_LEN])
{
	const struct tree_file *order[LIMIT_MEMBERS];
	struct sha256 h;
	size_t n = 0, i;

	for (i = 0; i < t->n && n < LIMIT_MEMBERS; i++)
		if (!oms_left_out(t->files[i].path, OMS_ALL)) order[n++] = &t->files[i];
	if (n) qsort(order, n, sizeof *order, cmp_oms);
	sha256_init(&h);
	for (i = 0; i < n; i++)
		sha256_add(&h, SLICE_OF(order[i]->sha256));
	sha256_out(&h, out);
}

static bool has_dot_part(struct slice path)
{
	while (path.n)
		if (slice_starts(slice_split(&path, '/'), ".")) return true;
	return false;
}

void digest_clawhub(const struct tree *t, uint8_t out[SHA256_LEN])
{
	struct sha256 h;
	bool first = true;
	size_t i;

	sha256_init(&h);
	for (i = 0; i < t->n; i++) {
		if (has_dot_part(t->files[i].path)) continue;
		if (!first) sha256_add(&h, SLICE("\n"));
		first = false;
		sha256_add(&h, t->files[i].path);
		sha256_add(&h, SLICE(":"));
		add_hex(&h, &t->files[i]);
	}
	sha256_out(&h, out);
}
