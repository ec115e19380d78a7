/* SPDX-License-Identifier: MIT */
/*
 * `measure`: what this installation is, in digests: the binary, and every runtime
 * with each of its files compared. Runs on the command line.
 */
#include <stdio.h>

#include "base/fdio.h"
#include "base/hash.h"
#include "base/json_write.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/runtimes.h"
#include "runner/runtime.h"

#define BINARY_MAX (64 * MIB)

enum err binary_sha256(uint8_t out[SHA256_LEN])
{
	struct buf b = buf_heap(BINARY_MAX);
	enum err e = file_read("/proc/self/exe", BINARY_MAX, &b);

	if (!e) sha256(buf_slice(&b), out);
	buf_drop(&b);
	return e;
}

static void line(const char *name, struct slice digest, const char *more)
{
	char hex[2 * SHA256_LEN + 1], shown[4 * sizeof((struct runtime *)NULL)->trouble];
	struct buf b = buf_on(hex, sizeof hex);

	buf_hex(&b, digest);
	printf("%-14s sha256:%s%s%s\n", name, buf_text(&b), *more ? "  " : "",
		text_shown(shown, sizeof shown, slice_str(more)));
}

static void print_text(const uint8_t binary[SHA256_LEN], const struct runtimes *r)
{
	unsigned i;

	line("binary", slice_of(binary, SHA256_LEN), "");
	for (i = 0; i < r->n; i++) {
		const struct runtime *rt = &r->list[i];

		line(rt->name, SLICE_OF(rt->digest), rt->ok ? rt->uri : rt->trouble);
	}
}

static enum err print_json(const uint8_t binary[SHA256_LEN], const struct runtimes *r)
{
	struct buf b = buf_heap(64 * KIB);
	struct jw w = jw_to(&b, false);
	unsigned i;
	enum err e;

	jw_object(&w);
	jw_key_hex(&w, "binary", slice_of(binary, SHA256_LEN));
	jw_key(&w, "runtimes");
	jw_array(&w);
	for (i = 0; i < r->n; i++) {
		const struct runtime *rt = &r->list[i];

		jw_object(&w);
		jw_key_cstr(&w, "name", rt->name);
		jw_key_hex(&w, "sha256", SLICE_OF(rt->digest));
		jw_key_bool(&w, "ok", rt->ok);
		jw_key_cstr(&w, "uri", rt->uri);
		if (!rt->ok) jw_key_cstr(&w, "differs", rt->trouble);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	e = b.err;
	if (!e) printf("%.*s\n", (int)b.n, (const char *)b.p);
	buf_drop(&b);
	return e;
}

int cmd_measure(int argc, char **argv)
{
	static struct runtimes list;
	uint8_t binary[SHA256_LEN];
	const char *dir = NULL;
	char found[sizeof list.list[0].path];
	bool json = false, help = false;
	const struct cli_option options[] = {
		{"--runtimes", &dir, NULL, "DIR", "runtime trees (beside this binary)"},
		{"--json", NULL, &json, NULL, "machine-readable output"},
		{"--help", NULL, &help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	unsigned i;
	bool whole = true;
	enum err e;

	switch (cli_options(argc, argv, options)) {
	case -1: return EXIT_CANNOT;
	case 0: break;
	default: return cli_usage("measure", "no operand is expected");
	}
	if (help) {
		cli_help("measure [--runtimes DIR]",
			"SHA-256 of this binary and of each runtime's manifest, after every file of it was\n"
			"compared with that manifest: what a statement names as verifier and runtime.",
			options, "Exit 1: a runtime differs from its manifest.");
		return EXIT_YES;
	}
	if (!dir) runtimes_default(found, sizeof found);
	runtimes_load(&list, dir ? dir : found);
	for (i = 0; i < list.n; i++)
		if (runtime_check(&list.list[i])) whole = false;
	e = binary_sha256(binary);
	if (e) return cli_cannot("measure", e, NULL);
	if (json)
		e = print_json(binary, &list);
	else
		print_text(binary, &list);
	if (e) return cli_cannot("measure", e, NULL);
	return whole ? EXIT_YES : EXIT_NO;
}
