/* SPDX-License-Identifier: MIT */
/* The rows: adding, comparing, sorting. Pure. */
#include "facts/facts.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "facts/find.h"

_Static_assert(FACT_KINDS *LIMIT_FACTS_KIND <= FACTS_BUCKETS / 3, "a third full at most");

void facts_begin(struct facts *f, const struct facts_package *package, void *memory)
{
	memset(f, 0, offsetof(struct facts, own_index));
	f->provided = NAMES_ON(f->provided_list, f->provided_index);
	f->out.present = true;
	f->package = package;
	f->text = buf_on(memory, FACTS_MEMORY);
}

/*
 * The bucket of a value, or the empty one where it belongs; NULL when there is
 * neither. Whoever makes so many values collide only hides his own: they count
 * as more.
 */
static uint16_t *bucket(struct facts *f, unsigned kind, struct slice value)
{
	uint32_t at = names_hash(kind, value) % FACTS_BUCKETS;
	unsigned i;

	for (i = 0; i < NAMES_PROBES; i++, at = (at + 1) % FACTS_BUCKETS) {
		const struct fact *row = f->index[at] ? &f->out.rows[f->index[at] - 1] : NULL;

		if (!row || (row->kind == kind && slice_eq(row->value, value)))
			return &f->index[at];
	}
	return NULL;
}

/* A copy that lives as long as the result; absent when there is no room. */
static struct slice keep(struct facts *f, struct slice s)
{
	size_t at = f->text.n;

	if (s.n > f->text.cap - at) return SLICE_NONE;
	buf_put(&f->text, s);
	return slice_sub(buf_slice(&f->text), at, s.n);
}

void find_provided(struct find *in, struct slice name)
{
	struct names *set = &in->f->provided;

	if (name.n > LIMIT_FACT_BYTES || set->n == set->max || names_has(set, name)) return;
	name = keep(in->f, name);
	if (name.p) names_add(set, name);
}

/* each: a row of its own, however often the value was seen in other files. */
static void add(struct find *in, enum fact_kind kind, struct slice raw, uint32_t line, bool each)
{
	struct facts *f = in->f;
	struct fact *row = &f->out.rows[f->out.n];
	uint8_t mem[LIMIT_FACT_BYTES];
	struct buf shown = buf_on(mem, sizeof mem);
	struct slice value;
	uint32_t bytes;
	uint16_t *at, nowhere = 0;

	if (!raw.n) return;
	buf_ascii(&shown, raw, sizeof mem);
	value = buf_slice(&shown);
	at = each ? &nowhere : bucket(f, kind, value);
	if (at && *at) {
		f->out.rows[*at - 1].places++;
		return;
	}
	bytes = (uint32_t)(value.n + in->path.n);
	if (at && f->rows_of[kind] < LIMIT_FACTS_KIND &&
		f->text_of[kind] + bytes <= LIMIT_FACTS_TEXT)
		value = keep(f, value);
	else
		value = SLICE_NONE;
	if (!value.p) {
		f->out.more[kind]++;
		return;
	}
	*row = (struct fact){
		.kind = (uint8_t)kind, .line = line, .places = 1, .value = value, .path = in->path};
	f->rows_of[kind]++;
	f->text_of[kind] += bytes;
	*at = (uint16_t)++f->out.n;
}

void find_add(struct find *in, enum fact_kind kind, struct slice value)
{
	add(in, kind, value, in->line, false);
}

void find_add_file(struct find *in, enum fact_kind kind, struct slice value)
{
	add(in, kind, value, 0, true);
}

/* ---- compared with the package's own files ----------------------------------------- */

/* The names of all folders, and of Python files without their suffix, anywhere in the package. */
static void read_own(struct facts *f)
{
	unsigned i;

	memset(f->own_index, 0, sizeof f->own_index);
	f->own = NAMES_ON(f->own_list, f->own_index);
	for (i = 0; i < f->package->n_paths; i++) {
		struct slice rest = f->package->paths[i];

		while (rest.n) {
			struct slice part = slice_split(&rest, '/');

			if (rest.n)
				names_add(&f->own, part);
			else if (slice_ends(part, ".py"))
				names_add(&f->own, slice_sub(part, 0, part.n - 3));
		}
	}
}

void find_module(struct find *in, struct slice name)
{
	if (!in->f->own.max) read_own(in->f);
	if (!names_has(&in->f->own, name)) find_add(in, FACT_MODULE, name);
}

/* Index of the first path that is not before the given one. */
static unsigned path_at(const struct facts_package *p, struct slice path)
{
	unsigned low = 0, high = p->n_paths;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		if (slice_cmp(p->paths[middle], path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void find_named_file(struct find *in, struct slice path)
{
	const struct facts_package *p = in->f->package;
	uint8_t mem[LIMIT_FACT_BYTES + 1];
	struct buf folder = buf_on(mem, sizeof mem);
	unsigned at;

	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	at = path_at(p, path);
	if (at < p->n_paths && slice_eq(p->paths[at], path)) return;
	/* A folder is there when a file stands below it. */
	buf_put(&folder, path);
	buf_u8(&folder, '/');
	at = path_at(p, buf_slice(&folder));
	if (at < p->n_paths && p->paths[at].n > folder.n &&
		slice_eq(slice_sub(p->paths[at], 0, folder.n), buf_slice(&folder)))
		return;
	find_add(in, FACT_MISSING_FILE, path);
}

bool find_line(struct find *in, struct slice *rest, struct slice *line)
{
	if (!rest->n) return false;
	*line = slice_split(rest, '\n');
	if (line->n && line->p[line->n - 1] == '\r') line->n--;
	in->line++;
	return true;
}

void facts_file(struct facts *f, const struct facts_source *s)
{
	struct find in = {.f = f, .path = s->path};
	struct slice name = slice_base(s->path), program;
	bool cr = false;

	in.language = language_of(s->path, s->bytes);
	if (s->executable) find_add_file(&in, FACT_EXECUTABLE, SLICE("execute bit"));
	find_nested(&in, s->bytes);
	program = interpreter_of(s->bytes, &cr);
	if (program.n) {
		in.line = 1;
		find_add(&in, cr ? FACT_BROKEN_LINE : FACT_INTERPRETER, program);
		in.line = 0;
	}
	if (in.language >= LANG_SHELL && in.language <= LANG_OTHER) f->scripts = true;
	switch (in.language) {
	case LANG_PROSE: find_prose(&in, s->bytes); break;
	case LANG_SHELL: find_shell(&in, s->bytes); break;
	case LANG_PYTHON: find_python(&in, s->bytes); break;
	case LANG_NODE: find_node(&in, s->bytes); break;
	case LANG_OTHER: find_other(&in, s->bytes); break;
	case LANG_LIST: find_requirements(&in, s->bytes); break;
	case LANG_NONE: break;
	}
	in.line = 0;
	if (slice_is(name, "package.json")) find_package_json(&in, s->bytes);
	if (slice_is(name, "pyproject.toml")) find_pyproject(&in, s->bytes);
	find_test_file(&in, name);
	if (slice_is(name, "setup.py")) find_add_file(&in, FACT_INSTALL_HOOK, name);
	find_hidden(&in, s);
}

/* ---- at the end ----------------------------------------------------------------- */

static bool listed(const struct slice *list, unsigned n, struct slice value)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (slice_eq(list[i], value)) return true;
	return false;
}

/* "api.example.net:443" declares the host of a URL; a host declares every port of it. */
static bool host_declared(const struct facts_declared *d, struct slice host)
{
	unsigned i;

	for (i = 0; i < d->n_hosts; i++) {
		struct slice rest = d->hosts[i], name = slice_split(&rest, ':');

		if (slice_eq(name, host)) return true;
	}
	return false;
}

/* Does a lock file list it? By its own name, or as pip calls it, without case and with - for _. */
static bool provided(struct facts *f, struct slice module)
{
	uint8_t name[LIMIT_FACT_BYTES];

	return names_has(&f->provided, module) ||
	       names_has(&f->provided, pip_name(name, python_distribution(module)));
}

static void mark(struct facts *f, struct fact *row)
{
	const struct facts_declared *d = &f->package->declared;

	switch (row->kind) {
	case FACT_ENVIRONMENT:
	case FACT_SECRET:
		row->declared = listed(d->environment, d->n_environment, row->value);
		return;
	case FACT_BINARY: row->declared = listed(d->binaries, d->n_binaries, row->value); return;
	case FACT_HOST: row->declared = host_declared(d, row->value); return;
	case FACT_MODULE: row->declared = provided(f, row->value); return;
	case FACT_TEST: row->declared = d->test; return;
	default: return;
	}
}

static int row_cmp(const void *left, const void *right)
{
	const struct fact *a = left, *b = right;
	int c;

	if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
	c = slice_cmp(a->path, b->path);
	if (c) return c;
	if (a->line != b->line) return a->line < b->line ? -1 : 1;
	return slice_cmp(a->value, b->value);
}

static bool found_host(const struct facts *f, struct slice host)
{
	unsigned i;

	for (i = 0; i < f->out.n; i++)
		if (f->out.rows[i].kind == FACT_HOST && slice_eq(f->out.rows[i].value, host))
			return true;
	return false;
}

/* A host that no text names, for a program puts it together: it is declared all the same. */
static void add_declared_hosts(struct facts *f)
{
	const struct facts_package *p = f->package;
	struct find in = {.f = f};
	unsigned i;

	for (i = 0; i < p->n_paths; i++)
		if (slice_is_nocase(p->paths[i], "SKILL.md")) in.path = p->paths[i];
	for (i = 0; in.path.n && i < p->declared.n_hosts; i++) {
		struct slice rest = p->declared.hosts[i], host = slice_split(&rest, ':');

		if (!found_host(f, host)) find_add(&in, FACT_HOST, host);
	}
}

void facts_end(struct facts *f)
{
	struct inspection *out = &f->out;
	unsigned i;

	add_declared_hosts(f);
	for (i = 0; i < out->n; i++)
		mark(f, &out->rows[i]);
	qsort(out->rows, out->n, sizeof *out->rows, row_cmp);
	out->kind = f->macos || f->package->declared.macos_only ? KIND_MACOS
		    : f->scripts                                ? KIND_SCRIPTS
		    : f->commands                               ? KIND_COMMANDS
								: KIND_TEXT;
}
