/* SPDX-License-Identifier: MIT */
/*
 * Finds the frontmatter of a SKILL.md (specs/skills.md 2.4 steps 2 to 5): the
 * YAML between two "---" lines, with plain line ends, and refuses every file
 * in which another reader would find something else.
 * Runs in unpack; pure; input is attacker controlled.
 */
#ifndef UNPACK_FRONTMATTER_H
#define UNPACK_FRONTMATTER_H

#include "base/buf.h"
#include "proc/manifest.h"

#define FRONTMATTER_LINE 2 /* its first line in the file */

/*
 * Appends the lines between the delimiters to out, each with LF at its end;
 * out takes at most LIMIT_FRONTMATTER_BYTES. Warnings (bom, crlf,
 * inline-dashes, line-separators) go to m, also when the file is refused afterwards:
 * E_MANIFEST_TOO_LARGE, E_MANIFEST_ENCODING, E_MANIFEST_CONTROL,
 * E_NO_FRONTMATTER, E_FRONTMATTER_AMBIGUOUS, E_FRONTMATTER_UNCLOSED,
 * E_FRONTMATTER_TOO_LARGE, with line and column in why where there is one.
 */
enum err frontmatter_find(struct slice file, struct buf *out, struct manifest *m, struct why *why);

#endif
