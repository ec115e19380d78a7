/* SPDX-License-Identifier: MIT */
/* Where things stand in a JSON text. The text is our own and well formed. */
#include "spans.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scan {
	struct slice s;
	size_t at;
	struct spans *out;
	unsigned depth;
	bool bad;
};

static uint8_t peek(const struct scan *c)
{
	return c->at < c->s.n ? c->s.p[c->at] : 0;
}

static bool take(struct scan *c, uint8_t want)
{
	if (peek(c) != want) return false;
	c->at++;
	return true;
}

/* A string with its quotes; returns what stands between. */
static struct slice string(struct scan *c)
{
	size_t from = c->at + 1;

	if (!take(c, '"')) c->bad = true;
	while (!c->bad && peek(c) != '"') {
		c->at += peek(c) == '\\' ? 2 : 1;
		if (c->at >= c->s.n) c->bad = true;
	}
	c->at++;
	return c->bad ? SLICE_NONE : slice_sub(c->s, from, c->at - 1 - from);
}

static void value(struct scan *c, const char *path);

/* "[3]" or "[0-2]" for an event, "[]" else. */
static const char *element_name(const struct scan *c)
{
	struct slice rest = slice_from(c->s, c->at);

	if (!slice_starts(rest, "{\"imr\":")) return "[]";
	return slice_starts(rest, "{\"imr\":3") ? "[3]" : "[0-2]";
}

static void container(struct scan *c, const char *path, bool object)
{
	struct spans *o = c->out;
	size_t index = 0, last = 0, i;
	struct slice name;
	char name_text[48];

	c->at++;
	while (!c->bad && peek(c) != (object ? '}' : ']')) {
		struct item *it = &o->item[o->n_items];

		if (index && !take(c, ',')) c->bad = true;
		if (o->n_items + 1 >= SPAN_ITEMS) c->bad = true;
		if (c->bad) return;
		i = o->n_items++;
		*it = (struct item){.from = c->at, .index = index++, .element = !object};
		if (last || index > 1) o->item[last].next = i;
		last = i;
		snprintf(it->parent, sizeof it->parent, "%s", path);
		if (object) {
			name = string(c);
			if (!slice_text(name_text, sizeof name_text, name) || !take(c, ':'))
				c->bad = true;
			if (c->bad) return;
			snprintf(it->path, sizeof it->path, "%.40s%s%.40s", path, *path ? "." : "",
				name_text);
		} else {
			snprintf(it->path, sizeof it->path, "%.80s%s", path, element_name(c));
		}
		it->value = c->at;
		value(c, it->path);
		it->to = c->at;
		/* The innermost has written its bytes already. */
		for (size_t k = it->from; k < it->to && !c->bad; k++)
			if (!o->owner[k]) o->owner[k] = (uint16_t)(i + 1);
	}
	c->at++;
}

static void value(struct scan *c, const char *path)
{
	if (++c->depth > SPAN_DEPTH) c->bad = true;
	if (c->bad) return;
	if (peek(c) == '{' || peek(c) == '[') {
		container(c, path, peek(c) == '{');
	} else if (peek(c) == '"') {
		string(c);
	} else {
		while (c->at < c->s.n && !strchr(",]} \n", c->s.p[c->at]))
			c->at++;
	}
	c->depth--;
}

enum err spans_read(struct slice text, struct spans *out)
{
	struct scan c = {.s = text, .out = out};

	memset(out, 0, sizeof *out);
	out->n = text.n;
	out->item = calloc(SPAN_ITEMS, sizeof *out->item);
	out->owner = calloc(text.n + 1, sizeof *out->owner);
	if (!out->item || !out->owner) return E_NO_MEMORY;
	value(&c, "");
	return c.bad || slice_trim(slice_from(text, c.at)).n ? E_FORMAT : E_OK;
}

void spans_drop(struct spans *s)
{
	free(s->item);
	free(s->owner);
}

bool span_in_name(const struct spans *s, size_t byte)
{
	return byte < s->n && s->owner[byte] && byte < s->item[s->owner[byte] - 1].value;
}

const char *span_path(const struct spans *s, size_t byte)
{
	return byte < s->n && s->owner[byte] ? s->item[s->owner[byte] - 1].path : "(outside)";
}
