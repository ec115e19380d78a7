/* SPDX-License-Identifier: MIT */
/*
 * Reads a SKILL.md into a struct manifest: frontmatter, YAML with the one
 * repair, fields, declaration (specs/skills.md 2.4 to 2.6).
 * Runs in unpack; no I/O; the file is attacker controlled.
 */
#ifndef UNPACK_MANIFEST_READ_H
#define UNPACK_MANIFEST_READ_H

#include "proc/manifest.h"
#include "unpack/requires.h"

/* All memory that reading takes beside libyaml's and cJSON's: about 700 KiB. */
struct manifest_memory;

struct manifest_memory *manifest_memory_new(void); /* NULL without memory */
void manifest_memory_free(struct manifest_memory **mem);

/*
 * Reads the whole file. top_directory is the name of the package's top
 * directory, absent (p == NULL) when the root is the top of the archive; it is
 * valid UTF-8. Slices in out point into mem and top_directory.
 *
 * On refusal the code of specs/skills.md 2.9 comes back with line, column and
 * reason in why, and of out only the warnings count. Not decided here: whether
 * entrypoint and workdir exist, slug, skill id, which runtime is meant.
 */
enum err manifest_read(struct slice file, struct slice top_directory, struct manifest_memory *mem,
	struct manifest *out, struct why *why);

/*
 * What the manifest that was read last says beyond struct manifest: programs and
 * variables that the skill needs. Slices point into mem. Empty after a refusal
 * of its YAML.
 */
void manifest_requires(const struct manifest_memory *mem, struct needs *out);

#endif
