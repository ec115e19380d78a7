/* SPDX-License-Identifier: MIT */
/* Collisions between paths of one package. Runs in unpack; no I/O. */
#include "unpack/pathset.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/text.h"

/* Every component of every path, and the top. */
#define NODES   (LIMIT_MEMBERS * LIMIT_PATH_DEPTH + 1)
#define NAMES   (LIMIT_MEMBERS * LIMIT_PATH_BYTES)
#define BUCKETS 65536 /* about one node a bucket when the set is full */

enum node_kind { NODE_IMPLIED, NODE_DIRECTORY, NODE_FILE };

/* A component below a directory; the spelling that came first is kept. */
struct node {
	uint32_t parent, next; /* indices; next in the same bucket, 0 ends */
	uint32_t name;         /* offset in names */
	uint8_t name_len;      /* LIMIT_COMPONENT_BYTES is 255 */
	uint8_t kind;
};

_Static_assert(LIMIT_COMPONENT_BYTES <= UINT8_MAX, "a length fits into name_len");

struct pathset {
	uint8_t key[PATHSET_KEY_LEN];
	uint32_t n_nodes, n_names;
	uint32_t bucket[BUCKETS]; /* index of the first node, 0 for none */
	struct node nodes[NODES]; /* nodes[0] is the top */
	uint8_t names[NAMES];
};

struct pathset *pathset_new(const uint8_t key[PATHSET_KEY_LEN])
{
	struct pathset *s = calloc(1, sizeof *s);

	if (!s) return NULL;
	memcpy(s->key, key, PATHSET_KEY_LEN);
	s->n_nodes = 1;
	return s;
}

void pathset_free(struct pathset **s)
{
	free(*s);
	*s = NULL;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static struct slice node_name(const struct pathset *s, const struct node *n)
{
	return slice_of(s->names + n->name, n->name_len);
}

static bool same_folded(struct slice a, struct slice b)
{
	size_t i;

	if (a.n != b.n) return false;
	for (i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i])) return false;
	return true;
}

/* Keyed hash of a folded component below its parent. */
static uint32_t bucket_of(const struct pathset *s, uint32_t parent, struct slice name)
{
	uint8_t mem[PATHSET_KEY_LEN + 4 + LIMIT_COMPONENT_BYTES], digest[SHA256_LEN];
	struct buf b = buf_on(mem, sizeof mem);
	size_t i;

	buf_put(&b, SLICE_OF(s->key));
	buf_le32(&b, parent);
	for (i = 0; i < name.n; i++)
		buf_u8(&b, lower(name.p[i]));
	sha256(buf_slice(&b), digest);
	return (uint32_t)(digest[0] | digest[1] << 8) % BUCKETS;
}

/* Appends the path of a node: its ancestors are at most LIMIT_PATH_DEPTH. */
static void node_path(const struct pathset *s, uint32_t at, struct buf *out)
{
	uint32_t up[LIMIT_PATH_DEPTH];
	unsigned n = 0;

	for (; at && n < LIMIT_PATH_DEPTH; at = s->nodes[at].parent)
		up[n++] = at;
	while (n > 0) {
		buf_put(out, node_name(s, &s->nodes[up[--n]]));
		if (n > 0) buf_u8(out, '/');
	}
}

static enum err collision(const struct pathset *s, uint32_t other, const char *how, struct why *why)
{
	uint8_t mem[LIMIT_PATH_BYTES];
	struct buf b = buf_on(mem, sizeof mem);
	char shown[160];

	node_path(s, other, &b);
	return why_set(why, E_PATH_COLLISION, "%s '%s'", how,
		text_ascii(shown, sizeof shown, buf_slice(&b)));
}

static uint32_t find(const struct pathset *s, uint32_t bucket, uint32_t parent, struct slice name)
{
	uint32_t at = s->bucket[bucket];

	while (at &&
		(s->nodes[at].parent != parent || !same_folded(node_name(s, &s->nodes[at]), name)))
		at = s->nodes[at].next;
	return at;
}

static enum err insert(struct pathset *s, uint32_t bucket, uint32_t parent, struct slice name,
	enum node_kind kind, uint32_t *at, struct why *why)
{
	struct node *n;

	if (s->n_nodes == NODES || name.n > NAMES - s->n_names)
		return why_set(why, E_PKG_ENTRIES, "the package has too many paths");
	*at = s->n_nodes++;
	n = &s->nodes[*at];
	*n = (struct node){parent, s->bucket[bucket], s->n_names, (uint8_t)name.n, (uint8_t)kind};
	memcpy(s->names + s->n_names, name.p, name.n);
	s->n_names += (uint32_t)name.n;
	s->bucket[bucket] = *at;
	return E_OK;
}

/* A component that is there already: may it be there again in this place? */
static enum err meet(
	struct pathset *s, uint32_t at, struct slice name, enum node_kind kind, struct why *why)
{
	struct node *n = &s->nodes[at];

	if (!slice_eq(node_name(s, n), name))
		return collision(s, at, "differs only in case from", why);
	if (kind == NODE_FILE && n->kind == NODE_FILE)
		return collision(s, at, "the same path again:", why);
	if (kind == NODE_FILE) return collision(s, at, "a file, but there is a directory", why);
	if (n->kind == NODE_FILE) return collision(s, at, "a directory, but there is a file", why);
	if (kind == NODE_DIRECTORY && n->kind == NODE_DIRECTORY)
		return collision(s, at, "the same directory again:", why);
	if (kind == NODE_DIRECTORY) n->kind = NODE_DIRECTORY;
	return E_OK;
}

enum err pathset_add(
	struct pathset *s, struct slice path, bool directory, unsigned *known, struct why *why)
{
	uint32_t parent = 0;
	unsigned before = 0;
	enum err e = E_OK;

	while (path.n && !e) {
		struct slice name = slice_split(&path, '/');
		enum node_kind kind = path.n      ? NODE_IMPLIED
				      : directory ? NODE_DIRECTORY
						  : NODE_FILE;
		uint32_t bucket = bucket_of(s, parent, name);
		uint32_t at = find(s, bucket, parent, name);

		if (at) {
			before++;
			e = meet(s, at, name, kind, why);
		} else {
			e = insert(s, bucket, parent, name, kind, &at, why);
		}
		parent = at;
	}
	if (!e) *known = before;
	return e;
}

bool pathset_next_directory(const struct pathset *s, uint32_t *at, struct buf *out)
{
	while (++*at < s->n_nodes) {
		if (s->nodes[*at].kind == NODE_FILE) continue;
		node_path(s, *at, out);
		return true;
	}
	return false;
}
