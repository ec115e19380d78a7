/* SPDX-License-Identifier: MIT */
/*
 * `check quote`: one quote with its collateral; the members of --json are
 * those of shared/vectors/dcap. Runs on the command line.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/json_write.h"
#include "base/num.h"
#include "check/dcap_json.h"
#include "cli/check.h"
#include "cli/evidence.h"

struct options {
	const char *quote, *collateral, *root, *at, *min_auth, *min_tcb;
	bool allow_debug, allow_service_td, unevaluated, json, help;
};

struct outcome {
	struct dcap_result result;
	enum err code, policy;
	struct why why, policy_why;
};

/* What the quote says, also when it is refused, as far as it can be read. */
static void fields_json(struct jw *w, const struct outcome *o, struct slice bytes)
{
	const struct dcap_result *r = &o->result;
	struct quote q;

	jw_key(w, "fields");
	if (!o->code) {
		jw_object(w);
		dcap_json_fields(w, &r->quote, &r->pck, r->pck_ca);
		jw_object_end(w);
	} else if (quote_read(bytes, 0, &q, NULL) == E_OK) {
		jw_object(w);
		dcap_json_fields(w, &q, NULL, NULL);
		jw_object_end(w);
	} else {
		jw_null(w);
	}
}

static void print_json(const struct outcome *o, struct slice quote)
{
	struct buf b = buf_heap(64 * KIB);
	struct jw w = jw_to(&b, false);

	jw_object(&w);
	if (o->code)
		dcap_json_reject(&w, o->code);
	else
		dcap_json_accept(&w, &o->result);
	jw_key_cstr(&w, "policy_verdict", o->code || o->policy ? "reject" : "accept");
	jw_key(&w, "detail");
	if (o->code)
		jw_cstr(&w, o->why.text);
	else if (o->policy)
		jw_cstr(&w, o->policy_why.text);
	else
		jw_null(&w);
	if (!o->code) {
		jw_key_hex(&w, "root_sha256", SLICE_OF(o->result.root_sha256));
		jw_key_bool(&w, "intel_root", o->result.intel_root);
		jw_key_bool(&w, "evaluated", o->result.evaluated);
	}
	fields_json(&w, o, quote);
	jw_object_end(&w);
	printf("%s\n", buf_text(&b));
	buf_drop(&b);
}

static void print_step(const struct dcap_result *r, enum dcap_step s)
{
	printf("  %-20s %s\n", dcap_step_name(s), dcap_done_name(r->done[s]));
}

static void print_text(const struct outcome *o)
{
	const struct dcap_result *r = &o->result;
	char until[ISO_LEN], hex[2 * SHA256_LEN + 1];
	struct buf b = buf_on(hex, sizeof hex);
	size_t i;

	if (o->code) {
		printf("[FAIL] quote  %s%s%s (%s)\n", err_text(o->code), o->why.text[0] ? ": " : "",
			o->why.text, err_name(o->code));
		return;
	}
	buf_hex(&b, SLICE_OF(r->root_sha256));
	printf("[OK]   quote  %s version %u, signed under %s\n",
		r->quote.tee_type == TEE_TYPE_TDX ? "TDX" : "SGX", (unsigned)r->quote.version,
		r->intel_root ? "Intel's root" : "a test root");
	printf("              root sha256 %s%s\n", buf_text(&b),
		r->intel_root ? "" : ": proves nothing about hardware");
	for (i = 0; i < STEP_COUNT; i++)
		print_step(r, (enum dcap_step)i);
	if (!r->evaluated) {
		printf("[SKIP] tcb    not evaluated: no collateral\n");
		return;
	}
	printf("[%s] tcb    %s%s%s\n", o->policy ? "FAIL" : "OK] ", tcb_status_name(r->status),
		o->policy ? ": " : "", o->policy_why.text);
	for (i = 0; i < r->advisories.n; i++)
		printf("              advisory %s\n", r->advisories.id[i]);
	printf("              valid until %s, by %s\n", clock_iso(until, r->valid_until * 1000),
		r->valid_until_of);
}

static int judge(const struct options *o, struct dcap_input *in)
{
	static struct outcome out;
	const struct dcap_policy policy = {.accept_unevaluated = o->unevaluated};

	out.code = dcap_verify(in, &out.result, &out.why);
	if (out.code == E_NO_MEMORY) return cli_cannot("check quote", out.code, NULL);
	if (!out.code) out.policy = dcap_policy_check(&policy, &out.result, &out.policy_why);
	if (o->json)
		print_json(&out, in->quote);
	else
		print_text(&out);
	return out.code || out.policy ? EXIT_NO : EXIT_YES;
}

static enum err read_number(const char *option, const char *text, uint32_t *out)
{
	uint64_t v = 0;

	if (text && parse_u64(slice_str(text), UINT32_MAX, &v)) {
		cli_usage("check quote", "%s needs a number", option);
		return E_USAGE;
	}
	*out = (uint32_t)v;
	return E_OK;
}

int check_quote(int argc, char **argv)
{
	struct options o = {0};
	const struct cli_option table[] = {
		{"--quote", &o.quote, NULL, "FILE", "binary, hex, or JSON with a member \"quote\""},
		{"--collateral", &o.collateral, NULL, "FILE", "Intel's collateral, one bundle"},
		{"--root", &o.root, NULL, "FILE", "another root than Intel's, DER or PEM"},
		{"--at", &o.at, NULL, "TIME", "judge dates at this time instead of now"},
		{"--min-tcb-eval", &o.min_tcb, NULL, "N", "oldest TCB evaluation to accept"},
		{"--min-qe-auth-data", &o.min_auth, NULL, "N", "bytes of QE authentication data"},
		{"--allow-debug", NULL, &o.allow_debug, NULL,
			"accept a TD or enclave in debug mode"},
		{"--allow-service-td", NULL, &o.allow_service_td, NULL, "accept a service TD"},
		{"--accept-unevaluated-tcb", NULL, &o.unevaluated, NULL, "go without collateral"},
		{"--json", NULL, &o.json, NULL, "machine-readable report"},
		{"--help", NULL, &o.help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	struct buf collateral = BUF_INIT, root = BUF_INIT;
	struct evidence ev = EVIDENCE_INIT;
	struct dcap_input in = {0};
	int n = cli_options(argc, argv, table), status = EXIT_CANNOT;
	enum err e;

	if (n < 0) return EXIT_CANNOT;
	if (o.help) {
		cli_help("check quote --quote FILE [options]",
			"Verifies one TDX or SGX quote in the order of Intel's rules. By policy only a\n"
			"machine that is UpToDate is accepted.",
			table, "Exit codes: 0 accepted, 1 refused, 3 could not run");
		return EXIT_YES;
	}
	if (n > 1 || (n == 1) == (o.quote != NULL))
		return cli_usage("check quote", "one --quote FILE is needed");
	e = evidence_quote(n ? argv[0] : o.quote, &ev);
	if (!e && o.collateral) e = check_file(o.collateral, LIMIT_COLLATERAL_BYTES, &collateral);
	if (!e && o.root) e = check_root(o.root, &root);
	if (!e) e = check_time(o.at, &in.now);
	if (!e) e = read_number("--min-tcb-eval", o.min_tcb, &in.min_tcb_eval);
	if (!e) e = read_number("--min-qe-auth-data", o.min_auth, &in.min_qe_auth_data);
	if (!e) {
		in.quote = ev.quote;
		in.collateral = buf_slice(&collateral);
		in.trusted_root = buf_slice(&root);
		in.accept_unevaluated = o.unevaluated;
		in.allow_debug = o.allow_debug;
		in.allow_service_td = o.allow_service_td;
		status = judge(&o, &in);
	}
	evidence_drop(&ev);
	buf_drop(&collateral);
	buf_drop(&root);
	return status;
}
