/* SPDX-License-Identifier: MIT */
/* Reads manifests in a test. */
#ifndef MANIFEST_RUN_H
#define MANIFEST_RUN_H

#include "base/err.h"
#include "proc/manifest.h"

/* What reading ended with; the manifest lives until the next call. */
struct read_manifest {
	enum err code;
	struct why why;
	struct manifest m;
	char warnings[256];
};

/* A whole file, with the top directory "top" unless top is given; "" means none. */
struct read_manifest read_file(struct slice file, const char *top);
/* Frontmatter lines between delimiters, with a name, version and description in front. */
struct read_manifest read_lines(const char *lines);

/* Checks the code, shows why when it is another one; a refusal must have a text. */
void check_read(const char *file, int line, struct read_manifest got, enum err want);
#define CHECK_FILE(text, want)   check_read(__FILE__, __LINE__, read_file((text), "top"), (want))
#define CHECK_LINES(lines, want) check_read(__FILE__, __LINE__, read_lines(lines), (want))

#endif
