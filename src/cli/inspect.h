/* SPDX-License-Identifier: MIT */
/*
 * `inspect`: the report about one package, and the forms in which it is shown.
 * A report comes from a confined child; whoever shows it reads its JSON.
 * Runs on the command line.
 */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/json.h"
#include "cli/local.h"

struct report {
	struct slice text; /* as --json prints it; empty when there is none */
	struct cJSON *json;
	struct buf made; /* where the text stands when no child made it */
	int status;      /* EXIT_YES, EXIT_REFUSED; EXIT_CANNOT: no report, why was said */
	enum err code;   /* of EXIT_CANNOT */
};

/*
 * Reads a package. with_files adds the member "fileList", the bytes whose SHA-256 is
 * filesSha256 (C27), which comparing needs and nobody else wants to read. The
 * report is to be dropped in any case.
 */
void report_read(struct local *l, const char *path, bool with_files, struct report *out);
void report_drop(struct report *r);

/* For people. */
void inspect_text(const char *path, const struct report *r);
/* The frontmatter that would declare what was found; nothing else on standard output. */
void inspect_suggest(const struct report *r);
/* What differs between two versions that have a tree; the exit status. */
int inspect_against(const struct report *old, const struct report *new, bool json);
/* SARIF 2.1.0. The exit status. */
int inspect_sarif(const struct report *r);

#endif
