/* SPDX-License-Identifier: MIT */
/* The report about one package for people. Runs on the command line. */
#include <stdio.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/facts.h"
#include "cli/inspect.h"
#include "cli/refusal.h"

/* A text member, escaped for a terminal; "" when absent or null. */
static const char *member(const struct cJSON *j, const char *name, char *mem, size_t cap)
{
	struct slice s;

	if (json_get_str(j, name, &s)) return "";
	return text_ascii(mem, cap, s);
}

/* The same of a refusal's text or name, whose bytes were made printable where they were read. */
static const char *shown(const struct cJSON *j, const char *name, char *mem, size_t cap)
{
	struct slice s;

	if (json_get_str(j, name, &s)) return "";
	return text_shown(mem, cap, s);
}

static uint64_t number(const struct cJSON *j, const char *name)
{
	uint64_t v = 0;

	if (json_get_u64(j, name, UINT64_MAX, &v)) return 0;
	return v;
}

static void print_list(const char *label, const struct cJSON *array)
{
	const struct cJSON *item;
	char mem[200];
	struct slice s;

	if (!json_child(array)) return;
	printf("%-12s", label);
	for (item = json_child(array); item; item = json_next(item))
		if (!json_str(item, &s)) printf(" %s", text_ascii(mem, sizeof mem, s));
	printf("\n");
}

static void print_signature(const struct cJSON *s)
{
	char a[LIMIT_SIGNER_BYTES + 1], b[80];
	const char *code = member(s, "reason", b, sizeof b);

	if (!json_is_object(s)) return;
	if (*code)
		printf("%-12s not verified: %s (%s)\n", "signature", err_text(err_by_name(code)),
			code);
	else
		printf("%-12s verified under anchor %s\n", "signature",
			member(s, "anchorSha256", a, sizeof a));
	if (*member(json_get(s, "leaf"), "subject", a, sizeof a))
		printf("%-12s %s\n", *code ? "claims" : "signed by", a);
	if (number(s, "unsignedFiles"))
		printf("%-12s %llu files are not signed\n", "",
			(unsigned long long)number(s, "unsignedFiles"));
}

static void print_accepted(const struct cJSON *j)
{
	const struct cJSON *test = json_get(j, "test");
	char a[300], b[300];

	printf("%s\n", member(j, "skillId", a, sizeof a));
	if (*member(j, "description", a, sizeof a)) printf("  %s\n", a);
	printf("\n");
	printf("%-12s %llu files, %llu bytes%s%s\n", "package",
		(unsigned long long)number(j, "files"), (unsigned long long)number(j, "bytes"),
		*member(j, "topDirectory", a, sizeof a) ? ", folder " : "", a);
	if (*member(j, "sha256", a, sizeof a)) printf("%-12s %s\n", "sha256", a);
	printf("%-12s %s\n", "dirHash1", member(j, "dirHash1", a, sizeof a));
	printf("%-12s %s (%llu bytes)\n", "manifest", member(j, "manifestFile", a, sizeof a),
		(unsigned long long)number(j, "manifestBytes"));
	if (json_is_object(test)) {
		print_list("test", json_get(json_get(test, "command"), "argv"));
		print_list("setup", json_get(json_get(test, "setup"), "argv"));
		printf("%-12s %s, %llu ms\n", "runtime", member(test, "runtime", b, sizeof b),
			(unsigned long long)number(test, "timeoutMs"));
		print_list("network", json_get(json_get(test, "network"), "allow"));
		print_list("secrets", json_get(test, "secrets"));
	} else {
		printf("%-12s none declared: running it would prove nothing about behaviour\n",
			"test");
	}
	print_signature(json_get(j, "signature"));
	print_list("warnings", json_get(j, "warnings"));
	facts_text(json_get(j, "inspection"));
}

static void print_refused(const struct cJSON *j)
{
	const struct cJSON *d = json_get(j, "detail");
	char a[REFUSAL_SENTENCE], b[300];

	printf("refused: %s (%s)\n", shown(j, "error", a, sizeof a),
		member(j, "code", b, sizeof b));
	if (number(d, "member")) printf("  member %llu", (unsigned long long)number(d, "member"));
	if (*shown(d, "name", a, sizeof a)) printf("  %s", a);
	if (number(d, "line"))
		printf("  %s:%llu:%llu", member(j, "manifestFile", b, sizeof b),
			(unsigned long long)number(d, "line"),
			(unsigned long long)number(d, "column"));
	if (json_child(d)) printf("\n");
	print_list("warnings", json_get(j, "warnings"));
	/* Of a package that could not be unpacked there are none. */
	facts_text(json_get(j, "inspection"));
}

void inspect_text(const char *path, const struct report *r)
{
	char mem[300], text[REFUSAL_SENTENCE], code[64];

	if (r->status == EXIT_YES)
		print_accepted(r->json);
	else if (!r->made.cap)
		print_refused(r->json);
	else
		printf("refused: %s: %s (%s)\n", text_ascii(mem, sizeof mem, slice_str(path)),
			shown(r->json, "error", text, sizeof text),
			member(r->json, "code", code, sizeof code));
}
