/* SPDX-License-Identifier: MIT */
/*
 * C26: the table in src/attest/README.md, the table in check/schema.c and what
 * attest writes are the same. SHOW_SCHEMA=1 prints the lines that the README
 * has to begin with.
 */
#include <stdlib.h>
#include <string.h>

#include "check/schema.h"
#include "records.h"
#include "test.h"

#define PATHS 340

/* "| `path` | type |", as a line of the README begins. */
static void table_line(struct buf *b, const struct member *m)
{
	char type[768];
	const char *p;

	buf_fmt(b, "| `%s` | ", *m->path ? m->path : "(statement)");
	for (p = member_type_text(m, type, sizeof type); *p; p++)
		buf_fmt(b, *p == '|' ? "\\%c" : "%c", *p);
	buf_str(b, " |");
}

TEST(schema_in_the_readme_is_the_schema)
{
	struct slice text = test_file("src/attest/README.md"), line;
	const struct member *m = statement_members;
	struct buf b = buf_heap(1024);
	bool show = getenv("SHOW_SCHEMA") != NULL;

	if (!text.p && !show) SKIP("src/attest/README.md is not here");
	text = slice_from(text, slice_search(text, 0, SLICE("\n| member |")));
	for (; m->path; m++) {
		buf_reset(&b);
		table_line(&b, m);
		if (show) {
			printf("%s  |\n", buf_text(&b));
			continue;
		}
		do {
			line = slice_split(&text, '\n');
		} while (text.n && !slice_starts(line, "| `"));
		CHECK_SLICE(slice_sub(line, 0, b.n), buf_slice(&b));
		/* And a word about where it comes from. */
		CHECK(line.n > b.n + 4 && slice_ends(line, " |"));
		if (!slice_starts(line, buf_text(&b))) break;
	}
	if (!show) CHECK_SLICE(text, SLICE(""));
	buf_drop(&b);
}

static bool seen[PATHS];

static void see(const struct cJSON *j, const char *path)
{
	const struct member *m;
	const struct cJSON *c;
	unsigned i;

	for (m = statement_members, i = 0; m->path; m++, i++)
		if (strcmp(m->path, path) == 0) break;
	if (!m->path) printf("# %s is written and not in the table\n", path);
	CHECK(m->path && i < PATHS);
	if (!m->path || m->type == MEMBER_MAP) return;
	/* A null tells nothing about the form of what may stand there. */
	seen[i] = seen[i] || m->type == MEMBER_NULL || !json_is_null(j);
	for (c = json_child(j); c; c = json_next(c)) {
		struct buf b = buf_heap(256);

		buf_str(&b, path);
		if (json_is_array(j))
			buf_str(&b, "[]");
		else
			buf_fmt(&b, "%s%.*s", *path ? "." : "", (int)json_name(c).n,
				(const char *)json_name(c).p);
		see(c, buf_text(&b));
		buf_drop(&b);
	}
}

static void see_statement(const struct record *r, const struct verifier_id *who)
{
	struct cJSON *j = NULL;

	CHECK_ERR(json_parse(statement_of(r, who, 1), JSON_INTEGERS, &j, NULL), E_OK);
	CHECK_ERR(schema_check(j, NULL), E_OK);
	see(j, "");
	json_drop(&j);
}

TEST(schema_is_what_attest_writes)
{
	static struct record r;
	struct verifier_id who;
	const struct member *m;
	unsigned i;

	memset(seen, 0, sizeof seen);
	record_passed(&r);
	verifier_example(&who, 1, true);
	r.runs[0].limits_hit = HIT_ALL;
	r.runs[1].kind = EXIT_SETUP_ERROR;
	r.runs[1].stage = SLICE("mount");
	see_statement(&r, &who);
	record_largest(&r, 'a');
	r.runs[0].kind = EXIT_SIGNALED;
	r.runs[0].value = 9;
	r.runs[1].value = 1;
	see_statement(&r, &who);
	record_watched(&r);
	see_statement(&r, &who);
	record_no_test(&r);
	see_statement(&r, &who);
	record_probed(&r);
	see_statement(&r, &who);
	for (m = statement_members, i = 0; m->path; m++, i++) {
		if (m->type != MEMBER_MAP && !seen[i]) printf("# %s is never written\n", m->path);
		CHECK(m->type == MEMBER_MAP || seen[i]);
	}
}

/* The words of the table are those that the record has. */
TEST(schema_has_the_words_of_observations)
{
	const struct member *m = statement_members;
	struct slice rest;
	unsigned i;

	while (strcmp(m->path, "predicate.behaviour.rows[].kind") != 0)
		m++;
	rest = slice_str(m->words);
	for (i = 0; i < OBSERVED_KINDS; i++)
		CHECK_SLICE(slice_split(&rest, '|'), slice_str(observed_kind_text(i)));
	CHECK(rest.n == 0);
}
