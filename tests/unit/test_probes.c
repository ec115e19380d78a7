/* SPDX-License-Identifier: MIT */
/*
 * Packages without a test: which files are scripts, what is run of them and
 * where, and what the words of real programs mean.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/language.h"
#include "check/schema.h"
#include "runner/outcome.h"
#include "runner/probes.h"
#include "test.h"

/* ---- scripts ------------------------------------------------------------------------ */

TEST(probes_program_of_a_script)
{
	static const struct {
		const char *path, *bytes, *program;
	} list[] = {
		{"scripts/a.py", "print()\n", "python3"},
		{"a.py", "#!/usr/bin/env python\n", "python"},
		{"a.py", "#!/usr/bin/python3.11 -u\n", "python3.11"},
		{"a.sh", "echo\n", "bash"},
		{"a.sh", "#!/bin/sh -e\n", "sh"},
		{"a", "#!/usr/bin/env -S node --no-warnings\n", "node"},
		{"a", "text\n", ""},
		{"a.js", "", "node"},
		{"a.mjs", "", "node"},
		{"a.ts", "", "tsx"},
		{"a.ts", "#!/usr/bin/env bun\n", "bun"},
		{"a.d.ts", "", ""},
		{"a.tsx", "", ""},
		{"pkg/__init__.py", "", ""},
		{"a.rb", "", "ruby"},
		{"a.rs", "", ""},
		{"SKILL.md", "#!/bin/sh\n", ""},
		{"requirements.txt", "", ""},
		{"a.json", "{}", ""},
		{".sh", "", "bash"},
	};
	size_t i;

	for (i = 0; i < sizeof list / sizeof *list; i++) {
		struct slice got =
			script_program(slice_str(list[i].path), slice_str(list[i].bytes));

		CHECK_SLICE(got, slice_str(list[i].program));
	}
}

TEST(probes_words_are_those_of_the_schema)
{
	const struct member *m;
	struct slice words, word;
	unsigned i, found = 0;

	for (m = statement_members; m->path; m++) {
		bool kind = strcmp(m->path, "predicate.probe[].kind") == 0;

		if (!kind && strcmp(m->path, "predicate.probe[].outcome") != 0) continue;
		words = slice_str(m->words);
		for (i = 0; words.n; i++) {
			word = slice_split(&words, '|');
			CHECK_SLICE(
				word, slice_str(kind ? trial_kind_text(i) : trial_outcome_text(i)));
		}
		CHECK(i == (kind ? TRIAL_KINDS : TRIAL_OUTCOMES));
		found++;
	}
	CHECK(found == 2);
	CHECK(!trial_kind_text(TRIAL_KINDS) && !trial_outcome_text(TRIAL_OUTCOMES));
}

/* ---- what programs say ------------------------------------------------------------------ */

struct said {
	unsigned value;
	const char *out, *err;
	enum trial_outcome outcome;
	const char *detail; /* NULL: none */
};

static void check_said(const struct said *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct trial t = {.interpreter = SLICE("sh")};
		struct outcome_facts f = {.exit = EXIT_EXITED,
			.value = list[i].value,
			.stage = SLICE(""),
			.out = slice_str(list[i].out),
			.err = slice_str(list[i].err)};

		outcome_of_start(&t, &f);
		if (t.outcome != list[i].outcome) printf("# %s%s\n", list[i].out, list[i].err);
		CHECK_SLICE(slice_str(trial_outcome_text(t.outcome)),
			slice_str(trial_outcome_text(list[i].outcome)));
		CHECK_SLICE(t.detail, slice_str(list[i].detail ? list[i].detail : ""));
		CHECK((t.detail.p == NULL) == (list[i].detail == NULL));
	}
}
#define CHECK_SAID(list) check_said((list), sizeof(list) / sizeof *(list))

#define TRACE "Traceback (most recent call last):\n  File \"/skill/a.py\", line 2, in <module>\n"

TEST(probes_missing_modules)
{
	static const struct said list[] = {
		{1, "",
			TRACE
			"    import requests\nModuleNotFoundError: No module named 'requests'\n",
			TRIAL_NEEDS_MODULE, "requests"},
		{1, "", "ModuleNotFoundError: No module named 'google.cloud'\n", TRIAL_NEEDS_MODULE,
			"google"},
		{1, "", "ImportError: No module named yaml\n", TRIAL_NEEDS_MODULE, "yaml"},
		{1, "", "/usr/bin/python3: No module named pytest\n", TRIAL_NEEDS_MODULE, "pytest"},
		/* The last one is what it could not go on without. */
		{1, "",
			"ModuleNotFoundError: No module named 'tomllib'\n\nDuring handling of the "
			"above exception, another exception occurred:\n\n"
			"ModuleNotFoundError: No module named 'tomli'\n",
			TRIAL_NEEDS_MODULE, "tomli"},
		{1, "",
			"node:internal/modules/cjs/loader:1148\n  throw err;\n  ^\n\n"
			"Error: Cannot find module 'express'\nRequire stack:\n- /skill/a.js\n"
			"    at Module._load (node:internal:1)\n\nNode.js v20.19.2\n",
			TRIAL_NEEDS_MODULE, "express"},
		{1, "",
			"Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@scope/x' imported from "
			"/skill/a.mjs\n",
			TRIAL_NEEDS_MODULE, "@scope/x"},
		/* A file of the package's own is no module. */
		{1, "", "Error: Cannot find module './lib/a'\nRequire stack:\n- /skill/b.js\n",
			TRIAL_ERROR, "Error: Cannot find module './lib/a'"},
		{1, "", "Error: requests is missing. Run: pip install requests\n",
			TRIAL_NEEDS_MODULE, "requests"},
		{1, "Please pip3 install -q --user 'httpx'.\n", "", TRIAL_NEEDS_MODULE, "httpx"},
		{1, "Run npm install playwright first\n", "", TRIAL_NEEDS_MODULE, "playwright"},
		{1, "", "pip install -r requirements.txt\n", TRIAL_ERROR,
			"pip install -r requirements.txt"},
		/* Said by a program that has started and explains itself. */
		{2, "usage: a.py [-h] FILE\npip install x for more\n", "", TRIAL_STARTED,
			"usage text"},
		{0, "No module named 'x', going on\n", "", TRIAL_STARTED, NULL},
	};

	CHECK_SAID(list);
}

TEST(probes_missing_tools)
{
	static const struct said list[] = {
		{127, "", "a.sh: line 3: jq: command not found\n", TRIAL_NEEDS_TOOL, "jq"},
		{127, "", "a.sh: 3: jq: not found\n", TRIAL_NEEDS_TOOL, "jq"},
		{127, "", "scripts/a.sh: line 2: jq: not found\n", TRIAL_NEEDS_TOOL, "jq"},
		{127, "", "a.sh: line 2: exec: foo: not found\n", TRIAL_NEEDS_TOOL, "foo"},
		{127, "", "env: 'python3': No such file or directory\n", TRIAL_NEEDS_TOOL,
			"python3"},
		{127, "", "/usr/bin/env: \xe2\x80\x98node\xe2\x80\x99: No such file or directory\n",
			TRIAL_NEEDS_TOOL, "node"},
		{127, "", "env: can't execute 'python3': No such file or directory\n",
			TRIAL_NEEDS_TOOL, "python3"},
		{126, "", "a.sh: ./b: /usr/bin/ruby: bad interpreter: No such file or directory\n",
			TRIAL_NEEDS_TOOL, "ruby"},
		{127, "", "a.sh: line 9: /usr/bin/python3: No such file or directory\n",
			TRIAL_NEEDS_TOOL, "python3"},
		{1, "", "Error: spawn ffmpeg ENOENT\n    at x\n", TRIAL_NEEDS_TOOL, "ffmpeg"},
		{1, "", "Error: spawnSync git ENOENT\n", TRIAL_NEEDS_TOOL, "git"},
		{1, "",
			"Traceback (most recent call last):\n"
			"  File \"/usr/lib/python3.11/subprocess.py\", line 1955, in _execute_child\n"
			"FileNotFoundError: [Errno 2] No such file or directory: 'ffmpeg'\n",
			TRIAL_NEEDS_TOOL, "ffmpeg"},
		/* Of a file nobody was to start. */
		{1, "", TRACE "FileNotFoundError: [Errno 2] No such file or directory: 'config'\n",
			TRIAL_ERROR,
			"FileNotFoundError: [Errno 2] No such file or directory: 'config'"},
		{1, "", "cat: /data/x: No such file or directory\n", TRIAL_ERROR,
			"cat: /data/x: No such file or directory"},
		{1, "", "Error: gh is not installed\n", TRIAL_NEEDS_TOOL, "gh"},
		{1, "'uv' is required but it's not there\n", "", TRIAL_NEEDS_TOOL, "uv"},
		{1, "", "Error: file not found\n", TRIAL_ERROR, "Error: file not found"},
		/* Shells go on. */
		{0, "done\n", "a.sh: line 3: jq: command not found\n", TRIAL_NEEDS_TOOL, "jq"},
		{0, "Usage: a\n", "a.sh: line 3: tput: command not found\n", TRIAL_STARTED,
			"usage text"},
	};

	CHECK_SAID(list);
}

TEST(probes_other_ends)
{
	static const struct said list[] = {
		{0, "", "", TRIAL_SILENT, NULL},
		{0, " \n\t\n", "\n", TRIAL_SILENT, NULL},
		{0, "hello\n", "", TRIAL_STARTED, NULL},
		{0, "", "hello\n", TRIAL_STARTED, NULL},
		{0, "usage: a.py [-h]\n", "", TRIAL_STARTED, "usage text"},
		{1, "", "Error: no file\n\nUSAGE: node a.js FILE\n", TRIAL_STARTED, "usage text"},
		{2, "Usage\n  a b\n", "", TRIAL_STARTED, "usage text"},
		{64, "Options:\n  -h\n", "", TRIAL_STARTED, "usage text"},
		{1, "\xe7\x94\xa8\xe6\xb3\x95: a\n", "", TRIAL_STARTED, "usage text"},
		{1, "", "", TRIAL_ERROR, NULL},
		{1, "said\n", "", TRIAL_ERROR, "said"},
		{1, "", TRACE "ValueError: bad\n", TRIAL_ERROR, "ValueError: bad"},
		{1, "", "a.b.DecodeError: x\nmore text\n", TRIAL_ERROR, "a.b.DecodeError: x"},
		{1, "", "TypeError: x is not a function\n    at y\n\nNode.js v20.19.2\n",
			TRIAL_ERROR, "TypeError: x is not a function"},
		{2, "", "a.sh: line 3: syntax error near `fi'\na.sh: line 3: `fi'\n", TRIAL_ERROR,
			"a.sh: line 3: syntax error near `fi'"},
		{126, "", "a: cannot execute binary file: Exec format error\n", TRIAL_ERROR,
			"a: cannot execute binary file: Exec format error"},
	};
	static const struct {
		uint8_t exit;
		uint32_t value;
		enum trial_outcome outcome;
		const char *detail;
	} ends[] = {
		{EXIT_TIMEOUT_WALL, 0, TRIAL_TIMEOUT, ""},
		{EXIT_TIMEOUT_CPU, 0, TRIAL_TIMEOUT, ""},
		{EXIT_OOM, 0, TRIAL_ERROR, "more memory than a probe may use"},
		{EXIT_OUTPUT, 0, TRIAL_ERROR, "more output than a probe may write"},
		{EXIT_SIGNALED, 11, TRIAL_ERROR, "Segmentation fault"},
		{EXIT_EXEC_FAILED, 2, TRIAL_NEEDS_TOOL, "sh"},
		{EXIT_EXEC_FAILED, 8, TRIAL_ERROR, "the interpreter cannot be executed"},
		{EXIT_SETUP_ERROR, 1, TRIAL_ERROR, "mount"},
	};
	size_t i;

	CHECK_SAID(list);
	for (i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct trial t = {.interpreter = SLICE("sh")};
		struct outcome_facts f = {.exit = ends[i].exit,
			.value = ends[i].value,
			.stage = SLICE("mount"),
			.err = SLICE("Segmentation fault\n")};

		outcome_of_start(&t, &f);
		CHECK(t.outcome == ends[i].outcome && t.exit == ends[i].exit &&
			t.value == ends[i].value);
		CHECK_SLICE(t.detail, slice_str(ends[i].detail));
	}
}

TEST(probes_parsers)
{
	static const struct {
		const char *out, *err, *detail;
	} list[] = {
		{"line 3: SyntaxError: invalid syntax\n", "",
			"line 3: SyntaxError: invalid syntax"},
		{"",
			"/skill/a.sh: line 4: syntax error near unexpected token `fi'\n/skill/a.sh: line "
			"4: `fi'\n",
			"line 4: syntax error near unexpected token `fi'"},
		{"", "/skill/a.sh: line 2: syntax error: unexpected end of file (expecting \"fi\")\n",
			"line 2: syntax error: unexpected end of file (expecting \"fi\")"},
		{"", "a.sh: 2: Syntax error: \"fi\" unexpected\n",
			"a.sh: 2: Syntax error: \"fi\" unexpected"},
		{"",
			"/skill/a.js:12\nlet x = ;\n        ^\n\nSyntaxError: Unexpected token ';'\n"
			"    at wrapSafe (node:internal:1:2)\n\nNode.js v20.19.2\n",
			"line 12: SyntaxError: Unexpected token ';'"},
	};
	uint8_t mem[OUTCOME_MADE];
	size_t i;

	for (i = 0; i < sizeof list / sizeof *list; i++) {
		struct trial t = {0};
		struct buf made = buf_on(mem, sizeof mem);
		struct outcome_facts f = {.exit = EXIT_EXITED,
			.value = 1,
			.out = slice_str(list[i].out),
			.err = slice_str(list[i].err)};

		CHECK(outcome_of_parse(&t, &f, &made) && t.outcome == TRIAL_ERROR);
		CHECK_SLICE(t.detail, slice_str(list[i].detail));
		/* Whatever it wrote: status 0 is the parser's yes. */
		f.value = 0;
		CHECK(!outcome_of_parse(&t, &f, &made));
		f.exit = EXIT_TIMEOUT_WALL;
		CHECK(outcome_of_parse(&t, &f, &made) && t.outcome == TRIAL_TIMEOUT);
	}
}

TEST(probes_versions)
{
	static const char *const list[][2] = {
		{"Python 3.11.2\n", "3.11.2"},
		{"v20.19.2\n", "20.19.2"},
		{"GNU bash, version 5.2.15(1)-release-(x86_64-pc-linux-gnu)\nUsage:", "5.2.15"},
		{"BusyBox v1.35.0 (Debian 1:1.35.0-4) multi-call binary.\n", "BusyBox v1.35.0"},
		{"BusyBox v1.35.0", "BusyBox v1.35.0"},
		{"sh: 0: Illegal option --h\n", ""},
		{"1.\x1b[31m\n", "1."},
		{"\n9.9\n", ""},
		{"", ""},
	};
	size_t i;

	for (i = 0; i < sizeof list / sizeof *list; i++)
		CHECK_SLICE(outcome_version(slice_str(list[i][0])), slice_str(list[i][1]));
}

/* ---- trying a package ------------------------------------------------------------------- */

/* A package, a runtime with some programs, and a sandbox that only says what it was given. */
struct scene {
	char dir[40];
	struct tree tree;
	struct tree_file files[80];
	struct runtimes runtimes;
	struct probes probes;
	struct trials trials;
	struct buf ran; /* a line for each run */
	unsigned n_ran, stop_after;
};

static void put(const struct scene *s, const char *path, const char *text, mode_t mode)
{
	char full[128];

	snprintf(full, sizeof full, "%s/%s", s->dir, path);
	CHECK_ERR(file_write(full, slice_str(text)), E_OK);
	CHECK(chmod(full, mode) == 0);
}

static void folder(const struct scene *s, const char *path)
{
	char full[128];

	snprintf(full, sizeof full, "%s/%s", s->dir, path);
	CHECK(mkdir(full, 0755) == 0);
}

static bool fake_run(void *ctx, const struct probe_run *run, struct probe_end *end)
{
	struct scene *s = ctx;
	const char *file = run->argv[0];
	int i;

	if (s->stop_after && s->n_ran == s->stop_after) return false;
	s->n_ran++;
	buf_fmt(&s->ran, "%s%s", run->runtime->name, run->parser ? " parser" : "");
	for (i = 0; run->argv[i]; i++) {
		file = run->argv[i];
		buf_fmt(&s->ran, " %.20s",
			slice_find(slice_str(file), 0, '\n') < strlen(file) ? "PROGRAM" : file);
	}
	buf_str(&s->ran, "\n");
	end->facts = (struct run_facts){.kind = EXIT_EXITED, .stage = SLICE("")};
	if (strcmp(run->argv[0], "bash") == 0 && run->parser && strcmp(run->argv[1], "-n") == 0)
		end->facts.value = 2;
	return true;
}

static void scene_open(struct scene *s)
{
	static const char *const names[] = {"base", "python"};
	char path[64];
	unsigned i;

	memset(s, 0, sizeof *s);
	memcpy(s->dir, "/tmp/sv-probes-XXXXXX", sizeof "/tmp/sv-probes-XXXXXX");
	if (!mkdtemp(s->dir)) abort();
	s->ran = buf_heap(1 << 16);
	for (i = 0; i < 2; i++) {
		struct runtime *rt = &s->runtimes.list[s->runtimes.n++];

		folder(s, names[i]);
		snprintf(rt->name, sizeof rt->name, "%s", names[i]);
		snprintf(path, sizeof path, "%s/%s", s->dir, names[i]);
		memcpy(rt->path, path, sizeof path);
		rt->ok = rt->checked = true;
		rt->digest[0] = (uint8_t)(i + 1);
	}
	folder(s, "base/bin");
	folder(s, "python/usr");
	folder(s, "python/usr/bin");
	put(s, "base/bin/bash", "", 0755);
	put(s, "base/bin/sh", "", 0755);
	/* Neither a folder nor what nobody may execute is a program. */
	put(s, "base/bin/perl", "", 0644);
	folder(s, "base/bin/lua");
	put(s, "python/usr/bin/python3.11", "", 0755);
	CHECK(symlinkat("/usr/bin/python3.11", open(s->dir, O_RDONLY | O_CLOEXEC),
		      "python/usr/bin/python3") == 0);
	folder(s, "skill");
}

static void script(struct scene *s, const char *path, const char *text)
{
	char full[128];
	struct tree_file *f = &s->files[s->tree.n++];

	snprintf(full, sizeof full, "skill/%s", path);
	put(s, full, text, 0644);
	*f = (struct tree_file){.path = slice_str(path)};
}

static void scene_try(struct scene *s)
{
	char full[64];

	s->tree.files = s->files;
	s->probes = (struct probes){
		.runtimes = &s->runtimes, .tree = &s->tree, .skill = -1, .run = fake_run, .ctx = s};
	snprintf(full, sizeof full, "%s/skill", s->dir);
	s->probes.skill = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK_ERR(probes_try(&s->probes, &s->trials), E_OK);
	fd_close(&s->probes.skill);
}

static void scene_drop(struct scene *s)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execl("/bin/rm", "rm", "-rf", s->dir, (char *)NULL);
		_exit(1);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	probes_drop(&s->probes);
	buf_drop(&s->ran);
}

TEST(probes_run_each_script_once_where_its_interpreter_is)
{
	static struct scene s;

	scene_open(&s);
	script(&s, "a.py", "");
	script(&s, "b.sh", "#!/bin/sh\n");
	script(&s, "c.sh", "");
	script(&s, "d.js", "");
	script(&s, "e.pl", "");
	script(&s, "f.lua", "");
	script(&s, "g.txt", "");
	script(&s, "-h.sh", "");
	script(&s, "i", "#!/bin/\x1b[31m/../x\n");
	scene_try(&s);
	/* A script that says so itself comes first; a version is asked for once. */
	CHECK_SLICE(buf_slice(&s.ran),
		SLICE("base parser sh --help\nbase parser sh -n /skill/b.sh\nbase sh b.sh --help\n"
		      "python parser python3 --version\n"
		      "python parser python3 -I -c PROGRAM /skill/a.py\n"
		      "python python3 a.py --help\n"
		      "base parser bash --help\nbase parser bash -n /skill/c.sh\n"
		      "base bash c.sh --help\n"
		      "base parser bash -n /skill/-h.sh\nbase bash ./-h.sh --help\n"));
	CHECK(s.trials.done && s.trials.scripts == 8 && s.trials.left == 0);
	CHECK(s.trials.checked == 4 && s.trials.n == 10 && s.trials.n_runtimes == 2);
	CHECK(s.trials.runtimes[1].digest[0] == 2 && s.trials.rows[2].runtime == 1);
	/* Parsers that found nothing have no row. */
	CHECK(s.trials.rows[0].kind == TRIAL_HELP && s.trials.rows[3].kind == TRIAL_PARSE);
	CHECK_SLICE(s.trials.rows[1].path, SLICE("i"));
	CHECK_SLICE(s.trials.rows[1].interpreter, SLICE("x"));
	CHECK(s.trials.rows[1].outcome == TRIAL_NEEDS_TOOL && !s.trials.rows[1].ran);
	CHECK_SLICE(s.trials.rows[5].detail, SLICE("node"));
	CHECK(s.trials.rows[6].outcome == TRIAL_NEEDS_TOOL &&
		s.trials.rows[7].outcome == TRIAL_NEEDS_TOOL);
	scene_drop(&s);
}

/* A tree without the manifest that it is to be compared with is not one to start anything in. */
TEST(probes_start_nothing_in_a_runtime_that_differs)
{
	static struct scene s;

	scene_open(&s);
	s.runtimes.list[0].checked = false;
	script(&s, "a.sh", "#!/bin/sh\n");
	script(&s, "b.py", "");
	scene_try(&s);
	CHECK(s.trials.n == 2 && s.trials.n_runtimes == 1);
	CHECK(s.trials.rows[0].outcome == TRIAL_NEEDS_TOOL && !s.trials.rows[0].ran);
	CHECK(s.trials.rows[1].ran && s.runtimes.list[0].ok);
	scene_drop(&s);
}

TEST(probes_are_bounded)
{
	static struct scene s;
	static char names[60][8];
	unsigned i;

	scene_open(&s);
	for (i = 0; i < 60; i++) {
		snprintf(names[i], sizeof names[i], "%02u.sh", i);
		script(&s, names[i], "#!/bin/sh\n");
	}
	scene_try(&s);
	CHECK(s.trials.scripts == 60 && s.trials.left == 60 - LIMIT_PROBES);
	CHECK(s.trials.n == LIMIT_PROBES && s.trials.checked == LIMIT_PROBES);
	/* A job that is ended starts nothing more; what was tried by then stands. */
	probes_drop(&s.probes);
	s.n_ran = 0;
	s.stop_after = 4;
	scene_try(&s);
	CHECK(s.n_ran == 4 && s.trials.n == 1 && s.trials.left == 59 && s.trials.checked == 2);
	scene_drop(&s);
}

/* No link is followed, and a file that is gone or no file is no script. */
TEST(probes_read_nothing_but_files_of_the_package)
{
	static struct scene s;
	char full[96];

	scene_open(&s);
	put(&s, "outside", "#!/bin/sh\n", 0644);
	script(&s, "a", "");
	script(&s, "b", "");
	snprintf(full, sizeof full, "%s/skill/a", s.dir);
	CHECK(unlink(full) == 0 && symlink("../outside", full) == 0);
	snprintf(full, sizeof full, "%s/skill/b", s.dir);
	CHECK(unlink(full) == 0 && mkfifo(full, 0644) == 0);
	scene_try(&s);
	CHECK(s.trials.scripts == 0 && s.n_ran == 0);
	scene_drop(&s);
}
