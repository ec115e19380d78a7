/* SPDX-License-Identifier: MIT */
/* Compose files as trees, through libyaml events. Runs in the command line. */
#include "check/ytree.h"

#include <string.h>
#include <yaml.h>

/* More anchors, and more keys in one mapping, than any compose file has. */
#define ANCHORS_MAX 256
#define KEYS_MAX    1024

struct anchor {
	char name[64];
	uint32_t node;
	bool complete;
};

/* State while events come in. */
struct build {
	struct ytree *t;
	struct why *why;
	uint32_t open[LIMIT_COMPOSE_DEPTH]; /* containers that are not ended */
	unsigned depth;
	struct anchor anchor[ANCHORS_MAX];
	unsigned n_anchors;
	unsigned documents;
};

static enum err bad(struct build *b, const yaml_event_t *ev, const char *what)
{
	size_t line = ev ? ev->start_mark.line + 1 : 1;

	why_set(b->why, E_COMPOSE_YAML, "line %zu: %s", line, what);
	if (b->why) b->why->line = (uint32_t)line;
	return E_COMPOSE_YAML;
}

static struct ytree_node *node(const struct ytree *t, uint32_t i)
{
	struct ytree_node *all = (struct ytree_node *)(void *)t->nodes.p;

	return &all[i];
}

/* A new node as last child of the innermost open container; 0 when there are too many. */
static uint32_t add_node(struct build *b, const struct ytree_node *proto)
{
	struct ytree *t = b->t;
	uint32_t i = t->n, parent = b->depth ? b->open[b->depth - 1] : 0;

	if (i > LIMIT_COMPOSE_NODES) return 0;
	buf_put(&t->nodes, slice_of(proto, sizeof *proto));
	if (t->nodes.err) return 0;
	t->n++;
	if (!parent) {
		t->root = i;
		return i;
	}
	if (node(t, parent)->last)
		node(t, node(t, parent)->last)->next = i;
	else
		node(t, parent)->first = i;
	node(t, parent)->last = i;
	return i;
}

static struct anchor *anchor_find(struct build *b, const char *name)
{
	unsigned i;

	for (i = 0; i < b->n_anchors; i++)
		if (strcmp(b->anchor[i].name, name) == 0) return &b->anchor[i];
	return NULL;
}

static enum err add_anchor(
	struct build *b, const yaml_event_t *ev, const yaml_char_t *name, uint32_t i, bool complete)
{
	struct anchor *a = &b->anchor[b->n_anchors];
	struct slice text = slice_str((const char *)name);

	if (!name) return E_OK;
	if (b->n_anchors == ANCHORS_MAX || !slice_text(a->name, sizeof a->name, text))
		return bad(b, ev, "too many anchors, or a long name");
	if (anchor_find(b, a->name)) return bad(b, ev, "an anchor is defined twice");
	a->node = i;
	a->complete = complete;
	b->n_anchors++;
	return E_OK;
}

static enum err add_scalar(struct build *b, const yaml_event_t *ev)
{
	struct ytree_node s = {.kind = Y_SCALAR, .size = 1, .height = 1};
	struct slice text = slice_of(ev->data.scalar.value, ev->data.scalar.length);
	uint32_t i;

	if (ev->data.scalar.tag) return bad(b, ev, "a tag");
	s.plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	s.line = (uint32_t)ev->start_mark.line + 1;
	s.text = b->t->text.n;
	s.n = text.n;
	buf_put(&b->t->text, text);
	if (b->t->text.err) return bad(b, ev, "more text than allowed");
	i = add_node(b, &s);
	if (!i) return bad(b, ev, "too many nodes");
	return add_anchor(b, ev, ev->data.scalar.anchor, i, true);
}

static enum err add_alias(struct build *b, const yaml_event_t *ev)
{
	const struct anchor *a = anchor_find(b, (const char *)ev->data.alias.anchor);
	struct ytree_node s = {.kind = Y_ALIAS};

	if (!a) return bad(b, ev, "an alias without anchor");
	if (!a->complete) return bad(b, ev, "an alias inside its own anchor");
	s.target = a->node;
	s.line = (uint32_t)ev->start_mark.line + 1;
	s.size = node(b->t, a->node)->size;
	s.height = node(b->t, a->node)->height;
	return add_node(b, &s) ? E_OK : bad(b, ev, "too many nodes");
}

static enum err start_container(struct build *b, const yaml_event_t *ev, enum ytree_kind kind)
{
	bool map = kind == Y_MAPPING;
	struct ytree_node s = {.kind = kind, .line = (uint32_t)ev->start_mark.line + 1};
	uint32_t i;

	if (map ? ev->data.mapping_start.tag : ev->data.sequence_start.tag)
		return bad(b, ev, "a tag");
	if (b->depth == LIMIT_COMPOSE_DEPTH) return bad(b, ev, "nested too deep");
	i = add_node(b, &s);
	if (!i) return bad(b, ev, "too many nodes");
	b->open[b->depth++] = i;
	return add_anchor(b, ev,
		map ? ev->data.mapping_start.anchor : ev->data.sequence_start.anchor, i, false);
}

static bool is_merge(const struct ytree *t, uint32_t key)
{
	return slice_is(ytree_text(t, key), "<<");
}

/* Keys are texts, no two alike; a merge key is written without quotes. */
static enum err check_keys(struct build *b, const yaml_event_t *ev, uint32_t map)
{
	const struct ytree *t = b->t;
	struct slice seen[KEYS_MAX];
	size_t n = 0, i;
	uint32_t k;

	for (k = node(t, map)->first; k; k = node(t, node(t, k)->next)->next) {
		struct slice key;

		if (node(t, k)->kind != Y_SCALAR) return bad(b, ev, "a key that is no text");
		if (is_merge(t, k) && !node(t, k)->plain)
			return bad(b, ev, "a merge key in quotes");
		key = ytree_text(t, k);
		for (i = 0; i < n; i++)
			if (slice_eq(seen[i], key)) return bad(b, ev, "a duplicate key");
		if (n == KEYS_MAX) return bad(b, ev, "too many keys in one mapping");
		seen[n++] = key;
	}
	return E_OK;
}

static uint32_t find_key(const struct ytree *t, uint32_t map, struct slice key)
{
	uint32_t k;

	for (k = node(t, map)->first; k; k = node(t, node(t, k)->next)->next)
		if (slice_eq(ytree_text(t, k), key)) return node(t, k)->next;
	return 0;
}

static uint32_t follow(const struct ytree *t, uint32_t i)
{
	while (node(t, i)->kind == Y_ALIAS)
		i = node(t, i)->target;
	return i;
}

/*
 * Adds what the mapping `from` has and the open mapping has not. from is
 * complete, so its own merges are resolved already.
 */
static enum err merge_from(struct build *b, const yaml_event_t *ev, uint32_t map, uint32_t from)
{
	struct ytree *t = b->t;
	uint32_t k, value;

	from = follow(t, from);
	if (node(t, from)->kind != Y_MAPPING) return bad(b, ev, "a merge of what is no mapping");
	for (k = node(t, from)->first; k; k = node(t, value)->next) {
		struct ytree_node key = *node(t, k), alias = {.kind = Y_ALIAS};

		value = node(t, k)->next;
		if (find_key(t, map, ytree_text(t, k))) continue;
		alias.target = value;
		alias.line = key.line;
		alias.size = node(t, value)->size;
		alias.height = node(t, value)->height;
		key.next = 0;
		if (!add_node(b, &key) || !add_node(b, &alias)) return bad(b, ev, "too many nodes");
	}
	return E_OK;
}

/* Takes the merge key itself out of the open mapping. */
static void remove_merge(struct ytree *t, uint32_t map)
{
	uint32_t k, prev = 0, value;

	for (k = node(t, map)->first; !is_merge(t, k); k = node(t, prev)->next)
		prev = node(t, k)->next;
	value = node(t, k)->next;
	if (prev)
		node(t, prev)->next = node(t, value)->next;
	else
		node(t, map)->first = node(t, value)->next;
	if (node(t, map)->last == value) node(t, map)->last = prev;
}

static enum err resolve_merge(struct build *b, const yaml_event_t *ev, uint32_t map)
{
	struct ytree *t = b->t;
	uint32_t value = find_key(t, map, SLICE("<<")), i;
	enum err e = E_OK;

	if (!value) return E_OK;
	remove_merge(t, map);
	value = follow(t, value);
	if (node(t, value)->kind != Y_SEQUENCE) return merge_from(b, ev, map, value);
	for (i = node(t, value)->first; i && !e; i = node(t, i)->next)
		e = merge_from(b, ev, map, i);
	return e;
}

static enum err end_container(struct build *b, const yaml_event_t *ev)
{
	struct ytree *t = b->t;
	uint32_t i = b->open[b->depth - 1], c, height = 0;
	uint64_t size = 1;
	unsigned k;
	enum err e;

	if (node(t, i)->kind == Y_MAPPING) {
		e = check_keys(b, ev, i);
		if (!e) e = resolve_merge(b, ev, i);
		if (e) return e;
	}
	for (c = node(t, i)->first; c; c = node(t, c)->next) {
		size += node(t, c)->size;
		if (node(t, c)->height > height) height = node(t, c)->height;
	}
	if (size > LIMIT_COMPOSE_NODES) return bad(b, ev, "aliases multiply into too many nodes");
	if (height >= LIMIT_COMPOSE_DEPTH) return bad(b, ev, "aliases nest too deep");
	node(t, i)->size = (uint32_t)size;
	node(t, i)->height = height + 1;
	for (k = 0; k < b->n_anchors; k++)
		if (b->anchor[k].node == i) b->anchor[k].complete = true;
	b->depth--;
	return E_OK;
}

static enum err take_event(struct build *b, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (b->documents++) return bad(b, ev, "a second document");
		if (ev->data.document_start.version_directive ||
			ev->data.document_start.tag_directives.start !=
				ev->data.document_start.tag_directives.end)
			return bad(b, ev, "a directive");
		return E_OK;
	case YAML_SCALAR_EVENT: return add_scalar(b, ev);
	case YAML_ALIAS_EVENT: return add_alias(b, ev);
	case YAML_SEQUENCE_START_EVENT: return start_container(b, ev, Y_SEQUENCE);
	case YAML_MAPPING_START_EVENT: return start_container(b, ev, Y_MAPPING);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: return end_container(b, ev);
	default: return E_OK;
	}
}

static enum err read_events(struct build *b, yaml_parser_t *parser)
{
	bool end = false;
	enum err e = E_OK;

	while (!end && !e) {
		yaml_event_t ev;

		if (!yaml_parser_parse(parser, &ev)) {
			if (parser->error == YAML_MEMORY_ERROR) return E_NO_MEMORY;
			return why_set(b->why, E_COMPOSE_YAML, "line %zu: %s",
				parser->problem_mark.line + 1,
				parser->problem ? parser->problem : "not valid YAML");
		}
		end = ev.type == YAML_STREAM_END_EVENT;
		e = take_event(b, &ev);
		yaml_event_delete(&ev);
	}
	if (!e && !b->t->root) return bad(b, NULL, "there is no document");
	return e;
}

enum err ytree_read(struct slice text, struct ytree *out, struct why *why)
{
	static const struct ytree_node none = {.kind = Y_SCALAR};
	struct ytree t = {0};
	struct build b = {.t = &t, .why = why};
	yaml_parser_t parser;
	enum err e;

	if (text.n > LIMIT_COMPOSE_YAML_BYTES)
		return why_set(why, E_COMPOSE_YAML, "the compose file is too large");
	t.nodes = buf_heap((LIMIT_COMPOSE_NODES + 1) * sizeof none);
	/* Escapes grow: "\L" in quotes becomes three bytes; the reader stops at the maximum. */
	t.text = buf_heap(2 * LIMIT_COMPOSE_YAML_BYTES);
	buf_put(&t.nodes, slice_of(&none, sizeof none));
	if (!buf_reserve(&t.text, 1) || t.nodes.err || !yaml_parser_initialize(&parser)) {
		ytree_drop(&t);
		return E_NO_MEMORY;
	}
	t.n = 1;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, text.n ? text.p : (const uint8_t *)"", text.n);
	e = read_events(&b, &parser);
	yaml_parser_delete(&parser);
	if (e)
		ytree_drop(&t);
	else
		*out = t;
	return e;
}

void ytree_drop(struct ytree *t)
{
	buf_drop(&t->nodes);
	buf_drop(&t->text);
	t->n = t->root = 0;
}

const struct ytree_node *ytree_at(const struct ytree *t, uint32_t i)
{
	return i ? node(t, follow(t, i)) : NULL;
}

bool ytree_is(const struct ytree *t, uint32_t i, enum ytree_kind kind)
{
	return i && ytree_at(t, i)->kind == kind;
}

struct slice ytree_text(const struct ytree *t, uint32_t i)
{
	const struct ytree_node *s = ytree_at(t, i);

	if (!s || s->kind != Y_SCALAR) return SLICE_NONE;
	return slice_sub(buf_slice(&t->text), s->text, s->n);
}

bool ytree_is_null(const struct ytree *t, uint32_t i)
{
	struct slice s = ytree_text(t, i);

	if (!i) return true;
	if (!ytree_is(t, i, Y_SCALAR) || !ytree_at(t, i)->plain) return false;
	return s.n == 0 || slice_is(s, "~") || slice_is_nocase(s, "null");
}

uint32_t ytree_get(const struct ytree *t, uint32_t i, const char *key)
{
	return ytree_is(t, i, Y_MAPPING) ? find_key(t, follow(t, i), slice_str(key)) : 0;
}

uint32_t ytree_first(const struct ytree *t, uint32_t i)
{
	const struct ytree_node *s = ytree_at(t, i);

	return s && s->kind != Y_SCALAR ? s->first : 0;
}

uint32_t ytree_next(const struct ytree *t, uint32_t child)
{
	return node(t, child)->next;
}

struct ytree_walk ytree_walk(uint32_t from)
{
	struct ytree_walk w = {.from = from};

	return w;
}

uint32_t ytree_walk_next(const struct ytree *t, struct ytree_walk *w)
{
	while (w->from || w->depth > 0) {
		uint32_t i = w->from, inner, first;

		if (i) {
			w->from = 0; /* its siblings are not part of the walk */
		} else {
			i = w->stack[w->depth - 1];
			w->stack[w->depth - 1] = node(t, i)->next;
			if (!w->stack[w->depth - 1]) w->depth--;
		}
		inner = follow(t, i);
		if (node(t, inner)->kind == Y_SCALAR) return inner;
		first = node(t, inner)->first;
		if (first) w->stack[w->depth++] = first;
	}
	return 0;
}
