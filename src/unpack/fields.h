/* SPDX-License-Identifier: MIT */
/*
 * The fields of a manifest that are not about its test: name, version,
 * description, entrypoint, metadata (specs/skills.md 2.5).
 * Runs in unpack; no I/O; input is attacker controlled.
 */
#ifndef UNPACK_FIELDS_H
#define UNPACK_FIELDS_H

#include "unpack/reading.h"

/*
 * Fills r->metadata and the fields of r->m, and warns. Whether the entrypoint
 * exists, slug and skill id are for the caller that has the tree.
 * E_NAME_MISSING, E_NAME_INVALID, E_VERSION_INVALID, E_DESCRIPTION_INVALID,
 * E_ENTRYPOINT_INVALID, E_YAML_LIMITS, E_NO_MEMORY.
 */
enum err fields_read(struct reading *r);

/* The reason why a text cannot be the name of a skill; NULL when it can. */
const char *name_problem(struct slice name);
/* [a-z0-9]+(-[a-z0-9]+)*, at most 64 characters. */
bool name_is_standard(struct slice name);
/* Semantic Versioning 2.0.0, whole. */
bool version_is_semver(struct slice version);

#endif
