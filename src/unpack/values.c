/* SPDX-License-Identifier: MIT */
/* Commands, times and small values of a declaration. Runs in unpack; no I/O. */
#include "unpack/values.h"

#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "unpack/path.h"

#define SHELL          "/bin/sh"
#define TIMEOUT_MIN_MS 100 /* specs/skills.md 2.6: shorter ones are mistakes */
#define TIMEOUT_DIGITS 7

#define COMMAND_ADVICE "write a line for the shell, or a list such as [npm, test]"

static enum err add_arg(struct reading *r, const char *field, const struct matter_node *n,
	struct command *c, struct slice arg)
{
	size_t total = arg.n;
	unsigned i;

	if (c->n == LIMIT_ARGS)
		return refuse_field(r, E_TEST_COMMAND_INVALID, n,
			"'%s' has more than %d arguments; put the command into a script", field,
			LIMIT_ARGS);
	for (i = 0; i < c->n; i++)
		total += c->argv[i].n;
	if (total > LIMIT_ARGS_BYTES)
		return refuse_field(r, E_TEST_COMMAND_INVALID, n,
			"'%s' has more than %d bytes; put the command into a script", field,
			LIMIT_ARGS_BYTES);
	c->argv[c->n++] = arg;
	return E_OK;
}

static enum err command_list(
	struct reading *r, const char *field, const struct matter_node *n, struct command *c)
{
	const struct matter_node *item;
	enum err e = E_OK;

	for (item = matter_first(r->matter, n); item && !e; item = matter_next(r->matter, item)) {
		if (item->kind != MATTER_TEXT || matter_is_null(item))
			return refuse_field(r, E_TEST_COMMAND_INVALID, item,
				"an argument of '%s' is not a text; put quotes around it", field);
		e = add_arg(r, field, item, c, item->text);
	}
	return e;
}

/* A text that begins with "[" is meant as a list: it must be one, whole. */
static enum err command_json(
	struct reading *r, const char *field, const struct matter_node *n, struct command *c)
{
	struct why reason = WHY_INIT;
	struct cJSON *j = NULL;
	const struct cJSON *item;
	struct slice arg;
	enum err e = json_parse(slice_trim(n->text), JSON_NUMBERS, &j, &reason);

	if (e == E_NO_MEMORY) return e;
	if (e)
		return refuse_field(r, E_TEST_COMMAND_INVALID, n,
			"'%s' begins with [ but is not a JSON array (%s); for the shell's [ write "
			"test",
			field, reason.text);
	for (item = json_child(j); item && !e; item = json_next(item)) {
		size_t start = r->text->n;

		if (json_str(item, &arg)) {
			e = refuse_field(r, E_TEST_COMMAND_INVALID, n,
				"'%s' is a JSON array with something else than texts; put quotes around "
				"each",
				field);
			break;
		}
		buf_put(r->text, arg);
		e = r->text->err
			    ? refuse_field(r, E_TEST_COMMAND_INVALID, n, "'%s' is too long", field)
			    : add_arg(r, field, n, c, made_text(r, start));
	}
	json_drop(&j);
	return e;
}

enum err value_command(
	struct reading *r, const char *field, const struct matter_node *n, struct command *out)
{
	struct command c = {.form = FORM_EXEC};
	struct slice trimmed = n->kind == MATTER_TEXT ? slice_trim(n->text) : SLICE_NONE;
	enum err e;

	if (n->kind == MATTER_LIST) {
		e = command_list(r, field, n, &c);
	} else if (n->kind == MATTER_TEXT && slice_starts(trimmed, "[")) {
		e = command_json(r, field, n, &c);
	} else if (trimmed.n) {
		c.form = FORM_SHELL;
		e = add_arg(r, field, n, &c, SLICE(SHELL));
		if (!e) e = add_arg(r, field, n, &c, SLICE("-c"));
		if (!e) e = add_arg(r, field, n, &c, n->text);
	} else {
		e = refuse_field(
			r, E_TEST_COMMAND_INVALID, n, "'%s' is no command; " COMMAND_ADVICE, field);
	}
	if (!e && (c.n == 0 || c.argv[0].n == 0))
		e = refuse_field(
			r, E_TEST_COMMAND_INVALID, n, "'%s' is empty; " COMMAND_ADVICE, field);
	if (!e) *out = c;
	return e;
}

/* One to TIMEOUT_DIGITS digits in front of *s. */
static bool take_digits(struct slice *s, uint64_t *out)
{
	uint64_t v = 0;
	size_t n = 0;

	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9') {
		if (n == TIMEOUT_DIGITS) return false;
		v = v * 10 + (uint64_t)(s->p[n++] - '0');
	}
	*s = slice_from(*s, n);
	*out = v;
	return n > 0;
}

static bool parse_timeout(struct slice s, uint64_t *ms)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = {{"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
	const size_t n_units = sizeof units / sizeof *units;
	uint64_t sum = 0, v;
	size_t i = 0, n;

	if (!take_digits(&s, &v)) return false;
	if (s.n == 0) {
		*ms = v * 1000;
		return true;
	}
	for (;;) {
		for (n = 0; n < s.n && (s.p[n] < '0' || s.p[n] > '9');)
			n++;
		while (i < n_units && !slice_is(slice_sub(s, 0, n), units[i].unit))
			i++;
		if (i == n_units) return false;
		sum += v * units[i++].ms;
		s = slice_from(s, n);
		if (s.n == 0) break;
		if (!take_digits(&s, &v)) return false;
	}
	*ms = sum;
	return true;
}

enum err value_timeout(
	struct reading *r, const char *field, const struct matter_node *n, uint32_t *ms)
{
	char shown[SHOWN];
	uint64_t v;

	if (n->kind != MATTER_TEXT || !parse_timeout(n->text, &v))
		return refuse_field(r, E_TIMEOUT_INVALID, n,
			"'%s' is '%s'; write seconds (30) or units in this order: 1h2m3s4ms", field,
			shown_value(shown, n));
	if (v < TIMEOUT_MIN_MS || v > LIMIT_TIMEOUT_MS)
		return refuse_field(r, E_TIMEOUT_RANGE, n,
			"'%s' is '%s'; write at least %d ms and at most %d s", field,
			shown_value(shown, n), TIMEOUT_MIN_MS, LIMIT_TIMEOUT_MS / 1000);
	*ms = (uint32_t)v;
	return E_OK;
}

static bool is_low(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

/* [a-z0-9]+([._/-][a-z0-9]+)* */
static bool repository_ok(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		bool sep = memchr("._/-", s.p[i], 4) != NULL;

		if (!sep && !is_low(s.p[i])) return false;
		if (sep && (i == 0 || i + 1 == s.n || !is_low(s.p[i - 1]))) return false;
	}
	return s.n > 0;
}

/* [A-Za-z0-9_][A-Za-z0-9._-]{0,127} */
static bool tag_ok(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (is_low(c) || (c >= 'A' && c <= 'Z') || c == '_') continue;
		if ((c != '.' && c != '-') || i == 0) return false;
	}
	return s.n > 0 && s.n <= 128;
}

static bool digest_ok(struct slice s)
{
	size_t i;

	if (!slice_starts(s, "sha256:") || s.n != 7 + 64) return false;
	for (i = 7; i < s.n; i++)
		if (hex_digit(s.p[i]) < 0 || (s.p[i] >= 'A' && s.p[i] <= 'F')) return false;
	return true;
}

bool runtime_ok(struct slice s)
{
	size_t at = slice_find(s, 0, '@'), colon;
	struct slice name = slice_sub(s, 0, at);

	if (s.n > LIMIT_NAME_BYTES) return false;
	if (at < s.n && !digest_ok(slice_from(s, at + 1))) return false;
	colon = slice_find(name, 0, ':');
	if (colon < name.n && !tag_ok(slice_from(name, colon + 1))) return false;
	return repository_ok(slice_sub(name, 0, colon));
}

enum err value_runtime(
	struct reading *r, const char *field, const struct matter_node *n, struct slice *out)
{
	char shown[SHOWN];

	if (n->kind != MATTER_TEXT || !runtime_ok(n->text))
		return refuse_field(r, E_RUNTIME_INVALID, n,
			"'%s' is '%s'; write a name with a tag, such as alpine:3", field,
			shown_value(shown, n));
	*out = n->text;
	return E_OK;
}

enum err value_workdir(
	struct reading *r, const char *field, const struct matter_node *n, struct slice *out)
{
	struct path p;
	struct why reason = WHY_INIT;

	if (n->kind != MATTER_TEXT)
		return refuse_field(r, E_TEST_INVALID, n,
			"'%s' is not a text; write a directory of the package", field);
	if (path_read(n->text, &p, &reason))
		return refuse_field(r, E_TEST_INVALID, n,
			"'%s': %s; write a directory of the package", field, reason.text);
	*out = p.root ? SLICE_NONE : p.text;
	return E_OK;
}

enum err value_exit(struct reading *r, const char *field, const struct matter_node *n, uint8_t *out)
{
	char shown[SHOWN];
	uint64_t v;

	if (n->kind != MATTER_TEXT || parse_u64(n->text, 255, &v))
		return refuse_field(r, E_TEST_INVALID, n, "'%s' is '%s'; write 0 to 255", field,
			shown_value(shown, n));
	*out = (uint8_t)v;
	return E_OK;
}
