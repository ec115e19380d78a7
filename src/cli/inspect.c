/* SPDX-License-Identifier: MIT */
/* `inspect`: what a package is, in one of five forms. Runs on the command line. */
#include "cli/inspect.h"

#include <stdio.h>

#include "base/json_write.h"
#include "cli/cli.h"

/* A path of 4096 bytes in JSON, and what a report that could not be made says. */
#define LINE_MAX (32 * KIB)

struct inspect_options {
	bool json, suggest, jsonl, sarif;
	const char *against;
};

static int show(const struct inspect_options *o, const char *path, const struct report *r)
{
	if (r->status == EXIT_CANNOT) return r->status;
	if (o->sarif) return inspect_sarif(r);
	if (o->json)
		printf("%.*s\n", (int)r->text.n, (const char *)r->text.p);
	else if (o->suggest && r->status == EXIT_YES)
		inspect_suggest(r);
	else
		inspect_text(path, r);
	return r->status;
}

static int inspect_one(struct local *l, const struct inspect_options *o, const char *path)
{
	struct report r;
	int status;

	report_read(l, path, false, &r);
	status = show(o, path, &r);
	report_drop(&r);
	return status;
}

static int inspect_two(struct local *l, const struct inspect_options *o, const char *new_path)
{
	struct report old, new;
	int status = EXIT_CANNOT;

	report_read(l, o->against, true, &old);
	report_read(l, new_path, true, &new);
	if (old.status != EXIT_CANNOT && new.status != EXIT_CANNOT)
		status = inspect_against(&old, &new, o->json);
	report_drop(&old);
	report_drop(&new);
	return status;
}

/* {"path":...} and the members of the report, or why there is none. */
static void print_line(const char *path, const struct report *r)
{
	struct buf b = buf_heap(LINE_MAX);
	struct jw w = jw_to(&b, false);

	jw_object(&w);
	jw_key(&w, "path");
	jw_lossy(&w, slice_str(path));
	if (r->status == EXIT_CANNOT) {
		jw_key_cstr(&w, "outcome", "unread");
		jw_key_cstr(&w, "code", err_name(r->code));
		jw_key_cstr(&w, "error", err_text(r->code));
	}
	jw_object_end(&w);
	/* The report is an object too: its brace becomes a comma. */
	if (r->status == EXIT_CANNOT)
		printf("%s\n", buf_text(&b));
	else
		printf("%.*s,%.*s\n", (int)b.n - 1, buf_text(&b), (int)r->text.n - 1,
			(const char *)r->text.p + 1);
	buf_drop(&b);
}

/* One line each, whatever becomes of those before; the highest of their exit codes but 3 above all. */
static int inspect_all(struct local *l, char **paths, int n)
{
	int i, status = EXIT_YES;

	for (i = 0; i < n; i++) {
		struct report r;

		report_read(l, paths[i], false, &r);
		print_line(paths[i], &r);
		if (status != EXIT_CANNOT && r.status != EXIT_YES) status = r.status;
		report_drop(&r);
		/* Whoever reads the other end sees each as it is done. */
		if (fflush(stdout)) return EXIT_CANNOT;
	}
	return status;
}

static int modes(const struct inspect_options *o)
{
	/* --against has two forms: lines, and JSON. */
	return (o->json && !o->against) + o->suggest + o->jsonl + o->sarif + (o->against != NULL);
}

int cmd_inspect(int argc, char **argv)
{
	static struct inspect_options o;
	bool help = false;
	cli_list anchors = {NULL};
	const struct cli_option options[] = {
		{"--json", NULL, &o.json, NULL, "machine-readable output"},
		{"--suggest", NULL, &o.suggest, NULL,
			"the frontmatter that would declare what was found"},
		{"--against", &o.against, NULL, "OLD",
			"what differs from an older version: files, hosts, secrets, commands"},
		{"--jsonl", NULL, &o.jsonl, NULL, "several PATHs, one line of JSON for each"},
		{"--sarif", NULL, &o.sarif, NULL, "SARIF 2.1.0, for tools that show findings"},
		CLI_ANCHOR(anchors),
		{"--help", NULL, &help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	static struct local l;
	int n;

	conf_default(&l.conf);
	n = cli_options(argc, argv, options);
	if (n < 0) return EXIT_CANNOT;
	if (help) {
		cli_help(
			"inspect PATH [--json | --suggest | --against OLD [--json] | --sarif] [--anchor FILE]...\n"
			"       skill-verifier inspect --jsonl PATH...",
			"Says what a package is: manifest, digests, signature, test declaration, warnings, facts, or why it is\n"
			"refused. PATH is a directory, an archive (tar, tar.gz, tar.zst, zip), a SKILL.md, or -.\n"
			"Nothing of the package is executed. Facts are found by text search; absence proves nothing.",
			options,
			"Exit codes: 0 accepted, 4 refused, 3 could not run; of several, 3 before 4 before 0.\n"
			"--against says 0 for two versions that were compared, whether they differ or not.");
		return EXIT_YES;
	}
	if (modes(&o) > 1)
		return cli_usage("inspect",
			"--json, --suggest, --against, --jsonl and --sarif do not go together, "
			"but for --against with --json");
	if (o.jsonl ? n < 1 : n != 1)
		return cli_usage(
			"inspect", o.jsonl ? "at least one PATH is needed" : "one PATH is needed");
	if (cli_anchors("inspect", anchors, &l.conf.anchors)) return EXIT_CANNOT;
	l.reads_only = true;
	/* No runtimes: nothing runs, and to load them means to hash every file of them. */
	if (o.jsonl) return inspect_all(&l, argv, n);
	return o.against ? inspect_two(&l, &o, argv[0]) : inspect_one(&l, &o, argv[0]);
}
