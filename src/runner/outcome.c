/* SPDX-License-Identifier: MIT */
/* From what a script wrote to one word. Runs in runner workers and the command line; pure. */
#include "runner/outcome.h"

#include <errno.h>

/* Longest name of a module or tool that is taken for one. */
#define NAME_BYTES 80

static bool name_byte(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.' || c == '-' || c == '+' || c == '@' || c == '/';
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* The name at the beginning of s, quotes before it left out. */
static struct slice name_at(struct slice s)
{
	/* Quotes of every kind, those of GNU programs in UTF-8 included. */
	static const char *const quotes[] = {"'", "\"", "`", "\xe2\x80\x98", "\xe2\x80\x99"};
	size_t i, n = 0;

	s = slice_trim(s);
	for (i = 0; i < sizeof quotes / sizeof *quotes; i++)
		if (slice_starts(s, quotes[i])) {
			s = slice_from(s, slice_str(quotes[i]).n);
			break;
		}
	while (n < s.n && name_byte(s.p[n]))
		n++;
	/* A full stop ends a sentence. */
	while (n > 0 && s.p[n - 1] == '.')
		n--;
	return n <= NAME_BYTES ? slice_sub(s, 0, n) : SLICE_NONE;
}

/* What stands behind the first of these words in a line; p NULL when they are not there. */
static struct slice behind(struct slice line, const char *words)
{
	size_t at = slice_search(line, 0, slice_str(words));

	return at < line.n ? slice_from(line, at + slice_str(words).n) : SLICE_NONE;
}

/* Without case, for ASCII. */
static bool contains_nocase(struct slice line, const char *word)
{
	size_t n = slice_str(word).n, at;

	for (at = 0; at + n <= line.n; at++)
		if (slice_is_nocase(slice_sub(line, at, n), word)) return true;
	return false;
}

/* ---- modules ---------------------------------------------------------------------------- */

/* "a.b.c" of Python is a part of what provides "a". */
static struct slice python_module(struct slice line)
{
	struct slice rest = behind(line, "No module named ");
	struct slice name = rest.p ? name_at(rest) : SLICE_NONE;

	return slice_sub(name, 0, slice_find(name, 0, '.'));
}

/* A path is a file of the package's own, not a module. */
static struct slice node_module(struct slice line)
{
	struct slice rest = behind(line, "Cannot find module "), name;

	if (!rest.p) rest = behind(line, "Cannot find package ");
	if (!rest.p) return SLICE_NONE;
	name = name_at(rest);
	return name.n && name.p[0] != '.' && name.p[0] != '/' ? name : SLICE_NONE;
}

static struct slice missing_module(struct slice line)
{
	struct slice name = python_module(line);

	return name.n ? name : node_module(line);
}

/* What a script advises that caught the error itself: "pip install x". */
static struct slice advised_module(struct slice line)
{
	static const char *const advice[] = {"pip install ", "pip3 install ", "npm install ",
		"npm i ", "uv add ", "pnpm add ", "yarn add "};
	struct slice rest, word;
	size_t i;

	for (i = 0; i < sizeof advice / sizeof *advice; i++) {
		rest = behind(line, advice[i]);
		while (rest.n) {
			rest = slice_trim(rest);
			word = slice_split(&rest, ' ');
			/* The list of another file is no name. */
			if (slice_starts(word, "-r")) break;
			if (word.n && word.p[0] != '-') return name_at(word);
		}
	}
	return SLICE_NONE;
}

/* ---- tools ------------------------------------------------------------------------------ */

/* Cuts the last ": FIELD" off a line and gives FIELD. */
static struct slice last_field(struct slice *line)
{
	struct slice field;
	size_t at = line->n;

	while (at > 1 && !(line->p[at - 2] == ':' && line->p[at - 1] == ' '))
		at--;
	if (at <= 1) {
		field = *line;
		*line = SLICE_NONE;
		return field;
	}
	field = slice_from(*line, at);
	*line = slice_sub(*line, 0, at - 2);
	return field;
}

/* "line 12" of bash and busybox, "12" of dash. */
static bool is_line_number(struct slice s)
{
	size_t i;

	if (slice_starts(s, "line ")) s = slice_from(s, 5);
	for (i = 0; i < s.n; i++)
		if (!is_digit(s.p[i])) return false;
	return s.n > 0;
}

/* A name that a shell was to call. */
static struct slice as_tool(struct slice field)
{
	struct slice name = name_at(field);

	return name.n && name.n + 3 >= slice_trim(field).n ? slice_base(name) : SLICE_NONE;
}

/* "x.sh: line 3: jq: command not found", and its sisters of other shells. */
static struct slice shell_tool(struct slice line)
{
	struct slice last = last_field(&line), name;
	bool not_found = slice_is(last, "command not found");

	if (not_found) return as_tool(last_field(&line));
	if (slice_is(last, "not found")) {
		name = last_field(&line);
		last = last_field(&line);
		return is_line_number(last) || slice_is(last, "exec") ? as_tool(name) : SLICE_NONE;
	}
	if (!slice_is(last, "No such file or directory")) return SLICE_NONE;
	name = last_field(&line);
	if (slice_is(name, "bad interpreter")) return as_tool(last_field(&line));
	/* A program by its path: "x.sh: line 3: /usr/bin/python3: No such file or directory". */
	if (slice_search(name, 0, SLICE("/bin/")) < name.n) return as_tool(name);
	return SLICE_NONE;
}

/* "env: 'python3': No such file or directory", "env: can't execute 'python3': ...". */
static struct slice env_tool(struct slice line)
{
	struct slice rest = behind(line, "env: ");

	if (!rest.p || !slice_ends(line, "No such file or directory")) return SLICE_NONE;
	if (slice_starts(rest, "can't execute ")) rest = slice_from(rest, 14);
	return slice_base(name_at(rest));
}

/* "Error: spawn ffmpeg ENOENT" */
static struct slice spawned_tool(struct slice line)
{
	struct slice rest = behind(line, "spawn "), name;

	if (!rest.p) rest = behind(line, "spawnSync ");
	if (!rest.p) return SLICE_NONE;
	name = name_at(rest);
	rest = slice_trim(slice_from(rest, name.n));
	return slice_starts(rest, "ENOENT") ? slice_base(name) : SLICE_NONE;
}

static struct slice missing_tool(struct slice line)
{
	struct slice name = shell_tool(line);

	if (!name.n) name = env_tool(line);
	return name.n ? name : spawned_tool(line);
}

/* A program that Python was to start: only a traceback through subprocess tells it from a file. */
static struct slice python_tool(struct slice err)
{
	struct slice rest = behind(err, "FileNotFoundError: [Errno 2] No such file or directory: ");
	struct slice name = rest.p ? name_at(rest) : SLICE_NONE;

	if (slice_search(err, 0, SLICE("subprocess.py")) == err.n) return SLICE_NONE;
	return slice_find(name, 0, '/') == name.n ? name : SLICE_NONE;
}

/* The word before, in "Error: jq is not installed". */
static struct slice word_before(struct slice line, const char *words)
{
	size_t end = slice_search(line, 0, slice_str(words)), at;

	if (end == line.n) return SLICE_NONE;
	while (end > 0 && !name_byte(line.p[end - 1]) && line.p[end - 1] != ' ')
		end--;
	for (at = end; at > 0 && name_byte(line.p[at - 1]); at--)
		;
	return end - at <= NAME_BYTES ? slice_sub(line, at, end - at) : SLICE_NONE;
}

static struct slice advised_tool(struct slice line)
{
	static const char *const words[] = {
		" is not installed", " not installed", " is required but", " not found in PATH"};
	struct slice name;
	size_t i;

	for (i = 0; i < sizeof words / sizeof *words; i++) {
		name = word_before(line, words[i]);
		if (name.n) return name;
	}
	return SLICE_NONE;
}

/* ---- a whole text ----------------------------------------------------------------------- */

/* What the last line that has one names. */
static struct slice last_of(struct slice text, struct slice (*find)(struct slice line))
{
	struct slice line, name, found = SLICE_NONE;

	while (text.n) {
		line = slice_split(&text, '\n');
		name = find(slice_trim(line));
		if (name.n) found = name;
	}
	return found;
}

static struct slice last_of_both(
	const struct outcome_facts *f, struct slice (*find)(struct slice line))
{
	struct slice found = last_of(f->err, find);

	return found.n ? found : last_of(f->out, find);
}

/* A line that says how a program is called. */
static struct slice usage_line(struct slice line)
{
	static const char *const starts[] = {"options:", "commands:", "synopsis", "arguments:"};
	size_t i;

	if (contains_nocase(line, "usage:") || slice_search(line, 0, SLICE("用法")) < line.n)
		return line;
	/* "Usage" as a heading. */
	if (slice_is_nocase(line, "usage") || slice_is_nocase(slice_sub(line, 0, 6), "usage "))
		return line;
	for (i = 0; i < sizeof starts / sizeof *starts; i++)
		if (slice_is_nocase(slice_sub(line, 0, slice_str(starts[i]).n), starts[i]))
			return line;
	return SLICE_NONE;
}

/* "ValueError: ...", "json.decoder.JSONDecodeError: ...", "Error: ..." */
static struct slice error_line(struct slice line)
{
	struct slice word = slice_sub(line, 0, slice_find(line, 0, ':'));

	/* Shells have path and line number before it, and the text in question below. */
	if (slice_search(line, 0, SLICE("syntax error")) < line.n) return line;
	if (word.n == line.n || slice_find(word, 0, ' ') < word.n) return SLICE_NONE;
	if (slice_ends(word, "Error") || slice_ends(word, "Exception") ||
		slice_is_nocase(word, "error"))
		return line;
	return SLICE_NONE;
}

/* Node.js ends with its version, whatever happened. */
static struct slice any_line(struct slice line)
{
	return slice_starts(line, "Node.js v") ? SLICE_NONE : line;
}

static struct slice said_last(const struct outcome_facts *f)
{
	struct slice line = last_of(f->err, error_line);

	if (!line.n) line = last_of(f->err, any_line);
	if (!line.n) line = last_of(f->out, any_line);
	return line.n ? line : SLICE_NONE;
}

static void set(struct trial *t, enum trial_outcome outcome, struct slice detail)
{
	t->outcome = (uint8_t)outcome;
	t->detail = detail.n ? detail : SLICE_NONE;
}

/* Ended by itself with status 0. */
static void ended_well(struct trial *t, const struct outcome_facts *f)
{
	struct slice name;

	if (last_of_both(f, usage_line).n) {
		set(t, TRIAL_STARTED, SLICE("usage text"));
		return;
	}
	/* Shells go on behind a command that is not there. */
	name = last_of(f->err, missing_tool);
	if (name.n)
		set(t, TRIAL_NEEDS_TOOL, name);
	else
		set(t, slice_trim(f->out).n || slice_trim(f->err).n ? TRIAL_STARTED : TRIAL_SILENT,
			SLICE_NONE);
}

/* Ended by itself with another status: what is surest first. */
static void ended_badly(struct trial *t, const struct outcome_facts *f)
{
	struct slice name = last_of_both(f, missing_module);

	if (name.n) {
		set(t, TRIAL_NEEDS_MODULE, name);
		return;
	}
	name = last_of(f->err, missing_tool);
	if (!name.n) name = python_tool(f->err);
	if (name.n) {
		set(t, TRIAL_NEEDS_TOOL, name);
		return;
	}
	if (last_of_both(f, usage_line).n) {
		set(t, TRIAL_STARTED, SLICE("usage text"));
		return;
	}
	name = last_of_both(f, advised_module);
	if (name.n) {
		set(t, TRIAL_NEEDS_MODULE, name);
		return;
	}
	name = last_of_both(f, advised_tool);
	if (name.n)
		set(t, TRIAL_NEEDS_TOOL, name);
	else
		set(t, TRIAL_ERROR, said_last(f));
}

/* Every end but an exit of its own; true when it was one of those. */
static bool ended_otherwise(struct trial *t, const struct outcome_facts *f)
{
	switch (f->exit) {
	case EXIT_EXITED: return false;
	case EXIT_TIMEOUT_WALL:
	case EXIT_TIMEOUT_CPU: set(t, TRIAL_TIMEOUT, SLICE_NONE); break;
	case EXIT_OOM: set(t, TRIAL_ERROR, SLICE("more memory than a probe may use")); break;
	case EXIT_OUTPUT: set(t, TRIAL_ERROR, SLICE("more output than a probe may write")); break;
	case EXIT_SIGNALED: set(t, TRIAL_ERROR, said_last(f)); break;
	case EXIT_EXEC_FAILED:
		if (f->value == ENOENT)
			set(t, TRIAL_NEEDS_TOOL, t->interpreter);
		else
			set(t, TRIAL_ERROR, SLICE("the interpreter cannot be executed"));
		break;
	default: set(t, TRIAL_ERROR, f->stage); break;
	}
	return true;
}

void outcome_of_start(struct trial *t, const struct outcome_facts *f)
{
	t->exit = f->exit;
	t->value = f->value;
	if (ended_otherwise(t, f)) return;
	if (f->value == 0)
		ended_well(t, f);
	else
		ended_badly(t, f);
}

/* ---- parsers ---------------------------------------------------------------------------- */

/* The number in "/skill/x.js:12", which Node.js writes first. */
static struct slice node_line(struct slice err)
{
	struct slice line = slice_trim(slice_split(&err, '\n'));
	size_t at = line.n;

	while (at > 0 && is_digit(line.p[at - 1]))
		at--;
	return at > 0 && line.p[at - 1] == ':' ? slice_from(line, at) : SLICE_NONE;
}

/*
 * Where and what, as parsers say it: our Python program writes one line, Node.js
 * the place first and the error below the text in question, shells path, line
 * and error on one line.
 */
static struct slice parser_line(const struct outcome_facts *f, struct buf *made)
{
	struct slice out = slice_trim(f->out), err = slice_trim(f->err), line, rest;

	if (out.n) return slice_trim(slice_split(&out, '\n'));
	rest = node_line(err);
	line = last_of(err, error_line);
	if (line.n && rest.n) {
		buf_fmt(made, "line %.*s: ", (int)rest.n, (const char *)rest.p);
		buf_put(made, slice_sub(line, 0, LIMIT_PROBE_DETAIL));
		return buf_slice(made);
	}
	if (!line.n) line = slice_trim(slice_split(&err, '\n'));
	rest = behind(line, ": ");
	return slice_starts(line, "/") && rest.n ? rest : line;
}

bool outcome_of_parse(struct trial *t, const struct outcome_facts *f, struct buf *made)
{
	t->exit = f->exit;
	t->value = f->value;
	if (ended_otherwise(t, f)) {
		/* A parser that is not there was looked for before: this is a fault of ours. */
		if (t->outcome == TRIAL_NEEDS_TOOL) t->outcome = TRIAL_ERROR;
		return true;
	}
	if (f->value == 0) return false;
	set(t, TRIAL_ERROR, parser_line(f, made));
	return true;
}

struct slice outcome_version(struct slice said)
{
	struct slice line = slice_split(&said, '\n'), word;
	size_t at = slice_search(line, 0, SLICE("BusyBox v")), n;

	/* Its version alone would pass for that of some sh. */
	if (at < line.n) {
		line = slice_from(line, at);
		return slice_sub(line, 0, slice_find(line, sizeof "BusyBox", ' '));
	}

	while (line.n) {
		word = slice_split(&line, ' ');
		if (slice_starts(word, "v")) word = slice_from(word, 1);
		for (n = 0; n < word.n && name_byte(word.p[n]) && word.p[n] != '/'; n++)
			;
		word = slice_sub(word, 0, n);
		if (n && n <= LIMIT_PROBE_WORD && is_digit(word.p[0]) &&
			slice_find(word, 0, '.') < word.n)
			return word;
	}
	return SLICE_NONE;
}
