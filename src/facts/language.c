/* SPDX-License-Identifier: MIT */
/* Which language a file is in. Pure. */
#include <string.h>

#include "facts/find.h"

/* Longest #! line that Linux reads (BINPRM_BUF_SIZE, 5.1). */
#define INTERPRETER_LINE 256

static const struct {
	const char *suffix;
	enum language language;
} suffixes[] = {
	{".md", LANG_PROSE},
	{".markdown", LANG_PROSE},
	{".mdx", LANG_PROSE},
	{".sh", LANG_SHELL},
	{".bash", LANG_SHELL},
	{".zsh", LANG_SHELL},
	{".ksh", LANG_SHELL},
	{".command", LANG_SHELL},
	{".py", LANG_PYTHON},
	{".pyw", LANG_PYTHON},
	{".js", LANG_NODE},
	{".mjs", LANG_NODE},
	{".cjs", LANG_NODE},
	{".ts", LANG_NODE},
	{".mts", LANG_NODE},
	{".cts", LANG_NODE},
	{".jsx", LANG_NODE},
	{".tsx", LANG_NODE},
	{".rb", LANG_OTHER},
	{".go", LANG_OTHER},
	{".rs", LANG_OTHER},
	{".pl", LANG_OTHER},
	{".pm", LANG_OTHER},
	{".php", LANG_OTHER},
	{".lua", LANG_OTHER},
	{".ps1", LANG_OTHER},
	{".bat", LANG_OTHER},
	{".cmd", LANG_OTHER},
	{".swift", LANG_OTHER},
	{".java", LANG_OTHER},
	{".kt", LANG_OTHER},
	{".c", LANG_OTHER},
	{".cc", LANG_OTHER},
	{".cpp", LANG_OTHER},
	{".cs", LANG_OTHER},
	{".r", LANG_OTHER},
	{".jl", LANG_OTHER},
	{".applescript", LANG_OTHER},
	{".scpt", LANG_OTHER},
};

static const struct {
	const char *program;
	enum language language;
} programs[] = {
	{"sh", LANG_SHELL},
	{"bash", LANG_SHELL},
	{"dash", LANG_SHELL},
	{"zsh", LANG_SHELL},
	{"ksh", LANG_SHELL},
	{"ash", LANG_SHELL},
	{"node", LANG_NODE},
	{"nodejs", LANG_NODE},
	{"bun", LANG_NODE},
	{"deno", LANG_NODE},
	{"tsx", LANG_NODE},
};

struct slice interpreter_of(struct slice bytes, bool *ends_in_cr)
{
	struct slice line = slice_sub(bytes, 0, INTERPRETER_LINE), word;

	*ends_in_cr = false;
	if (!slice_starts(line, "#!")) return SLICE_NONE;
	line = slice_split(&line, '\n');
	line = slice_from(line, 2);
	*ends_in_cr = line.n && line.p[line.n - 1] == '\r';
	line = slice_trim(line);
	word = slice_base(slice_split(&line, ' '));
	if (!slice_is(word, "env")) return word;
	/* env's own options and assignments stand before the program. */
	do {
		line = slice_trim(line);
		word = slice_split(&line, ' ');
	} while (word.n && (word.p[0] == '-' || slice_find(word, 0, '=') < word.n));
	return slice_base(word);
}

enum language language_of(struct slice path, struct slice bytes)
{
	struct slice name = slice_base(path), program;
	bool cr;
	size_t i;

	if (slice_starts(name, "requirements") && slice_ends(name, ".txt")) return LANG_LIST;
	for (i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		if (slice_ends(name, suffixes[i].suffix)) return suffixes[i].language;
	program = interpreter_of(bytes, &cr);
	if (!program.n) return LANG_NONE;
	for (i = 0; i < sizeof programs / sizeof *programs; i++)
		if (slice_is(program, programs[i].program)) return programs[i].language;
	return slice_starts(program, "python") ? LANG_PYTHON : LANG_OTHER;
}
