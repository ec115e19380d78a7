/* SPDX-License-Identifier: MIT */
/* Files and JSON of vectors, for the tests of src/check/. */
#include "check_vectors.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

const char *vectors_dir(const char *name)
{
	static char path[4096];

	snprintf(path, sizeof path, "%s", test_vector(name));
	if (access(path, R_OK) == 0) return path;
	snprintf(path, sizeof path, "tests/vectors/%s", name);
	return access(path, R_OK) == 0 ? path : NULL;
}

struct slice vectors_file(const char *dir, const char *name)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return test_file(path);
}

struct cJSON *vectors_json(const char *dir, const char *name)
{
	struct slice text = vectors_file(dir, name);
	struct cJSON *j = NULL;
	struct why why = WHY_INIT;

	if (!text.p) return NULL;
	if (json_parse(text, JSON_NUMBERS, &j, &why)) {
		printf("# %s/%s: %s\n", dir, name, why.text);
		abort();
	}
	return j;
}

struct slice want_str(const struct cJSON *j, const char *name)
{
	struct slice s = SLICE_NONE;

	json_get_str(j, name, &s);
	return s;
}

struct slice want_hex(const struct cJSON *j, const char *name)
{
	struct slice s = hex_bare(want_str(j, name));
	struct buf b = buf_heap(s.n / 2 + 1);

	if (s.n == 0) return SLICE("");
	if (hex_into(s, &b)) abort();
	return test_keep(&b);
}

bool want_bool(const struct cJSON *j, const char *name)
{
	bool v = false;

	json_get_bool(j, name, &v);
	return v;
}
