/* SPDX-License-Identifier: MIT */
/* The test that a manifest declares. Runs in unpack; no I/O. */
#include "unpack/declare.h"

#include "unpack/values.h"

#define METADATA_PREFIX "verifier."

/* Everything that a declaration may say. */
enum item {
	COMMAND,
	DEPS,
	TIMEOUT,
	ENVIRONMENT,
	NETWORK,
	RUNTIME,
	WORKDIR,
	SECRETS,
	EXPECT_EXIT,
	ITEMS
};

/* What it is called in each dialect; NULL where a dialect cannot say it. */
static const char *const nested_names[ITEMS] = {"command", "deps", "timeout", "environment",
	"network", "runtime", "workdir", "secrets", "expect_exit"};
static const char *const flat_names[ITEMS] = {
	"test_command", "test_deps", "test_timeout", "test_environment", "test_network", "runtime"};
static const char *const metadata_names[ITEMS] = {"verifier.test_command", "verifier.test_deps",
	"verifier.timeout", "verifier.environment", "verifier.network", "verifier.runtime"};

struct declaration {
	enum test_source source;
	const char *name[ITEMS]; /* for messages */
	const struct matter_node *node[ITEMS];
};

static void find_items(const struct reading *r, const struct matter_node *map,
	const char *const names[ITEMS], struct declaration *d)
{
	int i;

	for (i = 0; i < ITEMS; i++) {
		d->name[i] = names[i];
		d->node[i] = names[i] ? matter_get(r->matter, map, names[i]) : NULL;
	}
}

/* Keys of ours must be known ones: a misspelled one must not mean "no test". */
static enum err check_metadata_keys(struct reading *r)
{
	const struct matter_node *k = matter_first(r->matter, r->metadata);
	char shown[SHOWN];
	int i;

	for (; k; k = matter_next(r->matter, matter_next(r->matter, k))) {
		if (!slice_starts(k->text, METADATA_PREFIX)) continue;
		for (i = 0; i < ITEMS; i++)
			if (metadata_names[i] && slice_is(k->text, metadata_names[i])) break;
		if (i == ITEMS)
			return refuse_field(r, E_TEST_UNKNOWN_FIELD, k,
				"'%s' is not known; use verifier.test_command, test_deps, "
				"timeout, environment, network and runtime",
				shown_value(shown, k));
	}
	return E_OK;
}

static enum err check_nested_keys(struct reading *r, const struct matter_node *test)
{
	const struct matter_node *k = matter_first(r->matter, test);
	char shown[SHOWN];
	int i;

	for (; k; k = matter_next(r->matter, matter_next(r->matter, k))) {
		for (i = 0; i < ITEMS; i++)
			if (slice_is(k->text, nested_names[i])) break;
		if (i == ITEMS)
			return refuse_field(r, E_TEST_UNKNOWN_FIELD, k,
				"'%s' is not known; use command, deps, timeout, environment, "
				"network, runtime, workdir, secrets and expect_exit",
				shown_value(shown, k));
	}
	return E_OK;
}

static enum err conflict(struct reading *r, const char *a, const struct matter_node *first,
	const char *b, const struct matter_node *second)
{
	return refuse_field(r, E_TEST_CONFLICT, second,
		"'%s' (line %u) and '%s' (line %u) do not go together; keep one", a, first->line, b,
		second->line);
}

/*
 * Fields of another dialect beside the one in use would be dropped silently;
 * "runtime" and "timeout" mean something to others too and may stay.
 */
static enum err check_strangers(struct reading *r, const char *name, const struct matter_node *own,
	const struct matter_node *map, const char *const names[ITEMS], bool ours)
{
	const struct matter_node *n;
	int i;

	for (i = 0; i < ITEMS; i++) {
		if (!names[i] || (i == RUNTIME && !ours)) continue;
		n = matter_get(r->matter, map, names[i]);
		if (n) return conflict(r, name, own, names[i], n);
	}
	return E_OK;
}

/* The mapping "test", or its command alone. */
static enum err from_nested(
	struct reading *r, const struct matter_node *test, struct declaration *d)
{
	enum err e = check_strangers(r, "test", test, r->root, flat_names, false);

	if (!e) e = check_strangers(r, "test", test, r->metadata, metadata_names, true);
	if (e) return e;
	d->source = TEST_NESTED;
	if (test->kind != MATTER_MAP) {
		d->name[COMMAND] = "test";
		d->node[COMMAND] = test;
		return E_OK;
	}
	find_items(r, test, nested_names, d);
	e = check_nested_keys(r, test);
	if (!e && !d->node[COMMAND])
		e = refuse_field(
			r, E_TEST_INVALID, test, "'test' has no command; write command: ./test.sh");
	return e;
}

static enum err from_flat(
	struct reading *r, const struct matter_node *command, struct declaration *d)
{
	const struct matter_node *timeout = matter_get(r->matter, r->root, "timeout");
	enum err e = check_strangers(r, "test_command", command, r->metadata, metadata_names, true);

	if (e) return e;
	d->source = TEST_FLAT;
	find_items(r, r->root, flat_names, d);
	if (timeout && d->node[TIMEOUT])
		return conflict(r, "timeout", timeout, "test_timeout", d->node[TIMEOUT]);
	if (timeout) {
		d->node[TIMEOUT] = timeout;
		d->name[TIMEOUT] = "timeout";
	}
	return E_OK;
}

static enum err from_metadata(
	struct reading *r, const struct matter_node *command, struct declaration *d)
{
	enum err e =
		check_strangers(r, "verifier.test_command", command, r->root, flat_names, false);

	d->source = TEST_METADATA;
	if (!e) find_items(r, r->metadata, metadata_names, d);
	return e;
}

/* A runtime at the top holds for every dialect, but must not contradict the declaration. */
static enum err find_runtime(struct reading *r, struct declaration *d)
{
	const struct matter_node *top = matter_get(r->matter, r->root, "runtime");
	const struct matter_node *own = d->node[RUNTIME];

	if (own && top && own != top &&
		(own->kind != MATTER_TEXT || top->kind != MATTER_TEXT ||
			!slice_eq(own->text, top->text)))
		return conflict(r, "runtime", top, d->name[RUNTIME], own);
	if (!own) {
		d->node[RUNTIME] = top;
		d->name[RUNTIME] = "runtime";
	}
	return E_OK;
}

static enum err find_declaration(struct reading *r, struct declaration *d)
{
	const struct matter_node *test = matter_get(r->matter, r->root, "test");
	const struct matter_node *flat = matter_get(r->matter, r->root, flat_names[COMMAND]);
	const struct matter_node *meta =
		matter_get(r->matter, r->metadata, metadata_names[COMMAND]);
	enum err e = check_metadata_keys(r);

	if (e) return e;
	if (test && flat) return conflict(r, "test", test, flat_names[COMMAND], flat);
	if (test && meta) return conflict(r, "test", test, metadata_names[COMMAND], meta);
	if (flat && meta)
		return conflict(r, flat_names[COMMAND], flat, metadata_names[COMMAND], meta);
	if (test) e = from_nested(r, test, d);
	if (flat) e = from_flat(r, flat, d);
	if (meta) e = from_metadata(r, meta, d);
	if (!e) e = find_runtime(r, d);
	return e;
}

/* Without a test, the fields around one have no effect. */
static void read_nothing(struct reading *r, const struct declaration *d)
{
	const struct matter_node *runtime = d->node[RUNTIME];

	if (matter_get(r->matter, r->root, flat_names[DEPS]) ||
		matter_get(r->matter, r->metadata, metadata_names[DEPS]))
		manifest_warn(r->m, "test-deps-ignored");
	/* Other ecosystems use the word for other things: kept when it can be ours. */
	if (runtime && runtime->kind == MATTER_TEXT && runtime_ok(runtime->text))
		r->m->runtime = runtime->text;
}

static enum err read_items(struct reading *r, const struct declaration *d)
{
	const struct matter_node *const *n = d->node;
	struct manifest *m = r->m;
	bool texts = d->source == TEST_METADATA;
	enum err e = value_command(r, d->name[COMMAND], n[COMMAND], &m->command);

	if (!e && n[DEPS]) e = value_command(r, d->name[DEPS], n[DEPS], &m->setup);
	if (!e && n[TIMEOUT]) e = value_timeout(r, d->name[TIMEOUT], n[TIMEOUT], &m->timeout_ms);
	if (!e && n[ENVIRONMENT])
		e = value_environment(r, d->name[ENVIRONMENT], n[ENVIRONMENT], texts);
	if (!e && n[SECRETS]) e = value_secrets(r, d->name[SECRETS], n[SECRETS]);
	if (!e && n[NETWORK]) e = value_network(r, d->name[NETWORK], n[NETWORK], texts);
	if (!e && n[RUNTIME]) e = value_runtime(r, d->name[RUNTIME], n[RUNTIME], &m->runtime);
	if (!e && n[WORKDIR]) e = value_workdir(r, d->name[WORKDIR], n[WORKDIR], &m->workdir);
	if (!e && n[EXPECT_EXIT])
		e = value_exit(r, d->name[EXPECT_EXIT], n[EXPECT_EXIT], &m->expect_exit);
	return e;
}

enum err declare_read(struct reading *r)
{
	struct declaration d = {.source = TEST_NONE};
	enum err e;

	r->m->timeout_ms = LIMIT_TIMEOUT_DEFAULT_MS;
	e = find_declaration(r, &d);
	if (e) return e;
	if (d.source == TEST_NONE) {
		read_nothing(r, &d);
		return E_OK;
	}
	r->m->test_source = (uint8_t)d.source;
	return read_items(r, &d);
}
