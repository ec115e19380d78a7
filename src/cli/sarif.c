/* SPDX-License-Identifier: MIT */
/*
 * `inspect --sarif`: facts in the form that code hosts and editors show (SARIF
 * 2.1.0). Rules are words, levels are note and warning: facts, no judgements.
 * Runs on the command line.
 */
#include <stdio.h>

#include "base/json_write.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/cli.h"
#include "cli/inspect.h"
#include "proc/inspection.h"

#define SARIF_MAX (16 * MIB)

/* A rule for each kind; a kind that can be declared is a result only where it is not. */
static const struct {
	const char *kind, *rule, *level, *what;
	bool undeclared_only;
} rules[] = {
	{"host", "undeclared-network", "note", "a host that SKILL.md does not declare", true},
	{"secret", "undeclared-secret", "note",
		"a variable named like a credential that SKILL.md does not declare", true},
	{"environment", "undeclared-environment", "note",
		"an environment variable that SKILL.md does not declare", true},
	{"binary", "undeclared-binary", "note", "a program that SKILL.md does not declare", true},
	{"module", "undeclared-module", "note",
		"a module that no requirements or package file names", true},
	{"test", "undeclared-test", "note", "a test that SKILL.md does not declare", true},
	{"missing-file", "missing-file", "warning", "SKILL.md names a file that is not there",
		false},
	{"install-hook", "install-hook", "note", "what a package manager runs at installation",
		false},
	{"interpreter-line", "broken-interpreter-line", "warning",
		"a #! line that ends in CR: no kernel finds the program", false},
	{"nested", "nested-binary", "note", "an archive or a compiled program in the package",
		false},
	{"command", "command-in-prose", "note", "a command that an agent would run", false},
	{"", "hidden-text", "warning", "characters that people do not see", false},
	{"", "package-refused", "warning", "the package is refused", false},
};
enum { RULES = sizeof rules / sizeof *rules, RULE_HIDDEN = RULES - 2, RULE_REFUSED = RULES - 1 };

static void text_member(struct jw *w, const char *name, const char *text)
{
	jw_key(w, name);
	jw_object(w);
	jw_key_cstr(w, "text", text);
	jw_object_end(w);
}

static void driver(struct jw *w)
{
	unsigned i;

	jw_key(w, "tool");
	jw_object(w);
	jw_key(w, "driver");
	jw_object(w);
	jw_key_cstr(w, "name", SV_NAME);
	jw_key_cstr(w, "semanticVersion", SV_VERSION);
	jw_key(w, "rules");
	jw_array(w);
	for (i = 0; i < RULES; i++) {
		jw_object(w);
		jw_key_cstr(w, "id", rules[i].rule);
		text_member(w, "shortDescription", rules[i].what);
		jw_key(w, "defaultConfiguration");
		jw_object(w);
		jw_key_cstr(w, "level", rules[i].level);
		jw_object_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
	jw_object_end(w);
}

/* RFC 3986: everything but unreserved bytes and the slash as %XX. */
static void path_uri(struct jw *w, struct slice path)
{
	uint8_t mem[3 * LIMIT_PATH_BYTES];
	struct buf b = buf_on(mem, sizeof mem);
	size_t i;

	for (i = 0; i < path.n; i++) {
		uint8_t c = path.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '-' || c == '.' || c == '_' || c == '~' || c == '/')
			buf_u8(&b, c);
		else
			buf_fmt(&b, "%%%02X", c);
	}
	jw_key_str(w, "uri", buf_slice(&b));
}

/* Line 0: the file as a whole. An empty path: no place. */
static void result(struct jw *w, unsigned rule, const char *text, struct slice path, uint64_t line)
{
	jw_object(w);
	jw_key_cstr(w, "ruleId", rules[rule].rule);
	jw_key_u64(w, "ruleIndex", rule);
	jw_key_cstr(w, "level", rules[rule].level);
	text_member(w, "message", text);
	jw_key(w, "locations");
	jw_array(w);
	if (path.n) {
		jw_object(w);
		jw_key(w, "physicalLocation");
		jw_object(w);
		jw_key(w, "artifactLocation");
		jw_object(w);
		path_uri(w, path);
		jw_object_end(w);
		if (line) {
			jw_key(w, "region");
			jw_object(w);
			jw_key_u64(w, "startLine", line);
			jw_object_end(w);
		}
		jw_object_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

static void row_result(struct jw *w, const struct cJSON *row)
{
	char value[LIMIT_FACT_BYTES + 1], text[LIMIT_FACT_BYTES + 160];
	uint64_t places = json_count_of(row, "places");
	bool declared = false;
	unsigned i;

	for (i = 0; i < RULE_HIDDEN; i++)
		if (slice_is(json_text_of(row, "kind"), rules[i].kind)) break;
	if (json_get_bool(row, "declared", &declared)) declared = false;
	if (i == RULE_HIDDEN || (declared && rules[i].undeclared_only)) return;
	snprintf(text, sizeof text, "%s: %s (%llu place%s; %s)",
		text_shown(value, sizeof value, json_text_of(row, "value")), rules[i].what,
		(unsigned long long)places, places == 1 ? "" : "s", inspection_basis);
	result(w, i, text, json_text_of(row, "path"), json_count_of(row, "line"));
}

static void hidden_result(struct jw *w, const struct cJSON *h)
{
	char text[200];

	snprintf(text, sizeof text, "%s: %llu zero-width, %llu direction, %llu tag, %llu escape",
		rules[RULE_HIDDEN].what, (unsigned long long)json_count_of(h, "zeroWidth"),
		(unsigned long long)json_count_of(h, "bidi"),
		(unsigned long long)json_count_of(h, "tag"),
		(unsigned long long)json_count_of(h, "escape"));
	result(w, RULE_HIDDEN, text, json_text_of(h, "path"), json_count_of(h, "line"));
}

static void refused_result(struct jw *w, const struct cJSON *j)
{
	char code[64], why[300], text[400];

	snprintf(text, sizeof text, "%s: %s",
		text_ascii(code, sizeof code, json_text_of(j, "code")),
		text_shown(why, sizeof why, json_text_of(j, "error")));
	result(w, RULE_REFUSED, text, json_text_of(j, "manifestFile"),
		json_count_of(json_get(j, "detail"), "line"));
}

int inspect_sarif(const struct report *r)
{
	const struct cJSON *inspection = json_get(r->json, "inspection"), *c;
	struct buf b = buf_heap(SARIF_MAX);
	struct jw w = jw_to(&b, false);
	int status = r->status;

	jw_object(&w);
	jw_key_cstr(&w, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	jw_key_cstr(&w, "version", "2.1.0");
	jw_key(&w, "runs");
	jw_array(&w);
	jw_object(&w);
	driver(&w);
	jw_key(&w, "results");
	jw_array(&w);
	if (r->status == EXIT_REFUSED) refused_result(&w, r->json);
	for (c = json_child(json_get(inspection, "hiddenText")); c; c = json_next(c))
		hidden_result(&w, c);
	for (c = json_child(json_get(inspection, "rows")); c; c = json_next(c))
		row_result(&w, c);
	jw_array_end(&w);
	jw_object_end(&w);
	jw_array_end(&w);
	jw_object_end(&w);
	if (b.err)
		status = cli_cannot("inspect", b.err, &(struct why)WHY_INIT);
	else
		printf("%s\n", buf_text(&b));
	buf_drop(&b);
	return status;
}
