/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the manifest reader share while one manifest is read, and
 * how they refuse a field: code, line, column, and what to write instead.
 * Runs in unpack; no I/O.
 */
#ifndef UNPACK_READING_H
#define UNPACK_READING_H

#include "proc/manifest.h"
#include "unpack/matter.h"

struct reading {
	struct matter *matter;
	const struct matter_node *root;     /* a map */
	const struct matter_node *metadata; /* a map, or NULL */
	struct slice top_directory;         /* absent when the root is the top */
	struct buf *text; /* for texts that are made, not copied; its memory must not move */
	struct manifest *m;
	struct why *why;
};

/* Refuses: the place of at (which may be NULL) and a reason go to r->why. */
enum err refuse_field(struct reading *r, enum err code, const struct matter_node *at,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Printable form of a value in messages, shortened; in memory of the caller. */
#define SHOWN 64
const char *shown_value(char out[SHOWN], const struct matter_node *n);

/*
 * Finishes a text that was begun at start = r->text->n. Absent, with
 * r->text->err set, when there was no room.
 */
struct slice made_text(struct reading *r, size_t start);

#endif
