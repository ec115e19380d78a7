/* SPDX-License-Identifier: MIT */
/* Needs that a manifest declares in the forms of the wild. Runs in unpack; no I/O. */
#include "unpack/requires.h"

static void add(struct slice *list, unsigned *n, struct slice s)
{
	if (s.n && *n < REQUIRES_MAX) list[(*n)++] = s;
}

/* A list of texts, or one text. */
static void add_texts(
	const struct matter *y, const struct matter_node *n, struct slice *list, unsigned *count)
{
	const struct matter_node *c;

	if (n && n->kind == MATTER_TEXT) add(list, count, n->text);
	if (!n || n->kind != MATTER_LIST) return;
	for (c = matter_first(y, n); c; c = matter_next(y, c))
		if (c->kind == MATTER_TEXT) add(list, count, c->text);
}

/* "Bash(git:*) Read, Bash(npm run test:*)": the programs that a shell tool may call. */
static void add_tools(struct needs *out, struct slice text)
{
	size_t at = 0;

	while ((at = slice_search(text, at, SLICE("Bash("))) < text.n) {
		struct slice inside = slice_from(text, at + 5);

		inside = slice_split(&inside, ')');
		inside = slice_split(&inside, ':');
		add(out->binaries, &out->n_binaries, slice_split(&inside, ' '));
		at += 5;
	}
}

static void read_tools(const struct matter *y, struct needs *out)
{
	const struct matter_node *n = matter_get(y, matter_root(y), "allowed-tools"), *c;

	if (n && n->kind == MATTER_TEXT) add_tools(out, n->text);
	if (!n || n->kind != MATTER_LIST) return;
	for (c = matter_first(y, n); c; c = matter_next(y, c))
		if (c->kind == MATTER_TEXT) add_tools(out, c->text);
}

/* envVars and install: lists of maps, of each of which one member counts. */
static void add_members(const struct matter *y, const struct matter_node *list, const char *name,
	struct slice *out, unsigned *n)
{
	const struct matter_node *c;

	if (!list || list->kind != MATTER_LIST) return;
	for (c = matter_first(y, list); c; c = matter_next(y, c))
		add_texts(y, matter_get(y, c, name), out, n);
}

static bool names(const struct matter *y, const struct matter_node *list, const char *word)
{
	const struct matter_node *c;

	if (list && list->kind == MATTER_TEXT) return slice_is(list->text, word);
	if (!list || list->kind != MATTER_LIST) return false;
	for (c = matter_first(y, list); c; c = matter_next(y, c))
		if (c->kind == MATTER_TEXT && slice_is(c->text, word)) return true;
	return false;
}

static void read_openclaw(const struct matter *y, const struct matter_node *claw, struct needs *out)
{
	const struct matter_node *needs = matter_get(y, claw, "requires");
	const struct matter_node *os = matter_get(y, claw, "os");

	add_texts(y, matter_get(y, needs, "bins"), out->binaries, &out->n_binaries);
	add_texts(y, matter_get(y, needs, "anyBins"), out->binaries, &out->n_binaries);
	add_texts(y, matter_get(y, needs, "env"), out->environment, &out->n_environment);
	add_texts(y, matter_get(y, claw, "primaryEnv"), out->environment, &out->n_environment);
	add_members(
		y, matter_get(y, claw, "envVars"), "name", out->environment, &out->n_environment);
	add_members(y, matter_get(y, claw, "install"), "bins", out->binaries, &out->n_binaries);
	if (names(y, os, "darwin") && !names(y, os, "linux") && !names(y, os, "win32"))
		out->macos_only = true;
}

/* "a, b c": a flat text, as metadata of a strict manifest holds nothing else. */
static void add_words(const struct matter_node *n, struct slice *list, unsigned *count)
{
	struct slice rest;

	if (!n || n->kind != MATTER_TEXT) return;
	for (rest = n->text; rest.n;) {
		struct slice part = slice_split(&rest, ',');

		while (part.n)
			add(list, count, slice_trim(slice_split(&part, ' ')));
	}
}

void requires_read(const struct matter *y, const struct matter_node *metadata, struct needs *out)
{
	static const char *const claws[] = {"openclaw", "clawdbot", "moltbot", "clawdis"};
	size_t i;

	*out = (struct needs){0};
	if (!y->n) return;
	read_tools(y, out);
	if (!metadata) return;
	add_words(matter_get(y, metadata, "requires.bins"), out->binaries, &out->n_binaries);
	add_words(matter_get(y, metadata, "requires.env"), out->environment, &out->n_environment);
	add_words(matter_get(y, metadata, "requires.network"), out->hosts, &out->n_hosts);
	for (i = 0; i < sizeof claws / sizeof *claws; i++)
		read_openclaw(y, matter_get(y, metadata, claws[i]), out);
}
