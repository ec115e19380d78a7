/* SPDX-License-Identifier: MIT */
/* Which language a file is in. Pure. */
#include "base/language.h"

#include <string.h>

static const struct {
	const char *suffix;
	enum language language;
	const char *program; /* that starts it, where the file itself does not say; NULL: none */
} suffixes[] = {
	{".md", LANG_PROSE, NULL},
	{".markdown", LANG_PROSE, NULL},
	{".mdx", LANG_PROSE, NULL},
	{".sh", LANG_SHELL, "bash"},
	{".bash", LANG_SHELL, "bash"},
	{".zsh", LANG_SHELL, "zsh"},
	{".ksh", LANG_SHELL, "ksh"},
	{".command", LANG_SHELL, "bash"},
	{".py", LANG_PYTHON, "python3"},
	{".pyw", LANG_PYTHON, "python3"},
	{".js", LANG_NODE, "node"},
	{".mjs", LANG_NODE, "node"},
	{".cjs", LANG_NODE, "node"},
	{".ts", LANG_NODE, "tsx"},
	{".mts", LANG_NODE, "tsx"},
	{".cts", LANG_NODE, "tsx"},
	{".jsx", LANG_NODE, NULL},
	{".tsx", LANG_NODE, NULL},
	{".rb", LANG_OTHER, "ruby"},
	{".go", LANG_OTHER, NULL},
	{".rs", LANG_OTHER, NULL},
	{".pl", LANG_OTHER, "perl"},
	{".pm", LANG_OTHER, NULL},
	{".php", LANG_OTHER, "php"},
	{".lua", LANG_OTHER, "lua"},
	{".ps1", LANG_OTHER, "pwsh"},
	{".bat", LANG_OTHER, NULL},
	{".cmd", LANG_OTHER, NULL},
	{".swift", LANG_OTHER, NULL},
	{".java", LANG_OTHER, NULL},
	{".kt", LANG_OTHER, NULL},
	{".c", LANG_OTHER, NULL},
	{".cc", LANG_OTHER, NULL},
	{".cpp", LANG_OTHER, NULL},
	{".cs", LANG_OTHER, NULL},
	{".r", LANG_OTHER, "Rscript"},
	{".jl", LANG_OTHER, "julia"},
	{".applescript", LANG_OTHER, "osascript"},
	{".scpt", LANG_OTHER, "osascript"},
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

/* Types without programs. */
static const char *const no_scripts[] = {".d.ts", ".d.mts", ".d.cts"};

struct slice script_program(struct slice path, struct slice bytes)
{
	struct slice name = slice_base(path), program;
	enum language language = language_of(path, bytes);
	bool cr;
	size_t i;

	if (language == LANG_PROSE || language == LANG_LIST) return SLICE_NONE;
	for (i = 0; i < sizeof no_scripts / sizeof *no_scripts; i++)
		if (slice_ends(name, no_scripts[i])) return SLICE_NONE;
	program = interpreter_of(bytes, &cr);
	if (program.n) return program;
	/* Marks a folder as a package of modules. */
	if (slice_is(name, "__init__.py")) return SLICE_NONE;
	for (i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		if (slice_ends(name, suffixes[i].suffix))
			return suffixes[i].program ? slice_str(suffixes[i].program) : SLICE_NONE;
	return SLICE_NONE;
}
