/* SPDX-License-Identifier: MIT */
/* `inspect --against`: two versions of a package side by side. Runs on the command line. */
#include <stdio.h>

#include "base/json_write.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/inspect.h"
#include "proc/inspection.h"

static const struct {
	const char *kind, *title;
} compared[] = {
	{"host", "hosts"},
	{"secret", "secrets"},
	{"environment", "variables"},
	{"binary", "programs"},
	{"module", "modules"},
	{"install-hook", "run when installed"},
	{"nested", "archives and programs inside"},
	{"command", "commands in prose"},
};

static const struct cJSON *rows_of(const struct report *r)
{
	return json_child(json_get(json_get(r->json, "inspection"), "rows"));
}

/* Equal kind and value; of a file as a whole also equal path, for there the value is a word. */
static bool holds(const struct cJSON *rows, const struct cJSON *row)
{
	bool whole = json_count_of(row, "line") == 0;

	for (; rows; rows = json_next(rows))
		if (slice_eq(json_text_of(rows, "kind"), json_text_of(row, "kind")) &&
			slice_eq(json_text_of(rows, "value"), json_text_of(row, "value")) &&
			(!whole || slice_eq(json_text_of(rows, "path"), json_text_of(row, "path"))))
			return true;
	return false;
}

/* Rows of a kind in one list and not in the other; how many. */
static unsigned print_only(const char *mark, const char *kind, const char *title, bool titled,
	const struct cJSON *here, const struct cJSON *there)
{
	char value[LIMIT_FACT_BYTES + 1], path[LIMIT_PATH_BYTES + 1];
	const struct cJSON *row;
	unsigned n = 0;

	for (row = here; row; row = json_next(row)) {
		if (!slice_is(json_text_of(row, "kind"), kind) || holds(there, row)) continue;
		if (!n++ && !titled) printf("%s\n", title);
		printf("  %s %s  %s:%llu\n", mark,
			text_shown(value, sizeof value, json_text_of(row, "value")),
			text_ascii(path, sizeof path, json_text_of(row, "path")),
			(unsigned long long)json_count_of(row, "line"));
	}
	return n;
}

static void print_file(const char *mark, const struct cJSON *file)
{
	char path[LIMIT_PATH_BYTES + 1];

	printf("  %s %s\n", mark, text_ascii(path, sizeof path, json_text_of(file, "path")));
}

static bool same_file(const struct cJSON *a, const struct cJSON *b)
{
	bool x = false, y = false;

	return slice_eq(json_text_of(a, "sha256"), json_text_of(b, "sha256")) &&
	       !json_get_bool(a, "executable", &x) && !json_get_bool(b, "executable", &y) && x == y;
}

/* Both lists are sorted by path: one walk. */
static unsigned print_files(const struct report *old, const struct report *new)
{
	const struct cJSON *a = json_child(json_get(old->json, "fileList"));
	const struct cJSON *b = json_child(json_get(new->json, "fileList"));
	unsigned n = 0;

	while (a || b) {
		int order = !a   ? 1
			    : !b ? -1
				 : slice_cmp(json_text_of(a, "path"), json_text_of(b, "path"));
		const char *mark = order < 0 ? "-" : order > 0 ? "+" : "~";

		if (order || !same_file(a, b)) {
			if (!n++) printf("files\n");
			print_file(mark, order > 0 ? b : a);
		}
		if (order <= 0) a = json_next(a);
		if (order >= 0) b = json_next(b);
	}
	return n;
}

static void print_head(const char *what, const struct report *r)
{
	char id[300], hash[80];

	printf("%-4s %s  %s\n", what,
		*text_ascii(id, sizeof id, json_text_of(r->json, "skillId")) ? id : "(refused)",
		text_ascii(hash, sizeof hash, json_text_of(r->json, "dirHash1")));
}

/* A list that was cut can differ in what is not in it. */
static void print_cut(const struct report *r, const char *what)
{
	const struct cJSON *more = json_child(json_get(json_get(r->json, "inspection"), "more"));
	char kind[32];

	for (; more; more = json_next(more))
		printf("not compared: %llu more places of kind %s in %s\n",
			(unsigned long long)json_count_of(more, "places"),
			text_ascii(kind, sizeof kind, json_text_of(more, "kind")), what);
}

static bool has_facts(const struct report *r, const char *what)
{
	char code[64];

	if (json_is_object(json_get(r->json, "inspection"))) return true;
	cli_say("inspect: the %s version has no facts to compare%s%s", what,
		json_get(r->json, "code") ? "; it is refused: " : "",
		text_ascii(code, sizeof code, json_text_of(r->json, "code")));
	return false;
}

/* ---- JSON ------------------------------------------------------------------------------ */

static void version_json(struct jw *w, const char *name, const struct report *r)
{
	jw_key(w, name);
	jw_object(w);
	jw_key_str(w, "outcome", json_text_of(r->json, "outcome"));
	jw_key_str_or_null(w, "skillId", json_text_of(r->json, "skillId"));
	jw_key_str(w, "dirHash1", json_text_of(r->json, "dirHash1"));
	jw_object_end(w);
}

/* One walk over two lists sorted by path, as print_files. */
static void files_json(struct jw *w, const struct report *old, const struct report *new)
{
	const struct cJSON *a = json_child(json_get(old->json, "fileList"));
	const struct cJSON *b = json_child(json_get(new->json, "fileList"));

	while (a || b) {
		int order = !a   ? 1
			    : !b ? -1
				 : slice_cmp(json_text_of(a, "path"), json_text_of(b, "path"));

		if (order || !same_file(a, b)) {
			jw_object(w);
			jw_key_cstr(w, "change",
				order < 0   ? "removed"
				: order > 0 ? "added"
					    : "changed");
			jw_key_str(w, "path", json_text_of(order > 0 ? b : a, "path"));
			jw_object_end(w);
		}
		if (order <= 0) a = json_next(a);
		if (order >= 0) b = json_next(b);
	}
}

static void facts_json(struct jw *w, const char *change, const char *kind, const struct cJSON *here,
	const struct cJSON *there)
{
	for (; here; here = json_next(here)) {
		if (!slice_is(json_text_of(here, "kind"), kind) || holds(there, here)) continue;
		jw_object(w);
		jw_key_cstr(w, "change", change);
		jw_key_str_or_null(w, "declare", json_text_of(here, "declare"));
		jw_key_cstr(w, "kind", kind);
		jw_key_u64(w, "line", json_count_of(here, "line"));
		jw_key_str(w, "path", json_text_of(here, "path"));
		jw_key_str(w, "value", json_text_of(here, "value"));
		jw_object_end(w);
	}
}

static void cut_json(struct jw *w, const char *version, const struct report *r)
{
	const struct cJSON *more = json_child(json_get(json_get(r->json, "inspection"), "more"));

	for (; more; more = json_next(more)) {
		jw_object(w);
		jw_key_cstr(w, "version", version);
		jw_key_str(w, "kind", json_text_of(more, "kind"));
		jw_key_u64(w, "places", json_count_of(more, "places"));
		jw_object_end(w);
	}
}

static int against_json(const struct report *old, const struct report *new)
{
	struct buf b = buf_heap(16 * MIB);
	struct jw w = jw_to(&b, false);
	int status = EXIT_YES;
	size_t i;

	jw_object(&w);
	version_json(&w, "old", old);
	version_json(&w, "new", new);
	jw_key_cstr(&w, "basis", inspection_basis);
	jw_key(&w, "files");
	jw_array(&w);
	files_json(&w, old, new);
	jw_array_end(&w);
	jw_key(&w, "facts");
	jw_array(&w);
	for (i = 0; i < sizeof compared / sizeof *compared; i++) {
		facts_json(&w, "removed", compared[i].kind, rows_of(old), rows_of(new));
		facts_json(&w, "added", compared[i].kind, rows_of(new), rows_of(old));
	}
	jw_array_end(&w);
	jw_key(&w, "notCompared");
	jw_array(&w);
	cut_json(&w, "old", old);
	cut_json(&w, "new", new);
	jw_array_end(&w);
	jw_object_end(&w);
	if (b.err)
		status = cli_cannot("inspect", b.err, &(struct why)WHY_INIT);
	else
		printf("%s\n", buf_text(&b));
	buf_drop(&b);
	return status;
}

int inspect_against(const struct report *old, const struct report *new, bool json)
{
	bool refused = old->status == EXIT_REFUSED || new->status == EXIT_REFUSED;
	unsigned n;
	size_t i;

	if (!has_facts(old, "old") || !has_facts(new, "new"))
		return refused ? EXIT_REFUSED : EXIT_CANNOT;
	if (json) {
		int status = against_json(old, new);

		return status == EXIT_YES && refused ? EXIT_REFUSED : status;
	}
	print_head("old", old);
	print_head("new", new);
	n = print_files(old, new);
	for (i = 0; i < sizeof compared / sizeof *compared; i++) {
		const char *kind = compared[i].kind, *title = compared[i].title;
		unsigned gone = print_only("-", kind, title, false, rows_of(old), rows_of(new));

		n += gone + print_only("+", kind, title, gone > 0, rows_of(new), rows_of(old));
	}
	if (!n) printf("no difference in files and facts\n");
	print_cut(old, "old");
	print_cut(new, "new");
	printf("(%s)\n", inspection_basis);
	return refused ? EXIT_REFUSED : EXIT_YES;
}
