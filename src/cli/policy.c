/* SPDX-License-Identifier: MIT */
/*
 * `policy init`: a commented policy out of one bundle. What it would accept is
 * shown first; a bundle in which anything fails gives none.
 * Runs on the command line.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/text.h"
#include "cli/check.h"

struct options {
	const char *from, *out, *root, *collateral, *at;
	bool help;
};

static void show_hex(const char *what, struct slice s)
{
	struct buf b = buf_heap(KIB);

	buf_hex(&b, s);
	fprintf(stderr, "  %-18s %s\n", what, s.n ? buf_text(&b) : "(none)");
	buf_drop(&b);
}

static void show_text(const char *what, struct slice s)
{
	char text[160];

	fprintf(stderr, "  %-18s %s\n", what, text_ascii(text, sizeof text, s));
}

/* To standard error: standard output may be the policy itself. */
static void show(const struct proof *p)
{
	size_t i;

	fprintf(stderr, "The policy would accept every result of\n");
	show_hex("compose hash", p->launch.compose_hash);
	show_hex("application id", p->launch.app_id);
	for (i = 0; i < p->images.n; i++)
		show_text("image", p->images.item[i].reference);
	show_text("key provider", p->launch.key_provider_name);
	fprintf(stderr, "on a system with\n");
	show_hex("MRTD", p->td.mrtd);
	show_hex("RTMR0", p->td.rtmr[0]);
	show_hex("RTMR1", p->td.rtmr[1]);
	show_hex("RTMR2", p->td.rtmr[2]);
	fprintf(stderr, "on a machine with\n");
	show_text("TCB status",
		slice_str(p->dcap.evaluated ? tcb_status_name(p->dcap.status) : "not evaluated"));
	show_hex("root sha256", SLICE_OF(p->dcap.root_sha256));
	if (p->findings.n) fprintf(stderr, "The application's text holds, to be looked at:\n");
	for (i = 0; i < p->findings.n; i++)
		fprintf(stderr, "  %-5s %s: %s\n", report_weight(p->findings.item[i].weight),
			p->findings.item[i].where, finding_text(p->findings.item[i].code));
	fprintf(stderr,
		"Nothing of this has been reviewed by anybody: read the text before you use it.\n");
}

/* True when nothing fails and all that a policy names was found. */
static bool usable(const struct proof *p)
{
	bool ok = p->has_dcap && p->has_launch && p->has_images;
	int i;

	for (i = 0; i < LINK_COUNT; i++) {
		const struct link *l = &p->link[i];

		if (l->state != STATE_FAIL) continue;
		fprintf(stderr, "skill-verifier policy: %s: %s\n", link_name((enum link_id)i),
			l->text);
		ok = false;
	}
	if (!ok)
		fprintf(stderr,
			"skill-verifier policy: this bundle proves nothing that a policy could "
			"be made of\n");
	return ok;
}

static int write_policy(const struct options *o, const struct proof *p)
{
	struct buf b = buf_heap(POLICY_BYTES);
	enum err e;

	policy_write(&b, p);
	e = b.err;
	if (!e)
		e = o->out ? file_replace(o->out, buf_slice(&b))
			   : fd_write_all(STDOUT_FILENO, buf_slice(&b));
	if (e)
		fprintf(stderr, "skill-verifier policy: %s: %s\n", o->out ? o->out : "output",
			err_text(e));
	buf_drop(&b);
	return e ? EXIT_CANNOT : EXIT_YES;
}

static int init(const struct options *o)
{
	struct buf bundle = BUF_INIT, root = BUF_INIT, collateral = BUF_INIT;
	struct expect want = {.weakest_tier = 4};
	struct why why = WHY_INIT;
	static struct proof p;
	int status = EXIT_CANNOT;
	enum err e = check_file(o->from, LIMIT_BUNDLE_BYTES, &bundle);

	if (!e && o->root) e = check_root(o->root, &root);
	if (!e && o->collateral) e = check_file(o->collateral, LIMIT_COLLATERAL_BYTES, &collateral);
	if (!e) e = check_time(o->at, &want.now);
	if (e) goto out;
	want.root = buf_slice(&root);
	want.collateral = buf_slice(&collateral);
	/* The draft names the status; a person decides whether it is good enough. */
	want.tcb.statuses = ~0U;
	e = proof_run(buf_slice(&bundle), &want, &p, &why);
	if (e) {
		cli_cannot("policy", e, &why);
	} else if (!usable(&p)) {
		status = EXIT_NO;
	} else {
		show(&p);
		status = write_policy(o, &p);
	}
out:
	proof_drop(&p);
	buf_drop(&bundle);
	buf_drop(&root);
	buf_drop(&collateral);
	return status;
}

static const char about[] =
	"Writes a commented policy that accepts what one bundle shows, after showing that.\n"
	"A bundle in which any link fails gives none. Read and change the result, then use\n"
	"it: skill-verifier check FILE --policy POLICY.";
static const char more[] =
	"A policy is an INI file. Its sections and keys, those with * any number of times:\n"
	"  [tcb]          accept*, allow-advisory*, deny-advisory*, min-evaluation, min-date,\n"
	"                 accept-unevaluated\n"
	"  [application]  compose-hash* (HEX, or HEX until YYYY-MM-DD), app-id*, image*, script*,\n"
	"                 launcher*, kms-root*, accept-prior-versions\n"
	"  [os NAME]      mrtd, rtmr0, rtmr1, rtmr2, mrseam (optional)\n"
	"  [os]           accept-unevaluated\n"
	"  [sandbox]      weakest-tier\n"
	"Anything unknown, twice or not understood is refused with its line. Options of check\n"
	"go before the file. src/cli/README.md has the values.\n"
	"Exit codes: 0 written, 1 something fails, 3 could not run";

int cmd_policy(int argc, char **argv)
{
	struct options o = {0};
	const struct cli_option table[] = {
		{"--from", &o.from, NULL, "FILE", "the bundle of one job"},
		{"--out", &o.out, NULL, "FILE", "where to write it (standard output)"},
		{"--collateral", &o.collateral, NULL, "FILE", "Intel's collateral, one bundle"},
		{"--at", &o.at, NULL, "TIME", "judge dates at this time instead of now"},
		{"--root", &o.root, NULL, "FILE", "another root than Intel's, for tests only"},
		{"--help", NULL, &o.help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	int n = cli_options(argc, argv, table);

	if (n < 0) return EXIT_CANNOT;
	if (o.help) {
		cli_help("policy init --from FILE [options]", about, table, more);
		return EXIT_YES;
	}
	if (n != 1 || strcmp(argv[0], "init") != 0 || !o.from)
		return cli_usage("policy", "\"policy init --from FILE\" is needed");
	return init(&o);
}
