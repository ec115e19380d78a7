/* SPDX-License-Identifier: MIT */
/*
 * `check app`: asks a running application for a quote over a fresh nonce and
 * proves what answered. Runs on the command line.
 */
#include "cli/ask_app.h"
#include "cli/check.h"
#include "cli/expect.h"
#include "cli/report.h"

#define COMMAND "check app"

struct options {
	struct expect_options want;
	struct ask_options ask;
	const char *html;
	bool json, help;
};

static int judge(const struct options *o, const struct asking *a, const struct expect_inputs *in,
	struct proof *p)
{
	struct report r = {.proof = p,
		.want = &in->want,
		.bundle = buf_slice(&a->quote.body),
		.asked = a->origin,
		.info = buf_slice(&a->info.body),
		.evidence_only = true};
	struct why why = WHY_INIT;
	enum err e = proof_app(&a->answer, &a->question, &in->want, p, &why);

	if (e) return cli_cannot(COMMAND, e, &why);
	return expect_conclude(&o->want, in, p, &r, o->json, o->html);
}

static int run(struct options *o, const char *text)
{
	static struct expect_inputs in;
	static struct asking a;
	static struct proof proof;
	int status = EXIT_CANNOT;
	enum err e;

	/* Named or fresh, it is the question's; expect_read looks at its form too. */
	o->ask.nonce = o->want.nonce;
	e = ask_begin(COMMAND, &o->ask, &o->want.gov.net, text, &a);
	if (!e) e = expect_read(COMMAND, &o->want, &in);
	if (!e) e = ask_app(COMMAND, &o->ask, &a);
	if (!e) status = judge(o, &a, &in, &proof);
	proof_drop(&proof);
	asking_drop(&a);
	expect_drop(&in);
	return status;
}

static const char about[] =
	"Asks a running application for a quote over a fresh random nonce, and proves what\n"
	"answered, link by link, down to Intel's root. An appliance of ours answers at /quote\n"
	"with all that is needed. Another program is told how it binds the nonce:\n"
	"  --quote-path '/attest?data={nonce}' --report-data hex-ascii\n"
	"and its compose text comes from its guest's public information: --info URL, or\n"
	"https://<id>-8090.<domain>/prpc/Info when URL is a gateway's <id>-<port>.<domain>.\n"
	"TLS proves no part of this: a genuine application may stand behind whoever answers.";
static const char exits[] = "Exit codes: 0 genuine, 1 refuted, 2 not decided, 3 could not ask";

int check_app(int argc, char **argv)
{
	struct options o = {0};
	const struct cli_option table[] = {
		EXPECT_OPTIONS(o.want),
		{"--nonce", &o.want.nonce, NULL, "HEX",
			"ask with this nonce instead of a random one"},
		ASK_OPTIONS(o.ask),
		GOVERNANCE_OPTIONS(o.want.gov),
		NET_OPTIONS(o.want.gov.net),
		{"--json", NULL, &o.json, NULL, "machine-readable report"},
		{"--html", &o.html, NULL, "FILE",
			"the report as a page too; it needs nothing else"},
		{"--help", NULL, &o.help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	int n = cli_options(argc, argv, table);

	if (n < 0) return EXIT_CANNOT;
	if (o.help) {
		cli_help("check [app] URL [options]", about, table, exits);
		return EXIT_YES;
	}
	if (n != 1) return cli_usage(COMMAND, "one URL is needed");
	return run(&o, argv[0]);
}
