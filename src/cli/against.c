/* SPDX-License-Identifier: MIT */
/* `inspect --against`: two versions of a package side by side. Runs on the command line. */
#include <stdio.h>

#include "base/json_write.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/inspect.h"
#include "gate/difference.h"
#include "proc/inspection.h"

/* One group of lines and its title, which stands above the first of them. */
struct group {
	const char *title;
	bool titled;
};

static void print_title(struct group *g)
{
	if (!g->titled) printf("%s\n", g->title);
	g->titled = true;
}

static void print_fact(void *ctx, const struct difference *d)
{
	char value[LIMIT_FACT_BYTES + 1], path[LIMIT_PATH_BYTES + 1];

	print_title(ctx);
	printf("  %c %s  %s:%llu\n", d->mark, text_shown(value, sizeof value, d->value),
		text_ascii(path, sizeof path, d->path), (unsigned long long)d->line);
}

static void print_file(void *ctx, const struct difference *d)
{
	char path[LIMIT_PATH_BYTES + 1];

	print_title(ctx);
	printf("  %c %s\n", d->mark, text_ascii(path, sizeof path, d->path));
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

static const char *change_of(const struct difference *d)
{
	return d->mark == '-' ? "removed" : d->mark == '+' ? "added" : "changed";
}

static void file_json(void *ctx, const struct difference *d)
{
	struct jw *w = ctx;

	jw_object(w);
	jw_key_cstr(w, "change", change_of(d));
	jw_key_str(w, "path", d->path);
	jw_object_end(w);
}

static void fact_json(void *ctx, const struct difference *d)
{
	struct jw *w = ctx;

	jw_object(w);
	jw_key_cstr(w, "change", change_of(d));
	jw_key_str_or_null(w, "declare", json_text_of(d->row, "declare"));
	jw_key_cstr(w, "kind", d->kind);
	jw_key_u64(w, "line", d->line);
	jw_key_str(w, "path", d->path);
	jw_key_str(w, "value", d->value);
	jw_object_end(w);
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
	size_t i;

	jw_object(&w);
	version_json(&w, "old", old);
	version_json(&w, "new", new);
	jw_key_cstr(&w, "basis", inspection_basis);
	jw_key(&w, "files");
	jw_array(&w);
	difference_files(old->json, new->json, file_json, &w);
	jw_array_end(&w);
	jw_key(&w, "facts");
	jw_array(&w);
	for (i = 0; i < DIFFERENCE_KINDS; i++)
		difference_facts(old->json, new->json, difference_kinds[i].kind, fact_json, &w);
	jw_array_end(&w);
	jw_key(&w, "notCompared");
	jw_array(&w);
	cut_json(&w, "old", old);
	cut_json(&w, "new", new);
	jw_array_end(&w);
	jw_object_end(&w);
	return cli_put("inspect", &b, EXIT_YES);
}

int inspect_against(const struct report *old, const struct report *new, bool json)
{
	bool refused = old->status == EXIT_REFUSED || new->status == EXIT_REFUSED;
	struct group files = {"files", false};
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
	n = difference_files(old->json, new->json, print_file, &files);
	for (i = 0; i < DIFFERENCE_KINDS; i++) {
		struct group g = {difference_kinds[i].title, false};

		n += difference_facts(
			old->json, new->json, difference_kinds[i].kind, print_fact, &g);
	}
	if (!n) printf("no difference in files and facts\n");
	print_cut(old, "old");
	print_cut(new, "new");
	printf("(%s)\n", inspection_basis);
	return refused ? EXIT_REFUSED : EXIT_YES;
}
