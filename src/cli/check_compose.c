/* SPDX-License-Identifier: MIT */
/*
 * `check compose`: what an app-compose text starts, and whether the measured
 * text pins all of it (specs/trust-chain.md 7). Runs on the command line.
 */
#include <stdio.h>
#include <string.h>

#include "base/fdio.h"
#include "base/json_write.h"
#include "base/text.h"
#include "cli/check.h"

struct outcome {
	uint8_t sha256[SHA256_LEN];
	bool has_compose, has_images;
	struct compose compose;
	struct images images;
	struct findings findings;
	enum err code;  /* of a refusal */
	enum err fatal; /* what the remarks come to; why names one */
	struct why why;
};

/* The words of the vectors: what a reader has to know first. */
static const char *word(const struct outcome *o)
{
	if (o->code) return "refuse";
	return o->fatal ? "unpinned" : "pinned";
}

static void images_json(struct jw *w, const struct images *im)
{
	size_t i;

	jw_key(w, "images");
	jw_array(w);
	for (i = 0; i < im->n; i++) {
		const struct image *x = &im->item[i];

		jw_object(w);
		jw_key(w, "service");
		jw_lossy(w, x->service);
		jw_key(w, "reference");
		jw_lossy(w, x->reference);
		jw_key_bool(w, "pinned", x->pinned);
		jw_key(w, "sha256");
		if (x->pinned)
			jw_hex(w, SLICE_OF(x->digest));
		else
			jw_null(w);
		jw_key_bool(w, "can_start_others", x->launcher);
		jw_key_bool(w, "reaches_agent", x->agent);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void print_json(const struct outcome *o)
{
	static const char *const weights[] = {"note", "audit", "fatal"};
	struct buf b = buf_heap(MIB);
	struct jw w = jw_to(&b, false);
	size_t i;

	jw_object(&w);
	jw_key_cstr(&w, "verdict", word(o));
	if (o->code || o->fatal) {
		jw_key_cstr(&w, "error_class", err_name(o->code ? o->code : o->fatal));
		jw_key_cstr(&w, "detail", o->why.text);
	}
	jw_key_hex(&w, "sha256", SLICE_OF(o->sha256));
	if (o->has_images) images_json(&w, &o->images);
	jw_key(&w, "findings");
	jw_array(&w);
	for (i = 0; i < o->findings.n; i++) {
		const struct finding *f = &o->findings.item[i];

		jw_object(&w);
		jw_key_cstr(&w, "code", finding_name(f->code));
		jw_key_cstr(&w, "weight", weights[f->weight]);
		jw_key_cstr(&w, "where", f->where);
		jw_key_cstr(&w, "means", finding_text(f->code));
		jw_key_cstr(&w, "text", f->text);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	printf("%s\n", buf_text(&b));
	buf_drop(&b);
}

static void print_text(const struct outcome *o)
{
	char hex[2 * SHA256_LEN + 1], service[64], reference[200];
	struct buf b = buf_on(hex, sizeof hex);
	size_t i;

	buf_hex(&b, SLICE_OF(o->sha256));
	printf("compose hash  %s\n", buf_text(&b));
	for (i = 0; o->has_images && i < o->images.n; i++) {
		const struct image *x = &o->images.item[i];

		printf("%-13s %s: %s%s\n", x->pinned ? "pinned" : "NOT PINNED",
			text_ascii(service, sizeof service, x->service),
			text_ascii(reference, sizeof reference, x->reference),
			x->launcher ? " (can start other code)" : "");
	}
	report_findings(&o->findings);
	if (o->code)
		printf("[FAIL] compose  %s%s%s (%s)\n", err_text(o->code),
			o->why.text[0] ? ": " : "", o->why.text, err_name(o->code));
	else if (o->fatal)
		printf("[FAIL] images   %s: %s (%s)\n", err_text(o->fatal), o->why.text,
			err_name(o->fatal));
	else
		printf("[OK]   images   everything that runs is pinned by this text\n");
}

int check_compose(int argc, char **argv)
{
	static struct outcome o;
	const char *expected = NULL;
	bool json = false, help = false;
	const struct cli_option table[] = {
		{"--compose-hash", &expected, NULL, "HEX", "the measured hash that it must have"},
		{"--json", NULL, &json, NULL, "machine-readable report"},
		{"--help", NULL, &help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	uint8_t hash[SHA256_LEN];
	struct buf file = BUF_INIT;
	int n = cli_options(argc, argv, table), status = EXIT_CANNOT;

	if (n < 0) return EXIT_CANNOT;
	if (help) {
		cli_help("check compose FILE [options]",
			"Says what an app-compose text starts, and whether it pins all of that.",
			table,
			"Exit codes: 0 all pinned, 1 not pinned or refused, 3 could not run");
		return EXIT_YES;
	}
	if (n != 1) return cli_usage("check compose", "one FILE is needed");
	if (expected && check_digest("--compose-hash", expected, hash)) return EXIT_CANNOT;
	if (check_file(argv[0], LIMIT_COMPOSE_BYTES, &file)) goto out;
	sha256(buf_slice(&file), o.sha256);
	if (expected) o.code = compose_hash_check(buf_slice(&file), SLICE_OF(hash), &o.why);
	if (!o.code) {
		o.code = compose_read(buf_slice(&file), NULL, &o.compose, &o.findings, &o.why);
		o.has_compose = o.code == E_OK;
	}
	if (!o.code) {
		o.code = images_read(&o.compose, NULL, &o.images, &o.findings, &o.why);
		o.has_images = o.code == E_OK;
	}
	if (o.has_images) o.fatal = findings_verdict(&o.findings, &o.why);
	if (json)
		print_json(&o);
	else
		print_text(&o);
	status = o.code || o.fatal ? EXIT_NO : EXIT_YES;
out:
	if (o.has_images) images_drop(&o.images);
	if (o.has_compose) compose_drop(&o.compose);
	buf_drop(&file);
	return status;
}
