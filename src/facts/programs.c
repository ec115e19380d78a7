/* SPDX-License-Identifier: MIT */
/* Modules, programs, variables and hosts of Python and Node.js programs. Pure. */
#include <string.h>

#include "facts/find.h"

/* ---- Python --------------------------------------------------------------------- */

/* The top of a dotted name. */
static void add_python_module(struct find *in, struct slice name)
{
	struct slice top = slice_sub(name, 0, word_end(name, 0));

	if (!top.n || (top.p[0] >= '0' && top.p[0] <= '9')) return;
	if (!known_python_module(top)) find_module(in, top);
}

/* "import a.b as c, d" and "from a.b import c"; relative imports begin with a dot. */
static void python_import(struct find *in, struct slice line)
{
	line = slice_trim(line);
	if (slice_starts(line, "from ")) {
		line = slice_trim(slice_from(line, 5));
		if (slice_search(line, 0, SLICE(" import")) < line.n) add_python_module(in, line);
	} else if (slice_starts(line, "import ")) {
		line = slice_from(line, 7);
		line = slice_split(&line, '#');
		while (line.n)
			add_python_module(in, slice_trim(slice_split(&line, ',')));
	}
}

/* Calls whose first text is a command line, or whose first list begins with a program; a "(" follows. */
static const char *const python_calls[] = {"os.system", "os.popen", "subprocess.run",
	"subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen",
	"subprocess.getoutput", "shutil.which", "create_subprocess_exec",
	"create_subprocess_shell"};
static const char *const node_calls[] = {
	"exec", "execSync", "spawn", "spawnSync", "execFile", "execFileSync", "execa", "fork"};

static void find_calls(struct find *in, struct slice line, const char *const *calls, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct slice call = slice_str(calls[i]);
		size_t at = 0;

		while ((at = slice_search(line, at, call)) < line.n) {
			bool inside = at > 0 && is_name_byte(line.p[at - 1]);

			at += call.n;
			if (inside || at >= line.n || line.p[at++] != '(') continue;
			while (at < line.n &&
				(line.p[at] == '[' || line.p[at] == ' ' || line.p[at] == 'f'))
				at++;
			find_command_text(in, quoted_text(line, &at));
		}
	}
}

/* Toggles *inside for each triple quote: a docstring is no program. */
static bool python_text(struct slice line, bool *inside)
{
	bool was = *inside, any = false;
	size_t at = 0;

	while (at + 3 <= line.n) {
		struct slice three = slice_sub(line, at, 3);

		if (slice_is(three, "\"\"\"") || slice_is(three, "'''")) {
			*inside = !*inside;
			any = true;
			at += 3;
		} else {
			at++;
		}
	}
	return was || (any && *inside);
}

void find_python(struct find *in, struct slice bytes)
{
	struct slice rest = bytes, line;
	bool inside = false;

	while (find_line(in, &rest, &line)) {
		bool text = python_text(line, &inside);

		if (slice_starts(slice_trim(line), "#")) continue;
		find_urls(in, line);
		find_variables(in, line);
		if (text) continue;
		python_import(in, line);
		find_calls(in, line, python_calls, sizeof python_calls / sizeof *python_calls);
	}
}

/* ---- Node.js -------------------------------------------------------------------- */

/* "@scope/name/part" is the package "@scope/name"; paths and built-in modules are none. */
static void add_node_module(struct find *in, struct slice name)
{
	size_t end;

	if (!name.n || name.p[0] == '.' || name.p[0] == '/' || name.p[0] == '#' ||
		slice_starts(name, "node:") || slice_find(name, 0, ':') < name.n ||
		slice_find(name, 0, '$') < name.n || slice_find(name, 0, ' ') < name.n)
		return;
	end = slice_find(name, 0, '/');
	if (name.p[0] == '@' && end < name.n) end = slice_find(name, end + 1, '/');
	name = slice_sub(name, 0, end);
	if (!known_node_module(name)) find_module(in, name);
}

static void node_import(struct find *in, struct slice line)
{
	static const char *const before[] = {"require(", "import(", " from ", "import "};
	struct slice text = slice_trim(line);
	size_t i;

	for (i = 0; i < sizeof before / sizeof *before; i++) {
		struct slice word = slice_str(before[i]);
		size_t at = 0;

		/* " from " and "import " only where a statement begins, ends or goes on. */
		if (i == 2 && !slice_starts(text, "import") && !slice_starts(text, "export") &&
			!slice_starts(text, "}"))
			continue;
		if (i == 3 && !slice_starts(text, "import ")) continue;
		while ((at = slice_search(line, at, word)) < line.n) {
			at += word.n;
			add_node_module(in, quoted_text(line, &at));
		}
	}
}

void find_node(struct find *in, struct slice bytes)
{
	struct slice rest = bytes, line;
	bool comment = false;

	while (find_line(in, &rest, &line)) {
		struct slice text = slice_trim(line);
		bool was = comment;

		if (slice_starts(text, "/*")) comment = was = true;
		if (slice_search(text, 0, SLICE("*/")) < text.n) comment = false;
		if (was || slice_starts(text, "//")) continue;
		find_urls(in, line);
		find_variables(in, line);
		node_import(in, line);
		find_calls(in, line, node_calls, sizeof node_calls / sizeof *node_calls);
	}
}

void find_other(struct find *in, struct slice bytes)
{
	struct slice rest = bytes, line;

	while (find_line(in, &rest, &line)) {
		find_urls(in, line);
		find_variables(in, line);
	}
}
