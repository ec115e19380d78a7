/* SPDX-License-Identifier: MIT */
/* Scripts of a package without a test. Runs in runner workers and the command line. */
#include "runner/probes.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/language.h"
#include "base/text.h"
#include "proc/memfd.h"
#include "proc/sys.h"
#include "runner/outcome.h"

/* Less time than this is not worth a start: an interpreter alone takes a tenth of it. */
#define LEAST_MS 500

/*
 * Reads the file named by its argument and parses it; imports nothing of it and
 * nothing beside it (-I). Bytes, so that the file's own declaration of its encoding counts.
 */
static const char python_parser[] =
	"import ast, sys, warnings\n"
	"warnings.simplefilter('ignore')\n"
	"try:\n"
	"    with open(sys.argv[1], 'rb') as f:\n"
	"        ast.parse(f.read(), sys.argv[1])\n"
	"except SyntaxError as e:\n"
	"    sys.exit(print('line %s: %s: %s' % (e.lineno, type(e).__name__, e.msg)) or 1)\n"
	"except (ValueError, RecursionError, MemoryError) as e:\n"
	"    sys.exit(print('%s: %s' % (type(e).__name__, e)) or 1)\n";

struct script {
	const struct tree_file *file;
	char program[LIMIT_PROBE_WORD + 1];
	bool first; /* says by itself that it is a program: #! line, or the execute bit */
};

/* ---- which files are scripts ------------------------------------------------------------ */

/* The beginning of a file of the package; no link is followed, nothing is waited for. */
static struct slice beginning(
	const struct probes *p, struct slice path, uint8_t mem[INTERPRETER_LINE])
{
	char name[LIMIT_PATH_BYTES + 1];
	ssize_t n = -1;
	int fd;

	if (!slice_text(name, sizeof name, path)) return SLICE_NONE;
	fd = sys_openat2(p->skill, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0,
		SV_RESOLVE_BENEATH | SV_RESOLVE_NO_SYMLINKS);
	if (fd >= 0) n = read(fd, mem, INTERPRETER_LINE);
	fd_close(&fd);
	return n > 0 ? slice_of(mem, (size_t)n) : SLICE_NONE;
}

static bool is_script(const struct probes *p, const struct tree_file *f, struct script *out)
{
	uint8_t mem[INTERPRETER_LINE];
	struct slice bytes = beginning(p, f->path, mem), program = script_program(f->path, bytes);
	struct buf shown = buf_on(out->program, sizeof out->program - 1);

	if (!program.n) return false;
	out->file = f;
	out->first = f->executable || slice_starts(bytes, "#!");
	/* Of a stranger's line: a word that is shown, and looked up below the runtime's folders. */
	buf_ascii(&shown, program, LIMIT_PROBE_WORD);
	buf_text(&shown);
	return true;
}

/*
 * Those that say that they are programs come first; otherwise by path, as the tree is
 * sorted. list has room for both kinds apart: the others stand behind the first.
 */
static unsigned find_scripts(struct probes *p, struct script list[2 * LIMIT_PROBES])
{
	struct script *others = list + LIMIT_PROBES, s;
	unsigned n = 0, n_others = 0;
	size_t i;

	for (i = 0; i < p->tree->n; i++) {
		unsigned *count = &n_others;

		if (!is_script(p, &p->tree->files[i], &s)) continue;
		p->trials->scripts++;
		if (s.first) count = &n;
		if (*count == LIMIT_PROBES || s.file->path.n > TRIAL_PATH_BYTES) continue;
		(s.first ? list : others)[(*count)++] = s;
	}
	if (n_others > LIMIT_PROBES - n) n_others = LIMIT_PROBES - n;
	memmove(list + n, others, n_others * sizeof *others);
	return n + n_others;
}

/* ---- where they are started ------------------------------------------------------------- */

static bool is_node(const char *program)
{
	return strcmp(program, "node") == 0 || strcmp(program, "nodejs") == 0;
}

/* Those that parse with -n, and tell their version where they tell of their options. */
static bool is_shell(const char *program)
{
	return strcmp(program, "sh") == 0 || strcmp(program, "bash") == 0 ||
	       strcmp(program, "dash") == 0 || strcmp(program, "ash") == 0;
}

/* The runtime of ours that is made for a language; NULL when there is none such. */
static const char *made_for(const char *program)
{
	if (strncmp(program, "python", 6) == 0) return "python";
	return is_node(program) ? "node" : NULL;
}

/*
 * The runtime of this name, whole: nothing is started in one that differs from its
 * manifest. Looked at once; what is found in a copy only this job hears.
 */
static const struct runtime *whole(struct probes *p, const char *name)
{
	const struct runtime *rt = runtime_named(p->runtimes, name);
	struct runtime *own;
	unsigned i;

	if (!rt) return NULL;
	for (i = 0; i < p->n_looked; i++)
		if (strcmp(p->looked[i].name, name) == 0)
			return p->looked[i].ok ? &p->looked[i] : NULL;
	if (i == TRIAL_RUNTIMES) return NULL;
	own = &p->looked[p->n_looked++];
	*own = *rt;
	return runtime_check(own) ? NULL : own;
}

/* The default runtime when it has the interpreter, else the one made for the language. */
static const struct runtime *runtime_for(struct probes *p, const char *program)
{
	const char *other = made_for(program);
	const struct runtime *rt = whole(p, p->host ? "host" : "base");

	if (rt && runtime_has(rt, program)) return rt;
	rt = other && !p->host ? whole(p, other) : NULL;
	return rt && runtime_has(rt, program) ? rt : NULL;
}

/* Its place in the list of those that were used; TRIAL_RUNTIMES when that is full. */
static unsigned runtime_index(struct probes *p, const struct runtime *rt)
{
	struct trials *t = p->trials;
	unsigned i;

	for (i = 0; i < t->n_runtimes; i++)
		if (p->used[i] == rt) return i;
	if (i == TRIAL_RUNTIMES) return i;
	p->used[i] = rt;
	t->runtimes[i].name = slice_str(rt->name);
	t->runtimes[i].uri = slice_str(rt->uri);
	memcpy(t->runtimes[i].digest, rt->digest, SHA256_LEN);
	t->n_runtimes++;
	return i;
}

/* ---- running ---------------------------------------------------------------------------- */

/* Nothing is started with less time than what a start needs. */
static uint32_t time_left(const struct probes *p)
{
	int64_t ms = (p->end_us - clock_mono_us()) / 1000;

	return ms < LEAST_MS ? 0 : ms > LIMIT_PROBE_MS ? LIMIT_PROBE_MS : (uint32_t)ms;
}

/* False when it did not run to its own end or to a limit that is that of every probe. */
static bool run(struct probes *p, const struct runtime *rt, char *const *argv, bool parser,
	struct probe_end *end)
{
	struct probe_run r = {argv, rt, parser, p->over ? 0 : time_left(p)};
	bool timed;

	*end = (struct probe_end){.out = SLICE_NONE, .err = SLICE_NONE};
	if (!r.timeout_ms || !p->run(p->ctx, &r, end)) {
		p->over = true;
		return false;
	}
	timed = end->facts.kind == EXIT_TIMEOUT_WALL;
	/* It had less than others had: no fact about it. */
	if (timed && r.timeout_ms < LIMIT_PROBE_MS) p->over = true;
	return !p->over;
}

static void end_drop(struct probe_end *end)
{
	map_drop(&end->out);
	map_drop(&end->err);
}

/* A text of ours in place of one that goes away. */
static struct slice keep(struct probes *p, struct slice s, size_t max)
{
	size_t at = p->text.n;

	if (!s.n) return SLICE_NONE;
	/* The buffer was reserved whole: slices into it stay. */
	buf_ascii(&p->text, s, max);
	return slice_from(buf_slice(&p->text), at);
}

/* Asked once for each interpreter: shells say it with their usage. */
static struct slice version_of(struct probes *p, const struct runtime *rt, const char *program)
{
	char *const argv[] = {(char *)(uintptr_t)program,
		(char *)(uintptr_t)(is_shell(program) ? "--help" : "--version"), NULL};
	struct probe_interpreter *known;
	struct probe_end end;
	struct slice version = SLICE_NONE;
	unsigned i;

	for (i = 0; i < p->n_known; i++)
		if (p->known[i].runtime == rt && strcmp(p->known[i].name, program) == 0)
			return p->known[i].version;
	if (p->n_known == PROBE_INTERPRETERS) return SLICE_NONE;
	if (run(p, rt, argv, true, &end)) {
		version = outcome_version(end.out);
		if (!version.n) version = outcome_version(end.err);
		version = keep(p, version, LIMIT_PROBE_WORD);
		known = &p->known[p->n_known++];
		*known = (struct probe_interpreter){.runtime = rt, .version = version};
		snprintf(known->name, sizeof known->name, "%s", program);
	}
	end_drop(&end);
	return version;
}

/* The command that parses a file without running it; false when there is none for it. */
static bool parse_command(const char *program, struct slice path, char *file, const char *argv[6])
{
	bool module =
		slice_ends(path, ".ts") || slice_ends(path, ".mts") || slice_ends(path, ".cts");

	if (is_shell(program))
		memcpy(argv, (const char *[6]){program, "-n", file}, 6 * sizeof *argv);
	else if (strncmp(program, "python3", 7) == 0 || strcmp(program, "python") == 0)
		memcpy(argv, (const char *[6]){program, "-I", "-c", python_parser, file},
			6 * sizeof *argv);
	else if (is_node(program) && !module)
		memcpy(argv, (const char *[6]){program, "--check", file}, 6 * sizeof *argv);
	else
		return false;
	return true;
}

static struct outcome_facts facts_of(const struct probe_end *end)
{
	return (struct outcome_facts){.exit = end->facts.kind,
		.value = end->facts.value,
		.stage = end->facts.stage,
		.out = end->out,
		.err = end->err};
}

static void add(struct probes *p, struct trial *t, const struct probe_end *end)
{
	uint64_t ms = end->facts.duration_us / 1000;

	t->ran = true;
	t->duration_ms = ms > TRIAL_DURATION_MAX ? TRIAL_DURATION_MAX : (uint32_t)ms;
	t->detail = keep(p, t->detail, LIMIT_PROBE_DETAIL);
	p->trials->rows[p->trials->n++] = *t;
}

static void parse(struct probes *p, const struct runtime *rt, struct trial t)
{
	char program[LIMIT_PROBE_WORD + 1], file[LIMIT_PATH_BYTES + 16];
	uint8_t mem[OUTCOME_MADE];
	struct buf made = buf_on(mem, sizeof mem);
	const char *argv[6];
	struct outcome_facts f;
	struct probe_end end;

	slice_text(program, sizeof program, t.interpreter);
	snprintf(file, sizeof file, "/skill/%.*s", (int)t.path.n, (const char *)t.path.p);
	if (!parse_command(program, t.path, file, argv)) return;
	if (run(p, rt, (char *const *)(uintptr_t)argv, true, &end)) {
		f = facts_of(&end);
		t.kind = TRIAL_PARSE;
		p->trials->checked++;
		if (outcome_of_parse(&t, &f, &made)) add(p, &t, &end);
	}
	end_drop(&end);
}

/* True when it ended in time; then there is a row of it. */
static bool start(struct probes *p, const struct runtime *rt, struct trial t)
{
	char program[LIMIT_PROBE_WORD + 1], file[LIMIT_PATH_BYTES + 4];
	char *const argv[] = {program, file, (char *)(uintptr_t) "--help", NULL};
	struct outcome_facts f;
	struct probe_end end;
	bool ran;

	slice_text(program, sizeof program, t.interpreter);
	/* A name that begins with a dash would be an option. */
	snprintf(file, sizeof file, "%s%.*s", t.path.p[0] == '-' ? "./" : "", (int)t.path.n,
		(const char *)t.path.p);
	ran = run(p, rt, argv, false, &end);
	if (ran) {
		f = facts_of(&end);
		t.kind = TRIAL_HELP;
		outcome_of_start(&t, &f);
		add(p, &t, &end);
	}
	end_drop(&end);
	return ran;
}

/* No runtime has its interpreter: that is the whole answer. */
static void not_here(struct probes *p, struct trial t)
{
	t.outcome = TRIAL_NEEDS_TOOL;
	t.detail = t.interpreter;
	p->trials->rows[p->trials->n++] = t;
}

static bool try_script(struct probes *p, const struct script *s)
{
	const struct runtime *rt = runtime_for(p, s->program);
	struct trial t = {.kind = TRIAL_HELP, .path = s->file->path};
	unsigned at;

	/* Printable already: nothing is escaped a second time. */
	at = (unsigned)p->text.n;
	buf_str(&p->text, s->program);
	t.interpreter = slice_from(buf_slice(&p->text), at);
	if (!rt || (at = runtime_index(p, rt)) == TRIAL_RUNTIMES) {
		not_here(p, t);
		return true;
	}
	t.runtime = (uint8_t)at;
	t.version = version_of(p, rt, s->program);
	parse(p, rt, t);
	return start(p, rt, t);
}

enum err probes_try(struct probes *p, struct trials *trials)
{
	size_t room = LIMIT_PROBES * (LIMIT_PROBE_WORD + 2 * LIMIT_PROBE_DETAIL) +
		      PROBE_INTERPRETERS * LIMIT_PROBE_WORD;
	struct script *list = calloc(2 * LIMIT_PROBES, sizeof *list);
	unsigned i, n, tried = 0;

	*trials = (struct trials){.done = true};
	p->trials = trials;
	p->text = buf_heap(room);
	if (!list || !buf_reserve(&p->text, room)) {
		free(list);
		return E_NO_MEMORY;
	}
	p->end_us = clock_mono_us() + LIMIT_PROBES_MS * 1000LL;
	n = find_scripts(p, list);
	for (i = 0; i < n && !p->over; i++)
		tried += try_script(p, &list[i]);
	trials->left = trials->scripts - tried;
	free(list);
	return E_OK;
}

void probes_drop(struct probes *p)
{
	buf_drop(&p->text);
}

static uint64_t lower(uint64_t value, uint64_t most)
{
	return value < most ? value : most;
}

void probe_limits(const struct limit_facts *test, struct limit_facts *out)
{
	*out = *test;
	out->timeout_ms = LIMIT_PROBE_MS;
	out->cpu_ms = (uint32_t)lower(test->cpu_ms, LIMIT_PROBE_MS * test->cpu_percent / 100);
	out->memory_bytes = lower(test->memory_bytes, LIMIT_PROBE_MEMORY);
	out->pids = (uint32_t)lower(test->pids, LIMIT_PROBE_PIDS);
	out->write_bytes = lower(test->write_bytes, LIMIT_PROBE_DISK);
	out->file_bytes = lower(test->file_bytes, LIMIT_PROBE_DISK);
	out->inodes = lower(test->inodes, LIMIT_PROBE_INODES);
	out->output_bytes = lower(test->output_bytes, LIMIT_PROBE_KEPT);
	out->output_total = lower(test->output_total, LIMIT_PROBE_OUTPUT);
}
