/* SPDX-License-Identifier: MIT */
/*
 * `version`, `limits`, `roles`: what this binary is and what bounds it has.
 * build/version.h (made by the Makefile) is included on the compiler's command
 * line. Runs on the command line.
 */
#include "base/version.h"

#include <stdio.h>

#include "base/json_write.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "proc/role.h"

#define TEXT_MAX (256 * KIB)

/* Only --json and --help, the same for the three commands here. -1: go on. */
static int simple_options(int argc, char **argv, const char *name, const char *text, bool *json)
{
	bool help = false;
	const struct cli_option options[] = {
		{"--json", NULL, json, NULL, "machine-readable output"},
		{"--help", NULL, &help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	int n = cli_options(argc, argv, options);

	if (n < 0) return EXIT_CANNOT;
	if (n > 0) return cli_usage(name, "no operand is expected");
	if (!help) return -1;
	cli_help(name, text, options, NULL);
	return EXIT_YES;
}

static int print_json(struct buf *b)
{
	enum err e = b->err;

	if (!e) printf("%.*s\n", (int)b->n, (const char *)b->p);
	buf_drop(b);
	return e ? EXIT_CANNOT : EXIT_YES;
}

int cmd_version(int argc, char **argv)
{
	uint8_t digest[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];
	struct buf h = buf_on(hex, sizeof hex), b;
	bool json = false;
	struct jw w;
	int done = simple_options(argc, argv, "version",
		"Prints version, source commit, locked toolchain and the digest of this very file.",
		&json);

	if (done >= 0) return done;
	if (binary_sha256(digest)) return cli_cannot("version", E_SYSTEM, NULL);
	buf_hex(&h, SLICE_OF(digest));
	if (json) {
		b = buf_heap(TEXT_MAX);
		w = jw_to(&b, false);
		jw_object(&w);
		jw_key_cstr(&w, "name", SV_NAME);
		jw_key_cstr(&w, "version", SV_VERSION);
		jw_key_cstr(&w, "commit", SV_COMMIT);
		jw_key_cstr(&w, "toolchain", SV_TOOLCHAIN);
		jw_key_cstr(&w, "toolchainDiffers", SV_TOOLCHAIN_DIFFERS);
		jw_key_hex(&w, "sha256", SLICE_OF(digest));
		jw_object_end(&w);
		return print_json(&b);
	}
	printf("%s %s\ncommit     %s\ntoolchain  %s\n", SV_NAME, SV_VERSION, SV_COMMIT,
		SV_TOOLCHAIN);
	if (SV_TOOLCHAIN_DIFFERS[0])
		printf("           built with another one: %s\n", SV_TOOLCHAIN_DIFFERS);
	printf("sha256     %s\n", buf_text(&h));
	return EXIT_YES;
}

int cmd_limits(int argc, char **argv)
{
	const struct limit *l;
	struct buf b;
	bool json = false;
	struct jw w;
	int done = simple_options(argc, argv, "limits",
		"Prints every limit with what happens at it and why it is there.", &json);

	if (done >= 0) return done;
	if (!json) {
		for (l = limit_table; l->name; l++)
			printf("%-26s %10llu %-15s %-28s %s\n", l->name,
				(unsigned long long)l->value, l->unit, l->failure, l->reason);
		return EXIT_YES;
	}
	b = buf_heap(TEXT_MAX);
	w = jw_to(&b, false);
	jw_array(&w);
	for (l = limit_table; l->name; l++) {
		jw_object(&w);
		jw_key_cstr(&w, "name", l->name);
		jw_key_u64(&w, "value", l->value);
		jw_key_cstr(&w, "unit", l->unit);
		jw_key_cstr(&w, "failure", l->failure);
		jw_key_cstr(&w, "reason", l->reason);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	return print_json(&b);
}

static const char *root_word(enum role_root root)
{
	static const char *const words[] = {"empty", "data", "agent", "own"};

	return words[root];
}

int cmd_roles(int argc, char **argv)
{
	struct buf b;
	bool json = false;
	struct jw w;
	unsigned i;
	int done = simple_options(argc, argv, "roles",
		"Prints what each process of the appliance may do, from the tables that are enforced.",
		&json);

	if (done >= 0) return done;
	if (!json) {
		for (i = 0; i < ROLE_COUNT; i++) {
			const struct role *r = role_by_id((enum role_id)i);

			printf("%s\n  uid %u, capabilities %#llx, namespaces %#llx%s, %u descriptors\n"
			       "  root: %s\n  channels: %s\n",
				r->name, r->uid, (unsigned long long)r->capabilities,
				(unsigned long long)r->namespaces,
				r->nested ? " and a user namespace" : "", r->files, r->sees,
				r->peers);
		}
		return EXIT_YES;
	}
	b = buf_heap(TEXT_MAX);
	w = jw_to(&b, false);
	jw_array(&w);
	for (i = 0; i < ROLE_COUNT; i++) {
		const struct role *r = role_by_id((enum role_id)i);

		jw_object(&w);
		jw_key_cstr(&w, "name", r->name);
		jw_key_u64(&w, "uid", r->uid);
		jw_key_u64(&w, "capabilities", r->capabilities);
		jw_key_u64(&w, "namespaces", r->namespaces);
		jw_key_bool(&w, "ownUserNamespace", r->nested);
		jw_key_u64(&w, "files", r->files);
		jw_key_cstr(&w, "root", root_word(r->root));
		jw_key_cstr(&w, "sees", r->sees);
		jw_key_cstr(&w, "peers", r->peers);
		jw_key_cstr(&w, "descriptors", r->descriptors);
		jw_key_cstr(&w, "mounts", r->mounts);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	return print_json(&b);
}
