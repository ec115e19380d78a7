/* SPDX-License-Identifier: MIT */
/*
 * The test that a manifest declares, in one of three dialects (specs/skills.md
 * 2.6): the mapping "test", the flat fields of the original service around
 * "test_command", or flat keys "verifier..." in metadata.
 * Runs in unpack; no I/O; input is attacker controlled.
 */
#ifndef UNPACK_DECLARE_H
#define UNPACK_DECLARE_H

#include "unpack/reading.h"

/*
 * After fields_read(). Fills the declaration in r->m; without one,
 * test_source stays TEST_NONE and fields about tests have no effect.
 * E_TEST_CONFLICT, E_TEST_INVALID, E_TEST_UNKNOWN_FIELD and the codes of
 * values.h.
 */
enum err declare_read(struct reading *r);

#endif
