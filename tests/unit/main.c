/* SPDX-License-Identifier: MIT */
/* Runs all registered unit tests, or those whose names hold an argument. */
#include <stdlib.h>
#include <string.h>

#include "base/fdio.h"
#include "test.h"

static struct test *tests;
static int failures;
static const char *skipped;

void test_register(struct test *t)
{
	struct test **at = &tests;

	while (*at && strcmp((*at)->name, t->name) < 0)
		at = &(*at)->next;
	t->next = *at;
	*at = t;
}

void test_fail(const char *file, int line, const char *what)
{
	failures++;
	printf("# %s:%d: %s\n", file, line, what);
}

void test_skip(const char *why)
{
	skipped = why;
}

void test_slice(const char *file, int line, struct slice a, struct slice b)
{
	if (slice_eq(a, b)) return;
	test_fail(file, line, "bytes differ");
	printf("#   got  %zu: %.*s\n#   want %zu: %.*s\n", a.n, a.n > 400 ? 400 : (int)a.n,
		a.p ? (const char *)a.p : "", b.n, b.n > 400 ? 400 : (int)b.n,
		b.p ? (const char *)b.p : "");
}

void test_err(const char *file, int line, enum err got, enum err want)
{
	if (got == want) return;
	test_fail(file, line, "error codes differ");
	printf("#   got %s, want %s\n", err_name(got), err_name(want));
}

const char *test_vector(const char *name)
{
	static char path[4096];
	const char *dir = getenv("VECTORS");

	snprintf(path, sizeof path, "%s/%s", dir && *dir ? dir : "../shared/vectors", name);
	return path;
}

struct slice test_keep(struct buf *b)
{
	/* All that tests keep until the process ends, so that leaks are real ones. */
	static struct kept {
		struct kept *next;
		struct buf b;
	} * kept;
	struct kept *k = malloc(sizeof *k);

	if (!k) abort();
	k->b = *b;
	k->next = kept;
	kept = k;
	return b->n ? buf_slice(b) : SLICE("");
}

struct slice test_file(const char *path)
{
	struct buf b = buf_heap(64 << 20);

	if (!file_read(path, 64 << 20, &b)) return test_keep(&b);
	buf_drop(&b);
	return SLICE_NONE;
}

struct slice test_hex(const char *hex)
{
	struct buf b = buf_heap(1 << 20);

	if (!*hex) return SLICE("");
	if (hex_into(slice_str(hex), &b)) abort();
	return test_keep(&b);
}

int main(int argc, char **argv)
{
	struct test *t;
	int bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (t = tests; t; t = t->next) {
		if (argc > 1 && !strstr(t->name, argv[1])) continue;
		failures = 0;
		skipped = NULL;
		t->run();
		if (failures) {
			printf("not ok unit %s\n", t->name);
			bad++;
		} else if (skipped) {
			printf("skip unit %s: %s\n", t->name, skipped);
		} else {
			printf("ok unit %s\n", t->name);
		}
	}
	return bad != 0;
}
