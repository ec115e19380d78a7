/* SPDX-License-Identifier: MIT */
/*
 * Files of a package, each under the name that its first byte chooses: what is
 * found lies where it is said to lie, obeys the record's rules, and comes back
 * the same from the other side.
 */
#include "fuzz.h"

#include <string.h>

#include "facts/facts.h"

#define FILES 4

static struct facts facts;
static struct inspection received;
static uint8_t memory[FACTS_MEMORY];

static void check_sent(struct inspection *sent)
{
	struct buf b = buf_heap(INSPECTION_BYTES), again = buf_heap(INSPECTION_BYTES);
	struct codec c = codec_writer(&b);

	codec_inspection(&c, sent);
	FUZZ_ASSERT(codec_end(&c) == E_OK);
	c = codec_reader(buf_slice(&b));
	memset(&received, 0, sizeof received);
	codec_inspection(&c, &received);
	FUZZ_ASSERT(codec_end(&c) == E_OK);
	c = codec_writer(&again);
	codec_inspection(&c, &received);
	FUZZ_ASSERT(codec_end(&c) == E_OK && slice_eq(buf_slice(&b), buf_slice(&again)));
	buf_drop(&b);
	buf_drop(&again);
}

static uint32_t lines_of(struct slice bytes)
{
	uint32_t n = 1;
	size_t i;

	for (i = 0; i < bytes.n; i++)
		n += bytes.p[i] == '\n';
	return n;
}

/* Places are files of the package, and lines of them. */
static void check_rows(const struct facts_source *files, unsigned n)
{
	unsigned i, k;

	for (i = 0; i < facts.out.n; i++) {
		const struct fact *row = &facts.out.rows[i];

		for (k = 0; k < n && !slice_eq(files[k].path, row->path); k++)
			;
		FUZZ_ASSERT(k < n && row->line <= lines_of(files[k].bytes));
	}
	for (i = 0; i < facts.out.n_hidden; i++) {
		const struct hidden_text *h = &facts.out.hidden[i];

		for (k = 0; k < n && !slice_eq(files[k].path, h->path); k++)
			;
		FUZZ_ASSERT(k < n && h->line > 0 && h->line <= lines_of(files[k].bytes));
	}
}

/* Input: up to four files, divided by NUL; the first byte of each chooses its name. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[FILES][8] = {
		{"SKILL.md", "SKILL.md", "README.md", "SKILL.md", "a", "a.md", "SKILL.md", "b.mdx"},
		{"h.py", "h.test.js", "h.sh", "h.rb", "h", "h.ts", "h.py", "h.sh"},
		{"package.json", "pyproject.toml", "requirements.txt", "p/setup.py", "package.json",
			"pyproject.toml", "requirements-dev.txt", "p.c"},
		{"scripts/x.py", "scripts/x.js", "scripts/x", "scripts/x.sh", "scripts/x.pyc",
			"scripts/x.go", "scripts/x.jsx", "scripts/x.zsh"},
	};
	static const struct slice words[] = {
		{(const uint8_t *)"A_KEY", 5}, {(const uint8_t *)"jq", 2}};
	struct slice rest = slice_of(data, size), paths[FILES];
	struct facts_source files[FILES];
	struct facts_package package = {.paths = paths,
		.declared = {.environment = words,
			.binaries = words + 1,
			.hosts = words,
			.n_environment = 1,
			.n_binaries = 1,
			.n_hosts = 1}};
	unsigned n, i;

	for (n = 0; n < FILES && rest.n; n++) {
		/* The last may hold NULs itself. */
		struct slice file = n == FILES - 1 ? rest : slice_split(&rest, 0);
		unsigned name = file.n ? file.p[0] & 7 : 0;

		files[n] = (struct facts_source){.path = slice_str(names[n][name]),
			.bytes = slice_from(file, 1),
			.executable = name == 5};
		paths[n] = files[n].path;
	}
	package.n_paths = n;
	facts_begin(&facts, &package, memory);
	for (i = 0; i < n; i++)
		facts_file(&facts, &files[i]);
	facts_end(&facts);
	check_rows(files, n);
	check_sent(&facts.out);
	return 0;
}
