/* SPDX-License-Identifier: MIT */
/*
 * Markdown: commands in fenced blocks, which an agent would run and nobody runs
 * here, and files that SKILL.md names. Pure.
 */
#include <string.h>

#include "facts/find.h"

/* Words behind a fence that say "shell"; without a word only lines with a prompt count. */
static bool is_shell_fence(struct slice word)
{
	static const char *const words[] = {"sh", "bash", "shell", "zsh", "console", "terminal",
		"shell-session", "shellsession"};
	size_t i;

	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_is_nocase(word, words[i])) return true;
	return false;
}

/* Three or more of one fence character; how many, or 0. */
static size_t fence(struct slice line, uint8_t *c)
{
	size_t n = 0;

	if (!line.n || (line.p[0] != '`' && line.p[0] != '~')) return 0;
	*c = line.p[0];
	while (n < line.n && line.p[n] == *c)
		n++;
	return n >= 3 ? n : 0;
}

/* A relative path of a file: letters first, no scheme, no placeholder. */
static bool path_like(struct slice s)
{
	size_t i;

	if (s.n < 3 || s.n > LIMIT_FACT_BYTES || !is_name_byte(s.p[0])) return false;
	for (i = 0; i < s.n; i++)
		if (!is_name_byte(s.p[i]) && !strchr("-./", s.p[i])) return false;
	return slice_search(s, 0, SLICE("..")) == s.n && slice_search(s, 0, SLICE("//")) == s.n;
}

static void add_path(struct find *in, struct slice s)
{
	if (slice_starts(s, "{baseDir}/")) s = slice_from(s, 10);
	if (slice_starts(s, "./")) s = slice_from(s, 2);
	s = slice_split(&s, '#');
	if (path_like(s)) find_named_file(in, s);
}

/* Inline code counts only below the folders that the standard names. */
static void add_code_path(struct find *in, struct slice s)
{
	static const char *const folders[] = {
		"scripts/", "references/", "assets/", "templates/", "{baseDir}/"};
	struct slice word = slice_split(&s, ' ');
	size_t i;

	/* "python scripts/x.py": the path may be the second word. */
	for (i = 0; i < sizeof folders / sizeof *folders; i++)
		if (slice_starts(word, folders[i])) add_path(in, word);
	word = slice_split(&s, ' ');
	for (i = 0; i < sizeof folders / sizeof *folders; i++)
		if (slice_starts(word, folders[i])) add_path(in, word);
}

static void find_named_files(struct find *in, struct slice line)
{
	struct slice target;
	size_t at = 0, end;

	while ((at = slice_search(line, at, SLICE("]("))) < line.n) {
		at += 2;
		target = slice_sub(line, at, LIMIT_FACT_BYTES + 1);
		end = slice_find(target, 0, ')');
		if (end < target.n) add_path(in, slice_sub(target, 0, end));
	}
	for (at = 0; (at = slice_find(line, at, '`')) < line.n; at = end + 1) {
		end = slice_find(line, ++at, '`');
		if (end >= line.n) return;
		add_code_path(in, slice_sub(line, at, end - at));
	}
}

/* A line of a command: shown as it stands, and read as a shell would. */
static void command(struct find *in, struct shell_state *st, struct slice line)
{
	struct slice text = slice_trim(line);
	bool inner = st->heredoc.n > 0 || st->continued || st->quote;

	if (slice_starts(text, "$ ")) text = slice_from(text, 2);
	if (!text.n || text.p[0] == '#') return;
	in->f->commands = true;
	/* What a reader is told to export is what the programs want to find. */
	if (slice_starts(text, "export "))
		find_variable(in, slice_sub(text, 7, word_end(text, 7) - 7));
	own_names_line(st->own, text);
	if (!inner) find_add(in, FACT_COMMAND, text);
	find_urls(in, text);
	find_shell_variables(in, st->own, text);
	find_shell_line(in, st, text);
}

void find_prose(struct find *in, struct slice bytes)
{
	bool skill =
		slice_is_nocase(in->path, "SKILL.md") || slice_is_nocase(in->path, "SKILLS.md");
	struct own_names own;
	struct shell_state st = {&own, SLICE_NONE, false, false, 0};
	struct slice rest = bytes, line;
	bool shell = false, prompt = false;
	size_t open = 0, n;
	uint8_t mark = 0, c = 0;

	own_names_init(&own);
	while (find_line(in, &rest, &line)) {
		struct slice text = slice_trim(line);

		n = fence(text, &c);
		if (open && n >= open && c == mark && slice_trim(slice_from(text, n)).n == 0) {
			open = 0;
			continue;
		}
		if (!open && n) {
			struct slice word = slice_trim(slice_from(text, n));

			open = n;
			mark = c;
			word = slice_split(&word, ' ');
			shell = is_shell_fence(word);
			prompt = !word.n;
			st = (struct shell_state){&own, SLICE_NONE, false, false, 0};
			continue;
		}
		if (open && (shell || (prompt && slice_starts(text, "$ "))))
			command(in, &st, line);
		else if (!open && skill)
			find_named_files(in, line);
	}
}
