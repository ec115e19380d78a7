/* SPDX-License-Identifier: MIT */
/* The report about one package for people. Runs on the command line. */
#include <stdio.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/facts.h"
#include "cli/inspect.h"
#include "cli/refusal.h"

/* A refusal's text or name, whose bytes were made printable where they were read. */
static const char *shown(const struct cJSON *j, const char *name, char *mem, size_t cap)
{
	return text_shown(mem, cap, json_text_of(j, name));
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
	const char *code = cli_member(s, "reason", b, sizeof b);

	if (!json_is_object(s)) return;
	if (*code)
		printf("%-12s not verified: %s (%s)\n", "signature", err_text(err_by_name(code)),
			code);
	else
		printf("%-12s verified under anchor %s\n", "signature",
			cli_member(s, "anchorSha256", a, sizeof a));
	if (*cli_member(json_get(s, "leaf"), "subject", a, sizeof a))
		printf("%-12s %s\n", *code ? "claims" : "signed by", a);
	if (json_count_of(s, "unsignedFiles"))
		printf("%-12s %llu files are not signed\n", "",
			(unsigned long long)json_count_of(s, "unsignedFiles"));
}

static void print_accepted(const struct cJSON *j)
{
	const struct cJSON *test = json_get(j, "test");
	char a[300], b[300];

	printf("%s\n", cli_member(j, "skillId", a, sizeof a));
	if (*cli_member(j, "description", a, sizeof a)) printf("  %s\n", a);
	printf("\n");
	printf("%-12s %llu files, %llu bytes%s%s\n", "package",
		(unsigned long long)json_count_of(j, "files"),
		(unsigned long long)json_count_of(j, "bytes"),
		*cli_member(j, "topDirectory", a, sizeof a) ? ", folder " : "", a);
	if (*cli_member(j, "sha256", a, sizeof a)) printf("%-12s %s\n", "sha256", a);
	printf("%-12s %s\n", "dirHash1", cli_member(j, "dirHash1", a, sizeof a));
	printf("%-12s %s (%llu bytes)\n", "manifest", cli_member(j, "manifestFile", a, sizeof a),
		(unsigned long long)json_count_of(j, "manifestBytes"));
	if (json_is_object(test)) {
		print_list("test", json_get(json_get(test, "command"), "argv"));
		print_list("setup", json_get(json_get(test, "setup"), "argv"));
		printf("%-12s %s, %llu ms\n", "runtime", cli_member(test, "runtime", b, sizeof b),
			(unsigned long long)json_count_of(test, "timeoutMs"));
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
		cli_member(j, "code", b, sizeof b));
	if (json_count_of(d, "member"))
		printf("  member %llu", (unsigned long long)json_count_of(d, "member"));
	if (*shown(d, "name", a, sizeof a)) printf("  %s", a);
	if (json_count_of(d, "line"))
		printf("  %s:%llu:%llu", cli_member(j, "manifestFile", b, sizeof b),
			(unsigned long long)json_count_of(d, "line"),
			(unsigned long long)json_count_of(d, "column"));
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
			cli_member(r->json, "code", code, sizeof code));
}
