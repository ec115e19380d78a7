/* SPDX-License-Identifier: MIT */
/* `check attestation`: options, and one proof. Runs on the command line. */
#include "cli/check.h"
#include "cli/expect.h"
#include "cli/report.h"

struct options {
	struct expect_options want;
	const char *html;
	bool evidence_only, json, help;
};

static int judge(const struct options *o, struct slice bundle, const struct expect_inputs *in,
	struct proof *p)
{
	struct report r = {
		.proof = p, .want = &in->want, .bundle = bundle, .evidence_only = o->evidence_only};
	struct why why = WHY_INIT;
	enum err e = proof_run(bundle, &in->want, p, &why);

	if (e) return cli_cannot("check attestation", e, &why);
	return expect_conclude(&o->want, in, p, &r, o->json, o->html);
}

static const char usage[] = "check attestation FILE [options]";
static const char about[] =
	"Proves the bundle of one job (from /attestation/<job id>): one line for each link of\n"
	"the chain, then whether the proof is genuine and what the test's result was.\n"
	"A proof shows what happened once. FILE may be -. Nobody is asked anything, but for\n"
	"the nodes of --rpc.";
static const char exits[] =
	"Exit codes: 0 genuine and passed; 1 refuted, or genuine and failed, timed out or over a\n"
	"limit; 2 not decided, or genuine without a test or with an error; 3 could not run";

int check_attestation(int argc, char **argv)
{
	struct options o = {0};
	const struct cli_option table[] = {
		EXPECT_OPTIONS(o.want),
		{"--package", &o.want.package, NULL, "PATH",
			"what you install: archive or directory"},
		{"--sha256", &o.want.sha256, NULL, "HEX", "the same, by the archive's digest"},
		{"--nonce", &o.want.nonce, NULL, "HEX", "the nonce that you sent with the job"},
		{"--allow-tier", &o.want.tier, NULL, "T1..T4", "weakest sandbox to accept (T2)"},
		GOVERNANCE_OPTIONS(o.want.gov),
		NET_OPTIONS(o.want.gov.net),
		{"--evidence-only", NULL, &o.evidence_only, NULL, "exit 0 for any genuine proof"},
		{"--json", NULL, &o.json, NULL, "machine-readable report"},
		{"--html", &o.html, NULL, "FILE",
			"the report as a page too; it needs nothing else"},
		{"--help", NULL, &o.help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	static struct proof proof;
	static struct expect_inputs in;
	struct buf bundle = BUF_INIT;
	int n = cli_options(argc, argv, table), status = EXIT_CANNOT;

	if (n < 0) return EXIT_CANNOT;
	if (o.help) {
		cli_help(usage, about, table, exits);
		return EXIT_YES;
	}
	if (n != 1) return cli_usage("check attestation", "one FILE is needed");
	if (!check_file(argv[0], LIMIT_BUNDLE_BYTES, &bundle) &&
		!expect_read("check attestation", &o.want, &in))
		status = judge(&o, buf_slice(&bundle), &in, &proof);
	proof_drop(&proof);
	expect_drop(&in);
	buf_drop(&bundle);
	return status;
}
