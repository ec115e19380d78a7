/* SPDX-License-Identifier: MIT */
/*
 * A compose file as a tree, for readers that must not see another document
 * than docker compose does. Refused is what parsers disagree about: a second
 * document, directives, tags, duplicate keys, keys that are no plain text,
 * an anchor defined twice, an alias to what surrounds it, a quoted merge key
 * (specs/trust-chain.md 7). Merge keys are resolved: own keys win, then the
 * earlier of several mappings. Size, depth and the effect of aliases are
 * bounded by LIMIT_COMPOSE_*, so walking the tree is, too.
 * Runs in the command line; pure but for libyaml's memory; input is attacker
 * controlled.
 */
#ifndef CHECK_YTREE_H
#define CHECK_YTREE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

enum ytree_kind { Y_SCALAR, Y_SEQUENCE, Y_MAPPING, Y_ALIAS };

/* Nodes are named by index; 0 is no node. */
struct ytree_node {
	enum ytree_kind kind;
	bool plain;           /* a scalar without quotes or block style */
	uint32_t line;        /* counted from 1 */
	uint32_t first, last; /* children; of a mapping key, value, key, value... */
	uint32_t next;        /* sibling */
	uint32_t target;      /* of an alias: what it stands for */
	uint32_t size;        /* nodes in it when every alias is written out */
	uint32_t height;      /* levels in it likewise; 1 for a scalar */
	size_t text, n;       /* a scalar's text in the tree's memory */
};

struct ytree {
	struct buf nodes; /* struct ytree_node */
	struct buf text;
	uint32_t n, root;
};

/* E_COMPOSE_YAML (why has the line) or E_NO_MEMORY; out is to be dropped after success. */
enum err ytree_read(struct slice text, struct ytree *out, struct why *why);
void ytree_drop(struct ytree *t);

/* The node with aliases followed; NULL for 0. Valid as long as the tree. */
const struct ytree_node *ytree_at(const struct ytree *t, uint32_t i);
/* True when i is a node of this kind, aliases followed. */
bool ytree_is(const struct ytree *t, uint32_t i, enum ytree_kind kind);
/* Text of a scalar; empty for anything else. */
struct slice ytree_text(const struct ytree *t, uint32_t i);
/* True when i is absent, or a scalar that means null. */
bool ytree_is_null(const struct ytree *t, uint32_t i);
/* Value of a mapping's key; 0 when absent or when i is no mapping. */
uint32_t ytree_get(const struct ytree *t, uint32_t i, const char *key);
/* Children one by one: first of a container (0: none), then the sibling. */
uint32_t ytree_first(const struct ytree *t, uint32_t i);
uint32_t ytree_next(const struct ytree *t, uint32_t child);

/* All scalars below a node, aliases written out, in the order of the text. */
struct ytree_walk {
	uint32_t from, stack[LIMIT_COMPOSE_DEPTH];
	unsigned depth;
};
struct ytree_walk ytree_walk(uint32_t from);
/* The next scalar; 0 at the end. Keys come out as well as values. */
uint32_t ytree_walk_next(const struct ytree *t, struct ytree_walk *w);

#endif
