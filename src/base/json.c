/* SPDX-License-Identifier: MIT */
/*
 * Strict JSON: our pass decides, cJSON builds. Runs in attest, http and the
 * command line; no I/O.
 */
#include "base/json.h"

#include <cJSON.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/cur.h"
#include "base/json_write.h"
#include "base/num.h"
#include "base/text.h"

/* Largest integer that a double keeps exact (RFC 7493 section 2.2). */
#define JSON_INT_MAX 9007199254740991ULL

/* State of the strict pass. */
struct scan {
	struct slice text;
	size_t at;
	size_t nodes;
	enum json_numbers numbers;
	struct why *why;
};

static enum err bad(struct scan *s, const char *what)
{
	uint32_t line = 1, column = 1;
	size_t i;

	for (i = 0; i < s->at && i < s->text.n; i++) {
		column++;
		if (s->text.p[i] == '\n') {
			line++;
			column = 1;
		}
	}
	why_set(s->why, E_JSON, "line %u column %u: %s", line, column, what);
	if (s->why) {
		s->why->line = line;
		s->why->column = column;
	}
	return E_JSON;
}

static int peek(const struct scan *s)
{
	return s->at < s->text.n ? s->text.p[s->at] : -1;
}

static void skip_space(struct scan *s)
{
	while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\n' || peek(s) == '\r')
		s->at++;
}

static bool take(struct scan *s, int c)
{
	if (peek(s) != c) return false;
	s->at++;
	return true;
}

/* Four hex digits behind a "\u". */
static int32_t scan_unit(struct scan *s)
{
	int32_t v = 0;
	int i;

	for (i = 0; i < 4; i++, s->at++) {
		int d = s->at < s->text.n ? hex_digit(s->text.p[s->at]) : -1;

		if (d < 0) return -1;
		v = v << 4 | d;
	}
	return v;
}

static enum err scan_escape(struct scan *s)
{
	int32_t u;
	int c = peek(s);

	s->at++;
	if (c < 0) return bad(s, "string without end");
	if (strchr("\"\\/bfnrt", c)) return E_OK;
	if (c != 'u') return bad(s, "unknown escape");
	u = scan_unit(s);
	if (u < 0) return bad(s, "\\u needs four hex digits");
	if (u == 0) return bad(s, "U+0000 is not allowed");
	if (u >= 0xdc00 && u <= 0xdfff) return bad(s, "lone surrogate");
	if (u >= 0xd800 && u <= 0xdbff) {
		if (!take(s, '\\') || !take(s, 'u')) return bad(s, "lone surrogate");
		u = scan_unit(s);
		if (u < 0xdc00 || u > 0xdfff) return bad(s, "lone surrogate");
	}
	return E_OK;
}

/* Characters that mean themselves; nearly all are, so they get a loop of their own. */
static void skip_plain(struct scan *s)
{
	struct slice rest = slice_from(s->text, s->at);
	size_t n = 0;

	while (n < rest.n && rest.p[n] >= 0x20 && rest.p[n] < 0x80 && rest.p[n] != '"' &&
		rest.p[n] != '\\')
		n++;
	s->at += n;
}

static enum err scan_string(struct scan *s)
{
	enum err e;

	if (!take(s, '"')) return bad(s, "expected a string");
	for (;;) {
		int c;

		skip_plain(s);
		c = peek(s);

		if (c < 0) return bad(s, "string without end");
		if (c < 0x20) return bad(s, "control character in a string");
		if (c == '"') {
			s->at++;
			return E_OK;
		}
		if (c == '\\') {
			s->at++;
			e = scan_escape(s);
			if (e) return e;
		} else if (utf8_next(s->text, &s->at) < 0) {
			return bad(s, "not valid UTF-8");
		}
	}
}

static bool scan_digits(struct scan *s)
{
	size_t from = s->at;

	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return s->at > from;
}

static enum err scan_number(struct scan *s)
{
	uint64_t v;
	size_t from;
	bool negative = take(s, '-');

	from = s->at;
	if (!scan_digits(s)) return bad(s, "expected a value");
	if (s->text.p[from] == '0' && s->at - from > 1) return bad(s, "leading zero");
	if (s->numbers == JSON_INTEGERS) {
		int c = peek(s);

		if (c == '.' || c == 'e' || c == 'E') return bad(s, "only integers are allowed");
		if (parse_u64(slice_sub(s->text, from, s->at - from), JSON_INT_MAX, &v))
			return bad(s, "integer out of range");
		if (negative && v == 0) return bad(s, "minus zero");
		return E_OK;
	}
	if (take(s, '.') && !scan_digits(s)) return bad(s, "expected digits");
	if (take(s, 'e') || take(s, 'E')) {
		if (!take(s, '+')) take(s, '-');
		if (!scan_digits(s)) return bad(s, "expected digits");
	}
	return E_OK;
}

static enum err scan_word(struct scan *s, const char *word)
{
	struct slice w = slice_str(word);

	if (!slice_eq(slice_sub(s->text, s->at, w.n), w)) return bad(s, "expected a value");
	s->at += w.n;
	return E_OK;
}

static enum err scan_scalar(struct scan *s)
{
	switch (peek(s)) {
	case '"': return scan_string(s);
	case 't': return scan_word(s, "true");
	case 'f': return scan_word(s, "false");
	case 'n': return scan_word(s, "null");
	default: return scan_number(s);
	}
}

/* One member name with its colon. */
static enum err scan_name(struct scan *s)
{
	enum err e = scan_string(s);

	if (e) return e;
	skip_space(s);
	return take(s, ':') ? E_OK : bad(s, "expected a colon");
}

/*
 * The whole grammar with a stack of our own: open[d] is what closes level d.
 * Each turn reads one value, then closes as many levels as end behind it.
 */
static enum err scan_text(struct scan *s)
{
	uint8_t open[JSON_DEPTH];
	unsigned depth = 0;
	enum err e;

	for (;;) {
		skip_space(s);
		if (++s->nodes > JSON_MAX_NODES) return bad(s, "too many values");
		if (peek(s) == '{' || peek(s) == '[') {
			if (depth == JSON_DEPTH) return bad(s, "nested too deep");
			open[depth] = peek(s) == '{' ? '}' : ']';
			s->at++;
			skip_space(s);
			if (!take(s, open[depth])) {
				if (open[depth++] == '}' && (e = scan_name(s))) return e;
				continue;
			}
		} else if ((e = scan_scalar(s))) {
			return e;
		}
		for (skip_space(s); depth > 0 && take(s, open[depth - 1]); skip_space(s))
			depth--;
		if (depth == 0) return s->at == s->text.n ? E_OK : bad(s, "text after the end");
		if (!take(s, ',')) return bad(s, "expected a comma");
		skip_space(s);
		if (open[depth - 1] == '}' && (e = scan_name(s))) return e;
	}
}

static int cmp_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Up to so many names are compared each with each, which is quicker than sorting them. */
#define FEW_NAMES 8

/* True when an object holds two equal names; sorts pointers, not members. */
static bool has_duplicates(const cJSON *obj, const char **scratch)
{
	const cJSON *c;
	size_t i, j, n = 0;

	for (c = obj->child; c; c = c->next)
		scratch[n++] = c->string;
	if (n <= FEW_NAMES) {
		for (i = 1; i < n; i++)
			for (j = 0; j < i; j++)
				if (strcmp(scratch[i], scratch[j]) == 0) return true;
		return false;
	}
	qsort(scratch, n, sizeof *scratch, cmp_names);
	for (i = 1; i < n; i++)
		if (strcmp(scratch[i - 1], scratch[i]) == 0) return true;
	return false;
}

/* Walks all objects; depth is bounded by JSON_DEPTH through the strict pass. */
static enum err refuse_duplicates(const cJSON *root, size_t nodes, struct why *why)
{
	const cJSON *up[JSON_DEPTH + 1], *c = root;
	const char **scratch = calloc(nodes + 1, sizeof *scratch);
	unsigned depth = 0;
	enum err e = E_OK;

	if (!scratch) return E_NO_MEMORY;
	while (c) {
		if (cJSON_IsObject(c) && has_duplicates(c, scratch)) {
			e = why_set(why, E_JSON, "an object has two members of the same name");
			break;
		}
		if (c->child) {
			up[depth++] = c;
			c = c->child;
			continue;
		}
		while (!c->next && depth > 0)
			c = up[--depth];
		c = depth > 0 ? c->next : NULL;
	}
	free(scratch);
	return e;
}

/*
 * A tree lives in one piece of memory, behind this head: the strict pass has
 * counted the nodes, and names and texts together are no longer than the JSON
 * text. Thousands of small allocations were a third of what checking a quote
 * costs besides its signatures.
 */
struct room {
	size_t used, size;
	_Alignas(max_align_t) uint8_t mem[];
};

#define ROOM_ALIGN (_Alignof(max_align_t))

/* The tree that cJSON is building; there is one thread. */
static struct room *building;

static size_t rounded(size_t n)
{
	return (n + ROOM_ALIGN - 1) & ~(ROOM_ALIGN - 1);
}

static void *room_take(size_t n)
{
	void *p;

	if (n > SIZE_MAX / 2 || rounded(n) > building->size - building->used) return NULL;
	p = building->mem + building->used;
	building->used += rounded(n);
	return p;
}

/* All of it goes at once, with the tree. */
static void room_give(void *p)
{
	(void)p;
}

/* Room for a tree of so many nodes; each has a name and a text at most. NULL: no memory. */
static struct room *room_new(size_t nodes, size_t text)
{
	size_t each = rounded(sizeof(cJSON)) + 2 * (ROOM_ALIGN + 1), size, all;
	struct room *r;

	if (!mul_ok(nodes + 1, each, &size) || !add_ok(size, text, &size) ||
		!add_ok(size, sizeof *r, &all))
		return NULL;
	r = malloc(all);
	if (!r) return NULL;
	r->used = 0;
	r->size = size;
	return r;
}

/* The root is the first thing that cJSON takes. */
static struct room *room_of(cJSON *root)
{
	return (struct room *)(void *)((uint8_t *)root - offsetof(struct room, mem));
}

static cJSON *build(struct slice text, size_t nodes)
{
	cJSON_Hooks hooks = {.malloc_fn = room_take, .free_fn = room_give};
	struct room *r = room_new(nodes, text.n);
	cJSON *root;

	if (!r) return NULL;
	building = r;
	cJSON_InitHooks(&hooks);
	root = cJSON_ParseWithLength((const char *)text.p, text.n);
	building = NULL;
	if (!root) free(r);
	return root;
}

enum err json_parse(
	struct slice text, enum json_numbers numbers, struct cJSON **out, struct why *why)
{
	struct scan s = {.text = text, .numbers = numbers, .why = why};
	cJSON *root;
	enum err e = scan_text(&s);

	if (e) return e;
	root = build(text, s.nodes);
	if (!root) return why_set(why, E_NO_MEMORY, "no memory for the JSON tree");
	e = refuse_duplicates(root, s.nodes, why);
	if (e) {
		free(room_of(root));
		return e;
	}
	*out = root;
	return E_OK;
}

void json_drop(struct cJSON **j)
{
	if (*j) free(room_of(*j));
	*j = NULL;
}

bool json_is_object(const struct cJSON *j)
{
	return cJSON_IsObject(j);
}

bool json_is_array(const struct cJSON *j)
{
	return cJSON_IsArray(j);
}

bool json_is_string(const struct cJSON *j)
{
	return cJSON_IsString(j);
}

bool json_is_null(const struct cJSON *j)
{
	return cJSON_IsNull(j);
}

const struct cJSON *json_get(const struct cJSON *obj, const char *name)
{
	return cJSON_IsObject(obj) ? cJSON_GetObjectItemCaseSensitive(obj, name) : NULL;
}

const struct cJSON *json_child(const struct cJSON *j)
{
	return j ? j->child : NULL;
}

const struct cJSON *json_next(const struct cJSON *j)
{
	return j ? j->next : NULL;
}

struct slice json_name(const struct cJSON *j)
{
	return slice_str(j ? j->string : NULL);
}

size_t json_count(const struct cJSON *j)
{
	const struct cJSON *c;
	size_t n = 0;

	for (c = json_child(j); c; c = c->next)
		n++;
	return n;
}

enum err json_str(const struct cJSON *j, struct slice *out)
{
	if (!cJSON_IsString(j)) return E_FORMAT;
	*out = slice_str(j->valuestring);
	return E_OK;
}

enum err json_u64(const struct cJSON *j, uint64_t max, uint64_t *out)
{
	double d;

	if (!cJSON_IsNumber(j)) return E_FORMAT;
	d = j->valuedouble;
	if (d < 0 || d > (double)JSON_INT_MAX || d != (double)(uint64_t)d) return E_FORMAT;
	if ((uint64_t)d > max) return E_RANGE;
	*out = (uint64_t)d;
	return E_OK;
}

enum err json_bool(const struct cJSON *j, bool *out)
{
	if (!cJSON_IsBool(j)) return E_FORMAT;
	*out = cJSON_IsTrue(j);
	return E_OK;
}

enum err json_hex(const struct cJSON *j, void *dst, size_t n)
{
	struct slice s;
	enum err e = json_str(j, &s);

	return e ? e : hex_exact(s, dst, n);
}

enum err json_get_str(const struct cJSON *obj, const char *name, struct slice *out)
{
	return json_str(json_get(obj, name), out);
}

enum err json_get_u64(const struct cJSON *obj, const char *name, uint64_t max, uint64_t *out)
{
	return json_u64(json_get(obj, name), max, out);
}

struct slice json_text_of(const struct cJSON *obj, const char *name)
{
	struct slice s;

	return json_get_str(obj, name, &s) ? SLICE_NONE : s;
}

uint64_t json_count_of(const struct cJSON *obj, const char *name)
{
	uint64_t v;

	return json_get_u64(obj, name, UINT64_MAX, &v) ? 0 : v;
}

enum err json_get_bool(const struct cJSON *obj, const char *name, bool *out)
{
	return json_bool(json_get(obj, name), out);
}

enum err json_get_hex(const struct cJSON *obj, const char *name, void *dst, size_t n)
{
	return json_hex(json_get(obj, name), dst, n);
}

/* One scalar, or the opening of a container. */
static enum err print_value(struct jw *w, const cJSON *c)
{
	if (cJSON_IsObject(c)) {
		jw_object(w);
	} else if (cJSON_IsArray(c)) {
		jw_array(w);
	} else if (cJSON_IsString(c)) {
		jw_cstr(w, c->valuestring);
	} else if (cJSON_IsNumber(c)) {
		if (c->valuedouble != (double)(int64_t)c->valuedouble) return E_FORMAT;
		jw_i64(w, (int64_t)c->valuedouble);
	} else if (cJSON_IsBool(c)) {
		jw_bool(w, cJSON_IsTrue(c));
	} else {
		jw_null(w);
	}
	return E_OK;
}

static void print_end(struct jw *w, const cJSON *c)
{
	if (cJSON_IsObject(c))
		jw_object_end(w);
	else
		jw_array_end(w);
}

enum err json_canonical(const struct cJSON *root, struct buf *out)
{
	const cJSON *up[JW_DEPTH], *c = root;
	struct jw w = jw_to(out, true);
	unsigned depth = 0;

	while (c) {
		if (depth > 0 && cJSON_IsObject(up[depth - 1])) jw_key(&w, c->string);
		if (print_value(&w, c)) return E_FORMAT;
		if ((cJSON_IsObject(c) || cJSON_IsArray(c)) && c->child) {
			if (depth == JW_DEPTH) return E_FORMAT;
			up[depth++] = c;
			c = c->child;
			continue;
		}
		if (cJSON_IsObject(c) || cJSON_IsArray(c)) print_end(&w, c);
		while (!c->next && depth > 0) {
			c = up[--depth];
			print_end(&w, c);
		}
		c = depth > 0 ? c->next : NULL;
	}
	if (out->err == E_INTERNAL) return E_FORMAT;
	return out->err;
}
