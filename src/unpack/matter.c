/* SPDX-License-Identifier: MIT */
/* A small YAML tree from libyaml's events. Runs in unpack; no I/O. */
#include "unpack/matter.h"

#include <string.h>
#include <yaml.h>

#include "base/text.h"

struct build {
	struct matter *y;
	yaml_parser_t parser;
	uint32_t first_line;
	struct why *why;
	unsigned depth;
	struct {
		uint32_t node, last; /* an open collection and its last child so far */
		bool key;            /* of a map: the next child is a key */
	} open[LIMIT_YAML_DEPTH];
	unsigned documents;
	struct slice in;  /* the whole text */
	size_t at, chars; /* a byte offset in it, and the code points before */
};

static enum err refuse(struct build *b, yaml_mark_t mark, enum err e, const char *text)
{
	if (b->why) {
		why_set(b->why, e, "%s", text);
		b->why->line = b->first_line + (uint32_t)mark.line;
		b->why->column = (uint32_t)mark.column + 1;
	}
	return e;
}

/* What helps against a problem, by libyaml's words for it. */
static const char *yaml_advice(const char *problem)
{
	static const struct {
		const char *words, *advice;
	} known[] = {
		{"mapping values are not allowed", "put quotes around a value that holds \": \""},
		{"expected ':'", "write \"key: value\", or put quotes around the whole value"},
		{"cannot start any token", "put quotes around the value; use blanks, no tabs"},
		{"expected ',' or", "close the bracket, or put quotes around what is in it"},
		{"unexpected end of stream", "close the quotes"},
		{"document indicator", "close the quotes"},
	};
	size_t i;

	for (i = 0; i < sizeof known / sizeof *known; i++)
		if (strstr(problem, known[i].words)) return known[i].advice;
	return "put quotes around values that hold signs";
}

static enum err long_key(struct build *b, yaml_mark_t mark)
{
	char text[80];

	snprintf(
		text, sizeof text, "a key is too long; use at most %d bytes", LIMIT_YAML_KEY_BYTES);
	return refuse(b, mark, E_YAML_LIMITS, text);
}

/* What libyaml says, and what helps. */
static enum err syntax_error(struct build *b, struct slice in)
{
	const yaml_parser_t *p = &b->parser;
	const char *problem = p->problem ? p->problem : "syntax error";
	struct slice line = in;
	size_t i;
	char text[200];

	if (p->error == YAML_MEMORY_ERROR) return E_NO_MEMORY;
	/* libyaml has other words for a key that is longer than YAML allows. */
	for (i = 0; i < p->problem_mark.line && line.n; i++)
		slice_split(&line, '\n');
	line = slice_split(&line, '\n');
	if (slice_search(line, 0, SLICE(":")) > LIMIT_YAML_KEY_BYTES &&
		line.n > LIMIT_YAML_KEY_BYTES)
		return long_key(b, p->context ? p->context_mark : p->problem_mark);
	snprintf(text, sizeof text, "%s%s%s; %s", problem, p->context ? ", " : "",
		p->context ? p->context : "", yaml_advice(problem));
	return refuse(b, p->problem_mark, E_YAML_INVALID, text);
}

static enum err add_node(struct build *b, const struct matter_node *n, yaml_mark_t mark)
{
	struct matter *y = b->y;
	uint32_t at;

	if (y->n == LIMIT_YAML_NODES)
		return refuse(b, mark, E_YAML_LIMITS, "too many keys and values; remove some");
	if (n->kind != MATTER_TEXT && b->depth == LIMIT_YAML_DEPTH)
		return refuse(b, mark, E_YAML_LIMITS, "nested too deeply; keep it flat");
	at = ++y->n;
	y->nodes[at] = *n;
	y->nodes[at].line = b->first_line + (uint32_t)mark.line;
	y->nodes[at].column = (uint32_t)mark.column + 1;
	if (b->depth) {
		uint32_t last = b->open[b->depth - 1].last;

		if (last)
			y->nodes[last].next = at;
		else
			y->nodes[b->open[b->depth - 1].node].first = at;
		b->open[b->depth - 1].last = at;
		b->open[b->depth - 1].key = !b->open[b->depth - 1].key;
	}
	if (n->kind != MATTER_TEXT) {
		b->open[b->depth].node = at;
		b->open[b->depth].last = 0;
		b->open[b->depth++].key = n->kind == MATTER_MAP;
	}
	return E_OK;
}

/* True when the node to come is a key of a map. */
static bool at_key(const struct build *b)
{
	return b->depth && b->open[b->depth - 1].key &&
	       b->y->nodes[b->open[b->depth - 1].node].kind == MATTER_MAP;
}

static enum err check_key(struct build *b, struct slice key, yaml_mark_t mark)
{
	const struct matter_node *map = &b->y->nodes[b->open[b->depth - 1].node];
	const struct matter_node *n = matter_first(b->y, map);

	if (slice_is(key, "<<"))
		return refuse(b, mark, E_YAML_MERGE, "write the keys of the other mapping out");
	if (key.n > LIMIT_YAML_KEY_BYTES) return long_key(b, mark);
	for (; n; n = matter_next(b->y, matter_next(b->y, n)))
		if (slice_eq(n->text, key)) {
			char shown[80], text[120];

			snprintf(text, sizeof text, "'%s' is there twice; keep one",
				text_ascii(shown, sizeof shown, key));
			return refuse(b, mark, E_YAML_DUPLICATE_KEY, text);
		}
	return E_OK;
}

/* The byte offset of a mark of libyaml, which counts code points; marks only grow. */
static size_t offset_of(struct build *b, yaml_mark_t mark)
{
	while (b->chars < mark.index && b->at < b->in.n && utf8_next(b->in, &b->at) >= 0)
		b->chars++;
	return b->at;
}

/* Only blanks and tabs in front of the line end at `at`? */
static bool is_blank_line(struct slice source, size_t at)
{
	while (at > 0 && (source.p[at - 1] == ' ' || source.p[at - 1] == '\t'))
		at--;
	return at > 0 && source.p[at - 1] == '\n';
}

/* Does a quoted text end a line in a way that readers take differently? */
static bool ends_lines_unevenly(struct slice source)
{
	size_t at = slice_find(source, 0, '\n');

	for (; at < source.n; at = slice_find(source, at + 1, '\n')) {
		uint8_t before = at ? source.p[at - 1] : 0;
		struct slice rest = slice_from(source, at + 1), next = slice_split(&rest, '\n');

		/* Blanks that are all of a line are read alike. */
		if ((before == ' ' || before == '\t') && !is_blank_line(source, at)) return true;
		if (before == '\\' && rest.n && slice_trim(next).n == 0) return true;
	}
	return false;
}

static enum err take_text(struct build *b, const yaml_event_t *event)
{
	struct slice s = slice_of(event->data.scalar.value, event->data.scalar.length);
	struct matter_node n = {.kind = MATTER_TEXT};
	enum err e;

	if (slice_find(s, 0, 0) < s.n)
		return refuse(
			b, event->start_mark, E_MANIFEST_CONTROL, "a text holds a NUL; remove it");
	if (at_key(b)) {
		e = check_key(b, s, event->start_mark);
		if (e) return e;
	}
	n.plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (event->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
		event->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE) {
		size_t start = offset_of(b, event->start_mark);
		size_t end = offset_of(b, event->end_mark);

		b->y->uneven =
			b->y->uneven || ends_lines_unevenly(slice_sub(b->in, start, end - start));
	}
	n.text = slice_of(buf_reserve(b->y->text, s.n), s.n);
	buf_put(b->y->text, s);
	if (b->y->text->err)
		return refuse(b, event->start_mark, E_YAML_LIMITS,
			"too much text; move some below the frontmatter");
	return add_node(b, &n, event->start_mark);
}

static enum err take_collection(struct build *b, const yaml_event_t *event, enum matter_kind kind)
{
	struct matter_node n = {.kind = (uint8_t)kind};

	if (at_key(b))
		return refuse(b, event->start_mark, E_YAML_KEY,
			"a list or mapping as a key; put quotes around it");
	return add_node(b, &n, event->start_mark);
}

/* Anchors and tags are refused where they are written, whatever they stand on. */
static enum err check_properties(
	struct build *b, const yaml_event_t *event, const void *anchor, const void *tag)
{
	if (anchor)
		return refuse(b, event->start_mark, E_YAML_ALIAS,
			"an anchor (&name); write the value out, or put quotes around it");
	if (tag)
		return refuse(b, event->start_mark, E_YAML_TAG,
			"a tag (!name); remove it, or put quotes around the value");
	return E_OK;
}

static enum err take_event(struct build *b, const yaml_event_t *event)
{
	enum err e;

	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (b->documents++ == 0) return E_OK;
		return refuse(b, event->start_mark, E_YAML_MULTIDOC, "keep one document");
	case YAML_ALIAS_EVENT:
		return refuse(b, event->start_mark, E_YAML_ALIAS,
			"an alias (*name); write the value out, or put quotes around it");
	case YAML_SCALAR_EVENT:
		e = check_properties(b, event, event->data.scalar.anchor, event->data.scalar.tag);
		return e ? e : take_text(b, event);
	case YAML_SEQUENCE_START_EVENT:
		e = check_properties(b, event, event->data.sequence_start.anchor,
			event->data.sequence_start.tag);
		return e ? e : take_collection(b, event, MATTER_LIST);
	case YAML_MAPPING_START_EVENT:
		e = check_properties(
			b, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
		return e ? e : take_collection(b, event, MATTER_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: b->depth--; return E_OK;
	default: return E_OK;
	}
}

static enum err build_tree(struct build *b, struct slice in)
{
	yaml_event_t event;
	bool more = true;
	enum err e = E_OK;

	while (more && !e) {
		if (!yaml_parser_parse(&b->parser, &event)) return syntax_error(b, in);
		more = event.type != YAML_STREAM_END_EVENT;
		e = take_event(b, &event);
		yaml_event_delete(&event);
	}
	if (!e && (b->y->n == 0 || matter_root(b->y)->kind != MATTER_MAP))
		e = refuse(b, (yaml_mark_t){0, 0, 0}, E_FRONTMATTER_NOT_MAPPING,
			"write lines of the form \"name: value\"");
	return e;
}

enum err matter_read(
	struct matter *y, struct buf *text, struct slice in, uint32_t first_line, struct why *why)
{
	struct build b = {.y = y, .first_line = first_line, .why = why, .in = in};
	enum err e;

	y->n = 0;
	y->uneven = false;
	y->text = text;
	if (!yaml_parser_initialize(&b.parser)) return E_NO_MEMORY;
	yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
	/* libyaml wants a pointer even for nothing. */
	if (!in.p) in = SLICE("");
	yaml_parser_set_input_string(&b.parser, in.p, in.n);
	e = build_tree(&b, in);
	yaml_parser_delete(&b.parser);
	return e;
}

const struct matter_node *matter_root(const struct matter *y)
{
	return &y->nodes[1];
}

const struct matter_node *matter_first(const struct matter *y, const struct matter_node *n)
{
	return n && n->first ? &y->nodes[n->first] : NULL;
}

const struct matter_node *matter_next(const struct matter *y, const struct matter_node *n)
{
	return n && n->next ? &y->nodes[n->next] : NULL;
}

bool matter_is_null(const struct matter_node *n)
{
	return n->kind == MATTER_TEXT && n->plain &&
	       (n->text.n == 0 || slice_is(n->text, "~") || slice_is(n->text, "null"));
}

const struct matter_node *matter_get(
	const struct matter *y, const struct matter_node *map, const char *key)
{
	const struct matter_node *k, *v;

	if (!map || map->kind != MATTER_MAP) return NULL;
	for (k = matter_first(y, map); k; k = matter_next(y, v)) {
		v = matter_next(y, k);
		if (!v) break;
		if (slice_is(k->text, key)) return matter_is_null(v) ? NULL : v;
	}
	return NULL;
}

uint32_t matter_add(
	struct matter *y, enum matter_kind kind, struct slice text, const struct matter_node *at)
{
	if (y->n == LIMIT_YAML_NODES) return 0;
	y->nodes[++y->n] = (struct matter_node){
		.kind = (uint8_t)kind, .line = at->line, .column = at->column, .text = text};
	return y->n;
}
