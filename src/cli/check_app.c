/* SPDX-License-Identifier: MIT */
/*
 * `check app`: asks a running application for a quote over a fresh nonce and
 * proves what answered. Runs on the command line; asks the URL that it is given,
 * and the guest's public information beside it where that is needed.
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/num.h"
#include "cli/check.h"
#include "cli/expect.h"
#include "cli/report.h"

#define COMMAND    "check app"
#define NONCE_MARK "{nonce}"
/* Where the guest agent of dstack shows its public information (specs/dstack.md 1.6). */
#define INFO_PORT "-8090"
#define INFO_PATH "/prpc/Info"

struct options {
	struct expect_options want;
	const char *quote_path, *report_data, *info;
	bool json, help;
};

struct asking {
	struct url base;
	struct app_question question;
	struct client client;
	struct response quote, info;
	struct app_answer answer;
};

static enum err make_nonce(const struct options *o, struct asking *a)
{
	static const uint8_t zero[NONCE_LEN];

	if (o->want.nonce) {
		if (check_digest("--nonce", o->want.nonce, a->question.nonce)) return E_USAGE;
	} else if (getrandom(a->question.nonce, NONCE_LEN, 0) != NONCE_LEN) {
		cli_cannot(COMMAND, E_SYSTEM, NULL);
		return E_SYSTEM;
	}
	if (memcmp(a->question.nonce, zero, NONCE_LEN) != 0) return E_OK;
	cli_usage(COMMAND, "a nonce of zeros asks nothing");
	return E_USAGE;
}

static enum err read_data_kind(const char *text, enum app_data *out)
{
	static const char *const names[] = {"identity", "raw", "hex-ascii"};
	unsigned i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (!text || strcmp(text, names[i]) == 0) {
			*out = (enum app_data)i;
			return E_OK;
		}
	cli_usage(COMMAND, "--report-data takes identity, raw or hex-ascii");
	return E_USAGE;
}

/* "<40 hex>[-port][s|g]." in front of a gateway's domain; *rest is the domain. */
static bool gateway_id(const struct url *u, uint8_t id[APP_ID_LEN], struct slice *rest)
{
	struct slice host = slice_str(u->host), label = slice_split(&host, '.');
	struct slice name = slice_split(&label, '-');

	if (!host.n || hex_exact(slice_sub(name, 0, 2L * APP_ID_LEN), id, APP_ID_LEN)) return false;
	name = slice_from(name, 2L * APP_ID_LEN);
	*rest = host;
	return name.n == 0 || slice_is(name, "s") || slice_is(name, "g");
}

/* Where the public information is: as named, behind the gateway, or /info of the same server. */
static enum err info_url(const struct options *o, const struct asking *a, struct url *out)
{
	struct slice domain;
	uint8_t id[APP_ID_LEN];
	char text[LIMIT_URL_BYTES];
	struct buf b = buf_on(text, sizeof text);

	if (o->info) return net_url(COMMAND, o->info, out);
	if (!gateway_id(&a->base, id, &domain)) return url_below(&a->base, "/info", out, NULL);
	buf_str(&b, a->base.tls ? "https://" : "http://");
	buf_hex(&b, SLICE_OF(id));
	buf_str(&b, INFO_PORT ".");
	buf_put(&b, domain);
	if (a->base.port != (a->base.tls ? 443 : 80)) buf_fmt(&b, ":%u", (unsigned)a->base.port);
	buf_str(&b, INFO_PATH);
	return url_read(slice_str(buf_text(&b)), out, NULL);
}

/* The path with the nonce in the place of its mark, or behind it. */
static enum err quote_url(
	const struct options *o, const struct asking *a, struct url *out, struct why *why)
{
	struct slice path = slice_str(o->quote_path ? o->quote_path : "/quote?nonce=" NONCE_MARK);
	size_t at = slice_search(path, 0, SLICE(NONCE_MARK));
	char target[LIMIT_URL_BYTES];
	struct buf b = buf_on(target, sizeof target - 1);
	struct url u;
	enum err e;

	if (!slice_starts(path, "/")) return why_set(why, E_URL, "--quote-path begins with /");
	buf_put(&b, slice_sub(path, 0, at));
	buf_hex(&b, SLICE_OF(a->question.nonce));
	buf_put(&b, slice_from(path, at + sizeof NONCE_MARK - 1));
	if (b.err) return why_set(why, E_URL, "it is too long");
	e = url_below(&a->base, buf_text(&b), &u, why);
	if (e) return e;
	/* Once more through the reader: the path is the caller's text. */
	buf_reset(&b);
	url_put(&b, &u);
	return b.err ? E_URL : url_read(buf_slice(&b), out, why);
}

static enum err ask(const struct options *o, struct asking *a, struct why *why)
{
	struct slice domain;
	struct url u;
	enum err e = quote_url(o, a, &u, why);

	if (e) return e;
	a->question.has_id = gateway_id(&a->base, a->question.id, &domain);
	e = client_get(&a->client, &u, LIMIT_BUNDLE_BYTES, &a->quote, why);
	if (!e) e = app_answer_read(buf_slice(&a->quote.body), &a->answer, why);
	if (e || (a->answer.app_compose.p && !o->info)) return e;
	e = info_url(o, a, &u);
	if (!e) e = client_get(&a->client, &u, LIMIT_BUNDLE_BYTES, &a->info, why);
	return e ? e : app_answer_info(buf_slice(&a->info.body), &a->answer, why);
}

static int judge(const struct options *o, const struct asking *a, const struct expect_inputs *in,
	struct proof *p)
{
	struct report r = {.proof = p,
		.want = &in->want,
		.bundle = buf_slice(&a->quote.body),
		.evidence_only = true};
	struct why why = WHY_INIT;
	enum err e = proof_app(&a->answer, &a->question, &in->want, p, &why);

	if (e) return cli_cannot(COMMAND, e, &why);
	if (o->want.gov.n && governance_link(&o->want.gov, &in->want, p)) return EXIT_CANNOT;
	expect_report(&o->want, in, &r);
	if (o->json)
		report_json(&r);
	else
		report_text(&r);
	return proof_exit(p, true);
}

static int run(const struct options *o, const char *text)
{
	static struct expect_inputs in;
	static struct asking a;
	static struct proof proof;
	struct why why = WHY_INIT;
	int status = EXIT_CANNOT;
	enum err e = net_url(COMMAND, text, &a.base);

	if (!e) e = read_data_kind(o->report_data, &a.question.data);
	if (!e) e = make_nonce(o, &a);
	if (!e) e = expect_read(COMMAND, &o->want, &in);
	if (!e) e = net_client(COMMAND, &o->want.gov.net, &a.client);
	if (!e) {
		e = ask(o, &a, &why);
		status = e ? cli_cannot(COMMAND, e, &why) : judge(o, &a, &in, &proof);
	}
	proof_drop(&proof);
	app_answer_drop(&a.answer);
	response_drop(&a.quote);
	response_drop(&a.info);
	client_drop(&a.client);
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
		{"--quote-path", &o.quote_path, NULL, "PATH",
			"where it answers (/quote?nonce={nonce})"},
		{"--report-data", &o.report_data, NULL, "KIND",
			"what it has quoted: identity, raw or hex-ascii"},
		{"--info", &o.info, NULL, "URL", "public information of its guest"},
		GOVERNANCE_OPTIONS(o.want.gov),
		NET_OPTIONS(o.want.gov.net),
		{"--json", NULL, &o.json, NULL, "machine-readable report"},
		{"--help", NULL, &o.help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	int n = governance_nodes(&argc, argv, &o.want.gov);

	if (n >= 0) n = cli_options(argc, argv, table);
	if (n < 0) return EXIT_CANNOT;
	if (o.help) {
		cli_help("check [app] URL [options]", about, table, exits);
		return EXIT_YES;
	}
	if (n != 1) return cli_usage(COMMAND, "one URL is needed");
	return run(&o, argv[0]);
}
