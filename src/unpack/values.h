/* SPDX-License-Identifier: MIT */
/*
 * Values of a test declaration, each in all its notations (specs/skills.md
 * 2.6). Every function takes the name of the field for its message, writes its
 * result only on success, and refuses with the code of its field, line, column
 * and what to write instead. Nodes are never absent ones.
 * Runs in unpack; no I/O; input is attacker controlled.
 */
#ifndef UNPACK_VALUES_H
#define UNPACK_VALUES_H

#include "unpack/reading.h"

/* A list of texts, a text holding a JSON array of texts, or a line for the shell. */
enum err value_command(
	struct reading *r, const char *field, const struct matter_node *n, struct command *out);

/* Seconds, or hours, minutes, seconds and milliseconds: "1m30s". */
enum err value_timeout(
	struct reading *r, const char *field, const struct matter_node *n, uint32_t *ms);

/*
 * A list of NAME=value and NAME (a secret), or a map; where lines is true, a
 * text with one such entry a line. Adds to r->m.
 */
enum err value_environment(
	struct reading *r, const char *field, const struct matter_node *n, bool lines);
/* A list of names of secrets. Adds to r->m. */
enum err value_secrets(struct reading *r, const char *field, const struct matter_node *n);

/*
 * "none" or "false"; a list of host[:port], or a map with the one key allow;
 * where commas is true, a text with hosts between commas. Adds to r->m.
 */
enum err value_network(
	struct reading *r, const char *field, const struct matter_node *n, bool commas);

/* A name of a runtime with optional tag and digest; kept as declared. */
enum err value_runtime(
	struct reading *r, const char *field, const struct matter_node *n, struct slice *out);
bool runtime_ok(struct slice s);

/* A directory of the package; absent when it is the top. */
enum err value_workdir(
	struct reading *r, const char *field, const struct matter_node *n, struct slice *out);
/* 0 to 255. */
enum err value_exit(
	struct reading *r, const char *field, const struct matter_node *n, uint8_t *out);

#endif
