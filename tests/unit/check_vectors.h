/* SPDX-License-Identifier: MIT */
/*
 * Shared by the tests of src/check/: files below a vectors folder, and JSON of
 * expected values.
 */
#ifndef CHECK_VECTORS_H
#define CHECK_VECTORS_H

#include "base/json.h"
#include "base/slice.h"

/*
 * The folder of vectors `name`: below VECTORS, or the small copy in
 * tests/vectors. NULL when neither is there. Valid until the next call.
 */
const char *vectors_dir(const char *name);
/* A file of a folder. */
struct slice vectors_file(const char *dir, const char *name);
/* A JSON file of a folder; NULL when absent. The tree lives until the process ends. */
struct cJSON *vectors_json(const char *dir, const char *name);

/* A text member; empty when absent. */
struct slice want_str(const struct cJSON *j, const char *name);
/* A member of hex text, optional 0x, as bytes. */
struct slice want_hex(const struct cJSON *j, const char *name);
bool want_bool(const struct cJSON *j, const char *name);

#endif
