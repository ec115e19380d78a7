/* SPDX-License-Identifier: MIT */
/*
 * `inspect --suggest`: frontmatter in the strict form of Agent Skills (flat
 * texts in metadata) that declares what was found. Runs on the command line.
 */
#include <stdio.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/inspect.h"
#include "proc/inspection.h"

/* A text in YAML's double quotes; what is not printable ASCII stands as an escape of YAML. */
static void print_quoted(struct slice s)
{
	size_t at = 0;

	putchar('"');
	while (at < s.n) {
		int32_t c = utf8_next(s, &at);

		if (c < 0) return; /* JSON holds UTF-8 only */
		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c >= 0x20 && c < 0x7f)
			putchar(c);
		else if (c <= 0xffff)
			printf("\\u%04X", (unsigned)c);
		else
			printf("\\U%08X", (unsigned)c);
	}
	putchar('"');
}

static void print_member(const char *name, struct slice value)
{
	printf("%s: ", name);
	print_quoted(value);
	putchar('\n');
}

/* A member of metadata, which is opened by the first of them. */
static void print_metadata(bool *opened, const char *name, struct slice value)
{
	if (!value.n) return;
	if (!*opened) printf("metadata:\n");
	*opened = true;
	printf("  ");
	print_member(name, value);
}

static const struct cJSON *first_row(const struct cJSON *inspection)
{
	return json_child(json_get(inspection, "rows"));
}

static bool is_kind(const struct cJSON *row, const char *a, const char *b)
{
	struct slice kind = json_text_of(row, "kind");

	return slice_is(kind, a) || (b && slice_is(kind, b));
}

/* Values of one or two kinds, whether they are declared or not: the block stands for itself. */
static void print_words(const struct cJSON *inspection, bool *opened, const char *name,
	const char *a, const char *b)
{
	const struct cJSON *row;
	struct buf list = buf_heap(64 * KIB);

	for (row = first_row(inspection); row; row = json_next(row)) {
		if (!is_kind(row, a, b)) continue;
		if (list.n) buf_u8(&list, ' ');
		buf_put(&list, json_text_of(row, "value"));
	}
	if (!list.err) print_metadata(opened, name, buf_slice(&list));
	buf_drop(&list);
}

/* The script of package.json before files that look like tests. */
static struct slice offered_test(const struct cJSON *inspection)
{
	const struct cJSON *row;
	struct slice best = SLICE_NONE;

	for (row = first_row(inspection); row; row = json_next(row)) {
		struct slice value = json_text_of(row, "value");

		if (is_kind(row, "test", NULL) && (!best.n || slice_is(value, "npm test")))
			best = value;
	}
	return best;
}

/* What a frontmatter cannot declare. */
static void print_modules(const struct cJSON *inspection)
{
	const struct cJSON *row;
	char shown[LIMIT_FACT_BYTES + 1];
	bool declared, any = false;

	for (row = first_row(inspection); row; row = json_next(row)) {
		if (!is_kind(row, "module", NULL)) continue;
		if (!json_get_bool(row, "declared", &declared) && declared) continue;
		if (!any) printf("# In no requirements.txt or package.json:");
		printf(" %s", text_shown(shown, sizeof shown, json_text_of(row, "value")));
		any = true;
	}
	if (any) putchar('\n');
}

static void print_more(const struct cJSON *inspection)
{
	const struct cJSON *more;
	char shown[32];

	for (more = json_child(json_get(inspection, "more")); more; more = json_next(more))
		printf("# Not all: %llu more places of kind %s.\n",
			(unsigned long long)json_count_of(more, "places"),
			text_ascii(shown, sizeof shown, json_text_of(more, "kind")));
}

void inspect_suggest(const struct report *r)
{
	const struct cJSON *inspection = json_get(r->json, "inspection");
	struct slice test = offered_test(inspection);
	bool declared = false, opened = false;

	if (json_get_bool(r->json, "testDeclared", &declared)) declared = false;
	printf("---\n");
	/* A strict name has the slug's letters only. */
	print_member("name", json_text_of(r->json, "slug"));
	print_member("description", json_text_of(r->json, "description"));
	printf("# Keep license, compatibility, allowed-tools%s as they are.\n",
		declared ? " and the fields of your test" : "");
	printf("# %s.\n", inspection_basis);
	print_more(inspection);
	print_modules(inspection);
	if (!declared && !test.n)
		printf("# No test was found. verifier.test_command in metadata would declare one.\n");
	print_metadata(&opened, "version", json_text_of(r->json, "version"));
	print_words(inspection, &opened, "requires.bins", "binary", NULL);
	print_words(inspection, &opened, "requires.env", "environment", "secret");
	print_words(inspection, &opened, "requires.network", "host", NULL);
	if (!declared) print_metadata(&opened, "verifier.test_command", test);
	printf("---\n");
}
