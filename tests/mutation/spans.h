/* SPDX-License-Identifier: MIT */
/*
 * Where things stand in a compact JSON text of our own: for every byte the
 * member it belongs to, and every member and element with its ends. A path is
 * made of names and "[]"; events are told apart by their register, since only
 * register 3 hashes what an event says: "eventLog[3].event".
 */
#ifndef SPANS_H
#define SPANS_H

#include "base/buf.h"

#define SPAN_PATH  96
#define SPAN_ITEMS 4096
#define SPAN_DEPTH 12

/* A member of an object or an element of an array. */
struct item {
	size_t from, to; /* with the name, without commas */
	size_t value;    /* where the name and its colon end */
	size_t next;     /* number of the next in the same container; 0: none */
	size_t index;    /* in its container */
	bool element;
	char path[SPAN_PATH], parent[SPAN_PATH];
};

struct spans {
	size_t n_items;
	struct item *item;
	uint16_t *owner; /* for each byte: 1 + innermost item; 0: none */
	size_t n;
};

/* E_FORMAT for a text that is not compact JSON, E_NO_MEMORY. */
enum err spans_read(struct slice text, struct spans *out);
void spans_drop(struct spans *s);
/* Is the byte part of a name, or of the punctuation around it? */
bool span_in_name(const struct spans *s, size_t byte);
const char *span_path(const struct spans *s, size_t byte);

#endif
