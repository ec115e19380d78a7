/* SPDX-License-Identifier: MIT */
/* What a package says that it needs from others, and what runs when it is installed. Pure. */
#include <string.h>

#include "base/json.h"
#include "facts/find.h"

struct slice pip_name(uint8_t mem[LIMIT_FACT_BYTES], struct slice name)
{
	size_t i;

	for (i = 0; i < name.n && i < LIMIT_FACT_BYTES; i++) {
		uint8_t c = name.p[i];

		mem[i] = c == '_' || c == '.' ? '-' : c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
	}
	return slice_of(mem, i);
}

static void provide_python(struct find *in, struct slice name)
{
	uint8_t mem[LIMIT_FACT_BYTES];

	find_provided(in, pip_name(mem, name));
}

static size_t distribution_end(struct slice s)
{
	size_t n = 0;

	while (n < s.n && (is_name_byte(s.p[n]) || s.p[n] == '-' || s.p[n] == '.'))
		n++;
	return n;
}

/* "name[extra]>=1.0  # why", one a line; options begin with "-". */
void find_requirements(struct find *in, struct slice bytes)
{
	struct slice rest = bytes, line;

	while (find_line(in, &rest, &line)) {
		find_urls(in, line);
		line = slice_trim(line);
		if (line.n && line.p[0] != '#' && line.p[0] != '-')
			provide_python(in, slice_sub(line, 0, distribution_end(line)));
	}
}

/* Every text in quotes below a key that names dependencies: good enough for a list of names. */
void find_pyproject(struct find *in, struct slice bytes)
{
	struct slice rest = bytes, line;
	bool inside = false;

	in->line = 0;
	while (find_line(in, &rest, &line)) {
		struct slice text = slice_trim(line);
		size_t at = 0;

		if (slice_starts(text, "["))
			inside = slice_search(text, 0, SLICE("dependencies")) < text.n;
		if (slice_starts(text, "dependencies") || slice_starts(text, "requires"))
			inside = true;
		if (!inside) continue;
		/* poetry: name = "^1.0" */
		if (slice_search(text, 0, SLICE(" = ")) < text.n &&
			!slice_starts(text, "dependencies"))
			provide_python(in, slice_sub(text, 0, distribution_end(text)));
		for (; at < text.n; at++) {
			struct slice q;

			if (text.p[at] != '"' && text.p[at] != '\'') continue;
			q = quoted_text(text, &at);
			provide_python(in, slice_sub(q, 0, distribution_end(q)));
		}
		if (slice_ends(text, "]") && !slice_starts(text, "[")) inside = false;
	}
}

/* What npm writes for a package without a test. */
#define NO_TEST "no test specified"

/* Bytes that mean the same in every shell, so that a path needs no quotes. */
static bool is_plain(struct slice path)
{
	size_t i;

	for (i = 0; i < path.n; i++)
		if (!is_name_byte(path.p[i]) && !strchr("-./+", path.p[i])) return false;
	return path.n > 0 && path.p[0] != '-';
}

void find_test_file(struct find *in, struct slice name)
{
	static const struct {
		const char *begins, *ends, *command;
	} forms[] = {
		{"test.sh", "", "sh "},
		{"tests.sh", "", "sh "},
		{"run-tests.sh", "", "sh "},
		{"run_tests.sh", "", "sh "},
		/* pytest fails where it finds no test; unittest and python itself would not. */
		{"test_", ".py", "python3 -m pytest "},
		{"", "_test.py", "python3 -m pytest "},
		{"", ".test.js", "node --test "},
		{"", ".test.mjs", "node --test "},
		{"", ".test.cjs", "node --test "},
	};
	uint8_t mem[LIMIT_PATH_BYTES + 32];
	struct buf b = buf_on(mem, sizeof mem);
	size_t i;

	if (in->path.n > LIMIT_FACT_BYTES / 2 || !is_plain(in->path)) return;
	for (i = 0; i < sizeof forms / sizeof *forms; i++) {
		bool whole = !*forms[i].ends;

		if (whole ? !slice_is(name, forms[i].begins)
			  : !slice_starts(name, forms[i].begins) ||
					!slice_ends(name, forms[i].ends))
			continue;
		buf_str(&b, forms[i].command);
		buf_put(&b, in->path);
		find_add_file(in, FACT_TEST, buf_slice(&b));
		return;
	}
}

static uint32_t line_of(struct slice bytes, struct slice name)
{
	size_t at = slice_search(bytes, 0, name), i;
	uint32_t line = 1;

	for (i = 0; i < at; i++)
		line += bytes.p[i] == '\n';
	return at < bytes.n ? line : 0;
}

void find_package_json(struct find *in, struct slice bytes)
{
	static const char *const lists[] = {
		"dependencies", "devDependencies", "peerDependencies", "optionalDependencies"};
	static const char *const hooks[] = {"preinstall", "install", "postinstall", "prepare"};
	struct cJSON *j = NULL;
	const struct cJSON *c;
	struct slice text;
	uint8_t mem[LIMIT_FACT_BYTES];
	size_t i;

	if (bytes.n > LIMIT_MANIFEST_BYTES || json_parse(bytes, JSON_NUMBERS, &j, NULL)) return;
	for (i = 0; i < sizeof lists / sizeof *lists; i++)
		for (c = json_child(json_get(j, lists[i])); c; c = json_next(c))
			find_provided(in, json_name(c));
	for (i = 0; i < sizeof hooks / sizeof *hooks; i++) {
		struct buf b = buf_on(mem, sizeof mem);
		char quoted[16];

		if (json_get_str(json_get(j, "scripts"), hooks[i], &text)) continue;
		buf_fmt(&b, "\"%s\"", hooks[i]);
		slice_text(quoted, sizeof quoted, buf_slice(&b));
		in->line = line_of(bytes, slice_str(quoted));
		buf_reset(&b);
		buf_fmt(&b, "%s: ", hooks[i]);
		buf_put(&b, slice_sub(text, 0, b.cap - b.n));
		find_add(in, FACT_INSTALL_HOOK, buf_slice(&b));
		find_command_text(in, text);
		find_urls(in, text);
	}
	if (slice_is(in->path, "package.json") &&
		!json_get_str(json_get(j, "scripts"), "test", &text) &&
		slice_search(text, 0, SLICE(NO_TEST)) == text.n) {
		in->line = line_of(bytes, SLICE("\"test\""));
		find_add(in, FACT_TEST, SLICE("npm test"));
	}
	json_drop(&j);
}
