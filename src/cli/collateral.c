/* SPDX-License-Identifier: MIT */
/*
 * `collateral fetch`: Intel's collateral for one kind of machine, from any PCS
 * or PCCS, into the one file that `check --collateral` reads. Who serves it is
 * of no weight: what is written is signed under the root and current, or it is
 * not written. Runs on the command line; the only part of checking that asks
 * anybody for anything.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/hash.h"
#include "base/json_write.h"
#include "base/num.h"
#include "check/dcap.h"
#include "check/pcs.h"
#include "cli/check.h"
#include "cli/evidence.h"
#include "cli/net.h"

#define COMMAND "collateral fetch"
/* Intel's own service has the root's list at the address that the root names. */
#define INTEL_HOST     "api.trustedservices.intel.com"
#define INTEL_ROOT_CRL "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der"

struct options {
	const char *from, *root_crl, *quote, *fmspc, *ca, *tee, *out, *root, *at, *min_tcb;
	struct net_options net;
	bool json, help;
};

/* What is fetched, and for which machines. */
struct want {
	struct dcap_scope scope;
	bool platform;
	struct url base, root_crl;
	struct dcap_input judge; /* root, time, least evaluation; the quote when there is one */
};

enum answer { PCK_CRL, ROOT_CRL, TCB_INFO, QE_IDENTITY, ANSWERS };

struct fetched {
	struct response answer[ANSWERS];
	struct pcs_answers parts;
	struct buf bundle;
	struct dcap_result facts;
};

/* ---- which machines ------------------------------------------------------------------ */

/* FMSPC and authority stand in the quote's own certificates. */
static enum err scope_of_quote(struct want *w, struct slice quote)
{
	struct dcap_input in = w->judge;
	struct dcap_result r;
	struct why why = WHY_INIT;
	enum err e;

	in.quote = quote;
	in.accept_unevaluated = true;
	in.allow_debug = in.allow_service_td = true;
	in.min_tcb_eval = 0;
	e = dcap_verify(&in, &r, &why);
	if (e) {
		fprintf(stderr,
			"skill-verifier " COMMAND ": the quote: %s%s%s; name --fmspc and --ca\n",
			err_text(e), why.text[0] ? ": " : "", why.text);
		return e;
	}
	w->scope.tdx = r.quote.tee_type == TEE_TYPE_TDX;
	memcpy(w->scope.fmspc, r.pck.fmspc, sizeof w->scope.fmspc);
	w->platform = strstr(r.pck_ca, "Platform") != NULL;
	w->judge.quote = quote;
	return E_OK;
}

static enum err scope_of_options(const struct options *o, struct want *w)
{
	w->scope.tdx = !o->tee || strcmp(o->tee, "tdx") == 0;
	w->platform = o->ca && strcmp(o->ca, "platform") == 0;
	if (o->tee && !w->scope.tdx && strcmp(o->tee, "sgx") != 0)
		cli_usage(COMMAND, "--tee takes tdx or sgx");
	else if (!o->ca || (!w->platform && strcmp(o->ca, "processor") != 0))
		cli_usage(COMMAND, "--ca takes processor or platform");
	else if (hex_exact(slice_str(o->fmspc), w->scope.fmspc, sizeof w->scope.fmspc))
		cli_usage(COMMAND, "--fmspc needs 12 hex digits");
	else
		return E_OK;
	return E_USAGE;
}

/* ---- asking ---------------------------------------------------------------------------- */

/* The base as people write it: with or without the path of the service. */
static enum err read_base(const char *text, struct url *base)
{
	static const char *const known[] = {"/sgx/certification/v4", "/tdx/certification/v4",
		"/sgx/certification/v4/", "/tdx/certification/v4/"};
	struct slice target;
	size_t i;
	enum err e = net_url(COMMAND, text, base);

	if (e) return e;
	target = slice_str(base->target);
	for (i = 0; i < sizeof known / sizeof *known; i++)
		if (slice_ends(target, known[i])) {
			base->target[target.n - strlen(known[i])] = '\0';
			return E_OK;
		}
	return E_OK;
}

static enum err read_urls(const struct options *o, struct want *w)
{
	struct why why = WHY_INIT;
	enum err e = read_base(o->from, &w->base);

	if (e) return e;
	if (o->root_crl) return net_url(COMMAND, o->root_crl, &w->root_crl);
	if (strcmp(w->base.host, INTEL_HOST) == 0)
		return net_url(COMMAND, INTEL_ROOT_CRL, &w->root_crl);
	e = url_below(&w->base, "/sgx/certification/v4/rootcacrl", &w->root_crl, &why);
	if (e) cli_cannot(COMMAND, e, &why);
	return e;
}

static enum err ask(struct client *c, const struct want *w, enum answer which, struct response *out,
	struct why *why)
{
	struct url u = w->root_crl;
	char path[128], hex[16];
	struct buf b = buf_on(path, sizeof path), h = buf_on(hex, sizeof hex);
	const char *tee = w->scope.tdx ? "tdx" : "sgx";
	enum err e = E_OK;

	buf_hex(&h, SLICE_OF(w->scope.fmspc));
	switch (which) {
	case PCK_CRL:
		buf_fmt(&b, "/sgx/certification/v4/pckcrl?ca=%s&encoding=der",
			w->platform ? "platform" : "processor");
		break;
	case TCB_INFO: buf_fmt(&b, "/%s/certification/v4/tcb?fmspc=%s", tee, buf_text(&h)); break;
	case QE_IDENTITY: buf_fmt(&b, "/%s/certification/v4/qe/identity", tee); break;
	default: break;
	}
	if (which != ROOT_CRL) e = url_below(&w->base, buf_text(&b), &u, why);
	return e ? e : client_get(c, &u, LIMIT_COLLATERAL_BYTES, out, why);
}

/* A header's value; empty when it is missing, which the bundle refuses by name. */
static enum err header(
	const struct response *r, const char *name, struct slice *out, struct why *why)
{
	if (response_field(r, name, out))
		return why_set(why, E_RESPONSE, "the header %s is there twice", name);
	return E_OK;
}

static enum err ask_all(struct client *c, const struct want *w, struct fetched *f, struct why *why)
{
	struct pcs_answers *p = &f->parts;
	enum err e = E_OK;
	int i;

	for (i = 0; i < ANSWERS && !e; i++)
		e = ask(c, w, (enum answer)i, &f->answer[i], why);
	if (e) return e;
	p->pck_crl = buf_slice(&f->answer[PCK_CRL].body);
	p->root_crl = buf_slice(&f->answer[ROOT_CRL].body);
	p->tcb_info = buf_slice(&f->answer[TCB_INFO].body);
	p->qe_identity = buf_slice(&f->answer[QE_IDENTITY].body);
	e = header(&f->answer[PCK_CRL], "SGX-PCK-CRL-Issuer-Chain", &p->pck_crl_chain, why);
	if (!e) e = header(&f->answer[TCB_INFO], "TCB-Info-Issuer-Chain", &p->tcb_info_chain, why);
	/* Some services still use the name of version 3. */
	if (!e && !p->tcb_info_chain.p)
		e = header(
			&f->answer[TCB_INFO], "SGX-TCB-Info-Issuer-Chain", &p->tcb_info_chain, why);
	if (!e)
		e = header(&f->answer[QE_IDENTITY], "SGX-Enclave-Identity-Issuer-Chain",
			&p->qe_identity_chain, why);
	return e;
}

/* ---- judging and writing ------------------------------------------------------------------ */

/* Refuses what `check` could not use, with its own reader. */
static enum err judge(const struct want *w, struct fetched *f, struct why *why)
{
	const char *ca = w->platform ? "Intel SGX PCK Platform CA" : "Intel SGX PCK Processor CA";
	struct dcap_input in = w->judge;
	enum err e = pcs_bundle(&f->parts, &f->bundle, why);

	in.collateral = buf_slice(&f->bundle);
	if (!e) e = dcap_collateral(&in, &w->scope, &f->facts, why);
	if (!e && strcmp(f->facts.pck_ca, ca) != 0)
		e = why_set(why, E_CRL_ISSUER, "PCK CRL: of %s, asked was %s", f->facts.pck_ca, ca);
	return e;
}

/* With a quote at hand: what the new bundle makes of it. */
static const char *quote_status(const struct want *w, const struct fetched *f)
{
	struct dcap_input in = w->judge;
	struct dcap_result r;
	enum err e;

	in.collateral = buf_slice(&f->bundle);
	in.allow_debug = in.allow_service_td = true;
	e = dcap_verify(&in, &r, NULL);
	return e ? err_name(e) : tcb_status_name(r.status);
}

static void print_text(const struct options *o, const struct want *w, const struct fetched *f)
{
	const struct dcap_result *r = &f->facts;
	char from[ISO_LEN], until[ISO_LEN], hex[2 * SHA256_LEN + 1];
	struct buf b = buf_on(hex, sizeof hex);

	buf_hex(&b, SLICE_OF(w->scope.fmspc));
	printf("collateral for %s, FMSPC %s, %s, signed under %s\n", w->scope.tdx ? "TDX" : "SGX",
		buf_text(&b), r->pck_ca, r->intel_root ? "Intel's root" : "a test root");
	if (!r->intel_root) {
		buf_reset(&b);
		buf_hex(&b, SLICE_OF(r->root_sha256));
		printf("  root sha256 %s: proves nothing about hardware\n", buf_text(&b));
	}
	printf("  TCB evaluation %u, QE identity %u; older ones are in date too: "
	       "check --min-tcb-eval %u\n",
		(unsigned)r->tcb_info_evaluation, (unsigned)r->qe_identity_evaluation,
		(unsigned)(r->tcb_info_evaluation < r->qe_identity_evaluation
				   ? r->tcb_info_evaluation
				   : r->qe_identity_evaluation));
	printf("  valid from %s\n", clock_iso(from, r->valid_from * 1000));
	printf("  expires    %s, by %s: fetch again before\n",
		clock_iso(until, r->valid_until * 1000), r->valid_until_of);
	if (w->judge.quote.n) printf("  the quote with it: %s\n", quote_status(w, f));
	printf("written %s, %zu bytes\n", o->out, f->bundle.n);
}

static void print_json(const struct options *o, const struct want *w, const struct fetched *f)
{
	const struct dcap_result *r = &f->facts;
	struct buf b = buf_heap(16 * KIB);
	struct jw j = jw_to(&b, false);
	uint8_t digest[SHA256_LEN];

	sha256(buf_slice(&f->bundle), digest);
	jw_object(&j);
	jw_key(&j, "file");
	jw_lossy(&j, slice_str(o->out));
	jw_key_hex(&j, "sha256", SLICE_OF(digest));
	jw_key_cstr(&j, "tee", w->scope.tdx ? "tdx" : "sgx");
	jw_key_hex(&j, "fmspc", SLICE_OF(w->scope.fmspc));
	jw_key_cstr(&j, "ca", w->platform ? "platform" : "processor");
	jw_key_u64(&j, "tcbEvaluation", r->tcb_info_evaluation);
	jw_key_u64(&j, "qeEvaluation", r->qe_identity_evaluation);
	jw_key_time(&j, "validFrom", r->valid_from * 1000);
	jw_key_time(&j, "validUntil", r->valid_until * 1000);
	jw_key_cstr(&j, "validUntilOf", r->valid_until_of);
	jw_key_hex(&j, "rootSha256", SLICE_OF(r->root_sha256));
	jw_key_bool(&j, "intelRoot", r->intel_root);
	if (w->judge.quote.n) jw_key_cstr(&j, "quote", quote_status(w, f));
	jw_object_end(&j);
	printf("%s\n", buf_text(&b));
	buf_drop(&b);
}

static int fetch(const struct options *o, const struct want *w, struct client *c)
{
	static struct fetched f;
	struct why why = WHY_INIT;
	int status = EXIT_YES, i;
	enum err e;

	f.bundle = buf_heap(LIMIT_COLLATERAL_BYTES);
	e = ask_all(c, w, &f, &why);
	if (e) {
		status = cli_cannot(COMMAND, e, &why);
	} else if ((e = judge(w, &f, &why)) != E_OK) {
		fprintf(stderr, "skill-verifier " COMMAND ": nothing written: %s%s%s (%s)\n",
			err_text(e), why.text[0] ? ": " : "", why.text, err_name(e));
		status = EXIT_NO;
	} else if ((e = file_replace(o->out, buf_slice(&f.bundle))) != E_OK) {
		why_sys(&why, e, o->out);
		status = cli_cannot(COMMAND, e, &why);
	} else if (o->json) {
		print_json(o, w, &f);
	} else {
		print_text(o, w, &f);
	}
	for (i = 0; i < ANSWERS; i++)
		response_drop(&f.answer[i]);
	buf_drop(&f.bundle);
	return status;
}

static enum err read_least(const char *text, uint32_t *out)
{
	uint64_t v = 0;

	if (text && parse_u64(slice_str(text), UINT32_MAX, &v)) {
		cli_usage(COMMAND, "--min-tcb-eval needs a number");
		return E_USAGE;
	}
	*out = (uint32_t)v;
	return E_OK;
}

static int fetch_with(const struct options *o)
{
	struct evidence ev = EVIDENCE_INIT;
	struct client client = CLIENT_INIT;
	struct buf root = BUF_INIT;
	static struct want w;
	int status = EXIT_CANNOT;
	enum err e = o->root ? check_root(o->root, &root) : E_OK;

	w.judge.trusted_root = buf_slice(&root);
	if (!e) e = check_time(o->at, &w.judge.now);
	if (!e) e = read_least(o->min_tcb, &w.judge.min_tcb_eval);
	if (!e) e = read_urls(o, &w);
	if (!e) e = net_client(COMMAND, &o->net, &client);
	if (!e && o->quote) e = evidence_quote(o->quote, &ev);
	if (!e) e = o->quote ? scope_of_quote(&w, ev.quote) : scope_of_options(o, &w);
	if (!e) status = fetch(o, &w, &client);
	client_drop(&client);
	evidence_drop(&ev);
	buf_drop(&root);
	return status;
}

static const char usage[] =
	"collateral fetch --from URL (--quote FILE | --fmspc HEX --ca processor|platform) --out FILE";
static const char about[] =
	"Gets TCB info, QE identity and both revocation lists from Intel's service (PCS) or any\n"
	"PCCS, version 4, into one file for check --collateral; checking needs no network then.\n"
	"The server is believed nothing: a file is written only when everything in it is signed\n"
	"under Intel's root and in date. It expires, usually after 30 days.\n"
	"  https://api.trustedservices.intel.com    Intel's own\n"
	"  https://localhost:8081                   a PCCS of yours, with its CA by --ca-file";

int cmd_collateral(int argc, char **argv)
{
	struct options o = {0};
	const struct cli_option table[] = {
		{"--from", &o.from, NULL, "URL", "base of the service"},
		{"--quote", &o.quote, NULL, "FILE", "for the machine of this quote"},
		{"--fmspc", &o.fmspc, NULL, "HEX", "for machines of this family, 12 digits"},
		{"--ca", &o.ca, NULL, "CA", "their certificates' issuer: processor or platform"},
		{"--tee", &o.tee, NULL, "TEE", "with --fmspc: tdx (default) or sgx"},
		{"--out", &o.out, NULL, "FILE", "replaced at once, or left as it is"},
		{"--root-crl", &o.root_crl, NULL, "URL", "the root's list, if it is elsewhere"},
		{"--min-tcb-eval", &o.min_tcb, NULL, "N", "oldest TCB evaluation to accept"},
		{"--root", &o.root, NULL, "FILE", "another root than Intel's, for tests only"},
		{"--at", &o.at, NULL, "TIME", "judge dates at this time instead of now"},
		NET_OPTIONS(o.net),
		{"--json", NULL, &o.json, NULL, "machine-readable report"},
		{"--help", NULL, &o.help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	bool named = argc > 1 && strcmp(argv[1], "fetch") == 0;
	int n = cli_options(named ? argc - 1 : argc, named ? argv + 1 : argv, table);

	if (n < 0) return EXIT_CANNOT;
	if (o.help) {
		cli_help(usage, about, table,
			"Exit codes: 0 written, 1 refused and not written, 3 could not run");
		return EXIT_YES;
	}
	if (!named || n) return cli_usage("collateral", "the one thing it does is fetch");
	if (!o.from || !o.out) return cli_usage(COMMAND, "--from and --out are needed");
	if ((o.quote != NULL) == (o.fmspc != NULL))
		return cli_usage(COMMAND, "--quote or --fmspc is needed, not both");
	if (o.quote && (o.ca || o.tee)) return cli_usage(COMMAND, "--ca and --tee go with --fmspc");
	return fetch_with(&o);
}
