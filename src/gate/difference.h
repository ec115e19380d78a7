/* SPDX-License-Identifier: MIT */
/*
 * What differs between two versions of a package: files, and facts of text search.
 * Both are objects with the members "fileList" and "inspection" of a report of
 * `inspect`; what is absent there is an empty list.
 * Runs on the command line; pure. Values are printable ASCII, paths are a stranger's.
 */
#ifndef GATE_DIFFERENCE_H
#define GATE_DIFFERENCE_H

#include "base/json.h"

struct difference {
	char mark;        /* '+' added, '-' gone, '~' a file with other bytes or another mode */
	const char *kind; /* "file", "hidden-text", or a kind of fact: "host" */
	const struct cJSON *row; /* where it stands in its list */
	struct slice value;
	struct slice path; /* of a file itself, or where the fact was first found */
	uint64_t line;
};
typedef void difference_seen(void *ctx, const struct difference *d);

/* Kinds of facts that are compared, in the order in which people want to read them. */
struct difference_kind {
	const char *kind, *title;
};
#define DIFFERENCE_KINDS 9
extern const struct difference_kind difference_kinds[DIFFERENCE_KINDS];

/* Reports each difference; how many. A kind's gone ones come before its added ones. */
unsigned difference_files(
	const struct cJSON *old, const struct cJSON *new, difference_seen *seen, void *ctx);
unsigned difference_facts(const struct cJSON *old, const struct cJSON *new, const char *kind,
	difference_seen *seen, void *ctx);
/* True when comparing these two would report d as well. */
bool difference_holds(const struct cJSON *old, const struct cJSON *new, const struct difference *d);

#endif
