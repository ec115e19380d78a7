/* SPDX-License-Identifier: MIT */
/* Reads manifests in a test. */
#include "manifest_run.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "unpack/manifest_read.h"
#include "unpack_run.h"

struct read_manifest read_file(struct slice file, const char *top)
{
	static struct manifest_memory *mem;
	struct read_manifest r = {.why = WHY_INIT};
	struct slice directory = slice_str(top);

	if (!mem) mem = manifest_memory_new();
	if (!mem) abort();
	if (!directory.n) directory = SLICE_NONE;
	r.code = manifest_read(file, directory, mem, &r.m, &r.why);
	join_codes(r.warnings, r.m.warnings, r.m.n_warnings);
	return r;
}

struct read_manifest read_lines(const char *lines)
{
	static struct buf b;

	buf_drop(&b);
	b = buf_heap(1 << 20);
	buf_str(&b, "---\nname: top\nversion: 1.0.0\ndescription: d\n");
	buf_str(&b, lines);
	buf_str(&b, "---\nbody\n");
	return read_file(buf_slice(&b), "top");
}

void check_read(const char *file, int line, struct read_manifest got, enum err want)
{
	if (got.code != want) {
		test_err(file, line, got.code, want);
		printf("#   %u:%u: %s\n", got.why.line, got.why.column, got.why.text);
	}
	if (got.code && !got.why.text[0]) test_fail(file, line, "a refusal without a text");
}
