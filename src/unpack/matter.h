/* SPDX-License-Identifier: MIT */
/*
 * A small YAML tree from libyaml's events (specs/skills.md 2.4 step 6): texts
 * only, nothing is ever taken for a number, a date or a boolean. What makes
 * readers differ is refused: anchors, aliases, tags, merge keys, duplicate
 * keys, keys that are no text, a second document.
 *
 * The tree lives in fixed memory of the caller: LIMIT_YAML_NODES nodes, at most
 * LIMIT_YAML_DEPTH deep, built without recursion.
 * Runs in unpack; no I/O; input is attacker controlled.
 */
#ifndef UNPACK_MATTER_H
#define UNPACK_MATTER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

enum matter_kind { MATTER_TEXT, MATTER_LIST, MATTER_MAP };

struct matter_node {
	uint8_t kind;          /* enum matter_kind */
	bool plain;            /* a text without quotes */
	uint32_t line, column; /* in the file, from 1 */
	struct slice text;
	uint32_t first, next; /* indices of first child and next sibling; 0 for none */
};

struct matter {
	struct buf *text; /* where texts are kept; its memory must not move */
	unsigned n;       /* nodes in use; node 0 is none, node 1 the root */
	/*
	 * A text in quotes has a line that ends in a blank, a tab, or a backslash
	 * with an empty line behind it: some readers keep or lose white space there.
	 */
	bool uneven;
	struct matter_node nodes[LIMIT_YAML_NODES + 1];
};

/*
 * Parses text, whose first line is first_line of the file. The root is a
 * mapping. E_YAML_INVALID when libyaml finds a syntax error; the other yaml
 * codes, E_FRONTMATTER_NOT_MAPPING, E_MANIFEST_CONTROL (a NUL made by an
 * escape), E_NO_MEMORY; line and column in why.
 */
enum err matter_read(
	struct matter *y, struct buf *text, struct slice in, uint32_t first_line, struct why *why);

const struct matter_node *matter_root(const struct matter *y);
/* First child and next sibling; NULL when there is none. Children of a map: key, value, key ... */
const struct matter_node *matter_first(const struct matter *y, const struct matter_node *n);
const struct matter_node *matter_next(const struct matter *y, const struct matter_node *n);
/*
 * The value of a key; NULL when map is NULL or no map, when the key is not
 * there, and when its value is absent: nothing, ~ or null without quotes.
 */
const struct matter_node *matter_get(
	const struct matter *y, const struct matter_node *map, const char *key);
bool matter_is_null(const struct matter_node *n);

/*
 * A node of our own beside those that were parsed, for data in another
 * notation; at lends it line and column. Zero when there is no room left.
 */
uint32_t matter_add(
	struct matter *y, enum matter_kind kind, struct slice text, const struct matter_node *at);

/*
 * Step 7, the one repair: quotes values of column-0 lines "key: value" that
 * hold ": " or end in ":", as people write descriptions. False when there is
 * nothing to repair. The line numbers stay.
 */
bool matter_repair(struct slice in, struct buf *out);

#endif
