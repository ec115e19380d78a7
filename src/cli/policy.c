/* SPDX-License-Identifier: MIT */
/*
 * `policy init`: a commented policy out of one bundle, or of one answer of a
 * running application. What it would accept, and what was proved of that, is
 * shown first; evidence in which anything fails gives none.
 * Runs on the command line.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/text.h"
#include "cli/ask_app.h"
#include "cli/check.h"

#define COMMAND "policy"

struct options {
	const char *from, *out, *root, *collateral, *at;
	struct ask_options ask; /* and how, when from is a URL */
	struct net_options net;
	bool help;
};

/* What the proof points into. */
struct evidence {
	struct buf bundle, root, collateral;
	struct asking asking;
	struct proof proof;
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

/* Every link in a state, and what it says. */
static void show_links(const struct proof *p, enum link_state state, const char *title)
{
	int i;

	for (i = 0; i < LINK_COUNT; i++) {
		const struct link *l = &p->link[i];

		if (l->state != state || l->absent) continue;
		if (title) fprintf(stderr, "%s\n", title);
		title = NULL;
		fprintf(stderr, "  %-18s %s\n", link_name((enum link_id)i), l->text);
	}
}

/* To standard error: standard output may be the policy itself. */
static void show(const struct proof *p)
{
	size_t i;

	fprintf(stderr, "The policy would accept %severy result of\n",
		p->live ? "this application whenever it answers, and " : "");
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
	show_links(p, STATE_OK, "Of this was proved:");
	show_links(p, STATE_SKIP, "Of this was not proved; it stands as it was found:");
	fprintf(stderr,
		"Nothing of this has been reviewed by anybody: read the text before you use it.\n");
}

/* EXIT_YES when nothing fails and all that a policy names was found. */
static int usable(const struct proof *p)
{
	bool complete = p->has_dcap && p->has_launch && p->has_images;
	bool fails = false;
	int i;

	for (i = 0; i < LINK_COUNT; i++) {
		const struct link *l = &p->link[i];

		if (l->state != STATE_FAIL) continue;
		fprintf(stderr, "skill-verifier policy: %s: %s\n", link_name((enum link_id)i),
			l->text);
		fails = true;
	}
	if (!fails && complete) return EXIT_YES;
	/* A running application may keep its text to itself. */
	if (!fails) show_links(p, STATE_SKIP, "Not decided:");
	fprintf(stderr,
		"skill-verifier policy: this %s proves nothing that a policy could be made of\n",
		p->live ? "answer" : "bundle");
	return fails ? EXIT_NO : EXIT_UNDECIDED;
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

/* Reads the bundle, or asks, and judges. Not E_OK after a message. */
static enum err gather(const struct options *o, struct expect *want, struct evidence *v)
{
	bool live = ask_is_url(o->from);
	struct why why = WHY_INIT;
	enum err e = E_OK;

	if (live) e = ask_begin(COMMAND, &o->ask, &o->net, o->from, &v->asking);
	if (!e && o->root) e = check_root(o->root, &v->root);
	if (!e && o->collateral)
		e = check_file(o->collateral, LIMIT_COLLATERAL_BYTES, &v->collateral);
	if (!e) e = check_time(o->at, &want->now);
	if (!e)
		e = live ? ask_app(COMMAND, &o->ask, &v->asking)
			 : check_file(o->from, LIMIT_BUNDLE_BYTES, &v->bundle);
	if (e) return e;
	want->root = buf_slice(&v->root);
	want->collateral = buf_slice(&v->collateral);
	/* The draft names the status; a person decides whether it is good enough. */
	want->tcb.statuses = ~0U;
	e = live ? proof_app(&v->asking.answer, &v->asking.question, want, &v->proof, &why)
		 : proof_run(buf_slice(&v->bundle), want, &v->proof, &why);
	if (e) cli_cannot(COMMAND, e, &why);
	return e;
}

static int init(const struct options *o)
{
	struct expect want = {.weakest_tier = 4};
	static struct evidence v;
	int status = EXIT_CANNOT;

	if (!gather(o, &want, &v)) {
		status = usable(&v.proof);
		if (status == EXIT_YES) {
			show(&v.proof);
			status = write_policy(o, &v.proof);
		}
	}
	proof_drop(&v.proof);
	asking_drop(&v.asking);
	buf_drop(&v.bundle);
	buf_drop(&v.root);
	buf_drop(&v.collateral);
	return status;
}

/* An option that would say nothing is a misunderstanding. */
static bool asks(const struct options *o)
{
	return o->ask.quote_path || o->ask.report_data || o->ask.info || o->net.ca_file ||
	       o->net.timeout || o->net.plain_anywhere;
}

static const char about[] =
	"Writes a commented policy that accepts what one bundle shows, or what a running\n"
	"application answers to a fresh random nonce, after showing that and what of it was\n"
	"proved. Evidence in which any link fails gives none. Read and change the result, then\n"
	"use it: skill-verifier check FILE --policy POLICY, or check URL --policy POLICY.\n"
	"How another program than our appliance is asked, check app --help says.";
static const char more[] =
	"A policy is an INI file. Its sections and keys, those with * any number of times:\n"
	"  [tcb]          accept*, allow-advisory*, deny-advisory*, min-evaluation, min-date,\n"
	"                 accept-unevaluated\n"
	"  [application]  compose-hash* (HEX, or HEX until YYYY-MM-DD), app-id*, image*, script*,\n"
	"                 launcher*, kms-root*, kms-key*, accept-prior-versions\n"
	"  [os NAME]      mrtd, rtmr0, rtmr1, rtmr2, mrseam (optional)\n"
	"  [os]           accept-unevaluated\n"
	"  [sandbox]      weakest-tier\n"
	"Anything unknown, twice or not understood is refused with its line. Options of check\n"
	"go before the file. src/cli/README.md has the values.\n"
	"Exit codes: 0 written, 1 something fails, 2 too little was shown, 3 could not run";

int cmd_policy(int argc, char **argv)
{
	struct options o = {0};
	const struct cli_option table[] = {
		{"--from", &o.from, NULL, "FILE|URL",
			"the bundle of one job, or a running application"},
		{"--out", &o.out, NULL, "FILE", "where to write it (standard output)"},
		{"--collateral", &o.collateral, NULL, "FILE", "Intel's collateral, one bundle"},
		{"--at", &o.at, NULL, "TIME", "judge dates at this time instead of now"},
		{"--root", &o.root, NULL, "FILE", "another root than Intel's, for tests only"},
		ASK_OPTIONS(o.ask),
		NET_OPTIONS(o.net),
		{"--help", NULL, &o.help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	int n = cli_options(argc, argv, table);

	if (n < 0) return EXIT_CANNOT;
	if (o.help) {
		cli_help("policy init --from FILE|URL [options]", about, table, more);
		return EXIT_YES;
	}
	if (n != 1 || strcmp(argv[0], "init") != 0 || !o.from)
		return cli_usage(
			COMMAND, "\"policy init --from FILE\" or \"--from URL\" is needed");
	if (asks(&o) && !ask_is_url(o.from))
		return cli_usage(COMMAND, "a file is not asked: options of a question need a URL");
	return init(&o);
}
