/* SPDX-License-Identifier: MIT */
/*
 * What a SKILL.md declares, as the manifest reader found it (specs/skills.md
 * 2.4-2.6). The reader runs in a process of its own without rights and sends
 * this structure encoded; the receiver decodes it with the same bounds and
 * believes nothing else.
 *
 * Slices point into memory of whoever filled the structure: the reader's arena,
 * or the encoded bytes. Absent texts have p == NULL.
 */
#ifndef PROC_MANIFEST_H
#define PROC_MANIFEST_H

#include "base/limits.h"
#include "proc/codec.h"

enum command_form { FORM_EXEC, FORM_SHELL };

struct command {
	uint8_t form; /* enum command_form */
	unsigned n;   /* 0: not declared */
	struct slice argv[LIMIT_ARGS];
};

struct env_entry {
	struct slice name, value;
};

enum name_source { NAME_FRONTMATTER, NAME_DIRECTORY };
enum version_source { VERSION_NONE, VERSION_FRONTMATTER, VERSION_METADATA };
enum test_source { TEST_NONE, TEST_NESTED, TEST_FLAT, TEST_METADATA };

struct manifest {
	struct slice name, version, description, entrypoint;
	struct slice runtime; /* as declared; absent when nothing was */
	uint8_t name_source, version_source, test_source;
	struct command command, setup;
	uint32_t timeout_ms;
	uint8_t expect_exit;
	struct slice workdir;
	unsigned n_env;
	struct env_entry env[LIMIT_ENV]; /* in order of declaration */
	unsigned n_secrets;
	struct slice secrets[LIMIT_ENV]; /* names only (C30) */
	unsigned n_hosts;                /* 0: no network asked for */
	struct slice hosts[LIMIT_ENV];   /* "host:port", port always there */
	unsigned n_warnings;
	struct slice warnings[LIMIT_WARNINGS]; /* codes, sorted, unique */
};

void codec_manifest(struct codec *c, struct manifest *m);

/* "frontmatter" or "directory"; "frontmatter", "metadata" or NULL; "test", "test_command", "metadata" or NULL. */
const char *name_source_text(uint8_t source);
const char *version_source_text(uint8_t source);
const char *test_source_text(uint8_t source);
const char *command_form_text(uint8_t form);

#define SLUG_MAX     65                                                /* 64 characters and NUL */
#define SKILL_ID_MAX (LIMIT_NAME_BYTES + 1 + LIMIT_VERSION_BYTES + 32) /* and NUL */

/* Derived from name and version (specs/skills.md 2.5); dir_hash1 is the 32-byte tree digest. */
const char *manifest_slug(char out[SLUG_MAX], struct slice name, const uint8_t dir_hash1[32]);
struct slice manifest_skill_id(
	char out[SKILL_ID_MAX], const struct manifest *m, const uint8_t dir_hash1[32]);

/* Adds a warning code unless it is there; keeps the list sorted. The code must outlive m. */
void manifest_warn(struct manifest *m, const char *code);
/* The same on any list of at most max entries. */
void warnings_add(struct slice *list, unsigned *n, unsigned max, struct slice code);

#endif
