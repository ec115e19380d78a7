/* SPDX-License-Identifier: MIT */
/*
 * Programs that a shell calls: the first word of each command. A scanner of
 * lines, not a parser: it knows quotes, comments, here-documents and the words
 * that stand before a command. Pure.
 */
#include <string.h>

#include "facts/find.h"

/* Words after which another command begins. */
static bool goes_before(struct slice w)
{
	static const char *const words[] = {"if", "then", "else", "elif", "while", "until", "do",
		"!", "{", "time", "exec", "nohup", "sudo", "command", "env", "xargs", "timeout",
		"nice", "builtin", "setsid", "stdbuf"};
	size_t i;

	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_is(w, words[i])) return true;
	return false;
}

static bool is_assignment(struct slice w)
{
	size_t n = word_end(w, 0);

	return n > 0 && n < w.n &&
	       (w.p[n] == '=' || (w.p[n] == '+' && n + 1 < w.n && w.p[n + 1] == '='));
}

void own_names_init(struct own_names *own)
{
	memset(own->index, 0, sizeof own->index);
	own->set = NAMES_ON(own->list, own->index);
}

static bool owns(const struct own_names *own, struct slice name)
{
	return own && names_has(&own->set, name);
}

/* The names behind "for", "read", "local", "export" and "declare", options left out. */
static void own_words(struct own_names *own, struct slice line)
{
	while (line.n) {
		struct slice w = slice_split(&line, ' ');

		if (w.n && w.p[0] != '-') names_add(&own->set, slice_sub(w, 0, word_end(w, 0)));
		if (slice_is(w, "in") || slice_is(w, ";")) return;
	}
}

void own_names_line(struct own_names *own, struct slice line)
{
	static const char *const setters[] = {
		"for ", "read ", "local ", "export ", "declare ", "readonly ", "typeset "};
	struct slice name;
	size_t i;

	line = slice_trim(line);
	if (slice_starts(line, "function ")) line = slice_trim(slice_from(line, 9));
	for (i = 0; i < sizeof setters / sizeof *setters; i++)
		if (slice_starts(line, setters[i]))
			own_words(own, slice_from(line, strlen(setters[i])));
	name = slice_sub(line, 0, word_end(line, 0));
	line = slice_from(line, name.n);
	if (slice_starts(line, "=") || slice_starts(line, "+=") || slice_starts(line, "()") ||
		slice_starts(line, " ()"))
		names_add(&own->set, name);
}

/* A program by name or absolute path; what a variable or a file of the package names is none. */
static void add_program(struct find *in, const struct own_names *own, struct slice w)
{
	size_t i;

	if (w.n && w.p[0] == '/') {
		if (!slice_starts(w, "/usr/") && !slice_starts(w, "/bin/") &&
			!slice_starts(w, "/sbin/") && !slice_starts(w, "/opt/"))
			return;
		w = slice_base(w);
	}
	/* A letter first: numbers, options, tests and markup are no programs. */
	if (w.n < 2 || !is_name_byte(w.p[0]) || w.p[0] == '_' || (w.p[0] >= '0' && w.p[0] <= '9'))
		return;
	for (i = 0; i < w.n; i++)
		if (!is_name_byte(w.p[i]) && !strchr("-.+", w.p[i])) return;
	if (w.p[w.n - 1] == '.' || slice_ends(w, ".sh") || slice_ends(w, ".py") ||
		slice_ends(w, ".js"))
		return;
	if (known_shell_word(w) || owns(own, w)) return;
	if (known_macos_program(w)) in->f->macos = true;
	find_add(in, FACT_BINARY, w);
}

/* $NAME and ${NAME...}; only names without small letters, as variables of the environment are. */
void find_shell_variables(struct find *in, const struct own_names *own, struct slice line)
{
	size_t at = 0;

	while ((at = slice_find(line, at, '$')) < line.n) {
		size_t begin = ++at, i;
		struct slice name;
		bool small = false;

		if (begin < line.n && line.p[begin] == '{') begin = ++at;
		at = word_end(line, begin);
		for (i = begin; i < at; i++)
			small = small || (line.p[i] >= 'a' && line.p[i] <= 'z');
		name = slice_sub(line, begin, at - begin);
		if (!small && name.n && !owns(own, name)) find_variable(in, name);
	}
}

/*
 * End of the word that begins at at; quotes and substitutions are part of it.
 * *quote: the quote that is open, before and behind.
 */
static size_t shell_word(struct slice line, size_t at, uint8_t *quote)
{
	for (; at < line.n; at++) {
		uint8_t c = line.p[at];

		if (*quote) {
			if (c == '\\' && *quote == '"')
				at++;
			else if (c == *quote)
				*quote = 0;
		} else if (c == '\'' || c == '"') {
			*quote = c;
		} else if (c == '\\') {
			at++;
		} else if (strchr(" \t;|&()<>`", c)) {
			break;
		}
	}
	return at > line.n ? line.n : at;
}

/* Programs whose arguments are addresses, with or without a scheme. */
static bool is_fetcher(struct slice w)
{
	return slice_is(w, "curl") || slice_is(w, "wget");
}

/* "wttr.in/London": a host without a scheme has a path behind it. */
static void add_address(struct find *in, struct slice w)
{
	size_t end;

	if (w.n && (w.p[0] == '"' || w.p[0] == '\'')) w = slice_from(w, 1);
	if (slice_search(w, 0, SLICE("://")) < w.n) return;
	end = slice_find(w, 0, '/');
	if (end < w.n && !slice_starts(w, ".")) find_host(in, slice_sub(w, 0, end));
}

/* "<<WORD", "<<-'WORD'": what follows until that word is no program. */
static void note_heredoc(struct shell_state *st, struct slice line, size_t at)
{
	struct slice word;
	uint8_t quote = 0;

	at += 2;
	if (at < line.n && line.p[at] == '<') return;
	st->heredoc_tabs = at < line.n && line.p[at] == '-';
	at += st->heredoc_tabs ? 1 : 0;
	while (at < line.n && line.p[at] == ' ')
		at++;
	word = slice_sub(line, at, shell_word(line, at, &quote) - at);
	if (word.n > 1 && (word.p[0] == '\'' || word.p[0] == '"'))
		word = slice_sub(word, 1, word.n - 2);
	st->heredoc = word;
}

static bool in_heredoc(struct shell_state *st, struct slice line)
{
	if (!st->heredoc.n) return false;
	while (st->heredoc_tabs && line.n && line.p[0] == '\t')
		line = slice_from(line, 1);
	if (slice_eq(line, st->heredoc)) st->heredoc = SLICE_NONE;
	return true;
}

/* One word where a command may begin, or behind one; true when another may begin behind it. */
static bool shell_command_word(
	struct find *in, const struct shell_state *st, struct slice w, bool begins, bool *fetches)
{
	if (!begins) {
		if (*fetches) add_address(in, w);
		return false;
	}
	*fetches = is_fetcher(w);
	if (is_assignment(w)) return true;
	if (w.n && w.p[0] == '-') return false;
	add_program(in, st->own, w);
	return goes_before(w);
}

void find_shell_line(struct find *in, struct shell_state *st, struct slice line)
{
	bool begins = !st->continued && !st->quote, fetches = false;
	size_t at = 0;

	if (in_heredoc(st, line)) return;
	st->continued = line.n && line.p[line.n - 1] == '\\';
	if (st->quote) at = shell_word(line, 0, &st->quote);
	while (at < line.n) {
		uint8_t c = line.p[at];

		if (c == ' ' || c == '\t') {
			at++;
		} else if (c == '#') {
			return;
		} else if (c == '<' || c == '>') {
			if (c == '<' && at + 1 < line.n && line.p[at + 1] == '<')
				note_heredoc(st, line, at);
			while (at < line.n && strchr("<>&-", line.p[at]))
				at++;
			/* The file of a redirection is no command. */
			while (at < line.n && line.p[at] == ' ')
				at++;
			at = shell_word(line, at, &st->quote);
		} else if (strchr(";|&()`", c)) {
			/* Behind "name()" stands what the function does. */
			begins = c != ')' || (at > 0 && line.p[at - 1] == '(');
			at++;
		} else {
			size_t end = shell_word(line, at, &st->quote);
			struct slice w = slice_sub(line, at, end - at);
			bool call = end < line.n && line.p[end] == '(';

			/* "name(": a function; "$(": a command of its own. */
			if (call && begins && w.p[w.n - 1] != '$') begins = false;
			begins = shell_command_word(in, st, w, begins, &fetches);
			if (call && w.p[w.n - 1] == '$') begins = true;
			at = end;
		}
	}
}

void find_shell(struct find *in, struct slice bytes)
{
	struct own_names own;
	struct shell_state st = {&own, SLICE_NONE, false, false, 0};
	struct slice rest = bytes, line;

	own_names_init(&own);
	/* Before all lines: a function may stand behind its first use. */
	while (rest.n)
		own_names_line(&own, slice_split(&rest, '\n'));
	rest = bytes;
	while (find_line(in, &rest, &line)) {
		struct slice text = slice_trim(line);

		/* Text of a here-document still names hosts and uses variables. */
		if (!slice_starts(text, "#")) {
			find_urls(in, line);
			find_shell_variables(in, &own, line);
		}
		find_shell_line(in, &st, line);
	}
}
